// The layers before an alert, one by one and in their order, each with the body that earlier
// callers know.

import Glibc
import PostgreSQLServer
import Testing
import Wire

private let order = #""symbol":"BTCUSDT","action":"buy","quantity":0.001"#

private func start(_ settings: [String: String]) throws -> ServiceProcess {
  try ServiceProcess.start(ServiceProcess.alerting.merging(settings) { $1 })
}

@Suite struct WebhookLayerTests {
  // MARK: 1. Address

  @Test func `an address that is not allowed is refused before anything else is looked at`() throws
  {
    let service = try start(["IP_WHITELIST": "tradingview, 10.0.0.0/8"])
    let answer = try service.alert("not even JSON")
    #expect(answer.status == 403)
    #expect(answer["detail"] == "IP not whitelisted")
    #expect(answer.code == "IP_NOT_ALLOWED")
    #expect(answer["error"]?.contains("127.0.0.1") == true)
    #expect(answer["success"] == "false")
    #expect(answer["status"] == "error")
    #expect(try service.metric("execution_ip_whitelist_rejections_total") == 1)
    #expect(try service.metric("execution_ip_whitelist_checks_total") == 1)
    #expect(try service.metric("execution_rate_limit_requests_total") == 0)
  }

  @Test func `a range that the address is in lets it through`() throws {
    let service = try start(["IP_WHITELIST": "2001:db8::/32,127.0.0.0/8"])
    #expect(try service.alert(fields: order)["status"] == "executed")
    let label = #"execution_rate_limit_requests_total{client_ip="127.0.0.0/8",allowed="true"}"#
    #expect(try service.metric(label) == 1)
  }

  @Test func `a proxy is believed if it is trusted, and only as far as that`() throws {
    let service = try start([
      "IP_WHITELIST": "52.89.214.238,2001:db8::7", "TRUSTED_PROXIES": "127.0.0.1,10.1.0.0/16",
    ])
    func status(_ forwarded: String) throws -> Int {
      try service.alert(
        fields: order, headers: [(name: "X-Forwarded-For", value: forwarded)]
      ).status
    }
    #expect(try status("52.89.214.238") == 200)
    #expect(try status("2001:DB8:0::7") == 200)
    #expect(try status("52.89.214.238, 10.1.2.3") == 200)
    // What a stranger writes there himself stands before what the proxy saw.
    #expect(try status("52.89.214.238, 198.51.100.9") == 403)
    #expect(try status("52.89.214.238, unknown") == 403)
    #expect(try service.alert(fields: order).status == 403)
    let untrusting = try start(["IP_WHITELIST": "52.89.214.238"])
    let answer = try untrusting.alert(
      fields: order, headers: [(name: "X-Forwarded-For", value: "52.89.214.238")])
    #expect(answer.status == 403)
  }

  @Test func `a list of addresses that has a mistake in it stops the start`() throws {
    for text in ["52.89.214", "10.0.0.1/8", "127.0.0.1,,10.0.0.1", "example.com"] {
      let (status, output) = try ServiceProcess.refusedStart(["IP_WHITELIST": text])
      #expect(status == 1)
      #expect(output.contains("IP_WHITELIST"), "\(output)")
    }
  }

  // MARK: 2. Rate

