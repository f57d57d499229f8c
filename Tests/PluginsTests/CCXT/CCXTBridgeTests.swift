// The bridge of config/bridges/ccxt, with the real ccxt, on a stand-in of Binance that has
// accidents.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

/// A stand-in with a bridge to it and a plugin that is connected to that.
@LoopActor private final class Chain {
  let standIn = StandIn()
  let directory = Directory()
  let plugin: CCXTPlugin
  private(set) var reports: [PluginReport] = []
  private var waiting: [(condition: ([PluginReport]) -> Bool, resume: () -> Void)] = []

  init() async throws {
    let port = try await Bridges.shared.start(exchange: try standIn.listen(), directory)
    plugin = CCXTPlugin(
      name: account("ccxt"),
      settings: CCXTSettings(
        service: PluginProcesses.settings(port: port), exchange: "binance", pairs: []))
    try await plugin.start { [weak self] report in
      guard let self else { return }
      reports.append(report)
      waiting.removeAll { entry in
        guard entry.condition(reports) else { return false }
        entry.resume()
        return true
      }
    }
  }

  func hears(_ condition: @escaping ([PluginReport]) -> Bool) async {
    guard !condition(reports) else { return }
    await withCheckedContinuation { continuation in
      waiting.append((condition, { continuation.resume() }))
    }
  }

  /// How many new orders have arrived at the exchange, whatever became of them.
  var arrivals: Int {
    standIn.received.count { $0.method == "POST" && $0.target.hasPrefix("/api/v3/order") }
  }
}

@LoopActor @Suite(.enabled(if: CCXTBridge.isThere)) struct CCXTBridgeTests {
  private func sent(_ number: UInt64 = 1, limit: String? = nil) -> Order {
    order(number, .buy, "0.5", limit: limit, on: "ccxt")
  }

  @Test func `the bridge is known by its health, and lists the exchange's own rules`() async throws
  {
    let chain = try await Chain()
    #expect(chain.plugin.venue is HTTPPlugin)
    let instruments = try await chain.plugin.instruments()
    #expect(instruments.map(\.symbol) == [bitcoin, ether])
    #expect(instruments.first?.tickSize == decimal("0.01"))
    #expect(instruments.first?.lotStep == decimal("0.00001"))
    #expect(instruments.first?.minNotional == decimal("5"))
    #expect(chain.plugin.capabilities.rules.statesHoldings)
  }

  @Test(arguments: [
    StandInFault.lostAnswer, .halfAnswer,
    .answer(status: 504, body: "", isCarriedOut: true),
    .answer(status: 502, body: "<html>Bad Gateway</html>", isCarriedOut: true),
    .answer(status: 400, body: #"{"code":-1007,"msg":"Timeout."}"#, isCarriedOut: true),
    .answer(status: 200, body: "{}", isCarriedOut: true),
  ])
  func `an order whose answer is lost at the exchange is unknown, sent once, and found`(
    fault: StandInFault
  ) async throws {
    let chain = try await Chain()
    chain.standIn.add(fault, to: "POST", "/api/v3/order")
    guard case .unknown = await chain.plugin.submit(sent()) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    guard case .found(let report) = await chain.plugin.query(sent()) else {
      Issue.record("It was not found.")
      return
    }
    #expect(report.status == .filled && report.fills.count == 1)
    guard case .unknown = await chain.plugin.submit(sent()) else {
      Issue.record("The id was not remembered.")
      return
    }
    #expect(chain.arrivals == 1)
    #expect(chain.standIn.orderCount(clientID: sent().id.description) == 1)
  }

  @Test func `an order that never reached the exchange is not found there`() async throws {
    let chain = try await Chain()
    chain.standIn.add(.lostRequest, to: "POST", "/api/v3/order")
    guard case .unknown = await chain.plugin.submit(sent()) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(await chain.plugin.query(sent()) == .notFound)
    #expect(chain.arrivals == 1)
  }

  @Test func `what the exchange refuses was not placed`() async throws {
    let chain = try await Chain()
    guard
      case .rejected(let rejection) = await chain.plugin.submit(
        order(1, .buy, "1000", on: "ccxt"))
    else {
      Issue.record("It was not refused.")
      return
    }
    #expect(rejection.code == "PLUGIN_INSUFFICIENT_FUNDS")
    #expect(!rejection.sentence.contains(StandIn.secret))
    #expect(chain.standIn.orderCount == 0)
  }

  @Test func `trades of what rests come back by themselves`() async throws {
    let chain = try await Chain()
    let order = sent(limit: "60000")
    guard case .accepted(let report, _) = await chain.plugin.submit(order) else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(report.status == .working)
    chain.standIn.setPrice("BTCUSDT", decimal("60000"), available: decimal("0.2"))
    func told(_ filled: String) -> ([PluginReport]) -> Bool {
      {
        $0.contains {
          if case .order(let report) = $0 {
            report.filledQuantity == quantity(filled)
          } else {
            false
          }
        }
      }
    }
    await chain.hears(told("0.2"))
    chain.standIn.setPrice("BTCUSDT", decimal("59999"))
    await chain.hears(told("0.5"))
    guard case .found(let found) = await chain.plugin.query(order) else {
      Issue.record("It was not found.")
      return
    }
    #expect(found.status == .filled && found.fills.count == 2)
    #expect(found.fills.allSatisfy { $0.isMaker && $0.price == price("60000") })
  }

  @Test func `orders of others are told apart`() async throws {
    let chain = try await Chain()
    chain.standIn.placeExternal("web_1", "BTCUSDT", decimal("0.25"), at: decimal("50000"))
    _ = await chain.plugin.submit(sent(2, limit: "50000"))
    #expect(try await chain.plugin.openOrders().map(\.orderID) == [sent(2).id])
    let external = chain.reports.compactMap {
      if case .externalOrders(let orders) = $0 { orders } else { nil }
    }
    #expect(external.last?.map(\.leavesQuantity) == [quantity("0.25")])
  }
}
