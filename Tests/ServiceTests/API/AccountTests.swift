// Positions, their closing, and balances.

import Testing
import Wire

@Suite struct AccountTests {
  private let service: ServiceProcess

  init() throws { service = try SharedService.unlimited }

  @Test func `a position is opened, closed once, and stays known`() throws {
    let opened = try service.order(
      #"{"symbol":"DOGEUSDT","side":"SELL","order_type":"MARKET","quantity":1000}"#)
    #expect(opened.status == 201)
    let position = try service.get("/positions/doge%2Fusdt")
    #expect(position["quantity"] == "-1000")
    #expect(position["average_entry_price"] == "0.14998")
    #expect(position.json?["accounts"]?.elements.count == 1)

    let close = try service.call("PUT", "/positions/DOGE%2FUSDT/close")
    #expect(close.status == 201)
    #expect(close["purpose"] == "CLOSE")
    #expect(close["side"] == "BUY")
    #expect(close["filled_quantity"] == "1000")
    let flat = try service.get("/positions/DOGEUSDT")
    #expect(flat["quantity"] == "0")
    #expect(flat.json?["average_entry_price"]?.kind == .null)
    #expect(flat["realized_pnl"] == "-0.04")

    let again = try service.call("PUT", "/positions/DOGEUSDT/close")
    #expect(again.status == 404)
    #expect(again.code == "NO_POSITION")
    let listed = try service.get("/positions").json?["positions"]?.elements ?? []
    #expect(listed.contains { $0["symbol"]?.string == "DOGEUSDT" })
  }

  @Test func `balances tell what is free and what resting orders hold back`() throws {
    #expect(
      try service.order(
        #"{"symbol":"EURUSD","side":"BUY","order_type":"MARKET","quantity":100}"#
      ).status == 201)
    #expect(
      try service.order(
        #"{"symbol":"EURUSD","side":"SELL","order_type":"LIMIT","quantity":30,"price":1.2}"#
      ).status == 201)
    let euros = try service.get("/balances/eur")
    #expect(euros["asset"] == "EUR")
    #expect(euros["total"] == "100")
    #expect(euros["free"] == "70")
    #expect(euros["locked"] == "30")
    let listed = try service.get("/balances").json?["balances"]?.elements ?? []
    #expect(listed.contains { $0["asset"]?.string == "USDT" })
  }
}
