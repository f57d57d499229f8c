// A plugin that listens to a stand-in, and waits for what it tells.

import Network
import StandIn
import Trading

@testable import Plugins

/// A plugin with all that it told.
@LoopActor final class Listener {
  let standIn = StandIn()
  let plugin: BinancePlugin
  private(set) var reports: [PluginReport] = []
  private(set) var wasHealthyWhenDisconnected: Bool?
  private var waiting: [(condition: ([PluginReport]) -> Bool, resume: () -> Void)] = []

  init(_ venue: BinanceVenue) throws {
    let port = try standIn.listen()
    plugin = BinancePlugin(
      name: account(venue == .spot ? "binance" : "binance-futures"), at: venue,
      settings: StandIns.settings(port: port))
  }

  func started() async throws -> Listener {
    try await plugin.start { [weak self] report in
      guard let self else { return }
      reports.append(report)
      if case .disconnected = report {
        wasHealthyWhenDisconnected = plugin.health.isHealthy
      }
      waiting.removeAll { entry in
        guard entry.condition(reports) else { return false }
        entry.resume()
        return true
      }
    }
    return self
  }

  /// Waits until something of the kind was told.
  func hears(_ condition: @escaping ([PluginReport]) -> Bool) async {
    guard !condition(reports) else { return }
    await withCheckedContinuation { continuation in
      waiting.append((condition, { continuation.resume() }))
    }
  }

  func orders(_ reports: [PluginReport]) -> [OrderReport] {
    reports.compactMap { if case .order(let report) = $0 { report } else { nil } }
  }
}

func isPrice(_ report: PluginReport, _ symbol: Symbol, _ expected: Price) -> Bool {
  if case .price(symbol, let told, _) = report { told == expected } else { false }
}
