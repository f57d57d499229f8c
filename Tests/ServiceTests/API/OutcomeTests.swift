// Outcomes that somebody states who has looked at a venue which tells nothing.

import Glibc
import Testing
import Wire

@Suite struct OutcomeTests {
  /// A service whose far side takes signals and never says what became of them.
  private func start(
    _ receiver: ReportReceiver, directory: TestDirectory? = nil
  ) throws -> ServiceProcess {
    try ServiceProcess.start(
      ServiceProcess.unlimited.merging([
        "PLUGINS": "ninjatrader,mock", "NINJATRADER_TRANSPORT": "ninja",
        "NINJATRADER_DEMO": "true", "NINJATRADER_INSTRUMENTS": "ES 03-25:0.25:50",
        "NINJA_SERVICE_URL": receiver.origin, "MAX_OPEN_ORDERS": "1",
      ]) { $1 }, directory: directory)
  }

  private func signal(_ id: String) -> String {
    #"{"symbol":"ES0325","side":"BUY","order_type":"LIMIT","price":5000,"quantity":50,"#
      + #""client_order_id":"\#(id)"}"#
  }

  private func unknown(_ id: String, at service: ServiceProcess) throws -> String {
    let order = try service.order(signal(id))
    #expect(try service.order(order.orderID, reaches: "UNKNOWN"))
    return order.orderID ?? ""
  }

  private func state(
    _ body: String, of order: String, at service: ServiceProcess
  ) throws -> APIAnswer {
    try service.call("PUT", "/orders/\(order)/outcome", body)
  }

  @Test func `what was executed counts, once and also after a kill`() async throws {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try start(receiver)
      let order = try unknown("stated-1", at: service)
      #expect(try service.order(signal("stated-2"))["code"] == "MAX_OPEN_ORDERS")
      let body = #"{"status":"FILLED","average_price":4999.5,"reason":"seen at the broker"}"#
      let stated = try state(body, of: order, at: service)
      #expect(stated.status == 200, "\(stated.text)")
      #expect(stated["status"] == "FILLED")
      #expect(stated["average_price"] == "4999.5")
      let again = try state(body, of: order, at: service)
      #expect([404, 409].contains(again.status), "\(again.text)")
      service.end(SIGKILL)
      let next = try start(receiver, directory: service.directory)
      #expect(try next.get("/positions/ES0325")["quantity"] == "50")
      #expect(try next.get("/fills").json?["fills"]?.elements.count == 1)
      let trail = try next.get("/orders/\(order)/trail")
      #expect(trail.json?["commands"]?.elements.count == 2, "the trail shows whose word it was")
      #expect(try next.order(signal("stated-3")).status == 202)
    }
  }

  @Test func `what was executed in part, or not at all, ends in the words of who says so`()
    async throws
  {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try start(receiver)
      let part = try state(
        #"{"status":"CANCELED","filled_quantity":20,"average_price":5000,"reason":"pulled"}"#,
        of: try unknown("part-1", at: service), at: service)
      #expect(part["state"] == "CANCELED", "\(part.text)")
      #expect(part["filled_quantity"] == "20")
      #expect(part.text.contains("Stated by"))
      let none = try state(
        #"{"status":"REJECTED","reason":"never arrived"}"#,
        of: try unknown("none-1", at: service), at: service)
      #expect(none["state"] == "REJECTED", "\(none.text)")
      #expect(none["code"] == "STATED_REJECTED")
      #expect(try service.get("/positions/ES0325")["quantity"] == "20")
    }
  }

  @Test func `a statement that cannot be used changes nothing`() async throws {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try start(receiver)
      let order = try unknown("bad-1", at: service)
      for (body, code) in [
        (#"{"status":"FILLED","average_price":1}"#, "INVALID_REASON"),
        (#"{"status":"FILLED","reason":"r"}"#, "MISSING_PRICE"),
        (#"{"status":"DONE","reason":"r"}"#, "INVALID_STATUS"),
        (#"{"reason":"r"}"#, "MISSING_FIELD"),
        (
          #"{"status":"CANCELLED","filled_quantity":50,"average_price":1,"reason":"r"}"#,
          "INVALID_QUANTITY"
        ),
        (
          #"{"status":"REJECTED","filled_quantity":1,"average_price":1,"reason":"r"}"#,
          "INVALID_QUANTITY"
        ),
      ] {
        let answer = try state(body, of: order, at: service)
        #expect(answer.status == 422)
        #expect(answer["code"] == code, "\(body): \(answer.text)")
      }
      #expect(try service.get("/orders/\(order)")["state"] == "UNKNOWN")
      #expect(try service.get("/fills").json?["fills"]?.elements.isEmpty == true)
    }
  }

  @Test func `where the venue tells what becomes of an order nobody else does`() async throws {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try start(receiver)
      let order = try service.order(
        #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","price":1000,"quantity":0.01,"#
          + #""plugin":"mock"}"#)
      let answer = try state(
        #"{"status":"REJECTED","reason":"r"}"#, of: order.orderID ?? "", at: service)
      #expect(answer.status == 409)
      #expect(answer["code"] == "VENUE_DECIDES")
      #expect(try service.get("/orders/\(order.orderID ?? "")")["state"] == "WORKING")
    }
  }
}
