// A venue that loses answers, loses orders or keeps silent: nothing is sent twice, and nothing is
// said that the venue has not.

import Testing
import Wire

@Suite struct VenueFaultTests {
  /// Answers 202 after a moment, so that the unknown can be seen.
  private let settings = ServiceProcess.unlimited.merging(["SUBMIT_WAIT_MS": "100"]) { $1 }
  private let body =
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.01,"signal_id":"f-1"}"#

  @Test func `a lost answer is looked up, and the order was executed once`() throws {
    let service = try ServiceProcess.start(settings)
    #expect(try service.setFaults(#"{"lost_answers":1}"#).status == 200)
    let answer = try service.order(body)
    #expect(answer.status == 202)
    #expect(answer["status"] == "PENDING")
    #expect(answer["state"] == "UNKNOWN")
    #expect(answer.json?["certainty"]?["unknown_since"]?.string != nil)
    #expect(try service.order(answer.orderID, reaches: "SETTLED"))
    #expect(try service.get("/orders/\(answer.orderID ?? "")")["certainty"] == "confirmed")
    #expect(try service.get("/fills").json?["fills"]?.elements.count == 1)
    #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.01")
    let again = try service.order(body)
    #expect(again.status == 200)
    #expect(again.orderID == answer.orderID)
  }

  @Test func `a lost answer that is found in time is the answer`() throws {
    let service = try ServiceProcess.start()
    _ = try service.setFaults(#"{"lost_answers":1}"#)
    let answer = try service.order(body)
    #expect(answer.status == 201)
    #expect(answer["status"] == "FILLED")
    #expect(try service.get("/fills").json?["fills"]?.elements.count == 1)
  }

  @Test func `a lost order is not found, after several lookups and not before`() throws {
    let service = try ServiceProcess.start(settings)
    _ = try service.setFaults(#"{"lost_orders":1}"#)
    let answer = try service.order(body)
    #expect(answer.status == 202)
    #expect(answer["state"] == "UNKNOWN")
    #expect(try service.metric("execution_unknown_orders") == 1)
    #expect(try service.order(answer.orderID, reaches: "NOT_FOUND"))
    let order = try service.get("/orders/\(answer.orderID ?? "")")
    #expect(order["status"] == "REJECTED")
    #expect(order.json?["certainty"]?["reason"]?.string?.isEmpty == false)
    let lookups = try service.metric(
      #"execution_exchange_api_calls_total{exchange="mock",endpoint="query""#)
    #expect(lookups >= 3)
    #expect(try service.get("/fills").json?["fills"]?.elements.count == 0)
    let again = try service.order(body)
    #expect(again.status == 422)
    #expect(again.orderID == answer.orderID)
  }

  @Test func `a venue that is slow is waited for, and its late answer counts`() throws {
    let service = try ServiceProcess.start(
      settings.merging(["MOCK_LATENCY_MS": "600"]) { $1 })
    let answer = try service.order(body)
    #expect(answer.status == 202)
    #expect(answer["state"] == "SUBMITTING")
    #expect(try service.order(answer.orderID, reaches: "SETTLED"))
    #expect(try service.get("/fills").json?["fills"]?.elements.count == 1)
  }

  @Test func `queries that fail leave an order unknown`() throws {
    let service = try ServiceProcess.start(settings)
    _ = try service.setFaults(#"{"lost_answers":1,"silent_queries":2}"#)
    let answer = try service.order(body)
    #expect(answer.status == 202)
    let isAsked = try eventually {
      try service.metric(#"execution_exchange_api_calls_total{exchange="mock",endpoint="query""#)
        >= 2
    }
    #expect(isAsked)
    #expect(try service.get("/orders/\(answer.orderID ?? "")")["status"] != "REJECTED")
    #expect(try service.order(answer.orderID, reaches: "SETTLED"))
  }
}
