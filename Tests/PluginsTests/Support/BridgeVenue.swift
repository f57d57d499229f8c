// A bridge with a fake terminal over real sockets, and all that the bridge told.

import FakeTerminal
import Network
import Testing
import Trading
import Wire

@testable import Plugins

/// A bridge and its terminal.
@LoopActor final class BridgeVenue {
  let plugin: BridgePlugin
  let terminal: FakeTerminal
  let origin: HTTPOrigin
  private let server: HTTPServer
  private(set) var reports: [PluginReport] = []

  init(
    token: String = Terminals.token, isDemo: Bool = true,
    settings: BridgeSettings = Terminals.settings
  ) throws {
    plugin = BridgePlugin(name: account("mt5"), settings: settings)
    server = bridgeServer(plugin)
    origin = try HTTPOrigin("http://127.0.0.1:\(try server.listen(host: "127.0.0.1", port: 0))")
    terminal = try FakeTerminal(origin, bridge: "mt5", token: token, isDemo: isDemo)
  }

  func started() async throws -> BridgeVenue {
    try await plugin.start { [weak self] in self?.reports.append($0) }
    terminal.start()
    await until { self.plugin.health.isHealthy }
    // On a busy machine the first session may have been too slow, and not the last.
    reports = []
    return self
  }

  /// Waits until something is so, and looks so often that it is long after it should have been.
  func until(_ condition: () -> Bool) async {
    for _ in 0..<10_000 {
      if condition() { return }
      try? await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("It never came about.")
  }

  /// The orders that were told without being asked for.
  var orders: [OrderReport] {
    reports.compactMap { if case .order(let report) = $0 { report } else { nil } }
  }

  /// How often the connection was said to be there, and gone.
  var connections: (made: Int, lost: Int) {
    reports.reduce((0, 0)) { count, report in
      switch report {
      case .connected: (count.0 + 1, count.1)
      case .disconnected: (count.0, count.1 + 1)
      case .order, .externalOrders, .price: count
      }
    }
  }

  func submit(_ number: UInt64, limit: String? = nil) async -> SubmitOutcome {
    await plugin.submit(order(number, .buy, "0.3", limit: limit, on: "mt5"))
  }

  func query(_ number: UInt64) async -> QueryOutcome {
    await plugin.query(order(number, .buy, "0.3", on: "mt5"))
  }
}
