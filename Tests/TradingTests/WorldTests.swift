// Seeded days of trading with every fault that the world has. `make simulate` lives through more of
// them.

import Simulation
import Testing

@Suite struct WorldTests {
  @Test(arguments: 0..<5 as Range<UInt64>)
  func `the same seed gives the same history`(seed: UInt64) {
    let traces = (0..<2).map { _ in
      var trace: [String] = []
      _ = History(seed: seed) { trace.append($0) }
      return trace
    }
    #expect(traces[0].count > 100)
    let isSame = traces[0] == traces[1]
    #expect(isSame, "seed \(seed)")
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `after any history the engine believes what the venue knows`(block: UInt64) {
    for seed in (block * 10)..<(block * 10 + 10) {
      #expect(History(seed: seed).findings.first == nil, "seed \(seed)")
    }
  }

  @Test(arguments: PlantedBug.allCases)
  func `a bug in the world is found`(bug: PlantedBug) {
    let isFound = (0..<40 as Range<UInt64>).contains { seed in
      !History(seed: seed, bug: bug).findings.isEmpty
    }
    #expect(isFound)
  }
}
