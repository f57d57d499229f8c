// Batches, cancels and closes of many, and previews, from outside.

import Testing
import Wire

@Suite struct BulkTests {
  private func results(_ answer: APIAnswer) -> [(status: String?, answer: JSONValue?)] {
    (answer.json?["results"]?.elements ?? []).map {
      ($0["http_status"]?.numberText, $0["answer"])
    }
  }

  private func limitOrder(_ service: ServiceProcess, _ symbol: String, _ price: Int) throws {
    let made = try service.order(
      #"{"symbol":"\#(symbol)","side":"BUY","type":"LIMIT","quantity":0.1,"price":\#(price)}"#)
    #expect(made["state"] == "WORKING")
  }

  @Test func `every order of a batch has an outcome of its own, in its place`() throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    let answer = try service.call(
      "POST", "/orders/batch",
      #"""
      {"orders":[
        {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,"client_order_id":"a"},
        {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0},
        {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,"client_order_id":"a"},
        7,
        {"symbol":"ETHUSDT","side":"BUY","type":"LIMIT","quantity":0.1,"price":3000}
      ]}
      """#)
    #expect(answer.status == 200)
    #expect(answer["succeeded"] == "3")
    #expect(answer["failed"] == "2")
    let parts = results(answer)
    #expect(parts.map(\.status) == ["201", "422", "200", "422", "201"])
    #expect(parts[1].answer?["code"]?.string == "QUANTITY_ZERO")
    #expect(parts[0].answer?["order_id"]?.string == parts[2].answer?["order_id"]?.string)
    #expect(parts[4].answer?["state"]?.string == "WORKING")
  }

  @Test(arguments: [
    ("{}", "MISSING_FIELD"), (#"{"orders":[]}"#, "BATCH_SIZE"),
    (#"{"orders":{}}"#, "MISSING_FIELD"),
    (#"{"orders":[\#(Array(repeating: "{}", count: 101).joined(separator: ","))]}"#, "BATCH_SIZE"),
  ])
  func `a batch that cannot be read is refused as a whole`(body: String, code: String) throws {
    let service = try SharedService.unlimited
    let answer = try service.call("POST", "/orders/batch", body)
    #expect(answer.status == 422)
    #expect(answer.code == code)
  }

  @Test func `all orders that a filter picks are cancelled, and protective ones only if named`()
    throws
  {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    try limitOrder(service, "BTCUSDT", 60_000)
    try limitOrder(service, "BTCUSDT", 61_000)
    try limitOrder(service, "ETHUSDT", 3_000)
    let bracket = try service.order(
      #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.1,"stop_loss":60000}"#)
    let legs = "/orders?status=working&parent_order_id=\(bracket.orderID ?? "")"
    #expect(try eventually { try service.get(legs).json?["orders"]?.elements.count == 1 })
    let some = try service.call("DELETE", "/orders?symbol=BTCUSDT", "")
    #expect(results(some).map(\.status) == ["200", "200"])
    #expect(try service.get("/orders?status=working").json?["orders"]?.elements.count == 2)
    #expect(try service.call("DELETE", "/orders?side=SELL", "")["succeeded"] == "0")
    let all = try service.call("DELETE", "/orders?protective=true", "")
    #expect(all["succeeded"] == "2")
    #expect(try service.get("/orders?status=working").json?["orders"]?.elements.isEmpty == true)
    #expect(try service.call("DELETE", "/orders?side=UP", "").code == "INVALID_QUERY")
  }

  @Test func `all positions are closed, each with an order of its own`() throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    for (symbol, side) in [("BTCUSDT", "BUY"), ("ETHUSDT", "SELL"), ("SOLUSDT", "BUY")] {
      _ = try service.order(
        #"{"symbol":"\#(symbol)","side":"\#(side)","type":"MARKET","quantity":1}"#)
    }
    let one = try service.call("PUT", "/positions/close?symbol=SOLUSDT", "")
    #expect(one["succeeded"] == "1")
    let rest = try service.call("PUT", "/positions/close", "")
    #expect(rest["succeeded"] == "2")
    for symbol in ["BTCUSDT", "ETHUSDT", "SOLUSDT"] {
      #expect(try eventually { try service.get("/positions/\(symbol)")["quantity"] == "0" })
    }
    #expect(try service.call("PUT", "/positions/close", "")["succeeded"] == "0")
  }

  @Test func `a preview says what would be done, against every limit, and does nothing`() throws {
    let service = try ServiceProcess.start()
    let answer = try service.call(
      "POST", "/orders/preview",
      #"{"symbol":"btc/usdt","side":"buy","type":"limit","quantity":"0.10","price":67000}"#)
    #expect(answer.status == 200)
    #expect(answer["would"] == "SEND")
    let checks = answer.json?["checks"]?.elements ?? []
    let notional = checks.first { $0["check"]?.string == "MAX_ORDER_NOTIONAL" }
    #expect(notional?["value"]?.numberText == "6700")
    #expect(notional?["limit"]?.numberText == "10000")
    #expect(notional?["headroom"]?.numberText == "3300")
    #expect(checks.allSatisfy { $0["passed"]?.bool == true })
    #expect(answer.json?["order"]?["quantity"]?.numberText == "0.1")
    #expect(answer.json?["venue_request"]?["body"]?.string?.contains(#""price":"67000""#) == true)
    #expect(try service.get("/orders").json?["orders"]?.elements.isEmpty == true)
    #expect(try service.metric("execution_exchange_api_calls_total") == 0)
  }

  @Test(arguments: [
    (#""quantity":1"#, "MAX_ORDER_NOTIONAL"), (#""quantity":0.000001"#, "LOT_STEP"),
    (#""quantity":0.01,"reduce_only":true"#, "REDUCE_ONLY_NO_POSITION"),
    (#""quantity":0.01,"stop_loss":70000"#, "BRACKET_CROSSED"),
  ])
  func `a preview refuses exactly what a submission refuses`(fields: String, code: String) throws {
    let service = try SharedService.careful
    let body = #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET",\#(fields)}"#
    let preview = try service.call("POST", "/orders/preview", body)
    #expect(preview["would"] == "REFUSE")
    #expect(preview.code == code)
    #expect(try service.order(body).code == code)
  }
}
