// API keys over HTTP: who is let in, and what for.

import Testing
import Wire

@Suite struct KeyTests {
  private static let reader = "reader-key-0123456789"
  private static let desk = "desk-key-0123456789"
  private static let started = Result {
    try ServiceProcess.start(["FKS_API_KEYS": "web:read:\(reader),desk:read+trade:\(desk)"])
  }
  private let service: ServiceProcess

  init() throws { service = try Self.started.get() }

  private func status(_ method: String, _ path: String, _ headers: [(String, String)]) throws -> Int
  {
    let body = method == "GET" ? nil : "{}"
    return try service.call(
      method, path, body, headers: headers.map { (name: $0.0, value: $0.1) }
    ).status
  }

  @Test func `health needs no key, everything else does`() throws {
    for path in ["/health", "/live", "/ready", "/metrics", "/openapi.json"] {
      #expect(try service.get(path).status == 200, "\(path)")
    }
    for path in ["/orders", "/positions", "/balances", "/fills", "/api/v1/plugins"] {
      let answer = try service.get(path)
      #expect(answer.status == 401, "\(path)")
      #expect(answer.code == "UNAUTHENTICATED")
      #expect(answer.header("WWW-Authenticate") == "Bearer")
    }
  }

  @Test func `a key is taken from either header, and both must agree`() throws {
    let (reader, desk) = (Self.reader, Self.desk)
    #expect(try status("GET", "/orders", [("Authorization", "Bearer \(reader)")]) == 200)
    #expect(try status("GET", "/orders", [("X-API-Key", reader)]) == 200)
    #expect(
      try status("GET", "/orders", [("X-API-Key", desk), ("Authorization", "bearer \(desk)")])
        == 200)
    #expect(
      try status("GET", "/orders", [("X-API-Key", desk), ("Authorization", "Bearer \(reader)")])
        == 401)
    #expect(try status("GET", "/orders", [("X-API-Key", "wrong-key-0123456789")]) == 401)
    #expect(try status("GET", "/orders", [("Authorization", "Basic \(reader)")]) == 401)
  }

  @Test func `a key without the scope is refused, whatever the body`() throws {
    for (method, path) in [
      ("POST", "/orders"), ("PUT", "/orders/x/cancel"), ("DELETE", "/orders/x"),
      ("PUT", "/positions/BTCUSDT/close"), ("PUT", "/api/v1/mock/faults"),
    ] {
      #expect(try status(method, path, [("X-API-Key", Self.reader)]) == 403, "\(method) \(path)")
      #expect(try status(method, path, []) == 401, "\(method) \(path)")
    }
    #expect(try status("POST", "/orders", [("X-API-Key", Self.desk)]) == 422)
  }

  @Test func `without keys a web page cannot send orders through its visitor`() throws {
    let open = try SharedService.unlimited
    let answer = try open.call(
      "POST", "/orders", "{}", headers: [(name: "Origin", value: "https://example.org")])
    #expect(answer.status == 403)
    #expect(answer.code == "BROWSER_REFUSED")
  }
}
