// New orders: what is sent when, and who is answered what.

import Testing
import Trading

@testable import Simulation

@Suite struct SubmissionTests {
  @Test func `an order is sent only after its intent is durable`() {
    let desk = Desk()
    let (id, _, actions) = desk.submit()
    #expect(actions.sends.isEmpty)
    #expect(actions.entries.map(\.order.id) == [id])
    #expect(actions.entries.map(\.beginsOrder) == [true])
    #expect(desk.record().sends == [id])
    #expect(desk.record().sends.isEmpty)
  }

  @Test func `an intent that was not recorded is not sent and leaves no trace`() {
    let desk = Desk(limits: RiskLimits(maxOpenOrders: 1))
    let (id, request, actions) = desk.submit(terms(header: "k"))
    let answers = desk.tell(.notRecorded(actions.entries.map(\.number)))
    #expect(answers.replies(to: request).map(\.word) == ["refused: STORE_UNAVAILABLE"])
    #expect(desk.order(id) == nil)
    #expect(desk.record().sends.isEmpty)
    let (next, _, again) = desk.submit(terms())
    #expect(again.refusalCode == nil)
    #expect(desk.record().sends == [next])
  }

  @Test func `exposure and open orders are nothing again after an intent was not recorded`() {
    let desk = Desk(limits: RiskLimits(maxPositionNotional: decimal("100"), maxOpenOrders: 1))
    for _ in 0..<3 {
      let actions = desk.submit(terms(.buy, "1")).actions
      #expect(actions.entries.count == 1)
      desk.tell(.notRecorded(actions.entries.map(\.number)))
    }
  }

  @Test func `an unreachable store refuses new orders and sends nothing`() {
    let desk = Desk()
    desk.tell(.journal(isAvailable: false))
    let (_, _, actions) = desk.submit()
    #expect(actions.refusalCode == "STORE_UNAVAILABLE")
    #expect(actions.entries.isEmpty)
    desk.tell(.journal(isAvailable: true))
    #expect(desk.submit().actions.entries.count == 1)
  }

