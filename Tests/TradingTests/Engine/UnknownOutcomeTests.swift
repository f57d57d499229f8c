// Orders whose outcome nobody knows: they are asked for, and only the venue's words end them.

import Testing
import Trading

@testable import Simulation

@Suite struct UnknownOutcomeTests {
  @Test func `so many spaced lookups and the window make an order not found`() {
    let desk = Desk(windowMilliseconds: 20_000)
    let id = desk.unknown()
    for _ in 0..<3 { #expect(desk.answerNextQuery(.notFound, of: id)) }
    #expect(desk.state(id) == .unknown)
    var more = 0
    while desk.state(id) == .unknown, more < 20 {
      #expect(desk.answerNextQuery(.notFound, of: id))
      more += 1
    }
    #expect(desk.now.milliseconds(since: start) >= 20_000)
    #expect(desk.state(id) == .notFound)
  }

  @Test func `without a window it still takes so many lookups`() {
    let desk = Desk()
    let id = desk.unknown()
    desk.answerNextQuery(.notFound, of: id)
    desk.answerNextQuery(.notFound, of: id)
    #expect(desk.state(id) == .unknown)
    desk.answerNextQuery(.notFound, of: id)
    #expect(desk.state(id) == .notFound)
    #expect(desk.order(id)?.state.status == "REJECTED")
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `a lookup that was asked within the window proves nothing when it is answered late`() {
    let desk = Desk(windowMilliseconds: 10_000)
    let id = desk.unknown()
    for _ in 0..<2 { desk.answerNextQuery(.notFound, of: id) }
    #expect(desk.passUntilQuery() == [id])
    #expect(desk.now < start.adding(milliseconds: 10_000))
    desk.now = start.adding(milliseconds: 15_000)
    desk.tell(.queryAnswered(id, .notFound))
    #expect(desk.state(id) == .unknown)
    desk.answerNextQuery(.notFound, of: id)
    #expect(desk.state(id) == .notFound)
  }

  @Test func `a venue that does not answer never counts as not found`() {
    let desk = Desk()
    let id = desk.unknown()
    for _ in 0..<30 { desk.answerNextQuery(.unavailable(reason: "HTTP 503"), of: id) }
    #expect(desk.state(id) == .unknown)
    desk.answerNextQuery(.notFound, of: id)
    desk.answerNextQuery(.notFound, of: id)
    desk.answerNextQuery(.unavailable(reason: "HTTP 503"), of: id)
    #expect(desk.state(id) == .unknown)
    desk.answerNextQuery(.notFound, of: id)
    #expect(desk.state(id) == .notFound)
  }

  @Test func `a submission that is still under way is never called not found`() {
    let desk = Desk()
    let id = desk.sent()
    desk.pass(milliseconds: 30_000)
    for _ in 0..<10 { #expect(desk.answerNextQuery(.notFound, of: id)) }
    #expect(desk.state(id) == .unknown)
    desk.tell(.submitted(id, .unknown(reason: "Timed out.")))
    for _ in 0..<2 { desk.answerNextQuery(.notFound, of: id) }
    #expect(desk.state(id) == .unknown)
    desk.answerNextQuery(.notFound, of: id)
    #expect(desk.state(id) == .notFound)
  }

  @Test func `the window begins when the submission was given up and not when it was doubted`() {
    let desk = Desk(windowMilliseconds: 40_000)
    let id = desk.sent()
    desk.pass(milliseconds: 30_000)
    desk.now = start.adding(milliseconds: 60_000)
    desk.tell(.submitted(id, .unknown(reason: "Timed out.")))
    while desk.state(id) == .unknown, desk.answerNextQuery(.notFound, of: id) {}
    #expect(desk.state(id) == .notFound)
    #expect(desk.now >= start.adding(milliseconds: 100_000))
  }

  @Test func `lookups of one order stay apart however many reasons there are to ask`() {
    let desk = Desk()
    let id = desk.unknown()
    var asked = 0
    for _ in 0..<100 {
      desk.tell(.openOrdersReported(binance, []))
      let queries = desk.pass(milliseconds: 10).queries
      asked += queries.count
      for query in queries { desk.tell(.queryAnswered(query, .unavailable(reason: "HTTP 503"))) }
      #expect(queries.count <= 1)
    }
    var later = 0
    for _ in 0..<300 {
      let queries = desk.pass(milliseconds: 1_000).queries
      later += queries.count
      for query in queries { desk.tell(.queryAnswered(query, .unavailable(reason: "HTTP 503"))) }
    }
    #expect(asked > 0)
    #expect(later <= 20)
    #expect(desk.state(id) == .unknown)
  }

  @Test func `an order that is found works, and one that is found filled is filled`() {
    let desk = Desk()
    let working = desk.unknown()
    desk.answerNextQuery(.found(report(working, .working)), of: working)
    #expect(desk.state(working) == .working)
    let filled = desk.unknown()
    desk.answerNextQuery(.found(report(filled, .filled, [fill("1")])), of: filled)
    #expect(desk.state(filled) == .filled)
    #expect(desk.position() == decimal("1"))
  }

  @Test func `an order that was given up and is found alive is open again and counted`() {
    let desk = Desk(limits: RiskLimits(maxOpenOrders: 1))
    let id = desk.unknown()
    for _ in 0..<3 { desk.answerNextQuery(.notFound, of: id) }
    let stored = desk.entries.last?.order
    desk.record()
    let found = report(id, .working)
    let lookUps = desk.tell(.reported(found)).lookUps
    #expect(lookUps == [.report(found)])
    let actions = desk.tell(.lookedUp(.report(found), stored))
    #expect(actions.notices == [.anomaly(id, state: .notFound, event: .accepted)])
    #expect(desk.state(id) == .working)
    #expect(desk.submit().actions.entries.map(\.order.state) == [.denied])
  }

  @Test func `a fill before the acknowledgement counts once`() {
    let desk = Desk()
    let id = desk.sent()
    desk.tell(.reported(report(id, .working, [fill("1", "0.4")])))
    #expect(desk.state(id) == .partiallyFilled)
    desk.tell(.submitted(id, .accepted(report(id, .working, [fill("1", "0.4")]), position: nil)))
    desk.tell(.reported(report(id, .working, [fill("1", "0.4")])))
    #expect(desk.position() == decimal("0.4"))
    #expect(desk.order(id)?.tradeIDs.count == 1)
  }

  @Test func `a caller is answered by the stream although the submission's answer was lost`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    desk.record()
    #expect(desk.tell(.submitted(id, .unknown(reason: "HTTP 502"))).replies.isEmpty)
    let answers = desk.tell(.reported(report(id, .filled, [fill("1")]))).replies(to: request)
    #expect(answers.map(\.word) == ["created"])
  }

  @Test func `fills that the venue counts but does not tell are asked for`() {
    let desk = Desk()
    let id = desk.working()
    let actions = desk.tell(.reported(report(id, .working, filled: "0.4")))
    #expect(actions.notices == [.fillsMissing(id)])
    desk.answerNextQuery(.found(report(id, .working, [fill("1", "0.4")])), of: id)
    #expect(desk.position() == decimal("0.4"))
  }

  @Test func `an order that ended with fills missing is asked for until they are here`() {
    let desk = Desk()
    let id = desk.working()
    desk.tell(.reported(report(id, .canceled(reason: nil), filled: "0.4")))
    desk.record()
    for _ in 0..<5 { #expect(desk.answerNextQuery(.unavailable(reason: "HTTP 503"), of: id)) }
    let full = report(id, .canceled(reason: nil), [fill("1", "0.4")])
    #expect(desk.answerNextQuery(.found(full), of: id))
    #expect(desk.position() == decimal("0.4"))
    #expect(desk.state(id) == .canceled)
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `a statement ends an order, and the wait for trades that the venue never tells`() {
    let desk = Desk(canBeAskedLater: false)
    let id = desk.working()
    desk.tell(.reported(report(id, .working, filled: "1")))
    let statement = report(id, .canceled(reason: "Seen there."), [fill("stated", "0.4")])
    #expect(desk.tell(.stated(statement, request: 99)).replies.isEmpty, "It is not durable yet.")
    #expect(desk.state(id) == .canceled)
    #expect(desk.position() == decimal("0.4"))
    #expect(desk.record().replies(to: 99).map(\.word) == ["repeated"])
    #expect(desk.order(id) == nil)
  }

  @Test func `a query whose answer never comes is asked again`() {
    let desk = Desk()
    let id = desk.unknown()
    var queries = 0
    for _ in 0..<100 { queries += desk.pass(milliseconds: 1_000).queries.count }
    #expect(queries >= 2)
    #expect(desk.state(id) == .unknown)
  }
}
