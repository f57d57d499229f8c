// A service that takes alerts, and the ways to send them.

import Crypto
import Testing
import Wire

/// The secret of the plain address in these tests.
let webhookSecret = "a-secret-of-the-tests-0123"

extension ServiceProcess {
  /// Settings of a service without limits that takes alerts with `webhookSecret`.
  static let alerting = unlimited.merging(
    ["WEBHOOK_SECRET": webhookSecret, "RATE_LIMIT_REQUESTS": "100000"]
  ) { $1 }

  /// Sends an alert as TradingView does: no header that proves anything, JSON as plain text.
  func alert(
    _ body: String, to path: String = "/webhook/tradingview",
    headers: [(name: String, value: String)] = []
  ) throws -> APIAnswer {
    let connection = try APIConnection(port: port)
    var head = "POST \(path) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    head += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    connection.send(Array((head + body).utf8))
    return try connection.receive()
  }

  /// Sends an alert with the secret among its fields.
  func alert(fields: String, headers: [(name: String, value: String)] = []) throws -> APIAnswer {
    try alert(#"{"secret":"\#(webhookSecret)",\#(fields)}"#, headers: headers)
  }

  /// Sends an alert as the Rust gateway does: signed, without a time.
  func signedAlert(
    _ body: String, header: String = "X-Webhook-Signature", prefix: String = "",
    secret: String = webhookSecret
  ) throws -> APIAnswer {
    let signature = try prefix + signature(of: body, secret: secret)
    return try alert(body, headers: [(name: header, value: signature)])
  }

  func signature(of text: String, secret: String = webhookSecret) throws -> String {
    Hex.encode(try RequestSigner(secret).sign(Array(text.utf8)))
  }

  /// The signed size of a position.
  func position(_ symbol: String) throws -> String? {
    try get("/positions/\(symbol)")["quantity"]
  }

  /// Orders of a strategy, as many as a page has.
  func orderCount(of strategy: String) throws -> Int {
    try get("/orders?strategy_id=\(strategy)").json?["orders"]?.elements.count ?? -1
  }
}

/// A service that several suites share; each test has a strategy or a symbol of its own.
enum AlertingService {
  private static let started = Result { try ServiceProcess.start(ServiceProcess.alerting) }

  static var shared: ServiceProcess { get throws { try started.get() } }
}
