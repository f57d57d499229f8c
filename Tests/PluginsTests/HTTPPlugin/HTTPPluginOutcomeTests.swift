// What an answer of a plugin process proves: a table for each command. Everything that is not said
// in so many words is silence.

import Network
import Testing
import Trading
import Wire

@testable import Plugins

private let id = "00000000-0000-0000-0000-000000000001"
private let other = "00000000-0000-0000-0000-000000000002"

/// An order in an answer; each text replaces a member.
func pluginOrder(_ changes: [String: String] = [:]) -> String {
  var members = [
    "client_order_id": #""\#(id)""#, "venue_order_id": #""V-1""#, "symbol": #""BTCUSDT""#,
    "side": #""BUY""#, "status": #""WORKING""#, "quantity": #""0.5""#, "price": "null",
    "filled_quantity": #""0""#, "trades": "[]",
  ]
  members.merge(changes) { $1 }
  let texts = members.sorted { $0.key < $1.key }.filter { $0.value != "-" }
  return "{" + texts.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + "}"
}

private func accepted(_ changes: [String: String] = [:], and more: String = "") -> String {
  #"{"outcome":"accepted"\#(more),"order":\#(pluginOrder(changes))}"#
}

private func trade(_ quantity: String, price: String = #""67500""#, fee: String = #""1""#) -> String
{
  #"{"trade_id":"T1","quantity":"\#(quantity)","price":\#(price),"fee":\#(fee),"#
    + #""fee_asset":"USDT","is_maker":false,"traded_at":1700000000000}"#
}

/// Answers to a submission that prove nothing.
private let unclear: [(Int, String)] = [
  (200, accepted(["client_order_id": #""\#(other)""#])), (200, accepted(["symbol": #""ETHUSDT""#])),
  (200, accepted(["side": #""SELL""#])), (200, accepted(["status": #""DONE""#])),
  (200, accepted(["status": "-"])), (200, accepted(["quantity": "0.5"])),
  (200, accepted(["filled_quantity": "0"])), (200, accepted(["filled_quantity": #""0.6""#])),
  (200, accepted(["filled_quantity": #""-0.1""#])), (200, accepted(["status": #""FILLED""#])),
  (200, accepted(["trades": "null"])), (200, accepted(["trades": "[\(trade("0.1"))]"])),
  (200, accepted(["filled_quantity": #""0.1""#, "trades": "[\(trade("0.1", fee: "1"))]"])),
  (200, accepted(["price": "67500"])), (200, accepted(["venue_order_id": "17"])),
  (200, accepted(and: #","position":{"symbol":"ETHUSDT","quantity":"1"}"#)),
  (200, accepted(and: #","outcome":"accepted""#)), (201, accepted()), (400, accepted()),
  (500, accepted()), (302, ""), (200, ""), (200, "[]"), (200, "{}"), (200, "<html>OK</html>"),
  (200, String(accepted().dropLast())),
  (200, #"{"outcome":"duplicate","client_order_id":"\#(id)"}"#),
  (200, #"{"outcome":"unknown","message":"It did not say."}"#),
  (200, #"{"outcome":"rejected","code":"NO_FUNDS"}"#),
  (200, #"{"outcome":"rejected","client_order_id":"\#(other)","code":"NO_FUNDS"}"#),
  (200, #"{"outcome":"rejected","client_order_id":"\#(id)"}"#),
  (200, #"{"outcome":"rejected","client_order_id":"\#(id)","code":"no funds"}"#),
  (500, #"{"outcome":"rejected","client_order_id":"\#(id)","code":"NO_FUNDS"}"#),
  (401, #"{"message":"The signature is wrong."}"#), (404, "<html>Not Found</html>"),
]

@Suite struct HTTPPluginOutcomeTests {
  private let sent = order(1, .buy, "0.5", on: "http")

  private func result(_ status: Int, _ body: String) -> HTTPPluginResult {
    HTTPPluginResult(status: status, body: Array(body.utf8))
  }

  @Test func `an order that was traded comes with its trades, to the last digit`() throws {
    let body = accepted([
      "status": #""FILLED""#, "filled_quantity": #""0.50""#,
      "trades": "[\(trade("0.5", price: #""67500.123456789""#, fee: #""-0.000000001""#))]",
    ])
    let outcome = HTTPPluginOrders.submitOutcome(of: sent, result(200, body))
    guard case .accepted(let report, nil) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(report.status == .filled)
    #expect(report.filledQuantity == quantity("0.5"))
    #expect(report.fills.map(\.price) == [price("67500.123456789")])
    #expect(report.fills.map(\.fee) == [decimal("-0.000000001")])
    #expect(report.venueOrderID?.text == "V-1")
  }

  @Test func `the position after an order is taken if it is of the same instrument`() {
    let body = accepted(and: #","position":{"symbol":"BTCUSDT","quantity":"-1.5"}"#)
    guard
      case .accepted(_, let position) = HTTPPluginOrders.submitOutcome(of: sent, result(200, body))
    else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(position?.quantity == decimal("-1.5"))
  }

  @Test(arguments: unclear)
  func `what does not say whether there is an order leaves it unknown`(
    status: Int, body: String
  ) {
    let outcome = HTTPPluginOrders.submitOutcome(of: sent, result(status, body))
    guard case .unknown(let reason) = outcome else {
      Issue.record("\(status) \(body): \(outcome)")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test(arguments: [200, 400, 422, 429])
  func `a refusal that names the order and a code is a proof`(status: Int) {
    let body =
      #"{"outcome":"rejected","client_order_id":"\#(id)","code":"NO_FUNDS","message":"Too poor."}"#
    #expect(
      HTTPPluginOrders.submitOutcome(of: sent, result(status, body))
        == .rejected(
          Rejection(code: "PLUGIN_NO_FUNDS", sentence: "The plugin refused it: Too poor.")))
  }

  @Test func `only a request of which nothing left is known not to have arrived`() {
    #expect(
      HTTPPluginOrders.submitOutcome(of: sent, .notSent(reason: "Nobody there."))
        == .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: "Nobody there.")))
    #expect(
      HTTPPluginOrders.submitOutcome(of: sent, .silence(reason: "No answer."))
        == .unknown(reason: "No answer."))
    #expect(
      HTTPPluginOrders.cancelOutcome(of: sent, .notSent(reason: "Nobody there."))
        == .refused(isGone: false, reason: "Nobody there."))
    #expect(
      HTTPPluginOrders.queryOutcome(of: sent, .notSent(reason: "Nobody there."))
        == .unavailable(reason: "Nobody there."))
  }

  @Test func `a query finds an order, or hears that there is none`() {
    let found = result(200, #"{"outcome":"found","order":\#(pluginOrder())}"#)
    guard case .found(let report) = HTTPPluginOrders.queryOutcome(of: sent, found) else {
      Issue.record("It was not found.")
      return
    }
    #expect(report.status == .working)
    let none = result(200, #"{"outcome":"not_found","client_order_id":"\#(id)"}"#)
    #expect(HTTPPluginOrders.queryOutcome(of: sent, none) == .notFound)
  }

  @Test(arguments: [
    (404, #"{"outcome":"not_found","client_order_id":"\#(id)"}"#),
    (200, #"{"outcome":"not_found"}"#),
    (200, #"{"outcome":"not_found","client_order_id":"\#(other)"}"#), (404, "{}"), (500, ""),
    (200, #"{"outcome":"unknown","message":"Try later."}"#),
    (200, #"{"outcome":"found","order":\#(pluginOrder(["client_order_id": "null"]))}"#),
  ])
  func `an answer that is not clear says nothing of an order`(status: Int, body: String) {
    let outcome = HTTPPluginOrders.queryOutcome(of: sent, result(status, body))
    guard case .unavailable = outcome else {
      Issue.record("\(status) \(body): \(outcome)")
      return
    }
  }

  @Test func `a cancel is carried out, refused, or not known`() {
    func outcome(_ status: Int, _ body: String) -> CancelOutcome {
      HTTPPluginOrders.cancelOutcome(of: sent, result(status, body))
    }
    let canceled = pluginOrder(["status": #""CANCELED""#])
    guard case .canceled = outcome(200, #"{"outcome":"canceled","order":\#(canceled)}"#) else {
      Issue.record("It was not cancelled.")
      return
    }
    let refusal =
      #"{"outcome":"refused","client_order_id":"\#(id)","is_gone":true,"message":"Gone."}"#
    #expect(outcome(200, refusal) == .refused(isGone: true, reason: "Gone."))
    #expect(outcome(409, refusal) == .refused(isGone: true, reason: "Gone."))
    for (status, body) in [
      (200, #"{"outcome":"canceled","order":\#(pluginOrder())}"#), (200, "{}"), (502, refusal),
      (200, #"{"outcome":"refused","is_gone":true}"#),
      (200, #"{"outcome":"refused","client_order_id":"\#(id)"}"#),
      (200, #"{"outcome":"amended","order":\#(canceled)}"#),
    ] {
      guard case .unknown = outcome(status, body) else {
        Issue.record("\(status) \(body): \(outcome(status, body))")
        continue
      }
    }
  }

  @Test func `a change is made only if the answer says so`() {
    let amended = #"{"outcome":"amended","order":\#(pluginOrder(["quantity": #""0.7""#]))}"#
    guard case .amended(let report) = HTTPPluginOrders.amendOutcome(of: sent, result(200, amended))
    else {
      Issue.record("It was not changed.")
      return
    }
    #expect(report.terms?.quantity == quantity("0.7"))
    guard case .unknown = HTTPPluginOrders.amendOutcome(of: sent, result(200, "{}")) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
  }
}
