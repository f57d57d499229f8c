// The same request again: one order, and everybody is told of that one.

import Testing
import Trading

@testable import Simulation

private let keyed = terms(.buy, "1", header: "k")

@Suite struct IdempotencyTests {
  @Test func `the same request while the first is under way is sent once and answered alike`() {
    let desk = Desk()
    let first = desk.submit(keyed)
    let second = desk.submit(keyed)
    #expect(second.actions.entries.isEmpty)
    #expect(desk.record().sends == [first.id])
    let third = desk.submit(keyed)
    let outcome = report(first.id, .working)
    let answers = desk.tell(.submitted(first.id, .accepted(outcome, position: nil)))
    #expect(answers.replies(to: first.request).map(\.word) == ["created"])
    #expect(answers.replies(to: second.request).map(\.word) == ["repeated"])
    #expect(answers.replies(to: third.request).map(\.word) == ["repeated"])
    #expect(Set(answers.replies.compactMap { $0.order?.id }) == [first.id])
  }

  @Test func `all who wait are told of a rejection alike`() {
    let desk = Desk()
    let first = desk.submit(keyed)
    let second = desk.submit(keyed)
    desk.record()
    let answers = desk.tell(.submitted(first.id, .rejected(sampleRejection)))
    for request in [first.request, second.request] {
      #expect(answers.replies(to: request).map(\.word) == ["rejected"])
    }
  }

  @Test func `who asks later waits a full wait of its own`() {
    let desk = Desk()
    let first = desk.submit(keyed)
    desk.record()
    desk.pass(milliseconds: 1_500)
    let second = desk.submit(keyed)
    #expect(desk.pass(milliseconds: 500).replies(to: first.request).map(\.word) == ["pending"])
    #expect(desk.pass(milliseconds: 1_400).replies.isEmpty)
    #expect(desk.pass(milliseconds: 100).replies(to: second.request).map(\.word) == ["pending"])
  }

  @Test func `who names no account gets the order where it went, and who names another does not`() {
    let desk = Desk()
    let id = desk.sent(keyed)
    func elsewhere(isAccountChosen: Bool) -> OrderTerms {
      OrderTerms(
        account: kraken, isAccountChosen: isAccountChosen, symbol: keyed.symbol,
        side: keyed.side, type: keyed.type, quantity: keyed.quantity,
        timeInForce: keyed.timeInForce, limitPrice: keyed.limitPrice,
        idempotencyKey: keyed.idempotencyKey)
    }
    let second = desk.submit(elsewhere(isAccountChosen: true))
    #expect(second.actions.entries.isEmpty)
    let answers = desk.tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    #expect(answers.replies(to: second.request).compactMap { $0.order?.id } == [id])
    let (_, _, actions) = desk.submit(elsewhere(isAccountChosen: false))
    guard case .refused(let refusal) = actions.replies.first else {
      Issue.record("no refusal")
      return
    }
    #expect(refusal.denial.code == "IDEMPOTENCY_CONFLICT")
  }

  @Test func `the same key with another body is a conflict`() {
    let desk = Desk()
    let id = desk.sent(keyed)
    let (_, _, actions) = desk.submit(terms(.buy, "2", header: "k"))
    #expect(actions.entries.isEmpty)
    guard case .refused(let refusal) = actions.replies.first else {
      Issue.record("no refusal")
      return
    }
    #expect(refusal.denial.code == "IDEMPOTENCY_CONFLICT")
    if case .conflict(let order) = refusal.kind { #expect(order.id == id) }
  }

  @Test func `one client order id under two keys is a conflict`() {
    let desk = Desk()
    _ = desk.sent(terms(client: "c", header: "a"))
    #expect(
      desk.submit(terms(client: "c", header: "b")).actions.refusalCode == "IDEMPOTENCY_CONFLICT")
  }

