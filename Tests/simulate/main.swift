// Lives through seeded days of trading and says which promises they broke, if any.
//
//   simulate [--seeds N] [--from N]     so many days, beginning with this seed
//   simulate --seed N [--trace]         one day; with its trace, line by line
//   simulate ... --bug NAME             with a bug in the world, which has to be found

import Glibc
import Simulation

struct Options {
  var from: UInt64 = 0
  var count: UInt64 = 1_000
  var isTraced = false
  var bug: PlantedBug?

  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      if name == "--trace" {
        isTraced = true
        continue
      }
      guard let value = rest.popFirst() else { return nil }
      switch (name, UInt64(value)) {
      case ("--seeds", let number?): count = number
      case ("--from", let number?): from = number
      case ("--seed", let number?): (from, count) = (number, 1)
      case ("--bug", _):
        guard let bug = PlantedBug(rawValue: value) else { return nil }
        self.bug = bug
      default: return nil
      }
    }
  }
}

func simulate(_ options: Options) -> Bool {
  let clock = ContinuousClock()
  var milliseconds: Int64 = 0
  var actions = 0
  var broken = 0
  let elapsed = clock.measure {
    for seed in options.from..<(options.from + options.count) {
      let day = History(seed: seed, bug: options.bug, trace: options.isTraced ? { print($0) } : nil)
      milliseconds += day.milliseconds
      actions += day.actions
      guard !day.findings.isEmpty else { continue }
      broken += 1
      print("seed \(seed) broke \(day.findings.count) promises; the first: \(day.findings[0])")
      print("  replay it with: make simulate SEED=\(seed)")
    }
  }
  if options.isTraced { return broken == 0 }
  let days = Double(milliseconds) / 86_400_000
  let seconds =
    Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
  print(
    "\(options.count) histories, \(Int(days)) simulated days, \(actions) actions, "
      + "\(Int(seconds * 1_000)) ms: \(Int(days / seconds * 60)) days a minute; "
      + "\(broken) broke a promise")
  return broken == 0
}

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
  print("usage: simulate [--seeds N] [--from N] [--seed N] [--trace] [--bug NAME]")
  print("bugs: \(PlantedBug.allCases.map(\.rawValue).joined(separator: ", "))")
  fatalError("The arguments are not understood.")
}
if !simulate(options) { exit(1) }
