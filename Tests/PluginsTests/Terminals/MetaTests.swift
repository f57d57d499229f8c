// fks_meta: what is sent, what its answers prove, and that no fill is made of an acknowledgement.

import Network
import Testing
import Trading
import Wire

@testable import Plugins

@Suite @LoopActor struct MetaTests {
  private let contract = valid(
    BridgeContract(
      name: "EURUSD", size: Decimal(100_000), tickSize: decimal("0.00001"),
      lots: BridgeContract.Lots(step: decimal("0.01"), min: decimal("0.01"), max: Decimal(50)),
      base: asset("EUR"), quote: asset("USD")), "contract")
  private let euro = symbol("EURUSD")

  private func sent(
    _ number: UInt64 = 1, _ side: Side = .buy, _ quantityText: String = "30000",
    limit: String? = nil, purpose: OrderPurpose = .trade, ticket: VenueOrderID? = nil
  ) -> Order {
    let terms = OrderTerms(
      account: account("mt5"), symbol: euro, side: side, type: limit == nil ? .market : .limit,
      quantity: quantity(quantityText), limitPrice: limit.map { price($0) }, purpose: purpose)
    var order = Order(id: OrderID(value: UInt128(number)), terms: terms, at: start)
    _ = order.apply(.submitting, at: start)
    if let ticket { _ = order.apply(.accepted(ticket), at: start) }
    return order
  }

  private func mark(_ number: UInt64 = 1) -> String {
    BridgeOrderName(id: OrderID(value: UInt128(number))).mark
  }

  private func position(
    _ lots: String = "0.3", _ comment: String? = nil, type: String = "OP_BUY",
    symbol: String = "EURUSD"
  ) -> String {
    #"{"ticket":77,"symbol":"\#(symbol)","position_type":"\#(type)","volume":\#(lots),"#
      + #""price_open":1.1005,"price_current":1.2,"profit":0.0,"swap":0.0,"commission":-2.1,"#
      + #""stop_loss":null,"take_profit":null,"comment":"\#(comment ?? mark())","magic":123456,"#
      + #""time_open":1700000000}"#
  }

  private func plugin(_ farSide: FarSide) async throws -> MetaPlugin {
    farSide.answers["GET /status"] = (200, #"{"connected":true,"mt5_status":"connected"}"#)
    if farSide.answers["GET /positions"] == nil { farSide.answers["GET /positions"] = (200, "[]") }
    let origin = try farSide.listen()
    let plugin = MetaPlugin(
      name: account("mt5"),
      settings: MetaSettings(
        client: try HTTPClient(), origin: origin, contracts: [contract], currency: asset("USD"),
        isDemo: true))
    try await plugin.start { _ in }
    return plugin
  }

  private let taken = (status: 200, body: #"{"ticket":77,"symbol":"EURUSD","status":"pending"}"#)

  // MARK: What is sent

  @Test(arguments: [
    (Side.buy, nil, "OP_BUY", "0"), (.sell, nil, "OP_SELL", "0"),
    (.buy, "1.1", "OP_BUYLIMIT", "1.1"), (.sell, "1.1", "OP_SELLLIMIT", "1.1"),
  ])
  func `an order has a price always, and our mark as its comment`(
    side: Side, limit: String?, word: String, price: String
  ) throws {
    let body = try #require(MetaOrders.body(of: sent(1, side, limit: limit), contract))
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"symbol":"EURUSD","order_type":"\#(word)","volume":0.3,"price":\#(price),"#
        + #""stop_loss":null,"take_profit":null,"comment":"\#(mark())"}"#)
  }

  // MARK: What answers prove

  @Test(arguments: [
    (400, "Bad", true), (415, "Expected json", true), (422, "missing field", true),
    (404, "", true), (500, "Not connected to MT5 bridge: refused", true),
    (500, "Unknown order type: OP_X", true),
    (500, "Order execution failed: retcode 10019 no money", true),
    (500, "Order execution failed: retcode=10018", true),
    // Timeouts and lost connections prove nothing, whatever they are wrapped in.
    (500, "Order execution failed: retcode 10012 timeout", false),
    (500, "Order execution failed: retcode 10031", false),
    (500, "Order execution failed: Unknown error", false),
    (500, "Failed to send order to bridge", false), (500, "Failed to parse bridge response", false),
    (500, "Bridge returned error: 500 retcode 10019", false), (502, "", false), (503, "", false),
  ])
  func `an error proves what it says and no more`(status: Int, text: String, isProof: Bool) {
    #expect(MetaAnswer.provesRefusal(status: status, text: text) == isProof)
    let answer = MetaAnswer(status: status, body: Array(text.utf8))
    let isRejected = if case .rejected = answer.submitOutcome(of: sent()) { true } else { false }
    #expect(isRejected == isProof)
  }

  @Test(arguments: [
    #"{"ticket":0}"#, #"{"ticket":"77"}"#, #"{"status":"pending"}"#, "pending", "",
  ])
  func `an acknowledgement without a ticket is none`(body: String) {
    let answer = MetaAnswer(status: 200, body: Array(body.utf8))
    guard case .unknown = answer.submitOutcome(of: sent()) else { return #expect(Bool(false)) }
  }

  @Test func `an order that was taken is working, and no fill is made of that`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    farSide.answers["POST /orders"] = taken
    guard case .accepted(let report, nil) = await plugin.submit(sent()) else {
      return #expect(Bool(false))
    }
    #expect(report.status == .working)
    #expect(report.filledQuantity.isZero && report.fills.isEmpty)
    #expect(report.venueOrderID?.text == "77")
  }

  @Test func `a position with the mark and the size proves the fill`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    farSide.answers["POST /orders"] = taken
    farSide.answers["GET /positions"] = (200, "[\(position("0.30000000000000004"))]")
    guard case .accepted(let report, nil) = await plugin.submit(sent()) else {
      return #expect(Bool(false))
    }
    #expect(report.status == .filled && report.filledQuantity == quantity("30000"))
    let fill = try #require(report.fills.first)
    #expect(fill.price == price("1.1005") && fill.fee == decimal("2.1"))
    #expect(fill.tradeID.text == "position-77")
  }

  @Test func `no other position proves anything`() async throws {
    for other in [
      position("0.2"), position("0.6"), position("0.3", "someone"),
      position("0.3", type: "OP_SELL"), position("0.3", symbol: "GBPUSD"),
      position() + "," + position(),
    ] {
      let list = try #require(
        MetaPosition.list(try JSONDocument(parsing: Array("[\(other)]".utf8)).root))
      #expect(list.proof(of: sent(), contract, feeAsset: asset("USD")) == nil, "\(other)")
    }
  }

