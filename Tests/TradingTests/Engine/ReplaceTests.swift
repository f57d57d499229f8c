// Changes of price and quantity, at a venue that changes orders in place and at one that does not.

import Testing
import Trading

@testable import Simulation

extension Desk {
  @discardableResult
  fileprivate func replace(
    _ id: OrderID, _ quantityText: String? = nil, at priceText: String? = nil
  ) -> (successor: OrderID, request: RequestID, actions: [Action]) {
    let change = OrderChange(
      quantity: quantityText.map { quantity($0) }, limitPrice: priceText.map { price($0) })
    return replace(id, change)
  }

  fileprivate static func cancelling() -> Desk {
    let desk = Desk(isConnected: false)
    desk.connect(
      VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0, canAmend: false))
    desk.tell(.openOrdersReported(binance, []))
    desk.tell(.priced(bitcoinOnBinance, price("100")))
    return desk
  }
}

private func amended(_ id: OrderID, _ quantityText: String, at priceText: String) -> OrderReport {
  var report = report(id, .working)
  report.terms = ReportedTerms(
    quantity: quantity(quantityText), limitPrice: price(priceText), triggerPrice: nil)
  return report
}

@Suite struct ReplaceTests {
  @Test func `a change is recorded, then asked for, then in force`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    let (_, request, asked) = desk.replace(id, "2", at: "98")
    #expect(asked.amends.isEmpty, "nothing leaves before it is durable")
    #expect(desk.state(id) == .pendingReplace)
    #expect(desk.record().amends == [id])
    let actions = desk.tell(.amendAnswered(id, .amended(amended(id, "2", at: "98"))))
    #expect(actions.replies(to: request).map(\.word) == ["replaced"])
    #expect(desk.state(id) == .working)
    #expect(desk.order(id)?.terms.quantity == quantity("2"))
    #expect(desk.order(id)?.terms.limitPrice == price("98"))
    #expect(desk.order(id)?.requestedTerms.quantity == quantity("1"))
  }

  @Test func `a change that the venue refuses leaves the order as it was`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    let request = desk.replace(id, "2").request
    desk.record()
    let actions = desk.tell(.amendAnswered(id, .refused(isGone: false, reason: "Too late.")))
    #expect(actions.replies(to: request).map(\.word) == ["refused: REPLACE_REFUSED"])
    #expect(desk.state(id) == .working)
    #expect(desk.order(id)?.terms.quantity == quantity("1"))
    desk.record()
    let again = desk.replace(id, "2").request
    desk.record()
    let done = desk.tell(.amendAnswered(id, .amended(amended(id, "2", at: "99"))))
    #expect(done.replies(to: again).map(\.word) == ["replaced"])
  }

  @Test(arguments: [true, false])
  func `after silence the venue's statement says whether the change was made`(isMade: Bool) {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    desk.replace(id, "2")
    desk.record()
    desk.tell(.amendAnswered(id, .unknown(reason: "HTTP 504")))
    #expect(desk.state(id) == .pendingReplace)
    let found = amended(id, isMade ? "2" : "1", at: "99")
    #expect(desk.answerNextQuery(.found(found), of: id))
    #expect(desk.state(id) == .working)
    #expect(desk.order(id)?.terms.quantity == quantity(isMade ? "2" : "1"))
  }

  @Test func `where a venue cannot change an order, what is left goes out when the first is gone`()
  {
    let desk = Desk.cancelling()
    let id = desk.working(terms(.buy, "3", limit: "99", client: "mine"))
    let (successor, request, _) = desk.replace(id, "4", at: "98")
    let asked = desk.record()
    #expect(asked.cancels == [id])
    #expect(asked.sends.isEmpty)
    let report = report(id, .canceled(reason: nil), [fill("T", "1", at: "99")])
    #expect(desk.tell(.cancelAnswered(id, .canceled(report))).sends.isEmpty)
    #expect(desk.record().sends == [successor])
    #expect(desk.entries.last { $0.order.id == id }?.order.state == .replaced)
    #expect(desk.entries.last { $0.order.id == id }?.order.successor == successor)
    #expect(desk.order(successor)?.terms.quantity == quantity("3"))
    #expect(desk.order(successor)?.terms.replaces == id)
    let accepted = desk.tell(
      .submitted(successor, .accepted(Simulation.report(successor, .working), position: nil)))
    #expect(accepted.replies(to: request).map(\.word) == ["created"])
    #expect(desk.liveCount == 1)
  }

  @Test func `an order that fills before it can be replaced is not followed by another`() {
    let desk = Desk.cancelling()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    let request = desk.replace(id, "2").request
    desk.record()
    desk.tell(.cancelAnswered(id, .refused(isGone: true, reason: "Unknown order.")))
    let filled = report(id, .filled, [fill("T", "1", at: "99")])
    #expect(desk.answerNextQuery(.found(filled), of: id))
    let replies = desk.record().replies(to: request)
    #expect(replies.isEmpty, "answered before: the venue can be asked again")
    #expect(desk.position() == decimal("1"))
    #expect(desk.state(id)?.isSealed ?? true)
  }

  @Test func `a cancel ends an order that is being replaced, and no successor follows`() {
    let desk = Desk.cancelling()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    let replaced = desk.replace(id, "2").request
    desk.record()
    let canceled = desk.cancel(id).request
    let actions = desk.tell(
      .cancelAnswered(id, .canceled(report(id, .canceled(reason: nil)))))
    #expect(actions.replies(to: canceled).map(\.word) == ["canceled"])
    #expect(actions.replies(to: replaced).map(\.word) == ["refused: ORDER_ENDED"])
    #expect(desk.record().sends.isEmpty)
  }

  @Test func `a replacement that was under way goes on after a restart`() throws {
    let before = Desk.cancelling()
    let id = before.working(terms(.buy, "2", limit: "99"))
    let successor = before.replace(id, "3").successor
    let order = try #require(before.order(id))
    let desk = Desk.restarted([order]).desk
    desk.connect(
      VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0, canAmend: false))
    desk.tell(.openOrdersReported(binance, []))
    let canceled = report(id, .canceled(reason: nil), [fill("T", "1", at: "99")])
    #expect(desk.answerNextQuery(.found(canceled), of: id))
    #expect(desk.record().sends == [successor])
    #expect(desk.order(successor)?.terms.quantity == quantity("2"))
  }

  @Test func `a fill beyond the old quantity does not end an order that is being enlarged`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    desk.replace(id, "3")
    desk.record()
    desk.tell(.reported(report(id, .working, [fill("T", "1.5")])))
    #expect(desk.state(id) == .pendingReplace)
    var found = amended(id, "3", at: "99")
    found.fills = [fill("T", "1.5")]
    found.filledQuantity = quantity("1.5")
    desk.tell(.amendAnswered(id, .amended(found)))
    #expect(desk.state(id) == .partiallyFilled)
    #expect(desk.order(id)?.leavesQuantity == quantity("1.5"))
  }

  @Test func `an order that was filled before it could be enlarged ends as filled`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    let request = desk.replace(id, "3").request
    desk.record()
    let actions = desk.tell(.reported(report(id, .filled, [fill("T", "1")])))
    #expect(desk.state(id) == .filled)
    #expect(actions.replies(to: request).map(\.word) == ["refused: ORDER_ENDED"])
  }

  @Test func `an order that the venue filled to a smaller quantity ends`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "3", limit: "99"))
    desk.replace(id, "2")
    desk.record()
    desk.tell(.amendAnswered(id, .unknown(reason: "HTTP 504")))
    #expect(desk.answerNextQuery(.found(amended(id, "3", at: "99")), of: id))
    #expect(desk.state(id) == .working, "the venue had not made the change yet")
    var late = amended(id, "2", at: "99")
    late.status = .filled
    late.filledQuantity = quantity("2")
    desk.tell(.reported(late))
    #expect(desk.state(id)?.isSealed == false, "a trade is missing")
    late.fills = [fill("T", "2", at: "99")]
    desk.tell(.reported(late))
    #expect(desk.state(id) == .canceled)
    #expect(desk.order(id)?.filledQuantity == quantity("2"))
    #expect(desk.position() == decimal("2"))
  }

  @Test func `a look that began before a change was given up does not show that it was not made`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    desk.replace(id, "3")
    desk.record()
    desk.tell(.openOrdersReported(binance, [amended(id, "1", at: "99")]))
    #expect(desk.passUntilQuery() == [id])
    desk.tell(.amendAnswered(id, .unknown(reason: "HTTP 504")))
    desk.tell(.queryAnswered(id, .found(amended(id, "1", at: "99"))))
    #expect(desk.state(id) == .pendingReplace, "the venue was asked before it made the change")
    #expect(desk.answerNextQuery(.found(amended(id, "3", at: "99")), of: id))
    #expect(desk.state(id) == .working)
    #expect(desk.order(id)?.terms.quantity == quantity("3"))
  }

  @Test func `the answer to a change is not taken for that to a later one`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "1", limit: "99"))
    desk.replace(id, "3")
    desk.record()
    desk.tell(.reported(amended(id, "3", at: "99")))
    #expect(desk.order(id)?.terms.quantity == quantity("3"), "a report was quicker")
    desk.replace(id, "2")
    #expect(desk.record().amends.isEmpty, "the first one is not answered yet")
    let answered = desk.tell(.amendAnswered(id, .amended(amended(id, "3", at: "99"))))
    #expect(desk.state(id) == .pendingReplace)
    #expect(answered.amends == [id])
    desk.tell(.amendAnswered(id, .amended(amended(id, "2", at: "99"))))
    #expect(desk.order(id)?.terms.quantity == quantity("2"))
  }

  @Test func `what cannot be changed is refused and says why`() {
    let desk = Desk()
    let id = desk.sent(terms(.buy, "1", limit: "99"))
    #expect(desk.replace(id, "2").actions.refusalCode == "OUTCOME_UNKNOWN")
    desk.tell(
      .submitted(id, .accepted(report(id, .working, [fill("T", "0.4")]), position: nil)))
    #expect(desk.replace(id, "0.4").actions.refusalCode == "REPLACE_BELOW_FILLED")
    #expect(desk.replace(id, at: "98.001").actions.refusalCode == "TICK_SIZE")
    #expect(
      desk.replace(id, OrderChange(triggerPrice: price("90"))).actions.refusalCode
        == "FIELD_NOT_FOR_TYPE")
    #expect(desk.replace(id, "1", at: "99").actions.replies.map(\.word) == ["replaced"])
    desk.replace(id, "2")
    #expect(desk.replace(id, "3").actions.refusalCode == "CHANGE_PENDING")
    #expect(desk.replace(orderID(9)).actions.lookUps.count == 1)
  }

  @Test func `a change has to keep the limits that a new order would`() {
    let desk = Desk(limits: RiskLimits(maxOrderNotional: decimal("150")))
    let id = desk.working(terms(.buy, "1", limit: "99"))
    #expect(desk.replace(id, "2").actions.refusalCode == "MAX_ORDER_NOTIONAL")
    desk.set(.halted)
    desk.record()
    #expect(desk.replace(id, "1.2").actions.refusalCode == "TRADING_HALTED")
    #expect(desk.replace(id, "0.5").actions.entries.count == 1)
  }
}
