// Requests that cannot be used: each gets its status and code, leaves no trace and reaches no
// venue.

import Testing
import Wire

/// A body that is refused, and how.
struct BadBody: Sendable, CustomTestStringConvertible {
  let name: String
  let body: [UInt8]
  let status: Int
  let code: String

  init(_ name: String, _ body: String, _ status: Int, _ code: String) {
    self.init(name, bytes: Array(body.utf8), status, code)
  }

  init(_ name: String, bytes: [UInt8], _ status: Int, _ code: String) {
    (self.name, body, self.status, self.code) = (name, bytes, status, code)
  }

  var testDescription: String { name }
}

private func order(_ fields: String) -> String {
  #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET",\#(fields)}"#
}

private func stop(_ type: String, _ fields: String) -> String {
  #"{"symbol":"BTCUSDT","side":"BUY","order_type":"\#(type)","quantity":0.01\#(fields)}"#
}

private func limit(_ fields: String) -> String {
  #"{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.01,"price":60000,\#(fields)}"#
}

private let badBodies = [
  BadBody("nothing", "", 400, "MALFORMED_JSON"),
  BadBody("half an object", #"{"symbol":"BTCUSDT""#, 400, "MALFORMED_JSON"),
  BadBody("a bare NaN", order(#""quantity":NaN"#), 400, "MALFORMED_JSON"),
  BadBody(
    "invalid UTF-8", bytes: Array(#"{"symbol":""#.utf8) + [0xC3, 0x28, 0x22, 0x7D], 400,
    "MALFORMED_JSON"),
  BadBody(
    "10,000 levels",
    String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), 400,
    "MALFORMED_JSON"),
  BadBody("two documents", "{} {}", 400, "MALFORMED_JSON"),
  BadBody("no object", "[1]", 422, "INVALID_BODY"),
  BadBody("a field twice", order(#""quantity":1,"quantity":2"#), 422, "DUPLICATE_FIELD"),
  BadBody("no symbol", #"{"side":"BUY","order_type":"MARKET","quantity":1}"#, 422, "MISSING_FIELD"),
  BadBody("no quantity", order(#""price":1"#), 422, "MISSING_FIELD"),
  BadBody("no type", #"{"symbol":"BTCUSDT","side":"BUY","quantity":1}"#, 422, "MISSING_FIELD"),
  BadBody(
    "a symbol that is a number", #"{"symbol":1,"side":"BUY","order_type":"MARKET"}"#, 422,
    "WRONG_TYPE"),
  BadBody("a quantity that is an object", order(#""quantity":{}"#), 422, "WRONG_TYPE"),
  BadBody("a flag that is a text", order(#""quantity":1,"post_only":"yes""#), 422, "WRONG_TYPE"),
  BadBody("a quantity below 0", order(#""quantity":-0.01"#), 422, "INVALID_QUANTITY"),
  BadBody("a quantity that says NaN", order(#""quantity":"NaN""#), 422, "NOT_A_NUMBER"),
  BadBody("a quantity that is empty", order(#""quantity":"""#), 422, "NOT_A_NUMBER"),
  BadBody(
    "40 digits", order(#""quantity":0.1234567890123456789012345678901234567891"#), 422,
    "NUMBER_TOO_PRECISE"),
  BadBody(
    "40 digits before the point", order(#""quantity":1\#(String(repeating: "0", count: 39))"#),
    422, "NUMBER_TOO_LARGE"),
  BadBody("1e400", order(#""quantity":1e400"#), 422, "NUMBER_TOO_LARGE"),
  BadBody(
    "an exponent of 20 digits", order(#""quantity":1e-99999999999999999999"#), 422,
    "NUMBER_TOO_PRECISE"),
  BadBody("finer than the lot step", order(#""quantity":0.000001"#), 422, "LOT_STEP"),
  BadBody("more than the venue takes", order(#""quantity":9000.00001"#), 422, "MAX_QUANTITY"),
  BadBody("less than the venue takes", order(#""quantity":0.00001"#), 422, "MIN_NOTIONAL"),
  BadBody(
    "an unknown side", #"{"symbol":"BTCUSDT","side":"LONG","type":"MARKET","quantity":1}"#,
    422, "INVALID_SIDE"),
  BadBody(
    "an unknown type", #"{"symbol":"BTCUSDT","side":"BUY","type":"BEST","quantity":1}"#, 422,
    "INVALID_TYPE"),
  BadBody("a stop without its price", stop("STOP", ""), 422, "MISSING_STOP_PRICE"),
  BadBody(
    "a stop below the market for BUY", stop("STOP", #","stop_price":60000"#), 422,
    "STOP_WRONG_SIDE"),
  BadBody(
    "a take-profit above the market for BUY", stop("TAKE_PROFIT", #","stop_price":70000"#), 422,
    "STOP_WRONG_SIDE"),
  BadBody(
    "a stop between ticks", stop("STOP", #","stop_price":70000.001"#), 422, "TICK_SIZE"),
  BadBody(
    "a stop limit without a price", stop("STOP_LIMIT", #","stop_price":70000"#), 422,
    "MISSING_PRICE"),
  BadBody("a trailing stop without a trail", stop("TRAILING_STOP", ""), 422, "INVALID_TRAIL"),
  BadBody(
    "a trail in two ways", stop("TRAILING_STOP", #","trail_amount":1,"trail_percent":1"#), 422,
    "INVALID_TRAIL"),
  BadBody(
    "a trail of 100 %", stop("TRAILING_STOP", #","trail_percent":100"#), 422, "INVALID_TRAIL"),
  BadBody(
    "a stop that kills or fills", stop("STOP", #","stop_price":70000,"time_in_force":"FOK""#), 422,
    "INVALID_TIME_IN_FORCE"),
  BadBody(
    "a date in the past", limit(#""time_in_force":"GTD","expire_at":"2020-01-01T00:00:00Z""#),
    422, "GTD_IN_PAST"),
  BadBody("a date that is none", limit(#""expire_at":"soon""#), 422, "INVALID_TIME"),
  BadBody("GTD without a date", limit(#""time_in_force":"GTD""#), 422, "MISSING_FIELD"),
  BadBody(
    "a date for GTC", limit(#""time_in_force":"GTC","expire_at":"2099-01-01T00:00:00Z""#), 422,
    "CONTRADICTION"),
  BadBody(
    "a quantity in two ways", order(#""quantity":1,"quote_quantity":100"#), 422, "CONTRADICTION"),
  BadBody(
    "a quote quantity of a limit", limit(#""quote_quantity":100"#), 422, "FIELD_NOT_FOR_TYPE"),
  BadBody(
    "a quote quantity below the lot step", order(#""quote_quantity":0.001"#), 422, "MIN_QUANTITY"),
  BadBody(
    "more shown than there is", limit(#""display_quantity":2"#), 422, "DISPLAY_QUANTITY"),
  BadBody(
    "Binance's trailing delta", order(#""quantity":1,"trailing_delta":100"#), 422,
    "FIELD_NOT_FOR_TYPE"),
  BadBody(
    "an unknown time in force", order(#""quantity":1,"time_in_force":"DAY""#), 422,
    "INVALID_TIME_IN_FORCE"),
  BadBody(
    "LIMIT without a price",
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.01}"#, 422,
    "MISSING_PRICE"),
  BadBody(
    "LIMIT with a price of 0",
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.01,"price":0}"#, 422,
    "MISSING_PRICE"),
  BadBody(
    "a price below 0",
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.01,"price":-1}"#, 422,
    "INVALID_PRICE"),
  BadBody(
    "a price between ticks",
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.01,"price":67000.001}"#,
    422, "TICK_SIZE"),
  BadBody(
    "a post-only MARKET", order(#""quantity":0.01,"post_only":true"#), 422,
    "INVALID_POST_ONLY"),
  BadBody(
    "an unknown symbol", #"{"symbol":"NOPE","side":"BUY","type":"MARKET","quantity":1}"#, 422,
    "UNKNOWN_SYMBOL"),
  BadBody(
    "an unknown plugin", order(#""quantity":0.01,"exchange":"binance""#), 422,
    "UNKNOWN_PLUGIN"),
  BadBody(
    "a confidence of 2", order(#""quantity":0.01,"confidence":2"#), 422,
    "INVALID_CONFIDENCE"),
  BadBody("a stop price", order(#""quantity":0.01,"stop_price":60000"#), 422, "FIELD_NOT_FOR_TYPE"),
  BadBody(
    "reduce only", order(#""quantity":0.01,"reduce_only":true"#), 422, "REDUCE_ONLY_NO_POSITION"),
  BadBody(
    "a client order id with a space", order(#""quantity":0.01,"client_order_id":"a b""#),
    422, "INVALID_CLIENT_ORDER_ID"),
  BadBody(
    "a label with a line end", order(#""quantity":0.01,"category":"a\nb""#), 422,
    "INVALID_TEXT"),
  BadBody("a body above the limit", String(repeating: " ", count: 262_145), 413, "BODY_TOO_LARGE"),
]

@Suite struct BadInputTests {
  /// A service that no order ever reaches.
  private static let started = Result { try ServiceProcess.start() }
  private let service: ServiceProcess

  init() throws { service = try Self.started.get() }

  private func expectNoTrace() throws {
    #expect(try service.get("/orders").text == #"{"orders":[],"next":null}"#)
    #expect(try service.metric("execution_exchange_api_calls_total") == 0)
    #expect(try service.metric("execution_order_events_total") == 0)
  }

  @Test(arguments: badBodies)
  func `a bad order is refused by status, code and sentence and leaves no trace`(
    bad: BadBody
  ) throws {
    let answer = try service.call("POST", "/orders", bytes: bad.body)
    #expect(answer.status == bad.status)
    #expect(answer.code == bad.code)
    #expect(answer["success"] == "false")
    #expect(answer["error"]?.isEmpty == false)
    #expect(answer.json?["order_id"]?.kind == .null)
    #expect(answer.json?["detail"]?.kind == .object)
    try expectNoTrace()
  }

  @Test func `an Idempotency-Key that is too long is refused`() throws {
    let answer = try service.call(
      "POST", "/orders", order(#""quantity":0.01"#),
      headers: [("Idempotency-Key", String(repeating: "k", count: 129))])
    #expect(answer.status == 422)
    #expect(answer.code == "INVALID_IDEMPOTENCY_KEY")
    try expectNoTrace()
  }

  @Test func `what is not there is 404 with a code`() throws {
    for (method, path, code) in [
      ("GET", "/orders/01a1fd9a-0334-7000-8588-970e2a167751", "ORDER_NOT_FOUND"),
      ("GET", "/orders/nobody", "ORDER_NOT_FOUND"),
      ("GET", "/orders/nobody/events", "ORDER_NOT_FOUND"),
      ("PUT", "/orders/nobody/cancel", "ORDER_NOT_FOUND"),
      ("DELETE", "/orders/nobody", "ORDER_NOT_FOUND"),
      ("GET", "/positions/BTCUSDT", "NO_POSITION"),
      ("PUT", "/positions/BTCUSDT/close", "NO_POSITION"),
      ("GET", "/balances/XYZ", "NOT_FOUND"), ("GET", "/nothing", "NOT_FOUND"),
    ] {
      let answer = try service.call(method, path)
      #expect(answer.status == 404, "\(method) \(path)")
      #expect(answer.code == code, "\(method) \(path)")
    }
  }

  @Test func `a wrong method is 405 and names the right ones`() throws {
    let answer = try service.call("PATCH", "/orders", "{}")
    #expect(answer.status == 405)
    #expect(answer.code == "METHOD_NOT_ALLOWED")
    #expect(answer.header("Allow") == "POST, GET, DELETE, HEAD, OPTIONS")
    #expect(try service.call("POST", "/orders/x/cancel", "{}").header("Allow") == "PUT, OPTIONS")
  }

  @Test func `OPTIONS tells what is possible, for a path and for the server`() throws {
    let path = try service.call("OPTIONS", "/orders/x")
    #expect(path.status == 204)
    #expect(path.header("Allow") == "GET, PUT, DELETE, HEAD, OPTIONS")
    #expect(try service.call("OPTIONS", "*").status == 204)
  }

  @Test(arguments: [
    "/orders?status=DONE", "/orders?side=LONG", "/orders?limit=0", "/orders?limit=1001",
    "/orders?limit=ten", "/orders?since=yesterday", "/orders?until=2026-13-01T00:00:00Z",
    "/orders?next=1", "/orders?symbol=%C3%9F", "/orders?plugin=a%20b", "/fills?order_id=1",
    "/fills?next=0",
  ])
  func `a query parameter that cannot be used is refused by name`(path: String) throws {
    let answer = try service.get(path)
    #expect(answer.status == 422)
    #expect(answer.code == "INVALID_QUERY")
    let name = path.split(separator: "?")[1].split(separator: "=")[0]
    #expect(answer.json?["detail"]?["field"]?.string == String(name))
  }

  @Test func `a close that names a plugin that cannot be is refused`() throws {
    #expect(try service.call("PUT", "/positions/BTCUSDT/close?plugin=a%20b").status == 422)
  }

  @Test(arguments: [
    ("{}", "INVALID_PRICE"), (#"{"price":0}"#, "INVALID_PRICE"),
    (#"{"price":999999999999999.9999999999999}"#, "INVALID_PRICE"),
    (#"{"price":1000000000.01}"#, "INVALID_PRICE"), (#"{"price":1.001}"#, "TICK_SIZE"),
    (#"{"price":1,"quantity":-1}"#, "INVALID_QUANTITY"),
    (#"{"price":1,"quantity":0.000001}"#, "LOT_STEP"), ("[]", "INVALID_BODY"),
  ])
  func `a price that no market has is refused, and the service stays`(
    body: String, code: String
  ) throws {
    let answer = try service.call("PUT", "/api/v1/mock/prices/BTCUSDT", body)
    #expect(answer.status == 422)
    #expect(answer.code == code)
    #expect(try service.get("/live").status == 200)
  }

  @Test func `faults that cannot be counted are refused`() throws {
    #expect(try service.setFaults(#"{"lost_answers":-1}"#).code == "INVALID_COUNT")
    #expect(try service.setFaults(#"{"latency_ms":1.5}"#).code == "INVALID_COUNT")
    #expect(try service.call("PUT", "/api/v1/mock/faults?plugin=none", "{}").status == 404)
  }
}
