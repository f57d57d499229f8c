// What answers of Binance prove. Each code of the tables has its class; what no table names proves
// nothing.

import Testing
import Trading
import Wire

@testable import Plugins

private func result(_ status: Int, _ text: String) -> BinanceResult {
  BinanceResult(status: status, body: Array(text.utf8))
}

private func error(_ status: Int, _ code: Int?, _ message: String = "Why.") -> BinanceError {
  BinanceError(status: status, code: code, message: message)
}

private let sent = order(1, .buy, "0.5", limit: "100")

/// An order as Binance Spot answers with it.
private func answer(
  id: String = "00000000-0000-0000-0000-000000000001", status: String = "FILLED",
  filled: String = "0.50000000", fills: String = "[]"
) -> String {
  """
  {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"\(id)",
  "transactTime":1507725176595,"price":"100.00000000","origQty":"0.50000000",
  "executedQty":"\(filled)","cummulativeQuoteQty":"50","status":"\(status)","timeInForce":"GTC",
  "type":"LIMIT","side":"BUY","fills":\(fills)}
  """
}

@Suite struct BinanceOutcomeTests {
  @Test func `a filled order is accepted with its trades`() throws {
    let trade =
      #"{"price":"99.99","qty":"0.50000000","commission":"0.0005","commissionAsset":"BTC","#
      + #""tradeId":56}"#
    let outcome = BinanceVenue.spot.submitOutcome(
      of: sent, result(200, answer(fills: "[\(trade)]")))
    guard case .accepted(let report, nil) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(report.status == .filled)
    #expect(report.venueOrderID?.text == "28")
    #expect(report.filledQuantity == quantity("0.5"))
    #expect(
      report.fills == [
        Fill(
          tradeID: valid(TradeID("56"), "trade"), quantity: quantity("0.5"), price: price("99.99"),
          fee: decimal("0.0005"), feeAsset: btc, isMaker: false,
          tradedAt: Timestamp(microseconds: 1_507_725_176_595_000))
      ])
  }

  @Test(arguments: [
    ("NEW", VenueOrderStatus.working), ("PARTIALLY_FILLED", .working), ("PENDING_NEW", .working),
    ("FILLED", .filled), ("CANCELED", .canceled(reason: nil)), ("EXPIRED", .expired(reason: nil)),
  ])
  func `a status in our words`(word: String, status: VenueOrderStatus) {
    guard
      case .accepted(let report, _) = BinanceVenue.spot.submitOutcome(
        of: sent, result(200, answer(status: word)))
    else {
      Issue.record("\(word)")
      return
    }
    #expect(report.status == status)
  }

  @Test(arguments: [
    answer(status: "FROZEN"), answer(id: "00000000-0000-0000-0000-000000000002"),
    answer(id: "6gCrw2kRUAF9CvJDGP16IP"), answer(filled: "many"), answer(fills: "[{}]"), "{}", "",
    "<html>", #"{"orderId":28}"#,
  ])
  func `an answer that cannot be read proves nothing`(text: String) {
    guard case .unknown = BinanceVenue.spot.submitOutcome(of: sent, result(200, text)) else {
      Issue.record("\(text) proved something.")
      return
    }
  }

  @Test func `silence proves nothing, and what never left was not placed`() {
    #expect(
      BinanceVenue.spot.submitOutcome(of: sent, .silence(reason: "Late."))
        == .unknown(reason: "Late."))
    #expect(
      BinanceVenue.spot.submitOutcome(of: sent, .notSent(reason: "No route."))
        == .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: "No route.")))
  }

  @Test(arguments: [
    -1002, -1013, -1014, -1016, -1020, -1022, -1100, -1101, -1102, -1106, -1108, -1111, -1112,
    -1114,
    -1118, -1121, -1128, -1130, -2014, -2015, -2016,
  ])
  func `codes that prove at both venues that nothing was placed`(code: Int) {
    for venue in [BinanceVenue.spot, .futures] {
      #expect(venue.verdict(on: error(400, code)) == .notPlaced)
    }
  }

  @Test(arguments: [-1000, -1001, -1006, -1007, -9999, 0])
  func `codes that prove nothing at either venue`(code: Int) {
    for venue in [BinanceVenue.spot, .futures] {
      #expect(venue.verdict(on: error(400, code)) == .unknown)
    }
  }

  @Test func `an error without a code proves nothing`() {
    #expect(BinanceVenue.spot.verdict(on: error(400, nil)) == .unknown)
    #expect(BinanceVenue.futures.verdict(on: error(404, nil)) == .unknown)
  }

  @Test(arguments: [500, 502, 503, 504, 408, 520])
  func `a failure of the server proves nothing, whatever it says`(status: Int) {
    #expect(BinanceVenue.spot.verdict(on: error(status, -1013)) == .unknown)
    #expect(BinanceVenue.spot.verdict(on: error(status, nil, "Service Unavailable.")) == .unknown)
    guard status != 503 else { return }
    #expect(BinanceVenue.futures.verdict(on: error(status, -1013)) == .unknown)
  }

  @Test func `status 503 of Futures has four meanings`() {
    let cases: [(Int?, String, BinanceVerdict)] = [
      (nil, "Unknown error, please check your request or try again later.", .unknown),
      (nil, "Service Unavailable.", .notPlaced),
      (-1001, "Internal error; unable to process your request. Please try again.", .notPlaced),
      (-1008, "Request throttled by system-level protection.", .notPlaced), (nil, "", .unknown),
    ]
    for (code, message, verdict) in cases {
      #expect(BinanceVenue.futures.verdict(on: error(503, code, message)) == verdict, "\(message)")
    }
  }

  @Test func `limits and clocks are named`() {
    for status in [403, 418, 429] {
      #expect(BinanceVenue.spot.verdict(on: error(status, -1003)) == .notPlacedByLimit)
    }
    #expect(BinanceVenue.spot.verdict(on: error(400, -1015)) == .notPlacedByLimit)
    #expect(BinanceVenue.spot.verdict(on: error(400, -1021)) == .notPlacedByClock)
    #expect(BinanceVenue.futures.verdict(on: error(400, -5028)) == .notPlacedByClock)
  }

  @Test func `some codes mean different things at the two venues`() {
    // A cancel-and-replace that failed half at Spot; a trigger that is reached, a refused
    // reduce-only order at Futures.
    for code in [-2021, -2022] {
      #expect(BinanceVenue.spot.verdict(on: error(400, code)) == .unknown)
      #expect(BinanceVenue.futures.verdict(on: error(400, code)) == .notPlaced)
    }
    #expect(BinanceVenue.spot.verdict(on: error(400, -2026)) == .notFound)
    #expect(BinanceVenue.futures.verdict(on: error(400, -2026)) == .notPlaced)
  }

  @Test(arguments: [
    -2018, -2019, -2020, -2023, -2024, -2025, -2027, -2028, -4001, -4003, -4014, -4015, -4045,
    -4050,
    -4060, -4061, -4118, -4120, -4131, -4164, -4192, -5021, -5022, -5040,
  ])
  func `codes that prove at Futures that nothing was placed`(code: Int) {
    #expect(BinanceVenue.futures.verdict(on: error(400, code)) == .notPlaced)
  }

  @Test func `an id that is taken means that the order may be there`() {
    #expect(
      BinanceVenue.spot.verdict(on: error(400, -2010, "Duplicate order sent.")) == .alreadyThere)
    #expect(BinanceVenue.futures.verdict(on: error(400, -4116)) == .alreadyThere)
    #expect(
      BinanceVenue.spot.verdict(
        on: error(400, -2010, "Account has insufficient balance for requested action."))
        == .notPlaced)
    guard
      case .unknown = BinanceVenue.futures.submitOutcome(
        of: sent, .error(error(400, -4116)))
    else {
      Issue.record("A taken id was called a rejection.")
      return
    }
  }

  @Test func `a cancel is answered with the order's own id`() {
    let text = """
      {"symbol":"BTCUSDT","origClientOrderId":"00000000-0000-0000-0000-000000000001","orderId":4,
      "orderListId":-1,"clientOrderId":"cancelMyOrder1","transactTime":1684804350068,
      "price":"2","origQty":"1","executedQty":"0.25","status":"CANCELED"}
      """
    guard case .canceled(let report) = BinanceVenue.spot.cancelOutcome(of: sent, result(200, text))
    else {
      Issue.record("It was not read.")
      return
    }
    #expect(report.orderID == sent.id)
    #expect(report.filledQuantity == quantity("0.25"))
    #expect(report.status == .canceled(reason: nil))
  }

  @Test func `a refused cancel says whether the order is gone`() {
    let venue = BinanceVenue.spot
    #expect(
      venue.cancelOutcome(of: sent, .error(error(400, -2011, "Unknown order sent.")))
        == .refused(isGone: true, reason: "Unknown order sent. (-2011)"))
    #expect(
      venue.cancelOutcome(of: sent, .error(error(429, -1003, "Too many requests.")))
        == .refused(isGone: false, reason: "Too many requests. (-1003)"))
    #expect(
      venue.cancelOutcome(of: sent, .error(error(500, nil, "")))
        == .unknown(reason: "Binance answered with status 500."))
  }

  @Test func `only a plain answer says that there is no such order`() {
    let venue = BinanceVenue.spot
    #expect(venue.queryFailure(.error(error(400, -2013, "Order does not exist."))) == .notFound)
    for failure in [
      BinanceResult.error(error(500, -2013)), .error(error(400, -1003)), .silence(reason: "Late."),
      .notSent(reason: "No route."),
    ] {
      guard case .unavailable = venue.queryFailure(failure) else {
        Issue.record("\(failure) said something about the order.")
        return
      }
    }
  }
}
