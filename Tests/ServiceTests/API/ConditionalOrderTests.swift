// Orders that wait for a price, at a venue that watches triggers and at one that does not, and
// changes of orders, from outside.

import Glibc
import Testing
import Wire

@Suite struct ConditionalOrderTests {
  private func service(abilities: String) throws -> ServiceProcess {
    try ServiceProcess.start(["MOCK_ABILITIES": abilities, "MAX_ORDERS_PER_SECOND": "off"])
  }

  private func setPrice(_ price: String, _ service: ServiceProcess) throws {
    let answer = try service.call(
      "PUT", "/api/v1/mock/prices/BTCUSDT", #"{"price":\#(price)}"#)
    #expect(answer.status == 200)
  }

  /// Asks until the order has this state: what the venue tells by itself comes a moment later.
  private func wait(for state: String, of id: String, _ service: ServiceProcess) throws {
    #expect(try eventually { try service.get("/orders/\(id)")["state"] == state })
  }

  private static let types: [(type: String, fields: String, price: String)] = [
    ("STOP", #""stop_price":65000"#, "64999"),
    ("STOP_LIMIT", #""stop_price":65000,"price":64000"#, "64999"),
    ("TAKE_PROFIT", #""stop_price":70000"#, "70000"),
    ("TAKE_PROFIT_LIMIT", #""stop_price":70000,"price":69000"#, "70000"),
    ("TRAILING_STOP", #""trail_percent":1"#, "66800"),
  ]

  @Test(arguments: ["triggers,reduce_only,amend", "off"])
  func `every conditional type waits, is triggered by the market and fills`(
    abilities: String
  ) throws {
    let service = try service(abilities: abilities)
    for (type, fields, price) in Self.types {
      try setPrice("67500", service)
      let made = try service.call(
        "POST", "/orders",
        #"{"symbol":"BTCUSDT","side":"SELL","type":"\#(type)","quantity":0.01,\#(fields)}"#)
      #expect(made.status == 201)
      #expect(made["state"] == (abilities == "off" ? "HELD" : "WORKING"))
      #expect(made["emulated"] == (abilities == "off" ? "true" : "false"))
      let id = try #require(made["order_id"])
      try setPrice(price, service)
      try wait(for: "SETTLED", of: id, service)
      #expect(try service.get("/orders/\(id)")["order_type"] == type)
    }
  }

  @Test(arguments: ["triggers,reduce_only,amend", "off"])
  func `an order is changed and is never alive twice`(abilities: String) throws {
    let service = try service(abilities: abilities)
    let made = try service.call(
      "POST", "/orders",
      #"{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.01,"price":65000}"#)
    let id = try #require(made["order_id"])
    let changed = try service.call(
      "PUT", "/orders/\(id)", #"{"quantity":0.02,"price":65500}"#)
    #expect(changed.status == 200)
    #expect(changed["quantity"] == "0.02")
    #expect(changed["price"] == "65500")
    let isInPlace = abilities != "off"
    #expect((changed["order_id"] == id) == isInPlace)
    if !isInPlace {
      #expect(changed["replaces"] == id)
      #expect(try service.get("/orders/\(id)")["state"] == "REPLACED")
      #expect(try service.get("/orders/\(id)")["replaced_by"] == changed["order_id"])
      let again = try service.call("PUT", "/orders/\(id)", #"{"quantity":0.03}"#)
      #expect(again.code == "ORDER_ENDED")
    }
    try setPrice("65400", service)
    #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.02")
  }

  @Test func `a held stop outlives a kill and is triggered afterwards`() throws {
    let service = try service(abilities: "off")
    let made = try service.call(
      "POST", "/orders",
      #"{"symbol":"BTCUSDT","side":"SELL","type":"STOP","quantity":0.01,"stop_price":65000}"#)
    let id = try #require(made["order_id"])
    service.end(SIGKILL)
    let later = try ServiceProcess.start(
      ["MOCK_ABILITIES": "off"], directory: service.directory)
    #expect(try later.get("/orders/\(id)")["state"] == "HELD")
    try setPrice("64000", later)
    try wait(for: "SETTLED", of: id, later)
  }

  @Test func `a change that cannot be used is refused and changes nothing`() throws {
    let service = try service(abilities: "triggers,reduce_only,amend")
    let made = try service.call(
      "POST", "/orders",
      #"{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.01,"price":65000}"#)
    let id = try #require(made["order_id"])
    for (body, status, code) in [
      ("{}", 422, "MISSING_FIELD"), (#"{"quantity":0}"#, 422, "QUANTITY_ZERO"),
      (#"{"price":65000.001}"#, 422, "TICK_SIZE"), (#"{"quantity":9}"#, 422, "MAX_ORDER_NOTIONAL"),
      (#"{"stop_price":64000}"#, 422, "FIELD_NOT_FOR_TYPE"), ("[", 400, "MALFORMED_JSON"),
    ] {
      let answer = try service.call("PUT", "/orders/\(id)", body)
      #expect(answer.status == status)
      #expect(answer.code == code)
    }
    #expect(try service.call("PUT", "/orders/nobody", #"{"quantity":1}"#).status == 404)
    #expect(try service.get("/orders/\(id)")["quantity"] == "0.01")
  }
}