  @Test func `a lost answer is unknown, and found by its position or by nothing`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    farSide.silent = ["POST /orders"]
    guard case .unknown = await plugin.submit(sent()) else { return #expect(Bool(false)) }
    #expect(farSide.count("POST /orders") == 1)
    guard case .unavailable(let reason) = await plugin.query(sent()) else {
      return #expect(Bool(false))
    }
    #expect(reason.contains(mark()))
    farSide.answers["GET /positions"] = (200, "[\(position())]")
    guard case .found(let report) = await plugin.query(sent()) else {
      return #expect(Bool(false))
    }
    #expect(report.status == .filled)
  }

  @Test func `an order is asked for by its ticket, and a missing one is not gone`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    let order = sent(ticket: VenueOrderID("", 77))
    guard case .unavailable = await plugin.query(order) else { return #expect(Bool(false)) }
    farSide.answers["GET /orders/77"] = (200, #"{"ticket":77}"#)
    guard case .found(let report) = await plugin.query(order) else {
      return #expect(Bool(false))
    }
    #expect(report.status == .working)
  }

  // MARK: Cancels and closes

  @Test func `only 204 cancels`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    let order = sent(limit: "1.0", ticket: VenueOrderID("", 77))
    farSide.answers["DELETE /orders/77"] = (500, "Failed to cancel order: 77")
    guard case .unknown = await plugin.cancel(order) else { return #expect(Bool(false)) }
    farSide.answers["DELETE /orders/77"] = (204, "")
    guard case .canceled = await plugin.cancel(order) else { return #expect(Bool(false)) }
    guard case .refused(isGone: false, _) = await plugin.cancel(sent()) else {
      return #expect(Bool(false))
    }
  }

  @Test func `a position is closed by its ticket, and no price is invented`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    farSide.answers["GET /positions"] = (200, "[\(position())]")
    farSide.answers["DELETE /positions/77"] = (204, "")
    guard case .accepted(let report, nil) = await plugin.submit(sent(2, .sell, purpose: .close))
    else { return #expect(Bool(false)) }
    #expect(report.status == .working && report.fills.isEmpty)
    #expect(farSide.count("DELETE /positions/77") == 1 && farSide.count("POST /orders") == 0)
    guard case .rejected = await plugin.submit(sent(3, .sell, "10000", purpose: .close)) else {
      return #expect(Bool(false))
    }
    #expect(farSide.count("DELETE /positions/77") == 1)
  }

  @Test func `positions of an instrument are summed`() async throws {
    let farSide = FarSide()
    farSide.answers["GET /positions"] = (
      200, "[\(position()),\(position("0.1", type: "OP_SELL")),\(position(symbol: "GBPUSD"))]"
    )
    let plugin = try await plugin(farSide)
    #expect(
      try await plugin.positions() == [PositionReport(symbol: euro, quantity: Decimal(20_000))])
  }

  @Test func `positions that cannot be read are not taken for none`() async throws {
    for body in [#"[{"ticket":1}]"#, "{}", "no"] {
      let farSide = FarSide()
      farSide.answers["GET /positions"] = (200, body)
      let plugin = try await plugin(farSide)
      await #expect(throws: PluginError.self) { try await plugin.positions() }
    }
  }

  @Test func `without a connection to MetaTrader it is not healthy`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    #expect(plugin.health.isHealthy)
    farSide.answers["GET /status"] = (200, #"{"connected":false,"mt5_status":"disconnected"}"#)
    while plugin.health.isHealthy { try await Task.sleep(for: .milliseconds(20)) }
    #expect(plugin.health.detail.contains("no connection"))
  }

  @Test func `a price is the middle of bid and ask`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    farSide.answers["GET /market/EURUSD"] = (
      200, #"{"symbol":"EURUSD","bid":1.1,"ask":1.2,"last":0.0,"volume":0.0,"time":1,"digits":5}"#
    )
    #expect(try await plugin.marketData(euro)?.last == price("1.15"))
    #expect(try await plugin.marketData(symbol("GBPUSD")) == nil)
  }

  @Test func `a price that is not new stays as old as it is`() async throws {
    let farSide = FarSide()
    let plugin = try await plugin(farSide)
    func quotedAt(_ time: Int) async throws -> Timestamp? {
      farSide.answers["GET /market/EURUSD"] = (200, #"{"bid":1.1,"ask":1.2,"time":\#(time)}"#)
      return try await plugin.marketData(euro)?.quotedAt
    }
    let first = try #require(try await quotedAt(1))
    try await Task.sleep(for: .milliseconds(5))
    #expect(try await quotedAt(1) == first)
    let second = try #require(try await quotedAt(2))
    #expect(second > first)
  }
}
