// Requests that carry secrets and provoke every kind of answer.

import FoundationEssentials
import Glibc
import Wire

struct PlantedTraffic {
  let service: ServiceProcess
  let secrets: PlantedSecrets

  /// What the requests below must have been answered with, or they no longer provoke what they are
  /// meant to.
  let expectedStatuses = [
    200, 201, 202, 400, 401, 403, 404, 405, 409, 413, 414, 417, 422, 429, 431, 501, 503, 505,
  ]

  private func bearer(_ key: String) -> [(name: String, value: String)] {
    [(name: "Authorization", value: "Bearer \(key)")]
  }

  private func order(
    _ id: String, _ fields: String = #""quantity":0.01"#, symbol: String = "BTCUSDT"
  ) throws -> APIAnswer {
    let body =
      #"{"symbol":"\#(symbol)","side":"BUY","order_type":"MARKET","client_order_id":"\#(id)","#
      + fields + "}"
    return try service.call("POST", "/orders", body, headers: bearer(secrets.desk))
  }

  func everyKindOfAnswer() throws -> [APIAnswer] {
    try keys() + malformed() + refusedBodies() + queries() + orders()
  }

  /// Keys that are right, wrong, without a scope, in both headers, in the wrong scheme.
  private func keys() throws -> [APIAnswer] {
    var answers: [APIAnswer] = []
    for key in [secrets.reader, secrets.desk, secrets.hashed, secrets.foreign] {
      for path in ["/orders", "/positions", "/api/v1/plugins", "/health", "/nothing-here"] {
        answers.append(try service.call("GET", path, headers: bearer(key)))
        answers.append(try service.call("GET", path, headers: [(name: "X-API-Key", value: key)]))
      }
      answers.append(try service.call("PUT", "/api/v1/mock/faults", "{}", headers: bearer(key)))
      answers.append(try service.call("DELETE", "/metrics", headers: bearer(key)))
      let basic = Base64.encode(Array("desk:\(key)".utf8))
      answers.append(
        try service.call(
          "GET", "/orders", headers: [(name: "Authorization", value: "Basic \(basic)")]))
      answers.append(
        try service.call(
          "GET", "/orders",
          headers: bearer(key) + [(name: "X-API-Key", value: secrets.foreign)]))
    }
    return answers
  }

  /// Requests that the HTTP layer refuses, with a secret where it breaks.
  private func malformed() throws -> [APIAnswer] {
    let key = secrets.desk
    let long = String(repeating: "a", count: 9_000)
    return try [
      service.call("GET", "/orders", headers: [(name: "X-API-Key", value: key + "\u{1}")]),
      service.call("GET", "/orders", headers: [(name: key, value: "a")]),
      service.call("GET", "/orders", headers: bearer(key) + bearer(key)),
      service.call("GET", "http://desk:\(key)@localhost/orders"),
      service.call("GET", "/orders \(key)"), service.call(key, "/orders"),
      service.call("GET", "/orders?\(long)\(key)"),
      service.call(
        "GET", "/orders",
        headers: bearer(key) + [(name: "X-A", value: long), (name: "X-B", value: long)]),
      service.call("POST", "/orders", "{}", headers: [(name: "Expect", value: key)]),
      service.call("POST", "/orders", headers: [(name: "Transfer-Encoding", value: key)]),
      service.call("BREW", "/orders", headers: bearer(key)),
      service.call("GET", "/orders HTTP/2.0\r\nX-API-Key: \(key)\r\nX-A:"),
      service.call("GET", "/orders HTTP/3.0\r\nHost: a\r\nX-API-Key: \(key)\r\n\r\n"),
    ]
  }