  @Test
  func `a client above its rate is told when to come back, and closes have a rate of their own`()
    throws
  {
    let service = try start(["RATE_LIMIT_REQUESTS": "3", "RATE_LIMIT_WINDOW": "3600"])
    _ = try service.alert(fields: order)
    #expect(try service.alert("wrong").status == 401)
    #expect(try service.alert(fields: #""symbol":"BTCUSDT","action":"nothing""#).status == 422)
    let answer = try service.alert(fields: order)
    #expect(answer.status == 429)
    #expect(answer["detail"] == "Rate limit exceeded")
    #expect(answer.code == "WEBHOOK_RATE_LIMITED")
    #expect((1...3_600).contains(Int(answer.header("Retry-After") ?? "") ?? 0))
    // Also with a wrong secret: the rate comes first.
    #expect(try service.alert("wrong").status == 429)
    let close = try service.alert(fields: #""symbol":"BTCUSDT","action":"flat""#)
    #expect(close["status"] == "executed", "\(close.text)")
    #expect(try service.position("BTCUSDT") == "0")
    #expect(try service.alert(#"{"action":"flat","symbol":"BTCUSDT"}"#).status == 401)
    #expect(try service.alert(#"{"action":"flat","symbol":"BTCUSDT"}"#).status == 401)
    #expect(try service.alert(#"{"action":"flat","symbol":"BTCUSDT"}"#).status == 429)
    let label = #"execution_rate_limit_rejections_total{client_ip="loopback"}"#
    #expect(try service.metric(label) == 3)
  }

  @Test func `clients behind a trusted proxy have a rate each`() throws {
    let service = try start(["RATE_LIMIT_REQUESTS": "1", "TRUSTED_PROXIES": "127.0.0.1"])
    func status(_ client: String) throws -> Int {
      try service.alert("x", headers: [(name: "X-Forwarded-For", value: client)]).status
    }
    #expect(try status("192.0.2.1") == 401)
    #expect(try status("192.0.2.1") == 429)
    #expect(try status("192.0.2.2") == 401)
    // One holder of IPv6 has a whole /64.
    #expect(try status("2001:db8::1") == 401)
    #expect(try status("2001:db8::ffff") == 429)
    #expect(try status("2001:db8:0:1::1") == 401)
  }

  // MARK: 3. Breaker

  @Test func `wrong signatures and bad bodies never open the breaker`() throws {
    let service = try start(["CIRCUIT_BREAKER_THRESHOLD": "2"])
    for _ in 1...5 {
      #expect(try service.alert("wrong").status == 401)
      #expect(try service.alert(fields: #""action":"what""#).status == 422)
      #expect(try service.signedAlert("no JSON").status == 400)
    }
    #expect(try service.alert(fields: order)["status"] == "executed")
    let open = #"execution_circuit_breaker_state{exchange="webhook",state="open"}"#
    #expect(try service.metric(open) == 0)
  }

  @Test func `a store that takes nothing opens the breaker, and closes pass it`() throws {
    let server = try PostgreSQLServer()
    let service = try start([
      "CIRCUIT_BREAKER_THRESHOLD": "2", "CIRCUIT_BREAKER_TIMEOUT_SECS": "3600",
      "DATABASE_URL": server.url(try server.makeDatabase()),
    ])
    let close = #""symbol":"BTCUSDT","action":"flat""#
    #expect(try service.alert(fields: order)["status"] == "executed")
    server.killServer()
    #expect(try eventually { try service.get("/ready").status == 503 })
    for number in 1...2 {
      let answer = try service.alert(fields: order + #","n":\#(number)"#)
      #expect(answer.status == 503)
      #expect(answer.code == "STORE_UNAVAILABLE", "\(answer.text)")
      #expect(answer.header("Retry-After") != nil)
    }
    let answer = try service.alert(fields: order + #","n":3"#)
    #expect(answer.status == 503)
    #expect(answer["detail"] == "Service temporarily unavailable")
    #expect(answer.code == "WEBHOOKS_PAUSED")
    #expect(Int(answer.header("Retry-After") ?? "") ?? 0 > 3_000)
    // The breaker comes before the signature, but for closes.
    #expect(try service.alert("wrong").status == 503)
    #expect(try service.alert(#"{"action":"flat","symbol":"BTCUSDT"}"#).status == 401)
    #expect(try service.alert(fields: close).code == "STORE_UNAVAILABLE")
    try server.start()
    #expect(try eventually { try service.get("/ready").status == 200 })
    #expect(try service.alert(fields: order + #","n":4"#).code == "WEBHOOKS_PAUSED")
    #expect(try service.alert(fields: close)["status"] == "executed")
    #expect(try service.position("BTCUSDT") == "0")
    let webhook = #"exchange="webhook""#
    #expect(try service.metric("execution_circuit_breaker_state{\(webhook),state=\"open\"}") == 1)
    #expect(try service.metric("execution_circuit_breaker_rejections_total{\(webhook)}") == 3)
  }

  @Test func `a store that hangs has the alert refused in time, and its copy gets the one order`()
    throws
  {
    let server = try PostgreSQLServer()
    let service = try start(["DATABASE_URL": server.url(try server.makeDatabase())])
    let alert = order + #","alert_id":"hang-1""#
    server.signalAll(SIGSTOP)
    let refused = try service.alert(fields: alert)
    server.signalAll(SIGCONT)
    #expect(refused.status == 503, "\(refused.text)")
    #expect(refused.code == "NOT_IN_TIME")
    #expect(refused.header("Retry-After") != nil)
    #expect(try eventually { try service.alert(fields: alert).orderID != nil })
    let orders = try service.get("/orders").json?["orders"]?.elements ?? []
    #expect(orders.count == 1)
    #expect(try service.alert(fields: alert).orderID == orders.first?["order_id"]?.string)
  }

  // MARK: 4. Proof

  @Test func `without the right secret nothing is traded`() throws {
    let service = try AlertingService.shared
    let body = #"{"symbol":"BTCUSDT","action":"buy","quantity":0.001,"strategy":"unproved"}"#
    let right = try service.signature(of: body)
    let wrong = try service.signature(of: body, secret: "another-secret-0123456")
    let bodies: [(String, [(name: String, value: String)])] = [
      (body, []), (body, [(name: "X-Webhook-Signature", value: wrong)]),
      (body, [(name: "X-Webhook-Signature", value: "")]),
      (body, [(name: "X-Webhook-Signature", value: String(right.dropLast()))]),
      (body, [(name: "X-Webhook-Signature", value: right.dropLast() + "g")]),
      (body + " ", [(name: "X-Webhook-Signature", value: right)]),
      (body.replacing("{", with: #"{"secret":"a-secret-of-the-tests-012","#), []),
      (body.replacing("{", with: #"{"secret":["\#(webhookSecret)"],"#), []),
      (body.replacing("{", with: #"{"secret":"","#), []),
      // A signature that is there has to be right.
      (
        body.replacing("{", with: #"{"secret":"\#(webhookSecret)","#),
        [(name: "X-Webhook-Signature", value: wrong)]
      ),
    ]
    for (body, headers) in bodies {
      let answer = try service.alert(body, headers: headers)
      #expect(answer.status == 401, "\(body) \(headers)")
      #expect(answer["detail"] == "Invalid webhook signature")
      #expect(answer.code == "INVALID_SIGNATURE")
      #expect(answer.header("WWW-Authenticate") != nil)
    }
    #expect(try service.orderCount(of: "unproved") == 0)
    let upper = [(name: "X-Webhook-Signature", value: right.uppercased())]
    #expect(try service.alert(body, headers: upper).status == 200)
  }

  @Test func `a time that was signed has to be near, and replays make no second order`() throws {
    let service = try AlertingService.shared
    let body = #"{"symbol":"BTCUSDT","action":"buy","quantity":0.001,"strategy":"timed"}"#
    func send(_ time: String, signing signed: String? = nil) throws -> APIAnswer {
      try service.alert(
        body,
        headers: [
          (name: "X-Webhook-Timestamp", value: time),
          (
            name: "X-Webhook-Signature",
            value: try service.signature(of: signed ?? "\(time).\(body)")
          ),
        ])
    }
    let now = Int(time(nil))
    for distant in ["\(now - 400)", "\(now + 400)", "soon", ""] {
      #expect(try send(distant).status == 401, "\(distant)")
    }
    #expect(try send("\(now)", signing: body).status == 401)
    let first = try send("\(now)")
    #expect(first.status == 200)
    let again = try send("\(now)")
    #expect(again.orderID == first.orderID)
    #expect(again["duplicate"] == "true")
    #expect(try service.orderCount(of: "timed") == 1)
    let order = try service.get("/orders/\(first.orderID ?? "")")
    #expect(order["signaled_at"] != nil)
    let next = try send("\(now + 1)")
    #expect(next["duplicate"] == "false")
  }

  @Test func `without a secret the address is open to this machine, and to no web page`() throws {
    let service = try ServiceProcess.start()
    #expect(try service.alert("{\(order)}")["status"] == "executed")
    for header in ["Origin", "X-Forwarded-For", "Forwarded"] {
      let answer = try service.alert(
        "{\(order),\"a\":1}", headers: [(name: header, value: "http://192.0.2.1")])
      #expect(answer.status == 403, "\(header)")
      #expect(answer.code == "WEBHOOK_CLOSED")
      #expect(answer["detail"] != nil)
    }
  }

  @Test func `without a secret the address is closed once there are API keys`() throws {
    let service = try ServiceProcess.start(["FKS_API_KEYS": "desk:trade:desk-key-0123456789"])
    let answer = try service.alert("{\(order)}")
    #expect(answer.status == 403)
    #expect(answer.code == "WEBHOOK_CLOSED")
    #expect(
      try service.alert("{\(order)}", headers: [(name: "X-API-Key", value: "desk-key-0123456789")])
        .status == 403)
  }
}
