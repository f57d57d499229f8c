// What callers of earlier versions send and expect.

import Testing
import Wire

@Suite struct FKSRouteTests {
  private func order(_ rest: String) -> String {
    #"{"exchange":"mock","symbol":"BTC/USDT",\#(rest)}"#
  }
  private static let members: Set = [
    "success", "order_id", "filled_quantity", "average_price", "error", "timestamp",
  ]

  @Test func `an order is answered with six members, whatever happens`() throws {
    let service = try ServiceProcess.start()
    let answers: [(body: String, status: Int, isSuccess: String, error: String?)] = [
      (#""side":"buy","order_type":"market","quantity":0.01"#, 200, "true", nil),
      (#""side":"SELL","order_type":"Market","quantity":0.01,"leverage":3"#, 200, "true", nil),
      (#""side":"buy","order_type":"limit","quantity":0.01,"price":67000"#, 200, "true", nil),
      (#""side":"hold","order_type":"market","quantity":0.01"#, 400, "false", "side"),
      (#""side":"buy","order_type":"guess","quantity":0.01"#, 400, "false", "order_type"),
      (#""side":"buy","order_type":"market""#, 422, "false", "quantity"),
      (#""side":"buy","order_type":"market","quantity":1000"#, 422, "false", "MAX_ORDER"),
    ]
    for (body, status, isSuccess, error) in answers {
      let answer = try service.call("POST", "/api/v1/orders", order(body))
      #expect(answer.status == status, "\(body)")
      #expect(answer["success"] == isSuccess)
      #expect(Set(answer.json?.members.map(\.name) ?? []) == Self.members)
      if let error { #expect(answer["error"]?.contains(error) == true, "\(body)") }
    }
    let filled = try service.call("POST", "/api/v1/orders", order(answers[0].body))
    #expect(filled["filled_quantity"] == "0.01")
    #expect(filled["average_price"] == "67506.75")
    #expect((filled.json?["timestamp"]?.integer ?? 0) > 1_700_000_000_000)
    let unnamed = try service.call(
      "POST", "/api/v1/orders", #"{"symbol":"BTCUSDT","side":"buy","order_type":"market"}"#)
    #expect(unnamed.status == 422)
    #expect(unnamed["error"]?.contains("exchange") == true)
  }

  @Test func `a rejection of the venue is no error, and silence is no success without a word`()
    throws
  {
    let service = try ServiceProcess.start(["SUBMIT_WAIT_MS": "50"])
    let body = order(#""side":"buy","order_type":"market","quantity":0.01"#)
    _ = try service.setFaults(#"{"rejects":1}"#)
    let rejected = try service.call("POST", "/api/v1/orders", body)
    #expect(rejected.status == 200)
    #expect(rejected["success"] == "false")
    _ = try service.setFaults(#"{"timeouts":1}"#)
    let silent = try service.call("POST", "/api/v1/orders", body)
    #expect(silent.status == 202)
    #expect(silent["filled_quantity"] == "0")
    #expect(silent["error"]?.contains("has not answered") == true)
  }

  @Test func `a position is told in the shape that was promised`() throws {
    let service = try ServiceProcess.start()
    let flat = try service.get("/api/v1/positions?exchange=mock&symbol=BTCUSDT")
    #expect(flat["side"] == "flat")
    #expect(flat["size"] == "0")
    _ = try service.call(
      "POST", "/api/v1/orders", order(#""side":"sell","order_type":"market","quantity":0.01"#))
    let short = try service.get("/api/v1/positions?exchange=mock&symbol=BTC%2FUSDT")
    #expect(short["side"] == "short")
    #expect(short["size"] == "0.01")
    #expect(short["entry_price"] == "67493.25")
    #expect(short["leverage"] == "1")
    #expect(short["margin"] == "674.9325")
    let all = try service.get("/api/v1/positions?exchange=mock").json?["positions"]?.elements
    #expect(all?.map { $0["symbol"]?.string } == ["BTCUSDT"])
    #expect(try service.get("/api/v1/positions").status == 400)
    #expect(try service.get("/api/v1/positions?exchange=bybit").status == 404)
  }

  @Test(arguments: [
    ("mock", #"{"symbol":"BTCUSDT","leverage":5}"#, 501),
    ("bybit", #"{"symbol":"BTCUSDT","leverage":5}"#, 404),
    ("mock", #"{"symbol":"BTCUSDT","leverage":0}"#, 422),
    ("mock", #"{"symbol":"BTCUSDT","leverage":2.5}"#, 422),
    ("mock", #"{"leverage":5}"#, 422),
  ])
  func `leverage that cannot be set is refused`(exchange: String, body: String, status: Int) throws
  {
    let service = try ServiceProcess.start()
    let answer = try service.call("POST", "/api/v1/exchanges/\(exchange)/leverage", body)
    #expect(answer.status == status)
    #expect(answer["success"] == "false")
  }

  @Test func `the demonstration answers its five figures`() throws {
    let service = try ServiceProcess.start()
    let known = try service.get("/execute/signal")
    #expect(
      known.json?.members.map(\.name) == ["symbol", "rsi", "ema", "risk_allowance", "latency_ms"])
    #expect(known["symbol"] == "ES")
    #expect(known["ema"] == "4422.1")
    #expect(known["rsi"] == "55")
    let own = try service.call("POST", "/execute/signal", #"{"symbol":"NQ","prices":[1,2.5]}"#)
    #expect(own["symbol"] == "NQ")
    #expect(own["ema"] == "1.75")
    for body in ["{}", #"{"symbol":"NQ"}"#, #"{"symbol":"NQ","prices":[]}"#] {
      #expect(try service.call("POST", "/execute/signal", body)["symbol"] == "ES")
    }
    for prices in [#"["x"]"#, "{}", "7"] {
      let body = #"{"symbol":"NQ","prices":\#(prices)}"#
      #expect(try service.call("POST", "/execute/signal", body).status == 422, "\(prices)")
    }
    #expect(try service.get("/orders").json?["orders"]?.elements.isEmpty == true)
  }
}
