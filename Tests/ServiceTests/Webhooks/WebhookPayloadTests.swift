// The bodies that neighbours really send, and what each of them reads of the answer.

import FoundationEssentials
import Glibc
import Testing
import Wire

@Suite struct WebhookPayloadTests {
  private func service() throws -> ServiceProcess { try AlertingService.shared }

  private var seconds: Int { Int(time(nil)) }

  @Test func `the body of the Rust gateway's callers is traded, and its three members are there`()
    throws
  {
    let answer = try service().signedAlert(
      #"{"symbol":"BTCUSDT","action":"buy","quantity":0.011,"strategy":"rust"}"#)
    #expect(answer.status == 200)
    #expect(answer["success"] == "true")
    #expect(answer.orderID?.isEmpty == false)
    #expect(answer.json?["error"]?.kind == .null)
    #expect(answer["status"] == "executed")
    #expect(answer["filled_quantity"] == "0.011")
    #expect(answer["average_price"] == "67506.75")
    #expect(answer["mode"] == "mock")
  }

  @Test func `the body that the CCXT client signs is traded, with its nulls and its seconds`()
    throws
  {
    let body =
      #"{"timestamp":\#(seconds),"symbol":"BTC/USDT","action":"sell","order_type":"market","#
      + #""quantity":0.012,"price":null,"stop_loss":null,"take_profit":null,"confidence":0.7}"#
    let answer = try service().signedAlert(body)
    #expect(answer.status == 200)
    // What its decoder needs: a status that is a text and not "error".
    #expect(answer["status"] == "executed")
    #expect(answer["side"] == "SELL")
    #expect(answer["symbol"] == "BTCUSDT")
  }

  @Test func `the Python service's body is sized, and answers its members`() throws {
    let answer = try service().signedAlert(
      #"{"symbol":"BTC/USDT","action":"buy","confidence":0.8,"timestamp":\#(seconds),"#
        + #""price":67500,"stop_loss":60000,"take_profit":80000}"#)
    #expect(answer.status == 200, "\(answer.text)")
    for name in ["status", "order_id", "symbol", "action", "quantity", "position_size_usd"] {
      #expect(answer[name] != nil, "\(name)")
    }
    #expect(answer["exchange"] == "mock")
  }

  @Test func `the body with side and milliseconds is traded`() throws {
    let answer = try service().signedAlert(
      #"{"symbol":"ETHUSDT","side":"BUY","order_type":"limit","quantity":"0.5","price":3400.5,"#
        + #""confidence":1.0,"exchange":"mock","timestamp":\#(seconds)000}"#)
    #expect(answer.status == 200)
    #expect(answer["status"] == "accepted")
    #expect(answer["order_type"] == "LIMIT")
    #expect(answer["order_status"] == "PENDING")
  }

  @Test func `TradingView's own body with the secret among its fields is traded`() throws {
    let answer = try service().alert(
      fields: #""ticker":"BINANCE:BTCUSDT.P","action":"buy","contracts":"0.013","#
        + #""timestamp":"\#(Date().formatted(.iso8601))""#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer["quantity"] == "0.013")
  }

  @Test func `an alert may say what it is to be worth instead of how much`() throws {
    let answer = try service().alert(
      fields: #""symbol":"BTCUSDT","action":"buy","quote_quantity":1000,"alert_id":"worth-1""#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer["quantity"] == "0.01481")
    let copy = try service().alert(
      fields: #""symbol":"BTCUSDT","action":"buy","quote_quantity":1000,"alert_id":"worth-1""#)
    #expect(copy.orderID == answer.orderID)
  }

  @Test(arguments: ["", "sha256="], ["X-Webhook-Signature", "X-Signature"])
  func `both names of the signature's header are read, with and without the word before it`(
    prefix: String, header: String
  ) throws {
    let body = #"{"symbol":"BTCUSDT","action":"buy","quantity":0.001,"a":"\#(prefix)\#(header)"}"#
    let answer = try service().signedAlert(body, header: header, prefix: prefix)
    #expect(answer.status == 200)
    #expect(answer["duplicate"] == "false")
  }

  @Test func `an older sender's stop has its one price as trigger`() throws {
    let answer = try service().alert(
      fields: #""symbol":"ETHUSDT","action":"sell","order_type":"stop_loss","quantity":1,"#
        + #""price":3000"#)
    #expect(answer.status == 200)
    let order = try service().get("/orders/\(answer.orderID ?? "")")
    #expect(order["order_type"] == "STOP")
    #expect(order["stop_price"] == "3000")
    #expect(order.json?["reference_price"]?.kind == .null)
  }

  @Test(arguments: [
    (#""symbol":"BTCUSDT","action":"hold","quantity":1"#, "INVALID_ACTION", "action"),
    (#""symbol":"BTCUSDT","quantity":1"#, "MISSING_FIELD", "action"),
    (#""action":"buy","quantity":1"#, "MISSING_FIELD", "symbol"),
    (#""symbol":"BTCUSDT","action":"buy","quantity":0"#, "QUANTITY_ZERO", "quantity"),
    (#""symbol":"BTCUSDT","action":"buy","quantity":-1"#, "INVALID_QUANTITY", "quantity"),
    (#""symbol":"BTCUSDT","action":"buy","quantity":"NaN""#, "NOT_A_NUMBER", "quantity"),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"order_type":"lmit""#, "INVALID_TYPE",
      "order_type"
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"order_type":"limit""#, "MISSING_PRICE",
      "price"
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"confidence":2"#, "INVALID_CONFIDENCE",
      "confidence"
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"timestamp":"yesterday""#, "INVALID_TIME",
      "timestamp"
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"position_size":1"#, "CONTRADICTION",
      "quantity"
    ),
    (#""symbol":"BTCUSDT","action":"close","position_size":1"#, "CONTRADICTION", "position_size"),
    (#""symbol":"BTCUSDT","market_position":"long""#, "MISSING_FIELD", "market_position_size"),
    (#""symbol":"NOTHING","action":"buy","quantity":1"#, "UNKNOWN_SYMBOL", nil),
    (#""symbol":"NOTHING","action":"buy""#, "UNKNOWN_SYMBOL", nil),
    (#""symbol":"BTCUSDT","action":"buy","quantity":1,"exchange":"okx""#, "UNKNOWN_PLUGIN", nil),
    (#""symbol":"BTCUSDT","action":"buy","side":"sell","quantity":1"#, "CONTRADICTION", "side"),
    (
      #""symbol":"BTCUSDT","action":"buy","type":"limit","price":"0.000000000000000001""#,
      "NUMBER_TOO_LARGE", "price"
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","type":"limit","price":999999999999999.1234567890123"#,
      "SIZE_TOO_SMALL", nil
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"algorithm":{"type":"ROUTE","#
        + #""exchanges":["mock","paper"]}"#, "FIELD_NOT_FOR_WEBHOOK", "algorithm"
    ),
    (
      #""symbol":"BTCUSDT","action":"buy","quantity":1,"quote_quantity":100"#, "CONTRADICTION",
      "quote_quantity"
    ),
  ])
  func `what is not understood is refused by name, and nothing is traded`(
    fields: String, code: String, field: String?
  ) throws {
    let answer = try service().alert(fields: fields)
    #expect(answer.status == 422, "\(answer.text)")
    #expect(answer.code == code)
    #expect(answer["field"] == field)
    #expect(answer["success"] == "false")
    #expect(answer["status"] == "error")
    #expect(answer.json?["order_id"]?.kind == .null)
    #expect(answer["detail"] == answer["error"])
  }

  @Test(arguments: [
    #"{"secret":"\#(webhookSecret)","symbol":"BTCUSDT","action":"{{strategy.order.action}}"}"#,
    #"{"symbol":"BTCUSDT","action":"buy","quantity":{{strategy.order.action}}}"#,
  ])
  func `a placeholder that TradingView left is refused by its name`(body: String) throws {
    let answer =
      body.contains("secret")
      ? try service().alert(body) : try service().signedAlert(body)
    #expect(answer.status == 422)
    #expect(answer.code == "PLACEHOLDER_LEFT")
    #expect(answer["placeholder"] == "{{strategy.order.action}}")
    #expect(answer["error"]?.contains("{{strategy.order.action}}") == true)
  }

  @Test func `what is no JSON is 400, and says where`() throws {
    let answer = try service().signedAlert("BTCUSDT buy now")
    #expect(answer.status == 400)
    #expect(answer.code == "MALFORMED_JSON")
    #expect(answer["success"] == "false")
  }

  @Test func `an alert that is not sure enough is not traded, and that is no failure`() throws {
    let answer = try service().alert(
      fields:
        #""symbol":"BTCUSDT","action":"buy","quantity":0.01,"confidence":0.59,"strategy":"unsure""#
    )
    #expect(answer.status == 200)
    #expect(answer["status"] == "ignored")
    #expect(answer["reason"] == "confidence below threshold")
    #expect(answer.code == "LOW_CONFIDENCE")
    #expect(try service().orderCount(of: "unsure") == 0)
    let sure = try service().alert(
      fields:
        #""symbol":"BTCUSDT","action":"buy","quantity":0.01,"confidence":0.6,"strategy":"sure""#)
    #expect(sure["status"] == "executed")
  }

  @Test(arguments: [(-301, "STALE_SIGNAL"), (-295, nil), (61, "FUTURE_SIGNAL"), (55, nil)])
  func `an alert that is too old, or from the future, is not traded`(
    offset: Int, code: String?
  ) throws {
    let answer = try service().alert(
      fields: #""symbol":"BTCUSDT","action":"buy","quantity":0.01,"strategy":"age\#(offset)","#
        + #""timestamp":\#(seconds + offset)"#)
    #expect(answer.status == 200)
    #expect(answer["status"] == (code == nil ? "executed" : "ignored"))
    #expect(answer.code == code)
    #expect(try service().orderCount(of: "age\(offset)") == (code == nil ? 1 : 0))
  }
}
