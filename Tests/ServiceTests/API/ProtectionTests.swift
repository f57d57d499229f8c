// Protective orders from outside: at a venue that keeps them from closing twice and at one that
// does not, and across a kill.

import Glibc
import Testing
import Wire

@Suite struct ProtectionTests {
  private static let abilities = ["triggers,reduce_only,amend", "triggers", "off"]

  private func start(
    _ abilities: String, in directory: TestDirectory? = nil
  ) throws -> ServiceProcess {
    try ServiceProcess.start(
      ServiceProcess.unlimited.merging(["MOCK_ABILITIES": abilities]) { $1 }, directory: directory)
  }

  private func bracket(_ service: ServiceProcess) throws -> String {
    let made = try service.order(
      #"""
      {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.02,"stop_loss":66000,
       "take_profit":69000}
      """#)
    #expect(made.status == 201)
    #expect(made["protection"] == "ACTIVE")
    return try #require(made.orderID)
  }

  /// The states of the legs, by leg.
  private func legs(of id: String, _ service: ServiceProcess) throws -> [String: String] {
    let orders = try service.get("/orders?parent_order_id=\(id)").json?["orders"]?.elements ?? []
    var states: [String: String] = [:]
    for order in orders.reversed() {
      states[order["leg"]?.string ?? ""] = order["state"]?.string
    }
    return states
  }

  private func position(_ service: ServiceProcess) throws -> String? {
    try service.get("/positions/BTCUSDT")["quantity"]
  }

  @Test(arguments: abilities)
  func `a stop that is reached closes the position, and the take-profit ends`(
    abilities: String
  ) throws {
    let service = try start(abilities)
    let id = try bracket(service)
    #expect(try eventually { try legs(of: id, service).count == 2 })
    _ = try service.setPrice("BTCUSDT", "65900")
    #expect(try eventually { try position(service) == "0" })
    #expect(
      try eventually { try legs(of: id, service)["TAKE_PROFIT"] == "CANCELED" }
    )
    _ = try service.setPrice("BTCUSDT", "69100")
    #expect(try position(service) == "0")
  }

  @Test(arguments: abilities)
  func `a profit that is taken ends the stop, and nothing is closed twice`(
    abilities: String
  ) throws {
    let service = try start(abilities)
    let id = try bracket(service)
    #expect(try eventually { try legs(of: id, service).count == 2 })
    _ = try service.setPrice("BTCUSDT", "69100")
    #expect(try eventually { try position(service) == "0" })
    #expect(try eventually { try legs(of: id, service)["STOP_LOSS"] == "CANCELED" })
    _ = try service.setPrice("BTCUSDT", "65000")
    #expect(try position(service) == "0")
  }

  @Test(arguments: abilities)
  func `legs outlive a kill`(abilities: String) throws {
    let first = try start(abilities)
    let id = try bracket(first)
    #expect(try eventually { try legs(of: id, first).count == 2 })
    first.end(SIGKILL)
    let service = try start(abilities, in: first.directory)
    #expect(try service.metric("execution_unprotected_orders") == 0)
    _ = try service.setPrice("BTCUSDT", "65900")
    #expect(try eventually { try position(service) == "0" })
  }

  @Test func `what is filled later is protected as well`() throws {
    let service = try start("triggers,reduce_only,amend")
    let made = try service.order(
      #"""
      {"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.02,"price":67000,
       "stop_loss":66000}
      """#)
    let id = try #require(made.orderID)
    #expect(made["protection"] == "WAITING")
    _ = try service.setPrice("BTCUSDT", "66990", quantity: "0.005")
    #expect(
      try eventually {
        try service.get("/orders?parent_order_id=\(id)").json?["orders"]?.elements.first?[
          "quantity"]?
          .numberText == "0.005"
      })
    _ = try service.setPrice("BTCUSDT", "66980")
    #expect(
      try eventually {
        try service.get("/orders?parent_order_id=\(id)").json?["orders"]?.elements.first?[
          "quantity"]?
          .numberText == "0.02"
      })
  }

  @Test func `a bracket that crosses its entry is refused`() throws {
    let service = try start("off")
    let answer = try service.order(
      #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.02,"stop_loss":68000}"#)
    #expect(answer.status == 422)
    #expect(answer.code == "BRACKET_CROSSED")
  }
}
