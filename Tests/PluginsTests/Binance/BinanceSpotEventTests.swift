// What Binance Spot tells by itself. The payloads have the shape of the examples in
// binance-spot-api-docs/user-data-stream.md.

import Testing
import Trading
import Wire

@testable import Plugins

private let ownID = "00000000-0000-0000-0000-000000000007"

private func execution(
  _ kind: String = "NEW", status: String = "NEW", client: String = ownID, original: String = "",
  type: String = "LIMIT", filled: String = "0.00000000", last: String = "0.00000000",
  trade: String = "-1", feeAsset: String = "null", isOnBook: Bool = true
) -> String {
  """
  {"subscriptionId":0,"event":{"e":"executionReport","E":1499405658658,"s":"ETHBTC",
  "c":"\(client)","S":"BUY","o":"\(type)","f":"GTC","q":"1.00000000","p":"0.10264410",
  "P":"0.00000000","F":"0.00000000","g":-1,"C":"\(original)","x":"\(kind)","X":"\(status)",
  "r":"NONE","i":4293153,"l":"\(last)","z":"\(filled)","L":"0.10264410","n":"0.001",
  "N":\(feeAsset),"T":1499405658657,"t":\(trade),"v":3,"I":8641984,"w":\(isOnBook),"m":true,
  "M":false,"O":1499405658657,"Z":"0.00000000","Y":"0.00000000","Q":"0.00000000",
  "W":1499405658657,"V":"NONE"}}
  """
}

private func event(_ text: String) throws -> BinanceStreamEvent? {
  BinanceStreamEvent(spot: try JSONDocument(parsing: Array(text.utf8)).root)
}

private func report(_ text: String) throws -> OrderReport {
  guard case .order(let report)? = try event(text) else {
    throw PluginError("It is no report: \(text)")
  }
  return report
}

@Suite struct BinanceSpotEventTests {
  @Test func `a new order works`() throws {
    let report = try report(execution())
    #expect(report.orderID == OrderID(value: 7))
    #expect(report.venueOrderID?.text == "4293153")
    #expect(report.status == .working)
    #expect(report.fills == [])
    #expect(report.terms?.quantity == quantity("1"))
    #expect(report.terms?.limitPrice == price("0.1026441"))
    #expect(report.terms?.triggerPrice == nil)
  }

  @Test func `a trade is told with its fee and its side of the book`() throws {
    let report = try report(
      execution(
        "TRADE", status: "PARTIALLY_FILLED", filled: "0.40000000", last: "0.40000000",
        trade: "17", feeAsset: #""BNB""#))
    #expect(report.status == .working)
    #expect(report.filledQuantity == quantity("0.4"))
    #expect(
      report.fills == [
        Fill(
          tradeID: valid(TradeID("17"), "trade"), quantity: quantity("0.4"),
          price: price("0.1026441"), fee: decimal("0.001"), feeAsset: asset("BNB"), isMaker: true,
          tradedAt: Timestamp(microseconds: 1_499_405_658_657_000))
      ])
  }

  @Test func `a trade without the asset of its fee is missing, not free`() throws {
    let report = try report(
      execution("TRADE", status: "FILLED", filled: "1", last: "1", trade: "17"))
    #expect(report.fills == [])
    #expect(report.filledQuantity == quantity("1"))
  }

  @Test func `a cancel is about the order, not about the cancel`() throws {
    let report = try report(
      execution("CANCELED", status: "CANCELED", client: "cancelMyOrder1", original: ownID))
    #expect(report.orderID == OrderID(value: 7))
    #expect(report.status == .canceled(reason: nil))
  }

  @Test func `a stop that is on the book was triggered`() throws {
    #expect(try report(execution(type: "STOP_LOSS_LIMIT")).status == .triggered)
    #expect(try report(execution(type: "STOP_LOSS_LIMIT", isOnBook: false)).status == .working)
  }

  @Test func `an order from elsewhere is not ours`() throws {
    #expect(try event(execution(client: "web_1a2b3c")) == .externalOrder)
  }

  @Test func `the end of the stream is heard`() throws {
    #expect(
      try event(#"{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1728973001334}}"#)
        == .ended(reason: "Binance said eventStreamTerminated."))
    #expect(
      try event(#"{"event":{"e":"serverShutdown","E":1770123456789}}"#)
        == .ended(reason: "Binance said serverShutdown."))
  }

  @Test func `other events do not matter, and what is no event is none`() throws {
    #expect(
      try event(#"{"subscriptionId":0,"event":{"e":"outboundAccountPosition","B":[]}}"#) == .other)
    #expect(try event(#"{"id":1,"status":200,"result":{"subscriptionId":0}}"#) == nil)
    #expect(try event(execution(status: "FROZEN")) == nil)
    #expect(try event(execution(filled: "much")) == nil)
  }
}