  @Test func `a repetition is answered alike although it would break a rule by now`() {
    let desk = Desk()
    let market = terms(.buy, "0.05", limit: nil, header: "k")
    let first = desk.submit(market)
    desk.record()
    desk.tell(.priced(bitcoinOnBinance, price("1")))
    #expect(desk.submit(terms(.buy, "0.05", limit: nil)).actions.refusalCode == "MIN_NOTIONAL")
    let second = desk.submit(market)
    #expect(second.actions.refusalCode == nil)
    let outcome = report(first.id, .filled, [fill("1", "0.05")])
    let answers = desk.tell(.submitted(first.id, .accepted(outcome, position: nil)))
    #expect(answers.replies(to: second.request).map(\.word) == ["repeated"])
  }

  @Test func `a repetition is answered alike although the venue is gone`() {
    let desk = Desk()
    let id = desk.working(keyed)
    desk.tell(.disconnected(binance))
    let answers = desk.submit(keyed).actions.replies
    #expect(answers.map(\.word) == ["repeated"])
    #expect(answers.first?.order?.id == id)
  }

  @Test func `a key of long ago is looked up, and its order is the answer`() throws {
    let desk = Desk()
    let id = desk.sent(keyed)
    let rejected = desk.tell(.submitted(id, .rejected(sampleRejection)))
    desk.record()
    #expect(desk.order(id) == nil)
    let again = desk.submit(keyed)
    #expect(again.actions.replies.isEmpty && again.actions.entries.isEmpty)
    let lookUp = try #require(again.actions.lookUps.first)
    let answers = desk.tell(.lookedUp(lookUp, rejected.entries.last?.order))
    #expect(answers.replies(to: again.request).map(\.word) == ["rejected"])
    #expect(answers.replies.first?.order?.id == id)
  }

  @Test func `a key of long ago with another body is a conflict too`() throws {
    let desk = Desk()
    let id = desk.sent(keyed)
    let rejected = desk.tell(.submitted(id, .rejected(sampleRejection)))
    desk.record()
    let lookUp = try #require(desk.submit(terms(.sell, "1", header: "k")).actions.lookUps.first)
    let answers = desk.tell(.lookedUp(lookUp, rejected.entries.last?.order))
    #expect(answers.refusalCode == "IDEMPOTENCY_CONFLICT")
  }

  @Test func `a fingerprint that another key left behind does not stop an order`() throws {
    let (desk, _) = Desk.restarted(
      [], usedKeys: [IdempotencyKey(header: label("k")).fingerprint])
    desk.connect()
    desk.tell(.openOrdersReported(binance, []))
    let first = desk.submit(keyed)
    let second = desk.submit(keyed)
    let lookUp = try #require(first.actions.lookUps.first)
    let other = try #require(second.actions.lookUps.first)
    #expect(desk.tell(.lookedUp(lookUp, nil)).entries.map(\.order.id) == [first.id])
    #expect(desk.tell(.lookedUp(other, nil)).entries.isEmpty)
    #expect(desk.record().sends == [first.id])
  }

  @Test func `a key that the store cannot look up is not taken for unused`() throws {
    let (desk, _) = Desk.restarted(
      [], usedKeys: [IdempotencyKey(header: label("k")).fingerprint])
    desk.connect()
    desk.tell(.openOrdersReported(binance, []))
    let again = desk.submit(keyed)
    let lookUp = try #require(again.actions.lookUps.first)
    let answers = desk.tell(.lookUpFailed(lookUp))
    #expect(answers.replies(to: again.request).map(\.word) == ["refused: STORE_UNAVAILABLE"])
    #expect(desk.record().sends.isEmpty)
  }

  @Test func `orders without a key are never taken for one another`() {
    let desk = Desk()
    let first = desk.submit(terms()).id
    let second = desk.submit(terms()).id
    #expect(desk.record().sends == [first, second])
  }

  @Test func `where nobody could be asked again, a repetition too waits for the journal`() {
    let desk = Desk(canBeAskedLater: false)
    let first = desk.submit(keyed)
    desk.record()
    desk.tell(
      .submitted(first.id, .accepted(report(first.id, .filled, [fill("1")]), position: nil)))
    let second = desk.submit(keyed)
    #expect(second.actions.replies.isEmpty)
    let answers = desk.record()
    #expect(answers.replies(to: first.request).map(\.word) == ["created"])
    #expect(answers.replies(to: second.request).map(\.word) == ["repeated"])
  }
}
