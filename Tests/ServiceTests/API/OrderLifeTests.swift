// Orders from their submission to their end, on markets that each test has for itself.

import Testing
import Wire

@Suite struct OrderLifeTests {
  private let service: ServiceProcess

  init() throws { service = try SharedService.unlimited }

  private func limit(
    _ symbol: String, _ side: String, _ quantity: String, _ price: String, _ more: String = ""
  ) throws -> APIAnswer {
    try service.order(
      #"""
      {"symbol":"\#(symbol)","side":"\#(side)","order_type":"LIMIT","quantity":\#(quantity),
       "price":\#(price)\#(more)}
      """#)
  }

  @Test func `a limit order rests until the price reaches it`() throws {
    let order = try limit("SOLUSDT", "BUY", "10", "149")
    #expect(order.status == 201)
    #expect(order["state"] == "WORKING")
    #expect(order["status"] == "PENDING")
    #expect(order["leaves_quantity"] == "10")
    #expect(try service.setPrice("SOLUSDT", "149.01").status == 200)
    #expect(try service.get("/orders/\(order.orderID ?? "")")["state"] == "WORKING")
    #expect(try service.setPrice("SOLUSDT", "148.50").status == 200)
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    let filled = try service.get("/orders/\(order.orderID ?? "")")
    #expect(filled["average_price"] == "149")
    #expect(filled["leaves_quantity"] == "0")
  }

  @Test func `a resting order is filled in parts`() throws {
    let id = try limit("BNBUSDT", "SELL", "3", "610").orderID
    #expect(try service.setPrice("BNBUSDT", "610", quantity: "1").status == 200)
    #expect(try service.order(id, reaches: "PARTIALLY_FILLED"))
    #expect(try service.get("/orders/\(id ?? "")")["filled_quantity"] == "1")
    #expect(try service.setPrice("BNBUSDT", "612", quantity: "5").status == 200)
    #expect(try service.order(id, reaches: "SETTLED"))
    let fills = try service.get("/fills?order_id=\(id ?? "")").json?["fills"]?.elements ?? []
    #expect(fills.compactMap { $0["quantity"]?.numberText } == ["2", "1"])
    #expect(fills.allSatisfy { $0["is_maker"]?.bool == true })
  }

  @Test func `a part that was filled stays when the rest is cancelled`() throws {
    let id = try limit("XRPUSDT", "BUY", "100", "0.5").orderID ?? ""
    #expect(try service.setPrice("XRPUSDT", "0.5", quantity: "40").status == 200)
    #expect(try service.order(id, reaches: "PARTIALLY_FILLED"))
    let answer = try service.call("DELETE", "/orders/\(id)")
    #expect(answer.status == 200)
    #expect(answer["status"] == "CANCELLED")
    #expect(answer["filled_quantity"] == "40")

    // The price that is set trades 40 of 100 at most: the two ways of "now or not at all".
    #expect(try service.setPrice("XRPUSDT", "0.5", quantity: "40").status == 200)
    let kill = try limit("XRPUSDT", "BUY", "100", "0.6", #","time_in_force":"FOK""#)
    #expect(kill.status == 201)
    #expect(kill["status"] == "EXPIRED")
    #expect(kill["filled_quantity"] == "0")
    let rest = try limit("XRPUSDT", "BUY", "100", "0.6", #","time_in_force":"IOC""#)
    #expect(rest["status"] == "EXPIRED")
    #expect(rest["filled_quantity"] == "40")
  }

  @Test func `a post-only order that would trade is rejected, another rests`() throws {
    let crossing = try limit("ETHUSDT", "BUY", "0.1", "3600", #","post_only":true"#)
    #expect(crossing.status == 422)
    #expect(crossing.code == "POST_ONLY_WOULD_TRADE")
    let id = try #require(crossing.orderID)
    #expect(try service.get("/orders/\(id)")["status"] == "REJECTED")
    let resting = try limit("ETHUSDT", "BUY", "0.1", "3400", #","time_in_force":"gtx""#)
    #expect(resting["state"] == "WORKING")
    #expect(resting["post_only"] == "true")
  }

  @Test func `an order that costs more than is free is rejected by the venue`() throws {
    let answer = try service.order(
      #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":1000}"#)
    #expect(answer.status == 422)
    #expect(answer.code == "INSUFFICIENT_BALANCE")
    #expect(answer.orderID != nil)
    #expect(answer.json?["detail"]?["state"]?.string == "REJECTED")
  }

  @Test func `a cancel ends an order once, by either way and either id`() throws {
    let byID = try limit("ETHUSDT", "BUY", "0.1", "3300")
    let path = "/orders/\(byID.orderID ?? "")"
    let canceled = try service.call("PUT", path + "/cancel")
    #expect(canceled.status == 200)
    #expect(canceled["state"] == "CANCELED")
    #expect(canceled["status"] == "CANCELLED")
    let again = try service.call("PUT", path + "/cancel")
    #expect(again.status == 409)
    #expect(again.code == "ORDER_ENDED")
    #expect(again.orderID == byID.orderID)

    let named = try limit("ETHUSDT", "BUY", "0.1", "3300", #","client_order_id":"cancel-me""#)
    #expect(try service.get("/orders/cancel-me").orderID == named.orderID)
    #expect(try service.call("DELETE", "/orders/cancel-me")["state"] == "CANCELED")
    #expect(try service.call("DELETE", "/orders/cancel-me").status == 409)
  }

  @Test func `a filled order cannot be cancelled`() throws {
    let order = try service.order(
      #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.001}"#)
    let answer = try service.call("PUT", "/orders/\(order.orderID ?? "")/cancel")
    #expect(answer.status == 409)
    #expect(answer.code == "ORDER_ENDED")
  }

  @Test func `the journal tells all that happened, in order`() throws {
    let id = try limit("ETHUSDT", "BUY", "0.1", "3200").orderID ?? ""
    _ = try service.call("PUT", "/orders/\(id)/cancel")
    let answer = try service.get("/orders/\(id)/events")
    let events = answer.json?["events"]?.elements ?? []
    #expect(answer.orderID == id)
    #expect(
      events.compactMap { $0["event"]?.string }
        == ["received", "submitting", "accepted", "cancel_requested", "canceled"])
    let places = events.compactMap { $0["sequence"]?.integer }
    #expect(places == places.sorted())
    #expect(places.count == events.count)
  }
}
