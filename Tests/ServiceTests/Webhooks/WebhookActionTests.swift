// What alerts do to positions, and that a copy never does it twice.

import Glibc
import Testing
import Wire

@Suite struct WebhookActionTests {
  private func start(
    _ settings: [String: String] = [:], directory: TestDirectory? = nil
  ) throws -> ServiceProcess {
    try ServiceProcess.start(
      ServiceProcess.alerting.merging(settings) { $1 }, directory: directory)
  }

  private func send(_ service: ServiceProcess, _ fields: String) throws -> APIAnswer {
    try service.alert(fields: #""symbol":"BTCUSDT",\#(fields)"#)
  }

  @Test func `close and flat close the position, all of it or as much as they say`() throws {
    let service = try start()
    #expect(try send(service, #""action":"buy","quantity":0.5"#)["status"] == "executed")
    let part = try send(service, #""action":"close","quantity":0.2"#)
    #expect(part["status"] == "executed")
    #expect(part["side"] == "SELL")
    #expect(try service.position("BTCUSDT") == "0.3")
    let more = try send(service, #""action":"close","quantity":7"#)
    #expect(more["quantity"] == "0.3")
    #expect(try service.position("BTCUSDT") == "0")
    let nothing = try send(service, #""action":"flat""#)
    #expect(nothing.status == 200)
    #expect(nothing["status"] == "ignored")
    #expect(nothing.code == "NO_POSITION")
    #expect(try send(service, #""action":"sell","quantity":0.4"#)["status"] == "executed")
    let flat = try send(service, #""action":"flat","n":2"#)
    #expect(flat["side"] == "BUY")
    #expect(try service.position("BTCUSDT") == "0")
  }

  @Test func `reverse turns the position round once, however often the alert comes`() throws {
    let directory = try TestDirectory()
    var service = try start(directory: directory)
    #expect(try send(service, #""action":"reverse""#).code == "NO_POSITION")
    #expect(try send(service, #""action":"buy","quantity":0.5"#)["status"] == "executed")
    let alert = #""action":"reverse","alert_id":"turn-1""#
    let first = try send(service, alert)
    #expect(first["status"] == "executed")
    #expect(first["quantity"] == "1")
    #expect(try service.position("BTCUSDT") == "-0.5")
    let copy = try send(service, alert)
    #expect(copy.status == 200)
    #expect(copy.orderID == first.orderID)
    #expect(copy["duplicate"] == "true")
    #expect(try service.position("BTCUSDT") == "-0.5")
    service.end(SIGKILL)
    service = try start(directory: directory)
    #expect(try send(service, alert).orderID == first.orderID)
    #expect(try service.position("BTCUSDT") == "-0.5")
    #expect(try send(service, #""action":"reverse","quantity":0.1"#)["quantity"] == "0.6")
    #expect(try service.position("BTCUSDT") == "0.1")
  }

  @Test func `a position that is to be reached is reached, from either side`() throws {
    let service = try start()
    for (target, side, quantity) in [
      ("1", "BUY", "1"), ("2.5", "BUY", "1.5"), ("0.5", "SELL", "2"), ("-1", "SELL", "1.5"),
      ("-0.25", "BUY", "0.75"), ("0", "BUY", "0.25"),
    ] {
      let answer = try send(service, #""position_size":"\#(target)","action":"buy""#)
      #expect(answer["status"] == "executed", "\(answer.text)")
      #expect(answer["side"] == side)
      #expect(answer["quantity"] == quantity)
      #expect(try service.position("BTCUSDT") == target)
    }
    let long = #""market_position":"long","market_position_size":"0.7""#
    #expect(try send(service, long)["status"] == "executed")
    #expect(
      try send(service, #""market_position":"short","market_position_size":"0.7""#)["quantity"]
        == "1.4")
    let already = try send(service, #""position_size":-0.7"#)
    #expect(already["status"] == "ignored")
    #expect(already.code == "POSITION_REACHED")
    #expect(try send(service, #""market_position":"flat""#)["status"] == "executed")
    #expect(try service.position("BTCUSDT") == "0")
  }

  @Test func `a target that comes again while the first order is on its way trades once`() throws {
    let service = try start(["MOCK_LATENCY_MS": "1500"])
    let connections = try (0..<4).map { _ in try APIConnection(port: service.port) }
    for (number, connection) in connections.enumerated() {
      // The first two are copies; the others are alerts of their own that want the same.
      let id = max(1, number)
      let body =
        #"{"secret":"\#(webhookSecret)","symbol":"BTCUSDT","position_size":1,"alert_id":"t\#(id)"}"#
      connection.send("POST", "/webhook/tradingview", Array(body.utf8))
    }
    let answers = try connections.map { try $0.receive() }
    // Whichever came first has the order, with its copy if it has one.
    #expect(Set(answers.compactMap(\.orderID)).count == 1, "\(answers.map(\.text))")
    #expect(
      answers.allSatisfy {
        $0.status == 200 && ($0.orderID != nil || $0.code == "POSITION_REACHED")
      })
    #expect(try eventually { try service.position("BTCUSDT") == "1" })
  }

  @Test func `a close that finds an entry on its way asks to be sent again`() throws {
    let service = try start(["MOCK_LATENCY_MS": "1000"])
    let entry = try APIConnection(port: service.port)
    let body = #"{"secret":"\#(webhookSecret)","symbol":"BTCUSDT","action":"buy","quantity":1}"#
    entry.send("POST", "/webhook/tradingview", Array(body.utf8))
    #expect(try eventually { try service.get("/orders").json?["orders"]?.elements.count == 1 })
    let early = try send(service, #""action":"flat""#)
    #expect(early.status == 503)
    #expect(early.code == "ENTRY_UNDER_WAY")
    #expect(try entry.receive().status == 200)
    #expect(try send(service, #""action":"flat""#)["status"] == "executed")
  }

  // MARK: Copies

  @Test func `a copy gets the first one's order, by its id, its time or its text`() throws {
    let directory = try TestDirectory()
    var service = try start(directory: directory)
    let now = Int(time(nil))
    let bodies = [
      #""action":"buy","quantity":0.01,"alert_id":"one""#,
      #""action":"buy","quantity":0.02,"timestamp":\#(now)"#,
      #""action":"buy","quantity":0.03"#,
      #""action":"buy","stop_loss":60000,"n":4"#,
    ]
    let firsts = try bodies.map { try send(service, $0) }
    #expect(firsts.allSatisfy { $0["status"] == "executed" && $0["duplicate"] == "false" })
    #expect(try send(service, bodies[0] + #","extra":1"#).orderID == firsts[0].orderID)
    for isAfterRestart in [false, true] {
      if isAfterRestart {
        service.end(SIGKILL)
        service = try start(directory: directory)
      }
      for (body, first) in zip(bodies, firsts) {
        let copy = try send(service, body)
        #expect(copy.status == 200)
        #expect(copy.orderID == first.orderID, "\(isAfterRestart) \(body)")
        #expect(copy["duplicate"] == "true")
      }
    }
    // The fourth has a stop of its own.
    #expect(try service.get("/orders?limit=50").json?["orders"]?.elements.count == 5)
    let other = try send(service, #""action":"sell","quantity":0.01,"alert_id":"one""#)
    #expect(other.status == 409)
    #expect(other.code == "IDEMPOTENCY_CONFLICT")
    let close = try send(service, #""action":"close","alert_id":"one""#)
    #expect(close.status == 409)
    #expect(
      try service.metric(#"execution_webhook_duplicates_total{source="tradingview"}"#) == 4)
  }

  @Test func `an equal text without a time is another alert once the window is over`() throws {
    let service = try start(["WEBHOOK_DUPLICATE_SECS": "1"])
    let first = try send(service, #""action":"buy","quantity":0.01"#)
    #expect(first["duplicate"] == "false")
    #expect(
      try eventually {
        try send(service, #""action":"buy","quantity":0.01"#).orderID != first.orderID
      })
  }

  @Test func `copies of a close that come late do not close what was opened since`() throws {
    let service = try start()
    let close = #""action":"close","alert_id":"exit-1""#
    _ = try send(service, #""action":"buy","quantity":0.5"#)
    let first = try send(service, close)
    #expect(try service.position("BTCUSDT") == "0")
    _ = try send(service, #""action":"buy","quantity":0.6"#)
    let copy = try send(service, close)
    #expect(copy.orderID == first.orderID)
    #expect(try service.position("BTCUSDT") == "0.6")
  }

  // MARK: Order

  @Test func `an alert that was overtaken by a newer one is not traded, also after a restart`()
    throws
  {
    let directory = try TestDirectory()
    var service = try start(directory: directory)
    let now = Int(time(nil))
    func alert(_ offset: Int, _ strategy: String = "a", _ symbol: String = "BTCUSDT") throws
      -> APIAnswer
    {
      try service.alert(
        fields: #""symbol":"\#(symbol)","action":"buy","quantity":0.01,"strategy":"\#(strategy)","#
          + #""timestamp":\#(now + offset)"#)
    }
    #expect(try alert(-20)["status"] == "executed")
    #expect(try alert(-10)["status"] == "executed")
    let late = try alert(-15)
    #expect(late["status"] == "ignored")
    #expect(late.code == "OUT_OF_ORDER")
    // Other strategies and instruments have an order of their own.
    #expect(try alert(-15, "b")["status"] == "executed")
    #expect(try alert(-15, "a", "ETHUSDT")["status"] == "executed")
    // A copy of one that was traded is still answered with its order.
    #expect(try alert(-20)["duplicate"] == "true")
    service.end(SIGKILL)
    service = try start(directory: directory)
    #expect(try alert(-16).code == "OUT_OF_ORDER")
    #expect(try alert(-20)["duplicate"] == "true")
    #expect(try alert(-5)["status"] == "executed")
  }

  // MARK: Time

  @Test func `a venue that is silent has the alert answered in time, and never twice`() throws {
    let service = try start(["SUBMIT_WAIT_MS": "10000", "MOCK_LATENCY_MS": "5000"])
    let answer = try send(service, #""action":"buy","quantity":0.01,"alert_id":"silent""#)
    #expect(answer.status == 202, "\(answer.text)")
    #expect(answer["status"] == "pending")
    #expect(answer["success"] == "true")
    #expect(answer.orderID != nil)
    let copy = try send(service, #""action":"buy","quantity":0.01,"alert_id":"silent""#)
    #expect(copy.orderID == answer.orderID)
    #expect(copy["duplicate"] == "true")
  }

  @Test
  func `what the venue or a limit refuses is told with the order, and is no reason to repeat`()
    throws
  {
    let service = try start(["MAX_ORDER_NOTIONAL": "1000"])
    let denied = try send(service, #""action":"buy","quantity":0.5"#)
    #expect(denied.status == 422)
    #expect(denied.code == "MAX_ORDER_NOTIONAL")
    #expect(denied.orderID != nil)
    #expect(denied["success"] == "false")
    #expect(denied["limit"] == "1000")
    _ = try service.setFaults(#"{"rejects":1}"#)
    let rejected = try send(service, #""action":"buy","quantity":0.001"#)
    #expect(rejected.status == 422)
    #expect(rejected.code == "REHEARSED_REJECT")
  }

  @Test func `a full budget of orders is 503, which TradingView sends again`() throws {
    let service = try start(["MAX_ORDERS_PER_SECOND": "1", "MAX_ORDERS_BURST": "1"])
    #expect(try send(service, #""action":"buy","quantity":0.01,"n":1"#)["status"] == "executed")
    let answer = try send(service, #""action":"buy","quantity":0.01,"n":2"#)
    #expect(answer.status == 503)
    #expect(answer.code == "RATE_LIMITED")
    #expect(answer.header("Retry-After") != nil)
    #expect(try send(service, #""action":"flat""#)["status"] == "executed")
  }
}
