// The trail of an order, from outside: what stands in it, that it proves itself, and that a change
// anywhere in it is noticed.

import Testing
import Wire

@Suite(.serialized) struct TrailTests {
  private static let desk = "trail-desk-key-0123456789"
  private static let settings = ["FKS_API_KEYS": "desk:read+trade+admin:\(desk)"]
  private static let started = Result { try ServiceProcess.start(settings) }
  private let service: ServiceProcess

  init() throws { service = try Self.started.get() }

  private func call(_ method: String, _ path: String, _ body: String? = nil) throws -> APIAnswer {
    try service.call(
      method, path, body, headers: [(name: "Authorization", value: "Bearer \(Self.desk)")])
  }

  /// A market order's id and its trail once it is settled.
  private func settledTrail(_ symbol: String) throws -> (id: String, trail: APIAnswer) {
    let made = try call(
      "POST", "/orders", #"{"symbol":"\#(symbol)","side":"BUY","type":"MARKET","quantity":0.01}"#)
    let id = try #require(made.orderID)
    #expect(try eventually { try call("GET", "/orders/\(id)")["state"] == "SETTLED" })
    return (id, try call("GET", "/orders/\(id)/trail"))
  }

  private func run(_ command: String) throws -> (status: Int32, text: String) {
    try service.run(command, Self.settings)
  }

  @Test func `a trail says who asked, what was checked, sent, answered and traded`() throws {
    let trail = try settledTrail("BTCUSDT").trail
    let json = try #require(trail.json)
    #expect(trail.status == 200)
    #expect(json["request"]?["key"]?.string == "desk")
    #expect(json["request"]?["request_id"]?.string?.isEmpty == false)
    #expect(json["request"]?["terms"]?["symbol"]?.string == "BTCUSDT")
    let checks = json["checks"]?.elements ?? []
    let notional = checks.first { $0["check"]?.string == "MAX_ORDER_NOTIONAL" }
    #expect(notional?["limit"]?.string == "10000")
    #expect(notional?["value"]?.string?.hasPrefix("6") == true)
    #expect(checks.allSatisfy { $0["passed"]?.bool == true })
    let sent = try #require(json["sent"]?.elements.first)
    #expect(sent["target"]?.string == "mock")
    #expect(sent["body_sha256"]?.string?.count == 64)
    #expect(json["answers"]?.elements.first?["event"]?.string == "accepted")
    #expect(json["fills"]?.elements.first?["quantity"]?.string == "0.01")
    #expect(json["rows"]?.elements.count == 2)
    #expect(json["order"]?["state"]?.string == "SETTLED")
  }

  @Test func `a stage that no row tells of has no time`() throws {
    let timings = try settledTrail("ETHUSDT").trail.json?["timings"]?.elements ?? []
    for timing in timings {
      let isThere = timing["timestamp"]?.string != nil
      #expect(isThere == timing["journaled"]?.bool, "\(timing["stage"]?.string ?? "")")
    }
    #expect(timings.contains { $0["stage"]?.string == "sent" })
  }

  @Test func `a denied order shows the limit that it failed`() throws {
    let denied = try call(
      "POST", "/orders", #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":1}"#)
    let trail = try call("GET", "/orders/\(denied.orderID ?? "")/trail").json
    let failed = trail?["checks"]?.elements.filter { $0["passed"]?.bool == false } ?? []
    #expect(failed.map { $0["check"]?.string } == ["MAX_ORDER_NOTIONAL"])
    #expect(failed.first?["limit"]?.string == "10000")
    #expect(trail?["sent"]?.elements.isEmpty == true)
  }

  @Test func `a cancel stands in the trail with the key that sent it`() throws {
    let resting = try call(
      "POST", "/orders",
      #"{"symbol":"ETHUSDT","side":"BUY","type":"LIMIT","quantity":0.1,"price":3400}"#)
    let id = try #require(resting.orderID)
    #expect(try call("DELETE", "/orders/\(id)").status == 200)
    let commands = try call("GET", "/orders/\(id)/trail").json?["commands"]?.elements ?? []
    #expect(commands.count == 2)
    #expect(commands.last?["events"]?.elements.map(\.string) == ["cancel_requested"])
    #expect(commands.allSatisfy { $0["key"]?.string == "desk" })
  }

  @Test func `protective orders and what they protect name each other`() throws {
    let entry = try call(
      "POST", "/orders",
      #"{"symbol":"SOLUSDT","side":"BUY","type":"MARKET","quantity":1,"stop_loss":140}"#)
    let id = try #require(entry.orderID)
    var legs: [String] = []
    #expect(
      try eventually {
        let trail = try call("GET", "/orders/\(id)/trail").json
        legs = trail?["related"]?["protective_order_ids"]?.elements.compactMap(\.string) ?? []
        return legs.count == 1
      })
    let leg = try call("GET", "/orders/\(legs[0])/trail").json
    #expect(leg?["related"]?["parent_order_id"]?.string == id)
    #expect(leg?["request"]?["key"]?.kind == .null)
  }

  @Test func `export prints the answer of the service, and it proves itself`() throws {
    let (id, trail) = try settledTrail("BTCUSDT")
    let exported = try run("export \(id)")
    #expect(exported.status == 0)
    #expect(exported.text == trail.text + "\n")
    try service.directory.write("trail.json", Array(exported.text.utf8))
    let verdict = try run("verify-trail '\(service.directory.path)/trail.json'")
    #expect(verdict.status == 0, "\(verdict.text)")
    #expect(verdict.text.contains("has them all"))
  }

  @Test(arguments: [
    (#"mock\",\"body_sha256"#, #"mars\",\"body_sha256"#, "was changed"),
    (#""filled_quantity":0.01"#, #""filled_quantity":0.02"#, "not what they say"),
    (#""key":"desk""#, #""key":"web""#, "not what they say"),
    ("fks-execution-trail-1", "fks-execution-trail-0", "no trail"),
  ])
  func `a trail that was changed anywhere is refused`(
    text: String, other: String, verdict: String
  ) throws {
    let trail = try settledTrail("BTCUSDT").trail.text
    let forged = trail.replacing(text, with: other)
    #expect(forged != trail)
    try service.directory.write("forged.json", Array(forged.utf8))
    let answer = try run("verify-trail '\(service.directory.path)/forged.json'")
    #expect(answer.status == 1)
    #expect(answer.text.contains(verdict), "\(answer.text)")
  }

  @Test func `rows that another journal has not are refused`() throws {
    let trail = try settledTrail("BTCUSDT").trail
    let other = try ServiceProcess.start()
    try other.directory.write("trail.json", trail.body)
    let answer = try other.run("verify-trail '\(other.directory.path)/trail.json'")
    #expect(answer.status == 1)
    #expect(answer.text.contains("does not have the rows"), "\(answer.text)")
  }

  @Test func `an order that there is not has no trail`() throws {
    let answer = try call("GET", "/orders/01a1fdba-7ea7-7000-a4d6-1ceeb588d122/trail")
    #expect(answer.status == 404)
    #expect(answer.code == "ORDER_NOT_FOUND")
    let exported = try run("export 01a1fdba-7ea7-7000-a4d6-1ceeb588d122")
    #expect(exported.status == 1)
    #expect(exported.text.contains("There is no order"))
  }
}
