// Orders as a plugin process is sent them.

import Testing
import Trading
import Wire

@testable import Plugins

@Suite struct HTTPPluginRequestTests {
  private let rules = VenueRules(
    canBeAskedLater: true, visibilityWindowMilliseconds: 0, orderTypes: [.market, .limit, .stop],
    timesInForce: [.goodTillCanceled, .immediateOrCancel], hasDisplayQuantity: false)

  private func body(_ order: Order, _ rules: VenueRules? = nil) throws -> JSONValue {
    try JSONDocument(parsing: HTTPPluginOrders.placing(order, by: rules ?? self.rules)).root
  }

  private func terms(
    _ type: OrderType = .market, limit: String? = nil, _ timeInForce: TimeInForce? = nil,
    purpose: OrderPurpose = .trade, _ change: (inout OrderInstructions) -> Void = { _ in }
  ) -> Order {
    var instructions = OrderInstructions()
    change(&instructions)
    return Order(
      id: OrderID(value: 1),
      terms: OrderTerms(
        account: account("http"), symbol: bitcoin, side: .sell, type: type,
        quantity: quantity("0.5"), timeInForce: timeInForce, limitPrice: limit.map { price($0) },
        purpose: purpose, instructions: instructions), at: start)
  }

  @Test func `a limit order has every member, with money in strings`() {
    let order = order(1, .buy, "0.50", limit: "60000.10", isPostOnly: true, on: "http")
    #expect(
      String(decoding: HTTPPluginOrders.placing(order, by: rules), as: UTF8.self)
        == #"{"client_order_id":"00000000-0000-0000-0000-000000000001","symbol":"BTCUSDT","#
        + #""side":"BUY","type":"LIMIT","time_in_force":"GTC","quantity":"0.5","price":"60000.1","#
        + #""trigger_price":null,"post_only":true,"reduce_only":false,"display_quantity":null,"#
        + #""expires_at":null}"#)
  }

  @Test func `a close reduces only, where the venue knows that`() throws {
    let close = terms(purpose: .close)
    #expect(try body(close)["reduce_only"]?.bool == true)
    var without = rules
    without.hasReduceOnly = false
    #expect(try body(close, without)["reduce_only"]?.bool == false)
  }

  @Test func `what the gateway watches is sent as what it has become`() throws {
    let stop = terms(.stop) { $0.trigger = .price(price("60000")) }
    #expect(try body(stop)["trigger_price"]?.string == "60000")
    var watched = terms(.stop) { $0.trigger = .price(price("60000")) }
    _ = watched.apply(.held(reason: "The gateway watches it."), at: start)
    let asked = try body(watched)
    #expect(asked["type"]?.string == "MARKET")
    #expect(asked["trigger_price"]?.kind == .null)
  }

  @Test func `a trailing stop says by how much and from where`() throws {
    let stop = terms(.trailingStop) {
      $0.trigger = .trailing(.percent(decimal("1.5")), activationPrice: price("70000"))
    }
    let asked = try body(stop)
    #expect(asked["trailing_percent"]?.string == "1.5")
    #expect(asked["activation_price"]?.string == "70000")
    #expect(asked["trigger_price"]?.kind == .null)
  }

  @Test func `an end is sent where the venue keeps dates, and kept here where not`() throws {
    let order = terms(.limit, limit: "60000", .goodTillDate) {
      $0.expiresAt = Timestamp(microseconds: 1_700_000_100_000_000)
    }
    #expect(try body(order)["time_in_force"]?.string == "GTC")
    #expect(try body(order)["expires_at"]?.kind == .null)
    var dated = rules
    dated.timesInForce.append(.goodTillDate)
    #expect(try body(order, dated)["time_in_force"]?.string == "GTD")
    #expect(try body(order, dated)["expires_at"]?.integer == 1_700_000_100_000)
  }
}
