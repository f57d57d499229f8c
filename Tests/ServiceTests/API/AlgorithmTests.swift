// Orders that are worked in slices from outside: over time, as icebergs where the venue has none,
// and across a kill.

import Glibc
import Testing
import Wire

@Suite struct AlgorithmTests {
  private func start(
    _ abilities: String = "triggers,reduce_only,amend", in directory: TestDirectory? = nil
  ) throws -> ServiceProcess {
    try ServiceProcess.start(
      ServiceProcess.unlimited.merging(["MOCK_ABILITIES": abilities]) { $1 }, directory: directory)
  }

  private func slices(of id: String?, _ service: ServiceProcess) throws -> [JSONValue] {
    let path = "/orders?parent_order_id=\(id ?? "")"
    return try (service.get(path).json?["orders"]?.elements ?? []).reversed()
  }

  private func lastState(of id: String?, _ service: ServiceProcess) throws -> String? {
    try slices(of: id, service).last?["state"]?.string
  }

  private let timed = #"""
    {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.03,
     "algorithm":{"type":"twap","duration_seconds":3,"slices":3}}
    """#

  private let iceberg = #"""
    {"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":0.05,"price":67000,
     "display_quantity":0.02}
    """#

  @Test func `a TWAP order is sent in slices and filled by them`() throws {
    let service = try start()
    let made = try service.order(timed)
    #expect(made.status == 201)
    #expect(made["state"] == "HELD")
    #expect(made.json?["algorithm"]?["type"]?.string == "TWAP")
    #expect(made.json?["algorithm"]?["duration_seconds"]?.numberText == "3")
    #expect(try service.order(made.orderID, reaches: "SETTLED"))
    let parent = try service.get("/orders/\(made.orderID ?? "")")
    #expect(parent["filled_quantity"] == "0.03")
    #expect(parent["average_price"] != nil)
    #expect(made["code"] == "HELD")
    #expect(parent["code"] == nil && parent["reason"] == nil)
    let slices = try slices(of: made.orderID, service)
    #expect(slices.compactMap { $0["slice"]?.integer } == [1, 2, 3])
    #expect(slices.allSatisfy { $0["quantity"]?.numberText == "0.01" })
    #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.03")
  }

  @Test func `an iceberg is sent in slices where the venue has none`() throws {
    let service = try start()
    let made = try service.order(iceberg)
    #expect(made["state"] == "HELD")
    #expect(made.json?["algorithm"]?["type"]?.string == "ICEBERG")
    for count in 1...3 {
      #expect(try eventually { try slices(of: made.orderID, service).count == count })
      #expect(
        try eventually { try lastState(of: made.orderID, service) == "WORKING" })
      _ = try service.setPrice("BTCUSDT", "66900", quantity: count == 3 ? "0.01" : "0.02")
    }
    #expect(try service.order(made.orderID, reaches: "SETTLED"))
    let shown = try slices(of: made.orderID, service).compactMap { $0["quantity"]?.numberText }
    #expect(shown == ["0.02", "0.02", "0.01"])
  }

  @Test func `a venue that has icebergs gets them whole`() throws {
    let service = try start("triggers,reduce_only,amend,icebergs")
    let made = try service.order(iceberg)
    #expect(made["state"] == "WORKING")
    #expect(made.json?["algorithm"] == nil)
  }

  @Test func `cancelling the order cancels its slice`() throws {
    let service = try start()
    let made = try service.order(iceberg)
    #expect(try eventually { try lastState(of: made.orderID, service) == "WORKING" })
    let canceled = try service.call("DELETE", "/orders/\(made.orderID ?? "")")
    #expect(canceled.status == 200)
    #expect(canceled["status"] == "CANCELLED")
    let states = try slices(of: made.orderID, service).compactMap { $0["state"]?.string }
    #expect(states == ["CANCELED"])
  }

  @Test func `neither the order nor a slice can be changed`() throws {
    let service = try start()
    let made = try service.order(iceberg)
    #expect(try eventually { try lastState(of: made.orderID, service) == "WORKING" })
    let slice = try slices(of: made.orderID, service).last?["order_id"]?.string
    for (id, code) in [(made.orderID, "ALGORITHM_RUNNING"), (slice, "ALGORITHM_SLICE")] {
      let answer = try service.call("PUT", "/orders/\(id ?? "")", #"{"quantity":0.04}"#)
      #expect(answer.status == 409)
      #expect(answer["code"] == code)
    }
  }

  @Test func `slices outlive a kill, and none goes twice`() throws {
    let service = try start()
    let made = try service.order(iceberg)
    #expect(try eventually { try lastState(of: made.orderID, service) == "WORKING" })
    service.end(SIGKILL)
    let again = try start(in: service.directory)
    #expect(try eventually { try again.get("/ready").status == 200 })
    for (count, quantity) in [(1, "0.02"), (2, "0.02"), (3, "0.01")] {
      #expect(try eventually { try slices(of: made.orderID, again).count == count })
      #expect(try eventually { try lastState(of: made.orderID, again) == "WORKING" })
      _ = try again.setPrice("BTCUSDT", "66900", quantity: quantity)
    }
    #expect(try again.order(made.orderID, reaches: "SETTLED"))
    #expect(try slices(of: made.orderID, again).count == 3)
    #expect(try again.get("/positions/BTCUSDT")["quantity"] == "0.05")
  }

  private func routed(_ exchanges: String, _ rest: String = "") -> String {
    #"""
    {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,
     "algorithm":{"type":"ROUTE","exchanges":[\#(exchanges)]}\#(rest)}
    """#
  }

  @Test func `an order is routed to where it costs least`() throws {
    let settings = ServiceProcess.unlimited.merging(["PLUGINS": "mock,mock-2"]) { $1 }
    let service = try ServiceProcess.start(settings)
    #expect(try eventually { try service.get("/ready").status == 200 })
    for (price, cheapest) in [("70000", "mock-2"), ("60000", "mock")] {
      _ = try service.setPrice("BTCUSDT", price)
      let plan = try service.call("POST", "/orders/preview", routed(#""mock","mock-2""#))
      #expect(plan.json?["plan"]?.elements.first?["exchange"]?.string == cheapest)
      let made = try service.order(routed(#""mock","mock-2""#))
      #expect(made.status == 201)
      #expect(made["state"] == "HELD")
      #expect(made["mode"] == "mock")
      #expect(made.json?["algorithm"]?["type"]?.string == "ROUTE")
      #expect(try service.order(made.orderID, reaches: "SETTLED"))
      let slices = try slices(of: made.orderID, service)
      #expect(slices.compactMap { $0["exchange"]?.string } == [cheapest])
    }
  }

  @Test func `an order that cannot be routed is refused`() throws {
    let settings = ServiceProcess.unlimited.merging(["PLUGINS": "mock,mock-2,paper"]) { $1 }
    let service = try ServiceProcess.start(settings)
    for (body, code) in [
      (routed(#""mock""#), "ALGORITHM_ROUTE"), (routed(#""mock","mock""#), "ALGORITHM_ROUTE"),
      (routed(#""mock","paper""#), "ALGORITHM_ROUTE"),
      (routed(#""mock","mock-3""#), "UNKNOWN_PLUGIN"), (routed("1,2"), "UNKNOWN_PLUGIN"),
      (routed(#""mock","mock-2""#, #","exchange":"mock""#), "CONTRADICTION"),
      (routed(#""mock","mock-2""#, #","reduce_only":true"#), "ALGORITHM_COMBINATION"),
    ] {
      let answer = try service.order(body)
      #expect(answer.status == 422, "\(body)")
      #expect(answer["code"] == code, "\(body)")
    }
    #expect(try service.get("/orders").json?["orders"]?.elements.isEmpty == true)
  }

  private static let refused: [(algorithm: String, code: String)] = [
    (#""TWAP""#, "WRONG_TYPE"),
    (#"{"duration_seconds":600,"slices":10}"#, "MISSING_FIELD"),
    (#"{"type":"VWAP","duration_seconds":600,"slices":10}"#, "INVALID_ALGORITHM"),
    (#"{"type":"TWAP","slices":10}"#, "MISSING_FIELD"),
    (#"{"type":"TWAP","duration_seconds":"long","slices":10}"#, "NOT_A_NUMBER"),
    (#"{"type":"TWAP","duration_seconds":600}"#, "ALGORITHM_SLICES"),
    (
      #"{"type":"TWAP","duration_seconds":600,"slices":10,"interval_seconds":60}"#,
      "ALGORITHM_SLICES"
    ),
    (#"{"type":"TWAP","duration_seconds":600,"interval_seconds":70}"#, "ALGORITHM_INTERVAL"),
    (#"{"type":"TWAP","duration_seconds":600,"slices":1001}"#, "ALGORITHM_SLICES"),
    (#"{"type":"TWAP","duration_seconds":90000,"slices":10}"#, "ALGORITHM_DURATION"),
    (#"{"type":"TWAP","duration_seconds":5,"slices":10}"#, "ALGORITHM_INTERVAL"),
    (#"{"type":"TWAP","duration_seconds":600,"slices":600}"#, "SLICE_TOO_SMALL"),
  ]

  @Test func `what cannot be carried out is refused with its code`() throws {
    let service = try start()
    for (algorithm, code) in AlgorithmTests.refused {
      let answer = try service.order(
        #"""
        {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,
         "algorithm":\#(algorithm)}
        """#)
      #expect(answer.status == 422, "\(algorithm)")
      #expect(answer["code"] == code, "\(algorithm)")
    }
    let small = try service.order(
      #"""
      {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,
       "algorithm":{"type":"TWAP","duration_seconds":600,"interval_seconds":1}}
      """#)
    #expect(small.json?["detail"]?["value"]?.string == "0.00001")
    #expect(small.json?["detail"]?["limit"] != nil)
    #expect(try service.get("/orders").json?["orders"]?.elements.isEmpty == true)
  }

  @Test func `a preview shows the slices`() throws {
    let service = try start()
    let answer = try service.call("POST", "/orders/preview", timed)
    #expect(answer["would"] == "HOLD")
    let plan = answer.json?["plan"]?.elements ?? []
    #expect(plan.compactMap { $0["quantity"]?.numberText } == ["0.01", "0.01", "0.01"])
    #expect(plan.allSatisfy { $0["at"]?.string != nil })
  }
}
