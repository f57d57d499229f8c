// The audit log from outside: every command is in it, nothing that only looks is, and it survives.

import Crypto
import Glibc
import Testing
import Wire

@Suite struct AuditTests {
  private static let settings = [
    "FKS_API_KEYS": ["desk:read+trade", "web:read", "boss:admin"]
      .map { "\($0):\($0.prefix { $0 != ":" })-audit-key-0123456789" }
      .joined(separator: ",")
  ]
  private let service: ServiceProcess

  init() throws { service = try ServiceProcess.start(Self.settings) }

  private func call(
    _ name: String, _ method: String, _ path: String, _ body: String? = nil
  ) throws -> APIAnswer {
    let key = "\(name)-audit-key-0123456789"
    return try service.call(method, path, body, headers: [(name: "X-API-Key", value: key)])
  }

  private func commands(_ query: String = "") throws -> [JSONValue] {
    try call("boss", "GET", "/audit\(query)").json?["commands"]?.elements ?? []
  }

  private static let order = #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01}"#

  @Test func `every command is there with its key, what it was and what came of it`() throws {
    let made = try call("desk", "POST", "/orders", Self.order)
    let id = made.orderID ?? ""
    _ = try call("desk", "POST", "/orders/preview", Self.order)
    _ = try call("desk", "DELETE", "/orders/\(id)")
    _ = try call("desk", "DELETE", "/orders?symbol=ETHUSDT")
    _ = try call("boss", "PUT", "/trading-state", #"{"state":"ACTIVE","reason":"a test"}"#)
    _ = try call("desk", "GET", "/orders")
    let found = try commands()
    let shown = found.map { command in
      ["key", "method", "path"].map { command[name: $0]?.string ?? "" }.joined(separator: " ")
        + " \(command["status"]?.integer ?? 0)"
    }
    #expect(
      shown == [
        "boss PUT /trading-state 200", "desk DELETE /orders 200", "desk DELETE /orders/\(id) 409",
        "desk POST /orders/preview 200", "desk POST /orders 201",
      ])
    let digest = Hex.encode(SHA256Hasher().hash(Array("/orders\n\(Self.order)".utf8)))
    #expect(found.last?["request_sha256"]?.string == digest)
    let trail = try call("desk", "GET", "/orders/\(id)/trail").json
    #expect(trail?["request"]?["request_id"]?.string == found.last?["request_id"]?.string)
  }

  @Test func `a command that a key may not send is there, and what it named is not`() throws {
    _ = try call("web", "PUT", "/orders/secret-word/cancel", "{}")
    _ = try call("desk", "DELETE", "/orders/secret-word")
    _ = try service.call("POST", "/orders", Self.order)
    let found = try commands()
    #expect(found.compactMap { $0["status"]?.integer } == [404, 403])
    #expect(found.compactMap { $0["path"]?.string } == ["/orders/{id}", "/orders/{id}/cancel"])
    #expect(found.last?["key"]?.string == "web")
  }

  @Test func `filters and pages pick commands, and a wrong one is refused`() throws {
    for _ in 0..<5 { _ = try call("desk", "POST", "/orders/preview", Self.order) }
    _ = try call("boss", "DELETE", "/orders")
    #expect(try commands("?key=boss").count == 1)
    #expect(try commands("?method=post").count == 5)
    #expect(try commands("?status=404").isEmpty)
    #expect(try commands("?since=2099-01-01T00:00:00Z").isEmpty)
    #expect(try commands("?until=2099-01-01T00:00:00Z").count == 6)
    let first = try call("boss", "GET", "/audit?limit=4").json
    let next = try #require(first?["next"]?.string)
    let second = try call("boss", "GET", "/audit?limit=4&next=\(next)").json
    #expect(second?["commands"]?.elements.count == 2)
    #expect(second?["next"]?.string == nil)
    let id = try #require(first?["commands"]?.elements.first?["request_id"]?.string)
    #expect(try commands("?request_id=\(id)").count == 1)
    for query in ["status=9", "since=yesterday", "next=0", "limit=0"] {
      #expect(try call("boss", "GET", "/audit?\(query)").code == "INVALID_QUERY", "\(query)")
    }
  }

  @Test func `the log survives a stop`() throws {
    _ = try call("desk", "POST", "/orders", Self.order)
    service.end(SIGTERM)
    let again = try ServiceProcess.start(Self.settings, directory: service.directory)
    let answer = try again.call(
      "GET", "/audit", headers: [(name: "X-API-Key", value: "boss-audit-key-0123456789")])
    #expect(answer.json?["commands"]?.elements.count == 1)
  }
}
