// What is written down of webhooks, and that no secret is.

import Crypto
import Glibc
import Testing
import Wire

@Suite struct WebhookAuditTests {
  private func commands(_ service: ServiceProcess, _ query: String = "") throws -> [JSONValue] {
    let key = [(name: "X-API-Key", value: "admin-key-0123456789")]
    return try service.call("GET", "/audit?\(query)", headers: key).json?["commands"]?.elements
      ?? []
  }

  private let settings = ServiceProcess.alerting.merging([
    "FKS_API_KEYS": "admin:admin:admin-key-0123456789", "RATE_LIMIT_REQUESTS": "8",
    "LOG_LEVEL": "trace",
  ]) { $1 }

  @Test func `every decision is in the audit log, with the source and without its secrets`() throws
  {
    let directory = try TestDirectory()
    let token = "Planted-token-77aa1c3e5f709b2d"
    let text = #"{sources: {relay: {token: "\#(token)"}}}"#
    try directory.write("config/strategies.json5", Array(text.utf8))
    let service = try ServiceProcess.start(settings, directory: directory)
    let order = #""symbol":"BTCUSDT","action":"buy","quantity":0.01"#
    let path = "/webhook/tradingview"
    var answers = try [
      service.alert(fields: order), service.alert(fields: order),
      service.alert(fields: order + #","confidence":0.1"#), service.alert(fields: #""action":"x""#),
      service.alert("{\(order)}"), service.alert("{\(order)}", to: "\(path)/\(token)"),
      service.alert(#"{"action":"heartbeat"}"#, to: "\(path)/\(token)"),
      service.alert("no JSON", to: "\(path)/\(token)"), service.alert(fields: order),
    ]
    let decisions = [
      "executed", "duplicate", "ignored:LOW_CONFIDENCE", "refused:INVALID_ACTION",
      "refused:INVALID_SIGNATURE", "executed", "heartbeat", "refused:MALFORMED_JSON",
      "refused:WEBHOOK_RATE_LIMITED",
    ]
    let sources = [
      "tradingview", "tradingview", "tradingview", "tradingview", "unknown", "relay", "relay",
      "relay", "unknown",
    ]
    #expect(
      try eventually { try commands(service, "method=POST").count == decisions.count })
    let entries = Array(try commands(service, "method=POST").reversed())
    for (index, entry) in entries.enumerated() {
      #expect(entry["path"]?.string == "\(path)#\(decisions[index])")
      #expect(entry["key"]?.string == "webhook:\(sources[index])")
      #expect(entry["status"]?.integer == answers[index].status)
      #expect(entry["request_id"]?.string == answers[index]["request_id"])
    }
    #expect(try commands(service, "key=webhook:relay").count == 3)
    let count = #"execution_audit_events_total{event_type="webhook",client_ip="loopback",result="#
    #expect(try service.metric(count + #""executed"}"#) == 3)
    #expect(try service.metric(count + #""error"}"#) == 4)
    let failures = #"execution_webhook_signature_failures_total{source="tradingview"}"#
    #expect(try service.metric(failures) == 1)
    let trail = try service.call(
      "GET", "/orders/\(answers[5].orderID ?? "")/trail",
      headers: [(name: "X-API-Key", value: "admin-key-0123456789")])
    #expect(trail.text.contains("webhook:relay"))
    answers.append(trail)
    answers.append(try service.get("/metrics"))
    service.end(SIGTERM)
    var places = answers.map { (name: "an answer: \($0.text)", bytes: $0.whole) }
    places += try service.directory.files().filter { !$0.name.hasSuffix("strategies.json5") }
    for command in ["check", "verify"] {
      places.append((name: command, bytes: try service.output(of: command, settings)))
    }
    #expect(service.output.contains("A webhook was answered."))
    for (name, bytes) in places {
      for secret in [webhookSecret, token] {
        #expect(bytes.spelling(of: secret) == nil, "\(secret) is in \(name)")
      }
    }
  }

  @Test func `strangers do not fill the audit log`() throws {
    let service = try ServiceProcess.start(
      settings.merging(["RATE_LIMIT_REQUESTS": "100000"]) { $1 })
    let connection = try APIConnection(port: service.port)
    for _ in 1...300 {
      connection.send("POST", "/webhook/tradingview", Array("{}".utf8))
      #expect(try connection.receive().status == 401)
    }
    #expect(try service.alert(fields: #""action":"heartbeat""#).status == 200)
    #expect(try eventually { try commands(service, "key=webhook:tradingview").count == 1 })
    let written = try commands(service, "key=webhook:unknown&limit=1000").count
    #expect((100...150).contains(written), "\(written)")
    let count = #"execution_webhook_signature_failures_total{source="tradingview"}"#
    #expect(try service.metric(count) == 300)
  }
}
