// The CCXT service before the bridge: what it is sent, byte for byte, and what each of the answers
// of its versions proves.

import Crypto
import Network
import Testing
import Trading
import Wire

@testable import Plugins

/// A service that takes webhooks and nothing else, with a plugin that is connected to it.
@LoopActor private final class OldService {
  let service = PluginDouble()
  let plugin: CCXTPlugin
  /// Requests about orders and the account; prices and health are asked for all the time.
  var questionCount: Int {
    service.received.count { !$0.path.hasPrefix("/ticker") && $0.path != "/health" }
  }

  init(exchange: String = "binance", isTestnet: Bool = true) throws {
    service.set(
      "GET /health",
      #"{"status":"healthy","service":"fks-execution","version":"2.0.0-ccxt","#
        + #""exchange":"binance","testnet":true,"has_credentials":true}"#)
    plugin = CCXTPlugin(
      name: account("ccxt"),
      settings: CCXTSettings(
        service: PluginProcesses.settings(port: try service.listen(), isTestnet: isTestnet),
        exchange: exchange, pairs: ["BTC/USDT", "eth/usdt"].compactMap { CCXTPair($0) }))
  }

  func started() async throws -> OldService {
    try await plugin.start { _ in }
    return self
  }
}

private enum Proof {
  case executed
  case notExecuted
  case nothing
}

/// The answers of all versions of the service, and what a proxy before it may say.
private let answers: [(Int, String, Proof)] = [
  (
    200,
    #"{"status":"executed","order_id":"V-7","symbol":"BTC/USDT","action":"buy","quantity":0.5,"#
      + #""position_size_usd":1000.0,"exchange":"binance"}"#, .executed
  ),
  (
    200,
    #"{"status":"success","exchange":"binance","symbol":"BTCUSDT","side":"buy","size":0.5,"#
      + #""confidence":0.7,"order":{"id":"V-7","status":"closed"}}"#, .executed
  ),
  (200, #"{"status":"success","message":"Order placed","order":null}"#, .executed),
  (200, #"{"status":"executed","order_id":"V-7","action":"sell"}"#, .nothing),
  (200, #"{"status":"executed","order_id":"V-7","symbol":"ETH/USDT"}"#, .nothing),
  (200, #"{"status":"dry_run","message":"No key","signal":{"symbol":"BTCUSDT"}}"#, .notExecuted),
  (200, #"{"status":"simulated","symbol":"BTCUSDT","message":"Simulated"}"#, .notExecuted),
  (200, #"{"status":"ignored","reason":"confidence below threshold"}"#, .notExecuted),
  (200, #"{"status":"ignored","reason":"stale signal"}"#, .notExecuted),
  (200, #"{"status":"rejected","reason":"Confidence 0.5 below threshold 0.6"}"#, .notExecuted),
  (401, #"{"detail":"Invalid webhook signature"}"#, .notExecuted),
  (403, #"{"detail":"IP not whitelisted"}"#, .notExecuted),
  (429, #"{"detail":"Rate limit exceeded"}"#, .notExecuted),
  (404, #"{"detail":"Not Found"}"#, .notExecuted),
  (422, #"{"detail":[{"loc":["body","symbol"],"msg":"Field required"}]}"#, .notExecuted),
  (503, #"{"detail":"Service temporarily unavailable"}"#, .notExecuted),
  (503, #"{"detail":"Circuit breaker open - service degraded"}"#, .notExecuted),
  (503, #"{"detail":"The exchange is down."}"#, .nothing),
  (500, #"{"detail":"binance Stop price would trigger immediately."}"#, .nothing),
  (500, #"{"status":"failure","error":"timed out","symbol":"BTCUSDT","side":"buy"}"#, .nothing),
  (200, #"{"status":"failure","error":"stop loss not placed"}"#, .nothing),
  (200, #"{"status":"error","message":"timed out"}"#, .nothing),
  (200, #"{"success":true,"order_id":null,"error":null}"#, .nothing),
  (200, #"{"status":"queued"}"#, .nothing), (200, #"{"status":1}"#, .nothing),
  (200, "{}", .nothing),
  (200, "[]", .nothing), (200, "", .nothing), (200, "null", .nothing),
  (200, "<html>Welcome</html>", .nothing), (200, #"{"status":"executed""#, .nothing),
  (200, #"{"status":"ignored","status":"executed"}"#, .nothing),
  (401, "<html>Unauthorized</html>", .nothing), (403, "", .nothing), (429, "{}", .nothing),
  (500, "Internal Server Error", .nothing), (502, "<html>Bad Gateway</html>", .nothing),
  (503, "", .nothing), (504, "", .nothing), (301, "", .nothing),
]

@LoopActor @Suite struct CCXTWebhookTests {
  private func sent(_ labels: OrderLabels = OrderLabels(), reference: String? = nil) -> Order {
    var instructions = OrderInstructions()
    instructions.stopLoss = reference == nil ? nil : price("66000.5")
    return Order(
      id: OrderID(value: 1),
      terms: OrderTerms(
        account: account("ccxt"), symbol: bitcoin, side: .buy, type: .market,
        quantity: quantity("0.50"), referencePrice: reference.map { price($0) },
        instructions: instructions, labels: labels), at: start)
  }

  @Test(arguments: answers)
  fileprivate func `an answer proves what it says and no more`(
    status: Int, body: String, proof: Proof
  ) {
    let outcome = CCXTWebhookAnswer(status: status, body: Array(body.utf8)).outcome(of: sent())
    switch (outcome, proof) {
    case (.accepted(let report, nil), .executed):
      #expect(report.fills.isEmpty)
      #expect(report.filledQuantity == quantity("0.5"))
      #expect(report.venueOrderID.map { $0.text == "V-7" } ?? true)
    case (.rejected(let rejection), .notExecuted):
      #expect(rejection.code.hasPrefix("CCXT_") && !rejection.sentence.isEmpty)
    case (.unknown(let reason), .nothing): #expect(reason.contains("Look at the exchange."))
    default: Issue.record("\(status) \(body): \(outcome)")
    }
  }

  @Test func `a webhook has its members in the order of old, and exact numbers`() {
    var labels = OrderLabels()
    labels.confidence = decimal("0.85")
    let body = CCXTWebhookBody.of(
      sent(labels, reference: "67500.10"), symbol: "BTC/USDT", seconds: 1_700_000_000)
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"timestamp":1700000000,"symbol":"BTC/USDT","action":"buy","order_type":"market","#
        + #""quantity":0.5,"price":67500.1,"stop_loss":66000.5,"take_profit":null,"#
        + #""confidence":0.85}"#)
    let plain = CCXTWebhookBody.of(sent(), symbol: "BTC/USDT", seconds: 1)
    #expect(
      String(decoding: plain, as: UTF8.self)
        == #"{"timestamp":1,"symbol":"BTC/USDT","action":"buy","order_type":"market","#
        + #""quantity":0.5,"price":null,"stop_loss":null,"take_profit":null,"confidence":0.7}"#)
  }

  @Test func `a webhook is signed over exactly the bytes that are sent, and sent once`()
    async throws
  {
    let before = EventLoop.shared.wallClockMicroseconds / 1_000_000
    let old = try await OldService().started()
    old.service.set("POST /webhook/tradingview", #"{"status":"executed","order_id":"V-7"}"#)
    guard case .accepted = await old.plugin.submit(sent()) else {
      Issue.record("It was not executed.")
      return
    }
    let request = try #require(old.service.received.last)
    #expect(old.service.count(.post) == 1)
    #expect(request.header("content-type") == "application/json")
    let signer = try RequestSigner(PluginProcesses.secret)
    #expect(request.header("x-webhook-signature") == Hex.encode(signer.sign(request.body)))
    let time = try #require(try JSONDocument(parsing: request.body).root["timestamp"]?.integer)
    #expect((before...EventLoop.shared.wallClockMicroseconds / 1_000_000).contains(Int64(time)))
  }

  @Test func `an answer that breaks off leaves the order unknown, and nothing asks for it`()
    async throws
  {
    let old = try await OldService().started()
    old.service.answers["POST /webhook/tradingview"] = .broken(after: #"{"status":"exec"#)
    guard case .unknown = await old.plugin.submit(sent()) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    let count = old.questionCount
    guard case .unavailable = await old.plugin.query(sent()),
      case .refused(isGone: false, _) = await old.plugin.cancel(sent())
    else {
      Issue.record("Something was said that nobody knows.")
      return
    }
    await #expect(throws: PluginError.self) { try await old.plugin.positions() }
    await #expect(throws: PluginError.self) { try await old.plugin.openOrders() }
    await #expect(throws: PluginError.self) { try await old.plugin.balances() }
    #expect(old.questionCount == count)
  }

  @Test func `what the service would make a market order of is not sent`() async throws {
    let old = try await OldService().started()
    let rules = old.plugin.capabilities.rules
    #expect(rules.orderTypes == [.market] && rules.timesInForce == [.immediateOrCancel])
    #expect(!rules.canBeAskedLater && !rules.canAmend && !rules.hasPostOnly)
    guard
      case .rejected = await old.plugin.submit(order(1, .buy, "0.5", limit: "60000", on: "ccxt"))
    else {
      Issue.record("It was sent.")
      return
    }
    #expect(old.service.count(.post) == 0)
  }

  @Test func `pairs come from the settings, and prices from the service where it tells them`()
    async throws
  {
    let old = try await OldService().started()
    #expect(try await old.plugin.instruments().map(\.symbol) == [bitcoin, ether])
    await #expect(throws: PluginError.self) { try await old.plugin.marketData(bitcoin) }
    old.service.set("GET /ticker/BTC/USDT", #"{"symbol":"BTC/USDT","last":67500.5}"#)
    #expect(try await old.plugin.marketData(bitcoin)?.last == price("67500.5"))
    #expect(try await old.plugin.marketData(symbol("SOLUSDT")) == nil)
  }

  @Test func `another exchange or network than expected is a reason not to start`() async throws {
    let live = try OldService()
    live.service.set("GET /health", #"{"status":"healthy","mode":"production"}"#)
    for old in [try OldService(exchange: "kraken"), try OldService(isTestnet: false), live] {
      let error = try await #require(throws: PluginError.self) { _ = try await old.started() }
      #expect(error.description.contains("Correct one of them."))
      #expect(!old.plugin.health.isHealthy)
    }
  }

  @Test func `a service that is not there is a reason not to start`() async throws {
    let old = try OldService()
    old.service.set("GET /health", "", status: 503)
    await #expect(throws: PluginError.self) { _ = try await old.started() }
  }

  @Test func `a service that says which contract it speaks is asked by that contract`() async throws
  {
    let old = try OldService()
    old.service.set("GET /health", #"{"status":"healthy","contract":1}"#)
    let plugin = try await old.started().plugin
    #expect(plugin.venue is HTTPPlugin)
    #expect(plugin.capabilities.rules.orderTypes.contains(.limit))
    #expect(old.service.received.contains { $0.path == "/fks/v1/describe" })
  }
}
