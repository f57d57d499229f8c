// A stand-in with a plugin that is connected to its USD-M Futures.

import Network
import StandIn
import Trading

@testable import Plugins

/// A stand-in with a plugin that is connected to its Futures.
@LoopActor final class FuturesVenue {
  let standIn = StandIn()
  let plugin: BinancePlugin

  init(
    clockOffsetMilliseconds: Int64 = 0, _ change: (inout BinanceSettings) -> Void = { _ in }
  ) throws {
    standIn.clockOffsetMilliseconds = clockOffsetMilliseconds
    var settings = StandIns.settings(port: try standIn.listen())
    change(&settings)
    plugin = BinancePlugin(name: account("binance-futures"), at: .futures, settings: settings)
  }

  func started() async throws -> FuturesVenue {
    try await plugin.start { _ in }
    return self
  }

  /// Another plugin of the same account, such as after a restart.
  func restarted() -> BinancePlugin {
    BinancePlugin(name: account("binance-futures"), at: .futures, settings: plugin.settings)
  }

  /// How often a request was received.
  func count(_ method: String, _ path: String) -> Int {
    standIn.received.count { $0.method == method && $0.target.hasPrefix(path + "?") }
  }
}
