// Bad days at the venue, one fault a test, seen from outside. The rule to keep: each test ends with
// the fills and the position, because no fault may lose, repeat or invent a trade.

import Testing
import Wire

@Suite struct RehearsalTests {
  /// Answers 202 after a moment, so that what is not known yet can be seen.
  private let settings = ServiceProcess.unlimited.merging(["SUBMIT_WAIT_MS": "100"]) { $1 }
  private let market =
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.01,"signal_id":"r-1"}"#
  private let resting =
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.01,"price":60000}"#

  private func start(
    _ faults: String, _ more: [String: String] = [:]
  ) throws -> ServiceProcess {
    let service = try ServiceProcess.start(settings.merging(more) { $1 })
    #expect(try service.setFaults(faults).status == 200)
    return service
  }

  /// Every trade is there once, and the position is their sum, here and at the venue.
  private func expect(_ service: ServiceProcess, fills: Int, position: String) throws {
    let trades = try service.get("/fills").json?["fills"]?.elements ?? []
    #expect(Set(trades.compactMap { $0["trade_id"]?.string }).count == fills)
    #expect(trades.count == fills)
    #expect(try service.get("/positions/BTCUSDT")["quantity"] == position)
    #expect(try service.get("/balances/BTC")["total"] == position)
    service.end(15)
    #expect(service.exitStatus == 0)
  }

  @Test func `an order that the venue refuses is rejected, and the next one is not`() throws {
    let service = try start(#"{"rejects":1}"#)
    let refused = try service.order(market)
    #expect(refused.status == 422)
    #expect(refused.code == "REHEARSED_REJECT")
    #expect(try service.get("/orders/\(refused.orderID ?? "")")["state"] == "REJECTED")
    #expect(try service.order(market).orderID == refused.orderID)
    #expect(try service.order(market.replacing("r-1", with: "r-2")).status == 201)
    try expect(service, fills: 1, position: "0.01")
  }

  @Test func `an order that the venue never answers is pending, and found afterwards`() throws {
    let service = try start(#"{"timeouts":1,"late_ms":500}"#)
    let order = try service.order(market)
    #expect(order.status == 202)
    #expect(order["state"] == "SUBMITTING")
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.metric("execution_unknown_outcomes_total") == 1)
    #expect(try service.order(market).orderID == order.orderID)
    try expect(service, fills: 1, position: "0.01")
  }

  @Test func `an answer that comes after the order was found changes nothing`() throws {
    let service = try start(
      #"{"late_answers":1,"late_ms":3000}"#, ["OUTCOME_TIMEOUT_MS": "200"])
    let order = try service.order(market)
    #expect(order.status == 202)
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.metric("execution_unknown_outcomes_total") == 1)
    let name = #"execution_exchange_api_calls_total{exchange="mock",endpoint="submit""#
    #expect(try eventually { try service.metric(name) == 1 })
    #expect(try service.get("/orders/\(order.orderID ?? "")")["state"] == "SETTLED")
    try expect(service, fills: 1, position: "0.01")
  }

  @Test func `an answer that is told three times counts once`() throws {
    let service = try start(#"{"double_answers":1}"#)
    let order = try service.order(market)
    #expect(order.status == 201)
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.metric("execution_order_anomalies_total") == 0)
    try expect(service, fills: 1, position: "0.01")
  }

  @Test
  func `while the connection is down, orders wait, cancels pass and trades are found after it`()
    throws
  {
    let service = try ServiceProcess.start(settings)
    let cancelled = try service.order(resting)
    let filled = try service.order(resting.replacing("60000", with: "61000"))
    _ = try service.setFaults(#"{"disconnects":1,"disconnect_ms":3000}"#)
    let order = try service.order(market)
    #expect(order.status == 202)
    #expect(order["state"] == "UNKNOWN")
    let refused = try service.order(resting)
    #expect(refused.status == 503)
    #expect(refused.code == "VENUE_GATE_CLOSED")
    #expect(try service.get("/ready").status == 503)
    #expect(
      try service.call("DELETE", "/orders/\(cancelled.orderID ?? "")")["status"] == "CANCELLED")
    #expect(try service.setPrice("BTCUSDT", "61000").status == 200)
    #expect(try service.get("/orders/\(filled.orderID ?? "")")["state"] == "WORKING")
    #expect(try eventually { try service.get("/ready").status == 200 })
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.order(filled.orderID, reaches: "SETTLED"))
    #expect(try service.order(resting).status == 201)
    try expect(service, fills: 2, position: "0.02")
  }

  @Test func `a fill after a confirmed cancel counts`() throws {
    let service = try start(#"{"fills_after_cancel":1}"#)
    let order = try service.order(resting)
    let answer = try service.call("DELETE", "/orders/\(order.orderID ?? "")")
    #expect(answer["status"] == "CANCELLED")
    #expect(answer["filled_quantity"] == "0")
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.metric("execution_late_fill_total") == 1)
    try expect(service, fills: 1, position: "0.01")
  }

  @Test func `what the venue trades beyond an order counts, and somebody is told`() throws {
    let service = try start(#"{"overfills":1}"#)
    let order = try service.order(market)
    #expect(order.status == 201)
    #expect(order["filled_quantity"] == "0.01001")
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.metric("execution_order_anomalies_total") == 1)
    try expect(service, fills: 2, position: "0.01001")
  }

  @Test func `a trade that the venue takes back does not count any more`() throws {
    let service = try start(#"{"busts":1}"#)
    let order = try service.order(market)
    #expect(order["status"] == "FILLED")
    #expect(try service.order(order.orderID, reaches: "CANCELED"))
    let shown = try service.get("/orders/\(order.orderID ?? "")")
    #expect(shown["filled_quantity"] == "0")
    #expect(shown["code"] == "BUSTED")
    #expect(try service.metric("execution_busted_trades_total") == 1)
    #expect(try service.order(market).orderID == order.orderID)
    try expect(service, fills: 0, position: "0")
    let again = try ServiceProcess.start(settings, directory: service.directory)
    #expect(try again.get("/orders/\(order.orderID ?? "")")["filled_quantity"] == "0")
    #expect(try again.get("/positions/BTCUSDT")["quantity"] == "0")
  }

  @Test func `faults can be set before the first order`() throws {
    let service = try ServiceProcess.start(
      settings.merging(["MOCK_FAULTS": "rejects=1, lost_answers=1"]) { $1 })
    #expect(try service.order(market).code == "REHEARSED_REJECT")
    let order = try service.order(market.replacing("r-1", with: "r-2"))
    #expect(order["state"] == "UNKNOWN")
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    try expect(service, fills: 1, position: "0.01")
  }

  @Test func `a fault that does not exist stops the start`() throws {
    let refused = try ServiceProcess.refusedStart(["MOCK_FAULTS": "earthquakes=1"])
    #expect(refused.status != 0)
    #expect(refused.output.contains("MOCK_FAULTS names earthquakes"))
  }
}
