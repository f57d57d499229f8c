// Cancels: they pass every gate, and a refused one proves nothing.

import Testing
import Trading

@testable import Simulation

@Suite struct CancelTests {
  @Test func `a cancel that nobody answers goes out again, however often the order is asked for`() {
    let desk = Desk()
    let id = desk.working()
    var cancels = desk.cancel(id).actions.cancels
    for _ in 1...4 {
      desk.tell(.openOrdersReported(binance, []))
      cancels += desk.pass(milliseconds: 20_000).cancels
      cancels += desk.tell(.queryAnswered(id, .unavailable(reason: "HTTP 503"))).cancels
    }
    #expect(cancels.count > 1)
  }

  @Test func `a cancel goes out at once and the venue's word is the answer`() {
    let desk = Desk()
    let id = desk.working()
    let (request, actions) = desk.cancel(id)
    #expect(actions.cancels == [id])
    #expect(desk.state(id) == .pendingCancel)
    let answers = desk.tell(.cancelAnswered(id, .canceled(report(id, .canceled(reason: nil)))))
    #expect(answers.replies(to: request).map(\.word) == ["canceled"])
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `two cancels are one command and two answers`() {
    let desk = Desk()
    let id = desk.working()
    let first = desk.cancel(id)
    let second = desk.cancel(id)
    #expect(second.actions.cancels.isEmpty)
    let answers = desk.tell(.cancelAnswered(id, .canceled(report(id, .canceled(reason: nil)))))
    for request in [first.request, second.request] {
      #expect(answers.replies(to: request).map(\.word) == ["canceled"])
    }
  }

  @Test func `a cancel goes out although the journal is gone`() {
    let desk = Desk()
    let id = desk.working()
    desk.tell(.journal(isAvailable: false))
    #expect(desk.cancel(id).actions.cancels == [id])
  }

  @Test func `a cancel goes out although the venue's gate is closed`() {
    let desk = Desk()
    let id = desk.working()
    desk.tell(.disconnected(binance))
    #expect(desk.cancel(id).actions.cancels == [id])
  }

  @Test func `an order that is cancelled before its intent is durable is never sent`() {
    let desk = Desk(limits: RiskLimits(maxOpenOrders: 1))
    let (id, submission, _) = desk.submit()
    let (request, actions) = desk.cancel(id)
    #expect(actions.cancels.isEmpty && actions.replies.isEmpty)
    let recorded = desk.record()
    #expect(recorded.sends.isEmpty && recorded.cancels.isEmpty && recorded.replies.isEmpty)
    let answers = desk.record()
    #expect(answers.replies(to: submission).map { $0.order?.state } == [.canceled])
    #expect(answers.replies(to: request).map(\.word) == ["canceled"])
    #expect(desk.order(id) == nil)
    #expect(desk.submit().actions.entries.map(\.order.state) == [.submitting])
  }

  @Test func `a cancel of an order that was not recorded finds none`() {
    let desk = Desk()
    let (id, _, actions) = desk.submit()
    let (request, _) = desk.cancel(id)
    let answers = desk.tell(.notRecorded(actions.entries.map(\.number)))
    #expect(answers.replies(to: request).map(\.word) == ["refused: ORDER_NOT_FOUND"])
  }

  @Test func `a cancel during the submission goes out after its outcome`() {
    let desk = Desk()
    let id = desk.sent()
    #expect(desk.cancel(id).actions.cancels.isEmpty)
    let actions = desk.tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    #expect(actions.cancels == [id])
  }

  @Test func `a cancel during the submission goes out when the stream proves the order there`() {
    let desk = Desk()
    let id = desk.sent()
    desk.cancel(id)
    #expect(desk.tell(.reported(report(id, .working))).cancels == [id])
  }

  @Test func `a cancel goes out at once to an order that is there while its submission hangs`() {
    let desk = Desk()
    let id = desk.sent()
    desk.tell(.reported(report(id, .working)))
    #expect(desk.cancel(id).actions.cancels == [id])
  }

  @Test func `a cancel during a silent submission goes out with the doubt`() {
    let desk = Desk()
    let id = desk.sent()
    desk.cancel(id)
    #expect(desk.pass(milliseconds: 30_000).cancels == [id])
    #expect(desk.state(id) == .unknown)
  }

  @Test func `a fill that wins the race against a cancel is the answer`() {
    let desk = Desk()
    let id = desk.working()
    let (request, _) = desk.cancel(id)
    let answers = desk.tell(.reported(report(id, .filled, [fill("1")])))
    #expect(answers.replies(to: request).map(\.word) == ["not canceled"])
    desk.tell(.cancelAnswered(id, .refused(isGone: true, reason: "Unknown order.")))
    #expect(desk.state(id) == .filled)
    #expect(desk.position() == decimal("1"))
  }

  @Test func `a fill after the cancel moves the position and does not reopen the order`() throws {
    let desk = Desk()
    let id = desk.working()
    desk.cancel(id)
    desk.tell(.cancelAnswered(id, .canceled(report(id, .canceled(reason: nil)))))
    let stored = desk.entries.last?.order
    desk.record()
    let late = report(id, .canceled(reason: nil), [fill("1", "0.4")])
    let lookUp = try #require(desk.tell(.reported(late)).lookUps.first)
    let actions = desk.tell(.lookedUp(lookUp, stored))
    #expect(actions.notices == [.lateFill(id)])
    #expect(actions.entries.map(\.order.state) == [.canceled])
    #expect(actions.entries.map(\.order.filledQuantity) == [quantity("0.4")])
    #expect(actions.entries.first?.position?.quantity == decimal("0.4"))
    #expect(desk.position() == decimal("0.4"))
  }

  @Test func `a cancel that is refused as gone is a reason to ask`() {
    let desk = Desk()
    let id = desk.working()
    let (request, _) = desk.cancel(id)
    let refused = desk.tell(.cancelAnswered(id, .refused(isGone: true, reason: "Unknown order.")))
    #expect(refused.replies.isEmpty)
    #expect(desk.state(id) == .pendingCancel)
    #expect(desk.passUntilQuery() == [id])
    let found = desk.tell(.queryAnswered(id, .found(report(id, .filled, [fill("1")]))))
    #expect(found.replies(to: request).map(\.word) == ["not canceled"])
  }

  @Test func `a cancel that is refused as gone goes out again if the order is found alive`() {
    let desk = Desk()
    let id = desk.working()
    desk.cancel(id)
    desk.tell(.cancelAnswered(id, .refused(isGone: true, reason: "Unknown order.")))
    desk.passUntilQuery()
    #expect(desk.tell(.queryAnswered(id, .found(report(id, .working)))).cancels == [id])
  }

  @Test func `a plain refusal is answered and the order works on`() {
    let desk = Desk()
    let id = desk.working()
    let (request, _) = desk.cancel(id)
    let answers = desk.tell(.cancelAnswered(id, .refused(isGone: false, reason: "Too busy.")))
    guard case .notCanceled(_, let reason)? = answers.replies(to: request).first else {
      Issue.record("no answer")
      return
    }
    #expect(reason == "Too busy.")
    #expect(desk.state(id) == .working)
    #expect(desk.cancel(id).actions.cancels == [id])
  }

  @Test func `a refusal does not give away an outcome that is not durable`() {
    let desk = Desk(canBeAskedLater: false)
    let id = desk.working()
    let (request, _) = desk.cancel(id)
    desk.tell(.reported(report(id, .filled, [fill("1")])))
    let refused = desk.tell(.cancelAnswered(id, .refused(isGone: false, reason: "Too late.")))
    #expect(refused.replies.isEmpty)
    #expect(desk.record().replies(to: request).map(\.word) == ["not canceled"])
  }

  @Test func `a cancel whose answer is lost is asked about and repeated`() {
    let desk = Desk()
    let id = desk.working()
    let (request, _) = desk.cancel(id)
    desk.tell(.cancelAnswered(id, .unknown(reason: "HTTP 504")))
    #expect(desk.pass(milliseconds: 2_000).replies(to: request).map(\.word) == ["pending"])
    #expect(desk.tell(.queryAnswered(id, .found(report(id, .working)))).cancels == [id])
  }

  @Test func `a cancel without any answer goes out again`() {
    let desk = Desk()
    let id = desk.working()
    desk.cancel(id)
    desk.pass(milliseconds: 29_000)
    #expect(desk.pass(milliseconds: 1_000).cancels == [id])
  }

  @Test func `an order that has ended is not cancelled`() {
    let desk = Desk()
    let id = desk.filled()
    #expect(desk.cancel(id).actions.replies.map(\.word) == ["not canceled"])
  }

  @Test func `an order that is not in memory is looked up and not kept`() throws {
    let desk = Desk()
    let id = desk.working()
    desk.tell(.reported(report(id, .canceled(reason: nil))))
    let stored = desk.entries.last?.order
    desk.record()
    let (request, actions) = desk.cancel(id)
    let lookUp = try #require(actions.lookUps.first)
    let answers = desk.tell(.lookedUp(lookUp, stored))
    #expect(answers.replies(to: request).map(\.word) == ["not canceled"])
    #expect(desk.order(id) == nil)
    #expect(desk.tell(.lookedUp(lookUp, nil)).refusalCode == "ORDER_NOT_FOUND")
    #expect(desk.tell(.lookUpFailed(lookUp)).refusalCode == "STORE_UNAVAILABLE")
  }

  @Test func `an order is found by its client order id`() {
    let desk = Desk()
    let id = desk.working(terms(client: "mine"))
    #expect(desk.tell(.cancel(.client(clientOrderID("mine")), request: 99)).cancels == [id])
  }

  @Test func `a rejected order is cancelled at the venue all the same`() throws {
    let desk = Desk()
    let id = desk.sent()
    desk.tell(.submitted(id, .rejected(sampleRejection)))
    let stored = desk.entries.last?.order
    desk.record()
    let (request, actions) = desk.cancel(id)
    let lookUp = try #require(actions.lookUps.first)
    #expect(desk.tell(.lookedUp(lookUp, stored)).cancels == [id])
    desk.tell(.cancelAnswered(id, .refused(isGone: true, reason: "Unknown order.")))
    desk.passUntilQuery()
    let answers = desk.tell(.queryAnswered(id, .notFound))
    #expect(answers.replies(to: request).map(\.word) == ["not canceled"])
    #expect(desk.order(id) == nil)
  }

  @Test func `a rejected order that a cancel finds alive is cancelled`() throws {
    let desk = Desk()
    let id = desk.sent()
    desk.tell(.submitted(id, .rejected(sampleRejection)))
    let stored = desk.entries.last?.order
    desk.record()
    let (request, actions) = desk.cancel(id)
    desk.tell(.lookedUp(try #require(actions.lookUps.first), stored))
    desk.tell(.cancelAnswered(id, .refused(isGone: true, reason: "Unknown order.")))
    desk.passUntilQuery()
    #expect(desk.tell(.queryAnswered(id, .found(report(id, .working)))).cancels == [id])
    let answers = desk.tell(.cancelAnswered(id, .canceled(report(id, .canceled(reason: nil)))))
    #expect(answers.replies(to: request).map(\.word) == ["canceled"])
  }

  @Test func `an order whose cancel was told by the stream first leaves memory with the answer`() {
    let desk = Desk()
    let id = desk.working()
    desk.cancel(id)
    desk.tell(.reported(report(id, .canceled(reason: nil))))
    desk.record()
    desk.tell(.cancelAnswered(id, .canceled(report(id, .canceled(reason: nil)))))
    #expect(desk.order(id) == nil)
  }

  @Test func `an order that the stream ended leaves memory with the submission's answer`() {
    let desk = Desk()
    let id = desk.sent()
    desk.tell(.reported(report(id, .canceled(reason: nil))))
    desk.record()
    #expect(desk.order(id) != nil)
    desk.tell(.submitted(id, .accepted(report(id, .canceled(reason: nil)), position: nil)))
    #expect(desk.order(id) == nil)
  }
}
