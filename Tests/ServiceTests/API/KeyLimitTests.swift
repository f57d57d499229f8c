// The limits of single keys, over HTTP: they hold back new orders of that key and nothing else.

import Testing
import Wire

@Suite struct KeyLimitTests {
  private static let keys = "bot:read+trade:bot-key-0123456789,desk:read+trade:desk-key-0123456789"
  private let service: ServiceProcess

  init() throws {
    service = try ServiceProcess.start(
      ["FKS_API_KEYS": Self.keys, "KEY_LIMITS": "bot:1/2", "MAX_ORDERS_PER_SECOND": "off"])
  }

  private func call(
    _ name: String, _ method: String, _ path: String, _ body: String? = nil
  ) throws -> APIAnswer {
    try service.call(
      method, path, body, headers: [(name: "X-API-Key", value: "\(name)-key-0123456789")])
  }

  private func order(_ name: String) throws -> APIAnswer {
    try call(
      name, "POST", "/orders",
      #"{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.001,"price":66000}"#)
  }

  /// Sends orders of the limited key until one is refused.
  private func spend() throws -> (made: [APIAnswer], refused: APIAnswer?) {
    var made: [APIAnswer] = []
    for _ in 0..<50 {
      let answer = try order("bot")
      guard answer.status == 201 else { return (made, answer) }
      made.append(answer)
    }
    return (made, nil)
  }

  @Test func `a key that has used up its limit is told so by name, and others go on`() throws {
    let (made, refused) = try spend()
    #expect(made.count >= 2)
    let answer = try #require(refused)
    #expect(answer.status == 429)
    #expect(answer.code == "RATE_LIMITED")
    #expect(answer.json?["detail"]?["key"]?.string == "bot")
    #expect(answer.orderID == nil)
    #expect(answer.header("Retry-After") == "1")
    #expect(try order("desk").status == 201)
    #expect(try service.metric("order_execution_rate_limit_hits_total") == 1)
  }

  @Test func `cancels, closes and reads of a limited key always pass`() throws {
    let made = try spend().made
    let id = made.first?.orderID ?? ""
    #expect(try call("bot", "DELETE", "/orders/\(id)").status == 200)
    #expect(try call("bot", "DELETE", "/orders").status == 200)
    #expect(try call("bot", "PUT", "/positions/close").status == 200)
    #expect(try call("bot", "PUT", "/positions/BTCUSDT/close").code == "NO_POSITION")
    #expect(try call("bot", "GET", "/orders").status == 200)
  }

  @Test func `each order of a batch takes from the limit of its key`() throws {
    let order = #"{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.001,"price":66000}"#
    let orders = Array(repeating: order, count: 40).joined(separator: ",")
    let answer = try call("bot", "POST", "/orders/batch", #"{"orders":[\#(orders)]}"#)
    let statuses = answer.json?["results"]?.elements.compactMap { $0["http_status"]?.integer } ?? []
    #expect(statuses.prefix(2) == [201, 201])
    #expect(statuses.last == 429)
  }

  @Test(arguments: ["other:1/2", "bot:0/2", "bot:1", "bot:1/2,bot:3/4", "bot"])
  func `a limit that nobody could mean stops the start`(limits: String) throws {
    let (status, output) = try ServiceProcess.refusedStart(
      ["FKS_API_KEYS": Self.keys, "KEY_LIMITS": limits])
    #expect(status == 1)
    #expect(output.contains("KEY_LIMITS"), "\(output)")
  }
}