  @Test func `an accepted order is answered at once where the venue can be asked later`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    desk.record()
    let actions = desk.tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    #expect(actions.replies(to: request).map(\.word) == ["created"])
    #expect(desk.record().replies.isEmpty)
  }

  @Test func `an order that cannot rest is answered with its end, not with what is heard before`() {
    let desk = Desk()
    let (id, request, _) = desk.submit(terms(limit: nil))
    desk.record()
    #expect(desk.tell(.reported(report(id, .working))).replies.isEmpty)
    #expect(desk.tell(.reported(report(id, .working, [fill("1", "0.4")]))).replies.isEmpty)
    let outcome = report(id, .filled, [fill("1", "0.4"), fill("2", "0.6")])
    let answers = desk.tell(.submitted(id, .accepted(outcome, position: nil)))
    #expect(answers.replies(to: request).map(\.word) == ["created"])
    #expect(answers.replies(to: request).first?.order?.state == .filled)
  }

  @Test func `an order that cannot rest is answered once its end is heard`() {
    let desk = Desk()
    let (id, request, _) = desk.submit(terms(limit: nil))
    desk.record()
    let answers = desk.tell(.reported(report(id, .filled, [fill("1")])))
    #expect(answers.replies(to: request).first?.order?.state == .filled)
    #expect(desk.tell(.submitted(id, .unknown(reason: "HTTP 502"))).replies.isEmpty)
  }

  @Test func `a submission without an answer ends the wait for more than was heard`() {
    let desk = Desk()
    let (id, request, _) = desk.submit(terms(limit: nil))
    desk.record()
    desk.tell(.reported(report(id, .working)))
    let answers = desk.tell(.submitted(id, .unknown(reason: "HTTP 502")))
    #expect(answers.replies(to: request).map(\.word) == ["created"])
  }

  @Test func `an order that may rest is answered as soon as it is known to be there`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    desk.record()
    let answers = desk.tell(.reported(report(id, .working)))
    #expect(answers.replies(to: request).map(\.word) == ["created"])
  }

  @Test func `where the venue cannot be asked later, the answer waits for the journal`() {
    let desk = Desk(canBeAskedLater: false)
    let (id, request, _) = desk.submit()
    desk.record()
    let outcome = report(id, .filled, [fill("1")])
    #expect(desk.tell(.submitted(id, .accepted(outcome, position: nil))).replies.isEmpty)
    let answers = desk.record().replies(to: request)
    #expect(answers.map(\.word) == ["created"])
    #expect(answers.first?.order?.state == .filled)
  }

  @Test func `an answer never shows what is not durable yet where nobody could be asked again`() {
    let desk = Desk(canBeAskedLater: false)
    let (id, request, _) = desk.submit()
    desk.record()
    desk.tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    let accepted = desk.entries.last?.number ?? 0
    desk.tell(.reported(report(id, .filled, [fill("1")])))
    #expect(desk.tell(.recorded(through: accepted)).replies.isEmpty)
    #expect(desk.record().replies(to: request).first?.order?.state == .filled)
  }

  @Test func `a proved rejection is answered with the venue's reason`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    desk.record()
    let answers = desk.tell(.submitted(id, .rejected(sampleRejection))).replies(to: request)
    #expect(answers.map(\.word) == ["rejected"])
    #expect(answers.first?.order?.explanation?.code == "-2010")
  }

  @Test func `a silent venue makes the order unknown and never rejected`() {
    let desk = Desk()
    let id = desk.sent()
    #expect(desk.pass(milliseconds: 29_999).notices.isEmpty)
    let actions = desk.pass(milliseconds: 1)
    #expect(
      actions.notices
        == [.outcomeUnknown(id, reason: "No answer within 30000 ms.")])
    #expect(desk.state(id) == .unknown)
    for _ in 0..<100 { desk.pass(milliseconds: 60_000) }
    #expect(desk.state(id) == .unknown)
  }

  @Test func `a caller hears after the wait that the outcome is pending`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    desk.record()
    #expect(desk.pass(milliseconds: 1_999).replies.isEmpty)
    let answers = desk.pass(milliseconds: 1).replies(to: request)
    #expect(answers.map(\.word) == ["pending"])
    #expect(answers.first?.order?.state == .submitting)
    let late = desk.tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    #expect(late.replies.isEmpty)
  }

  @Test func `nobody is told that an order is pending before it is durable`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    #expect(desk.pass(milliseconds: 60_000).replies.isEmpty)
    #expect(desk.record().sends == [id])
    #expect(desk.pass(milliseconds: 2_000).replies(to: request).map(\.word) == ["pending"])
  }

  @Test func `a late acceptance after a doubt makes the order work`() {
    let desk = Desk()
    let id = desk.sent()
    desk.pass(milliseconds: 30_000)
    desk.tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    #expect(desk.state(id) == .working)
    #expect(desk.order(id)?.uncertainty == nil)
  }

  @Test func `an answer for an order that has left memory is not lost`() {
    let desk = Desk()
    let id = desk.sent()
    desk.tell(.reported(report(id, .canceled(reason: nil))))
    desk.tell(.submitted(id, .unknown(reason: "HTTP 502")))
    desk.record()
    #expect(desk.order(id) == nil)
    let late = report(id, .canceled(reason: nil), [fill("1", "0.5")])
    let actions = desk.tell(.submitted(id, .accepted(late, position: nil)))
    #expect(actions.lookUps == [.report(late)])
  }

  @Test func `an unknown plugin and an unknown symbol are told apart`() {
    let desk = Desk()
    let nowhere = valid(AccountID("nowhere"), "account")
    #expect(desk.submit(terms(on: nowhere)).actions.refusalCode == "UNKNOWN_PLUGIN")
    #expect(desk.submit(terms(symbol: symbol("XYZ"))).actions.refusalCode == "UNKNOWN_SYMBOL")
    #expect(desk.submit(terms(on: kraken)).actions.refusalCode == "VENUE_GATE_CLOSED")
  }

  @Test func `an order that breaks a rule is refused without a trace`() {
    let desk = Desk()
    let (id, _, actions) = desk.submit(terms(.buy, "0.0031"))
    #expect(actions.refusalCode == "LOT_STEP")
    #expect(actions.entries.isEmpty)
    #expect(desk.order(id) == nil)
  }

  @Test func `a denial by a limit is recorded and answered only once it is durable`() {
    let desk = Desk(limits: RiskLimits(maxOrderNotional: decimal("50")))
    let (id, request, actions) = desk.submit(terms(.buy, "1", limit: "100"))
    #expect(actions.replies.isEmpty)
    #expect(actions.entries.map(\.order.state) == [.denied])
    #expect(desk.pass(milliseconds: 10_000).replies.isEmpty)
    let answers = desk.record()
    #expect(answers.replies(to: request).map(\.word) == ["rejected"])
    #expect(answers.replies.first?.order?.explanation?.code == "MAX_ORDER_NOTIONAL")
    #expect(answers.sends.isEmpty)
    #expect(desk.order(id) == nil)
  }
}
