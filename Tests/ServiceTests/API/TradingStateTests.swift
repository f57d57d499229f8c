// The operator's brake over HTTP, and over the end of a process.

import Glibc
import Testing
import Wire

@Suite struct TradingStateTests {
  private let market =
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.001}"#
  private let resting =
    #"{"symbol":"ETHUSDT","side":"BUY","order_type":"LIMIT","quantity":0.1,"price":3400}"#

  @Test func `a halt stops orders and closes, and lets cancels pass`() throws {
    let service = try ServiceProcess.start()
    let id = try service.order(resting).orderID ?? ""
    #expect(try service.order(market).status == 201)
    let answer = try service.set(#"{"state":"HALTED","reason":"a test"}"#)
    #expect(answer.status == 200)
    #expect(answer["durable"] == "true")
    #expect(answer["scope"] == "service")
    let refused = try service.order(market)
    #expect(refused.status == 422)
    #expect(refused.code == "TRADING_HALTED")
    #expect(refused.orderID == nil)
    #expect(try service.call("PUT", "/positions/BTCUSDT/close").code == "TRADING_HALTED")
    #expect(try service.call("PUT", "/orders/\(id)/cancel").status == 200)
    #expect(try service.metric(#"execution_trading_state{scope="service"}"#) == 2)
    #expect(try service.set(#"{"state":"REDUCING","reason":"a test"}"#).status == 200)
    #expect(try service.order(market).code == "TRADING_REDUCING")
    #expect(try service.call("PUT", "/positions/BTCUSDT/close").status == 201)
    #expect(try service.set(#"{"state":"ACTIVE","reason":"done"}"#).status == 200)
    #expect(try service.order(market).status == 201)
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func `a halt that was answered outlives the process`(signal: Int32) throws {
    let first = try ServiceProcess.start()
    #expect(try first.order(market).status == 201)
    #expect(
      try first.set(#"{"state":"HALTED","reason":"night","symbol":"BTC/USDT"}"#).status == 200)
    first.end(signal)
    let second = try ServiceProcess.start(directory: first.directory)
    #expect(try second.order(market).code == "TRADING_HALTED")
    #expect(try second.order(resting).status == 201)
    let shown = try second.get("/trading-state")
    #expect(shown["state"] == "ACTIVE")
    let scope = shown.json?["scopes"]?.elements.first
    #expect(scope?["scope"]?.string == "symbol:BTCUSDT")
    #expect(scope?["reason"]?.string == "night")
  }

  @Test(arguments: [
    (#"{"state":"STOP","reason":"x"}"#, "INVALID_STATE"),
    (#"{"state":"HALTED"}"#, "INVALID_REASON"),
    (#"{"state":"HALTED","reason":""}"#, "INVALID_REASON"),
    (#"{"state":"HALTED","reason":"x","plugin":"nobody"}"#, "INVALID_SCOPE"),
    (#"{"state":"HALTED","reason":"x","plugin":"mock","symbol":"BTCUSDT"}"#, "INVALID_SCOPE"),
    (#"{"state":"HALTED","reason":"x","symbol":7}"#, "INVALID_SCOPE"),
  ])
  func `a state that is not clear is refused and changes nothing`(
    body: String, code: String
  ) throws {
    let service = try ServiceProcess.start()
    let answer = try service.set(body)
    #expect(answer.status == 422)
    #expect(answer.code == code)
    #expect(try service.get("/trading-state").json?["scopes"]?.elements.isEmpty == true)
  }

  @Test func `only an admin sets the state`() throws {
    let service = try ServiceProcess.start([
      "FKS_API_KEYS": "desk:read+trade:desk-key-0123456789abcdef,ops:admin:ops-key-0123456789abcdef"
    ])
    let body = #"{"state":"HALTED","reason":"x"}"#
    let desk = (name: "X-API-Key", value: "desk-key-0123456789abcdef")
    let ops = (name: "X-API-Key", value: "ops-key-0123456789abcdef")
    #expect(try service.call("PUT", "/trading-state", body, headers: [desk]).status == 403)
    let answer = try service.call("PUT", "/trading-state", body, headers: [ops])
    #expect(answer.status == 200)
    #expect(answer["author"] == "ops")
  }
}

extension ServiceProcess {
  func set(_ body: String) throws -> APIAnswer {
    try call("PUT", "/trading-state", body)
  }
}
