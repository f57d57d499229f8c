// The plugin for processes against a process of the tests' own, over real sockets.

import Crypto
import Network
import Testing
import Trading
import Wire

@testable import Plugins

/// A process with a plugin that is connected to it, and what that told.
@LoopActor private final class Pair {
  let process = PluginDouble()
  let plugin: HTTPPlugin
  private(set) var reports: [PluginReport] = []
  private var waiting: [(condition: ([PluginReport]) -> Bool, resume: () -> Void)] = []

  init(isTestnet: Bool = true) throws {
    plugin = HTTPPlugin(
      name: account("http"),
      settings: PluginProcesses.settings(port: try process.listen(), isTestnet: isTestnet))
  }

  func started() async throws -> Pair {
    try await plugin.start { [weak self] report in
      guard let self else { return }
      reports.append(report)
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
}

private func news(_ cursor: String, _ events: [String] = [], isHealthy: Bool = true) -> String {
  #"{"cursor":"\#(cursor)","healthy":\#(isHealthy),"detail":"The line is cut.","events":["#
    + events.joined(separator: ",") + "]}"
}

private func isDisconnected(_ report: PluginReport) -> Bool {
  if case .disconnected = report { true } else { false }
}

@LoopActor @Suite struct HTTPPluginTests {
  private func sent(_ number: UInt64 = 1) -> Order { order(number, .buy, "0.5", on: "http") }

  // MARK: Start

  @Test func `a start learns what the process says of itself`() async throws {
    let pair = try await Pair().started()
    #expect(pair.plugin.health.isHealthy)
    let rules = pair.plugin.capabilities.rules
    #expect(rules.orderTypes == [.market, .limit, .stop, .trailingStop])
    #expect(rules.timesInForce == [.goodTillCanceled, .immediateOrCancel])
    #expect(rules.canBeAskedLater && rules.statesHoldings && rules.canAmend)
    #expect(rules.visibilityWindowMilliseconds == 1_000)
    #expect(rules.takerFeeBasisPoints == decimal("7.5"))
    #expect(try await pair.plugin.instruments().map(\.symbol) == [bitcoin])
    #expect(
      pair.reports == [
        .price(bitcoin, price("67500"), quotedAt: pair.plugin.quotes[bitcoin]?.quotedAt)
      ])
  }

  @Test(arguments: [
    (#""contract":1"#, #""contract":2"#, "version 2"),
    (#""contract":1"#, #""contrast":1"#, "version"),
    (#""lookup":true"#, #""lookup":1"#, "lookup"), (#","amend":true"#, "", "amend"),
    ("LIMIT", "LIMITED", "order_types"), ("GTC", "GOOD", "time_in_force"),
    ("holdings", "some", "position_kind"), ("1000", "-1", "visibility_window_ms"),
    (#""7.5""#, "7.5", "taker_fee_bps"), (#""is_live":false"#, #""is_live":true"#, "real money"),
    (#""is_live":false"#, #""live":false"#, "is_live"), ("{", "<", "nothing that can be read"),
  ])
  func `a description that cannot be relied on is a reason not to start`(
    part: String, instead: String, word: String
  ) async throws {
    let pair = try Pair()
    pair.process.set(
      "GET /describe", PluginDouble.description.replacing(part, with: instead, maxReplacements: 1))
    let error = try await #require(throws: PluginError.self) { _ = try await pair.started() }
    #expect(error.description.contains(word), "\(error)")
    #expect(!pair.plugin.health.isHealthy)
  }

  @Test func `real money is traded only if both sides say so`() async throws {
    let pair = try Pair(isTestnet: false)
    let error = try await #require(throws: PluginError.self) { _ = try await pair.started() }
    #expect(error.description.contains("test network"))
    #expect(pair.plugin.capabilities.isLive)
  }

  @Test func `a process that does not reach its venue is a reason not to start`() async throws {
    let pair = try Pair()
    pair.process.set("GET /events", news("0", isHealthy: false))
    let error = try await #require(throws: PluginError.self) { _ = try await pair.started() }
    #expect(error.description.contains("The line is cut."))
  }

  @Test func `an instrument that cannot be read or comes twice is not traded`() async throws {
    let pair = try Pair()
    let ether = PluginDouble.bitcoinRules.replacing("BTC", with: "ETH")
    let broken = PluginDouble.bitcoinRules.replacing("BTC", with: "SOL")
      .replacing(#""tick_size":"0.01""#, with: #""tick_size":0.01"#)
    pair.process.set(
      "GET /instruments",
      #"{"instruments":[\#(PluginDouble.bitcoinRules),\#(ether),\#(broken),\#(ether)]}"#)
    #expect(try await pair.started().plugin.instruments().map(\.symbol) == [bitcoin])
  }

  // MARK: Requests

  @Test func `a request is signed over its time, method, target and exact body`() async throws {
    let before = EventLoop.shared.wallClockMicroseconds / 1_000 * 1_000
    let pair = try await Pair().started()
    _ = await pair.plugin.submit(sent())
    _ = await pair.plugin.cancel(sent())
    let signer = try RequestSigner(PluginProcesses.secret)
    #expect(pair.process.received.count >= 6)
    for request in pair.process.received {
      let time = try #require(request.header("x-fks-timestamp"))
      let head = "\(time)\n\(request.method.rawValue)\n\(request.target)\n"
      let code = Hex.encode(signer.sign(Array(head.utf8) + request.body))
      #expect(request.header("x-fks-signature") == code)
      let microseconds = try #require(Int64(time)) * 1_000
      #expect((before...EventLoop.shared.wallClockMicroseconds).contains(microseconds))
    }
  }

  @Test(arguments: ["", "{", #"{"outcome":"accepted","order":{"#])
  func `an answer that breaks off leaves the order unknown, and it is sent once`(
    text: String
  ) async throws {
    let pair = try await Pair().started()
    pair.process.answers["POST /orders"] = .broken(after: text)
    guard case .unknown = await pair.plugin.submit(sent()) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(pair.process.count(.post) == 1)
    pair.process.set(
      "GET /orders/\(sent().id)", #"{"outcome":"found","order":\#(pluginOrder())}"#)
    guard case .found = await pair.plugin.query(sent()) else {
      Issue.record("It was not found.")
      return
    }
    #expect(pair.process.count(.post) == 1)
  }

  @Test func `a process that is not there was sent nothing`() async throws {
    let gone = HTTPPlugin(name: account("http"), settings: PluginProcesses.settings(port: 1))
    guard case .rejected(let rejection) = await gone.submit(sent()) else {
      Issue.record("It is not known that nothing left.")
      return
    }
    #expect(rejection.code == "VENUE_UNREACHABLE")
    guard case .unavailable = await gone.query(sent()) else {
      Issue.record("Nobody answered, and something was said.")
      return
    }
  }

  @Test func `a process that knows no orders later is not asked for them`() async throws {
    let pair = try Pair()
    pair.process.set(
      "GET /describe",
      PluginDouble.description.replacing(#""lookup":true"#, with: #""lookup":false"#))
    _ = try await pair.started()
    #expect(!pair.plugin.capabilities.rules.canBeAskedLater)
    guard case .unavailable = await pair.plugin.query(sent()) else {
      Issue.record("Something was said.")
      return
    }
    #expect(!pair.process.received.contains { $0.path.hasSuffix("\(sent().id)") })
  }

  @Test func `a list with one entry that cannot be read is no list`() async throws {
    let pair = try await Pair().started()
    let good = #"{"symbol":"BTCUSDT","quantity":"1"}"#
    pair.process.set("GET /positions", #"{"positions":[\#(good)]}"#)
    #expect(try await pair.plugin.positions().map(\.quantity) == [decimal("1")])
    pair.process.set("GET /positions", #"{"positions":[\#(good),{"symbol":"ETHUSDT"}]}"#)
    await #expect(throws: PluginError.self) { try await pair.plugin.positions() }
    pair.process.set("GET /orders", #"{"orders":[\#(pluginOrder()),{}],"external":[]}"#)
    await #expect(throws: PluginError.self) { try await pair.plugin.openOrders() }
    pair.process.set("GET /orders", #"{"orders":[\#(pluginOrder())]}"#)
    await #expect(throws: PluginError.self) { try await pair.plugin.openOrders() }
    pair.process.set("GET /balances", #"{"balances":{}}"#)
    await #expect(throws: PluginError.self) { try await pair.plugin.balances() }
  }

  @Test func `orders of others are told apart from ours`() async throws {
    let pair = try await Pair().started()
    pair.process.set(
      "GET /orders",
      #"{"orders":[\#(pluginOrder())],"external":[{"venue_order_id":"E-1","symbol":"BTCUSDT","#
        + #""side":"SELL","leaves_quantity":"0.25"}]}"#)
    #expect(try await pair.plugin.openOrders().map(\.orderID) == [sent().id])
    let external = ExternalOrder(
      venueOrderID: VenueOrderID("E-", 1), symbol: bitcoin, side: .sell,
      leavesQuantity: quantity("0.25"))
    #expect(pair.reports.last == .externalOrders([external]))
  }

  // MARK: News

  @Test func `news are told in their order, and asked for from where they ended`() async throws {
    let pair = try await Pair().started()
    let order = #"{"type":"order","order":\#(pluginOrder())}"#
    let quote = #"{"type":"price","market":{"symbol":"BTCUSDT","last":"68000"}}"#
    pair.process.tell(news("a b&c", [order, #"{"type":"weather"}"#, quote]))
    await pair.hears { $0.contains { isPrice($0, bitcoin, price("68000")) } }
    guard case .order(let report) = pair.reports.dropFirst().first else {
      Issue.record("\(pair.reports)")
      return
    }
    #expect(report.orderID == sent().id)
    await pair.process.receives { $0.contains { $0.query("after") == "a b&c" } }
    #expect(!pair.reports.contains(where: isDisconnected))
  }

  @Test func `a price is never younger than the question for it, whatever the clock there says`()
    async throws
  {
    let pair = try Pair()
    pair.process.set(
      "GET /market",
      #"{"market":[{"symbol":"BTCUSDT","last":"67500","quoted_at":253402300799000}]}"#)
    let data = try await pair.started().plugin.marketData(bitcoin)
    let quotedAt = try #require(data?.quotedAt)
    #expect(quotedAt.microseconds <= EventLoop.shared.steadyClockMicroseconds)
    pair.process.set(
      "GET /market", #"{"market":[{"symbol":"BTCUSDT","last":"67500","quoted_at":1700000000000}]}"#)
    await pair.plugin.quoteAll()
    let old = try await pair.plugin.marketData(bitcoin)
    #expect(old?.quotedAt == Timestamp(microseconds: 1_700_000_000_000_000))
  }

  @Test(arguments: [
    ("{}", 410), ("", 502), (news("1", [#"{"type":"order","order":{}}"#]), 200),
    (news("1", [#"{"type":"price"}"#]), 200), (news("1", ["{}"]), 200), (news(""), 200),
    (news("1", isHealthy: false), 200), (#"{"cursor":"1","events":[]}"#, 200),
  ])
  func `after what may have been missed everything is learned anew`(
    body: String, status: Int
  ) async throws {
    let pair = try await Pair().started()
    pair.process.tell(body, status: status)
    await pair.hears { $0.contains(where: isDisconnected) && $0.last == .connected }
    #expect(pair.plugin.health.isHealthy)
    #expect(pair.process.received.count { $0.path.hasSuffix("/describe") } == 2)
  }

  @Test func `a process that is lost is not healthy until it is there again`() async throws {
    let pair = try await Pair().started()
    pair.process.set("GET /describe", "", status: 503)
    pair.process.tell("", status: 503)
    await pair.hears { $0.contains(where: isDisconnected) }
    #expect(!pair.plugin.health.isHealthy)
    await pair.process.receives { $0.count { $0.path.hasSuffix("/describe") } == 3 }
    #expect(!pair.reports.contains(.connected))
    pair.process.set("GET /describe", PluginDouble.description)
    await pair.hears { $0.last == .connected }
    #expect(pair.plugin.health.isHealthy)
  }

  @Test func `a plugin that was stopped tells nothing more`() async throws {
    let pair = try await Pair().started()
    await pair.process.receives { $0.contains { $0.query("after") == "0" } }
    await pair.plugin.stop()
    let count = pair.reports.count
    pair.process.tell(news("1", [#"{"type":"order","order":\#(pluginOrder())}"#]))
    // By the time this is answered, what was told before would have been heard.
    pair.process.set("GET /positions", #"{"positions":[]}"#)
    _ = try await pair.plugin.positions()
    #expect(pair.reports.count == count)
    #expect(!pair.plugin.health.isHealthy)
  }
}
