// One key, one order: whatever is repeated, over whichever connection, and however it is written.

import Testing
import Wire

@Suite struct IdempotencyTests {
  private let service: ServiceProcess

  init() throws { service = try SharedService.unlimited }

  private func body(_ fields: String, quantity: String = "0.001") -> String {
    #"{"symbol":"BTCUSD","side":"BUY","order_type":"MARKET","quantity":\#(quantity)\#(fields)}"#
  }

  @Test(arguments: ["client_order_id", "signal_id"])
  func `a field's value is a key`(field: String) throws {
    let key = #","\#(field)":"key-by-\#(field)""#
    let first = try service.order(body(key, quantity: "0.10"))
    #expect(first.status == 201)
    let again = try service.order(body(key, quantity: "0.1"))
    #expect(again.status == 200)
    #expect(again.orderID == first.orderID)
    #expect(again["status"] == "FILLED")
    let other = try service.order(body(key, quantity: "0.2"))
    #expect(other.status == 409)
    #expect(other.code == "IDEMPOTENCY_CONFLICT")
    #expect(other.orderID == first.orderID)
  }

  @Test func `the header goes before the fields`() throws {
    let header = [(name: "Idempotency-Key", value: "key-by-header")]
    let first = try service.call("POST", "/orders", body(#","signal_id":"h-1""#), headers: header)
    let again = try service.call("POST", "/orders", body(#","signal_id":"h-1""#), headers: header)
    let other = try service.call("POST", "/orders", body(#","signal_id":"h-2""#), headers: header)
    #expect([first.status, again.status, other.status] == [201, 200, 409])
    #expect(again.orderID == first.orderID)
    #expect(other.orderID == first.orderID)
  }

  @Test func `a refused order leaves its key free`() throws {
    let key = #","client_order_id":"free-again""#
    #expect(try service.order(body(key, quantity: "0")).status == 422)
    #expect(try service.order(body(key)).status == 201)
  }

  @Test func `a hundred equal posts over a hundred connections are one order`() throws {
    let connections = try (1...100).map { _ in try APIConnection(port: service.port) }
    let body = Array(body(#","client_order_id":"hundred""#).utf8)
    for connection in connections { connection.send("POST", "/orders", body) }
    let answers = try connections.map { try $0.receive() }
    #expect(Set(answers.map(\.orderID)).count == 1)
    #expect(answers.filter { $0.status == 201 }.count == 1)
    #expect(answers.filter { $0.status == 200 }.count == 99)
    let id = try #require(answers[0].orderID)
    #expect(try service.get("/fills?order_id=\(id)").json?["fills"]?.elements.count == 1)
  }
}