  /// Bodies that hold a secret and are refused.
  private func refusedBodies() throws -> [APIAnswer] {
    let secret = secrets.foreign
    let bodies = [
      #"{"api_key":"\#(secret)","secret":"\#(secret)"}"#, #"{"password":"\#(secret)""#, secret,
      #"["\#(secret)"]"#, #""\#(secret)""#, #"{"symbol":{"api_key":"\#(secret)"}}"#,
      String(repeating: " ", count: 4_000) + secret,
    ]
    var answers: [APIAnswer] = []
    for path in ["/orders", "/api/v1/mock/faults"] {
      for body in bodies {
        answers.append(try service.call("POST", path, body, headers: bearer(secrets.desk)))
        answers.append(try service.call("PUT", path, body, headers: bearer(secrets.desk)))
      }
    }
    for field in [
      "quantity", "price", "confidence", "stop_loss", "stop_price", "post_only", "reduce_only",
    ] {
      answers.append(try order("refused", #""quantity":1,"\#(field)":"\#(secret)""#))
    }
    return answers
  }

  /// A key in the query, where it does not belong and does not count.
  private func queries() throws -> [APIAnswer] {
    let encoded = PercentCoding.encode(secrets.desk)
    return try [
      service.get("/orders?api_key=\(encoded)"), service.get("/orders?token=\(secrets.desk)"),
      service.call("GET", "/orders?api_key=\(encoded)", headers: bearer(secrets.desk)),
      service.call("GET", "/fills?key=\(encoded)", headers: bearer(secrets.reader)),
    ]
  }

  /// Orders that are filled, repeated, denied, limited, lost, and refused by an open breaker; with
  /// a secret in fields that are not known.
  private func orders() throws -> [APIAnswer] {
    let extra =
      #""quantity":0.01,"api_secret":"\#(secrets.foreign)","webhook":{"k":"\#(secrets.desk)"}"#
    var answers = try [
      order("leak-1", extra), order("leak-1", extra), order("leak-1", #""quantity":0.02"#),
      order("leak-2", #""quantity":900"#), order("leak-3", symbol: "NOTHING"),
      service.call("PUT", "/orders/leak-1/cancel", "{}", headers: bearer(secrets.desk)),
      service.call(
        "PUT", "/api/v1/mock/faults", #"{"lost_orders":1}"#, headers: bearer(secrets.desk)),
      order("leak-4"),
    ]
    for number in 5...12 { answers.append(try order("leak-\(number)")) }
    for path in ["/orders/leak-1/trail", "/orders/leak-2/trail", "/orders/leak-4/trail", "/audit"] {
      answers.append(try service.call("GET", path, headers: bearer(secrets.desk)))
    }
    return answers
  }

  /// Requests whose answer names what the caller wrote.
  func echoes() throws -> [APIAnswer] {
    let text = secrets.echoed
    return try [
      service.get("/\(text)"),
      service.call("GET", "/orders/\(text)", headers: bearer(secrets.desk)),
      service.call("DELETE", "/orders/\(text)", headers: bearer(secrets.desk)),
      service.call("GET", "/orders?limit=\(text)", headers: bearer(secrets.desk)),
      order("echo", #""quantity":1,"time_in_force":"\#(text)""#),
    ]
  }
}

extension APIAnswer {
  /// All there was in it: headers and body.
  var whole: [UInt8] {
    Array(headers.map { "\($0.name): \($0.value)\n" }.joined().utf8) + body
  }
}

extension TestDirectory {
  /// All files at any depth.
  func files() throws -> [(name: String, bytes: [UInt8])] {
    try FileManager.default.subpathsOfDirectory(atPath: path).map { ($0, read($0)) }
  }
}

extension ServiceProcess {
  /// What another command of the executable writes, given the settings of this service.
  func output(of command: String, _ settings: [String: String]) throws -> [UInt8] {
    let (status, text) = try run(command, settings)
    guard status == 0 else { throw ProcessFailure(description: "\(command) gave \(status).") }
    return Array(text.utf8)
  }

  /// Runs another command of the executable, given the settings of this service.
  func run(
    _ command: String, _ settings: [String: String] = [:]
  ) throws -> (status: Int32, text: String) {
    let all = settings.merging([
      "DATABASE_URL": "sqlite:\(directory.path)/data/execution.db",
      "FKS_CONFIG": "\(directory.path)/config.json5",
    ]) { given, _ in given }
    let variables = all.map { "'\($0.key)=\($0.value)'" }.joined(separator: " ")
    let file = "output of \(command.prefix { $0 != " " })"
    let status = system(
      "env \(variables) '\(Self.executable)' \(command) > '\(directory.path)/\(file)' 2>&1")
    return ((status >> 8) & 0xFF, String(decoding: directory.read(file), as: UTF8.self))
  }
}
