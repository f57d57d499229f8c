// Limits, budget and breaker keep new orders back, and never a cancel or a close.

import Testing
import Wire

@Suite struct BrakeTests {
  private let market =
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.001}"#
  private let resting =
    #"{"symbol":"ETHUSDT","side":"BUY","order_type":"LIMIT","quantity":0.1,"price":3400}"#

  @Test func `beyond the budget orders get 429, and cancels and closes pass`() throws {
    let service = try ServiceProcess.start(["MAX_ORDERS_PER_SECOND": "1", "MAX_ORDERS_BURST": "2"])
    let id = try service.order(resting).orderID ?? ""
    #expect(try service.order(market).status == 201)
    // Time gives back one order a second, so that one of a few more is always too many.
    let refused = try (1...5).lazy.map { _ in try service.order(market) }.first { $0.status != 201 }
    let answer = try #require(refused)
    #expect(answer.status == 429)
    #expect(answer.code == "RATE_LIMITED")
    #expect(answer.orderID == nil)
    #expect(answer.header("Retry-After").flatMap { Int($0) } ?? 0 >= 1)
    #expect(try service.call("PUT", "/orders/\(id)/cancel").status == 200)
    #expect(try service.call("PUT", "/positions/BTCUSDT/close").status == 201)
  }

  @Test func `after silence in a row the breaker opens, and cancels and closes pass`() throws {
    let service = try ServiceProcess.start([
      "CIRCUIT_BREAKER_THRESHOLD": "2", "SUBMIT_WAIT_MS": "50",
    ])
    let id = try service.order(resting).orderID ?? ""
    #expect(try service.order(market).status == 201)
    _ = try service.setFaults(#"{"lost_orders":2}"#)
    #expect(try service.order(market).status == 202)
    #expect(try service.order(market).status == 202)
    let answer = try service.order(market)
    #expect(answer.status == 503)
    #expect(answer.code == "CIRCUIT_OPEN")
    #expect(answer.header("Retry-After").flatMap { Int($0) } ?? 0 >= 1)
    #expect(
      try service.metric(#"execution_circuit_breaker_state{exchange="mock",state="open"}"#) == 1)
    #expect(try service.call("PUT", "/orders/\(id)/cancel").status == 200)
    #expect(try service.call("PUT", "/positions/BTCUSDT/close").status == 201)
  }

  @Test func `the breaker lets a probe through after its time, and closes`() throws {
    let service = try ServiceProcess.start([
      "CIRCUIT_BREAKER_THRESHOLD": "1", "CIRCUIT_BREAKER_TIMEOUT_SECS": "1",
      "CIRCUIT_BREAKER_PROBES": "1", "SUBMIT_WAIT_MS": "50",
    ])
    _ = try service.setFaults(#"{"lost_orders":1}"#)
    #expect(try service.order(market).status == 202)
    #expect(try service.order(market).status == 503)
    #expect(try eventually { try service.order(market).status == 201 })
    #expect(
      try service.metric(#"execution_circuit_breaker_state{exchange="mock",state="closed"}"#) == 1)
  }

  @Test(arguments: [
    ("MAX_ORDER_NOTIONAL", "50", "MAX_ORDER_NOTIONAL"),
    ("MAX_POSITION_NOTIONAL", "50", "MAX_POSITION_NOTIONAL"),
    ("SYMBOL_ALLOW_LIST", "ETHUSDT", "SYMBOL_NOT_ALLOWED"),
  ])
  func `an order beyond a limit is denied, recorded and not sent`(
    setting: String, value: String, code: String
  ) throws {
    let service = try ServiceProcess.start([setting: value])
    let answer = try service.order(market)
    #expect(answer.status == 422)
    #expect(answer.code == code)
    let detail = answer.json?["detail"]
    #expect(detail?["value"]?.string?.isEmpty == false)
    let order = try service.get("/orders/\(answer.orderID ?? "")")
    #expect(order["state"] == "DENIED")
    #expect(order["status"] == "REJECTED")
    #expect(order["code"] == code)
    #expect(try service.metric("execution_exchange_api_calls_total") == 0)
  }

  @Test func `a limit price too far from the market is denied, with the bound`() throws {
    let service = try ServiceProcess.start(["MAX_OPEN_ORDERS": "1"])
    let far = try service.order(
      #"{"symbol":"ETHUSDT","side":"BUY","order_type":"LIMIT","quantity":0.1,"price":3675.01}"#)
    #expect(far.code == "PRICE_COLLAR")
    #expect(far.json?["detail"]?["value"]?.string == "3675.01")
    #expect(far.json?["detail"]?["limit"]?.string == "3675")
    #expect(try service.order(resting).status == 201)
    #expect(try service.order(resting).code == "MAX_OPEN_ORDERS")
  }
}
