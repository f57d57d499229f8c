// What is wrong with an account at a venue, in plain words. It asks the venue and changes nothing.

internal import Dispatch
internal import Network
internal import Plugins
internal import Synchronization
internal import Trading

enum DoctorCommand {
  /// Examines the account of a plugin; ends with 0 if all is fine.
  static func run(_ name: String, _ settings: Settings) -> Int32 {
    let venues: [String: BinanceVenue] = ["binance": .spot, "binance-futures": .futures]
    guard let venue = venues[name], let account = AccountID(name) else {
      let known = venues.keys.sorted().joined(separator: ", ")
      Terminal.complain("There is nothing to examine at \"\(name)\"; name one of \(known).\n")
      return 2
    }
    let done = DispatchSemaphore(value: 0)
    let status = Mutex<Int32>(0)
    LoopActor.task {
      do throws(StartError) {
        let plugin = BinancePlugin(
          name: account, at: venue, settings: try BinanceSettings(settings))
        let symbols = settings.symbolAllowList.compactMap { Symbol(anySpelling: $0) }
        let findings = await plugin.examine(symbols)
        for finding in findings {
          _ = Terminal.print("\(finding.isFine ? "fine " : "WRONG") \(finding.sentence)\n")
        }
        if findings.contains(where: { !$0.isFine }) { status.withLock { $0 = 1 } }
      } catch {
        Terminal.complain("\(error)\n")
        status.withLock { $0 = 1 }
      }
      done.signal()
    }
    done.wait()
    return status.withLock { $0 }
  }
}
