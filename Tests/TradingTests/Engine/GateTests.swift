// What stops new orders: the venue's gate, the breaker, the rate budget, the limits. And that
// cancels and closes pass them all.

import Testing
import Trading

@testable import Simulation

/// A desk with a long position of 1 and a working order.
private func busyDesk(
  limits: RiskLimits = RiskLimits(), submitRate: EngineConfiguration.SubmitRate? = nil
) -> (desk: Desk, working: OrderID) {
  let desk = Desk(limits: limits, submitRate: submitRate)
  desk.filled()
  return (desk, desk.working())
}

private func openBreaker(_ desk: Desk) {
  for _ in 0..<3 { desk.tell(.submitted(desk.sent(), .unknown(reason: "HTTP 502"))) }
}

@Suite struct GateTests {
  @Test func `an open breaker refuses new orders, and cancels and closes pass`() {
    let (desk, working) = busyDesk()
    openBreaker(desk)
    #expect(desk.breaker?.name == "open")
    let refused = desk.submit().actions
    #expect(refused.refusalCode == "CIRCUIT_OPEN")
    #expect(refused.entries.isEmpty)
    #expect(desk.cancel(working).actions.cancels == [working])
    let close = desk.close()
    #expect(desk.record().sends == [close.id])
  }

  @Test func `the breaker's changes are noticed`() {
    let desk = Desk()
    openBreaker(desk)
    desk.now = desk.now.adding(milliseconds: 10_000)
    let probe = desk.submit()
    #expect(probe.actions.notices == [.breaker(binance, from: "open", to: "half_open")])
    desk.record()
    let closed = desk.tell(.submitted(probe.id, .rejected(sampleRejection)))
    #expect(closed.notices == [.breaker(binance, from: "half_open", to: "closed")])
  }

  @Test func `rejections never open the breaker`() {
    let desk = Desk()
    for _ in 0..<20 { desk.tell(.submitted(desk.sent(), .rejected(sampleRejection))) }
    #expect(desk.breaker == .closed(faults: 0))
  }

  @Test func `one silent order is one fault, however it shows`() {
    let desk = Desk()
    let id = desk.sent()
    desk.pass(milliseconds: 30_000)
    #expect(desk.breaker == .closed(faults: 1))
    desk.tell(.submitted(id, .unknown(reason: "Timed out.")))
    #expect(desk.breaker == .closed(faults: 1))
  }

  @Test func `a close that is not sent does not give away a probe's place`() {
    let desk = Desk()
    desk.filled()
    openBreaker(desk)
    desk.now = desk.now.adding(milliseconds: 10_000)
    desk.submit()
    desk.record()
    let close = desk.close()
    desk.tell(.notRecorded(close.actions.entries.map(\.number)))
    #expect(desk.breaker == .halfOpen(probes: 1))
  }

  @Test func `a probe that is not recorded gives its place back`() {
    let desk = Desk()
    openBreaker(desk)
    desk.now = desk.now.adding(milliseconds: 10_000)
    let probe = desk.submit()
    #expect(desk.submit().actions.refusalCode == "CIRCUIT_OPEN")
    desk.tell(.notRecorded(probe.actions.entries.map(\.number)))
    #expect(desk.submit().actions.entries.count == 1)
  }

  @Test func `the rate budget refuses new orders, and cancels and closes pass`() {
    let (desk, working) = busyDesk(submitRate: .init(perSecond: 1, burst: 2))
    let refused = desk.submit().actions
    #expect(refused.refusalCode == "RATE_LIMITED")
    #expect(refused.entries.isEmpty)
    #expect(desk.submitBudgetLeft == 0)
    #expect(desk.cancel(working).actions.cancels == [working])
    let close = desk.close()
    #expect(desk.record().sends == [close.id])
    desk.now = desk.now.adding(milliseconds: 1_000)
    #expect(desk.submit().actions.entries.count == 1)
  }

  @Test func `limits deny new orders, and closes pass`() {
    let (desk, _) = busyDesk(limits: RiskLimits(maxOpenOrders: 1))
    #expect(desk.submit().actions.entries.map(\.order.state) == [.denied])
    let close = desk.close()
    #expect(desk.record().sends == [close.id])
  }

  @Test func `the gate is closed until the venue's open orders were compared`() {
    let desk = Desk(isConnected: false)
    #expect(desk.submit().actions.refusalCode == "VENUE_GATE_CLOSED")
    desk.connect()
    #expect(desk.submit().actions.refusalCode == "VENUE_GATE_CLOSED")
    desk.tell(.openOrdersReported(binance, []))
    #expect(desk.submit().actions.entries.count == 1)
    desk.tell(.disconnected(binance))
    #expect(desk.submit().actions.refusalCode == "VENUE_GATE_CLOSED")
  }

  @Test func `the gate is closed until orders that the venue does not list were asked for`() {
    let desk = Desk()
    let listed = desk.working()
    let unlisted = desk.working()
    desk.tell(.disconnected(binance))
    desk.connect()
    desk.tell(.openOrdersReported(binance, [report(listed, .working)]))
    #expect(desk.submit().actions.refusalCode == "VENUE_GATE_CLOSED")
    #expect(desk.pass(milliseconds: 0).queries == [unlisted])
    desk.tell(.queryAnswered(unlisted, .found(report(unlisted, .canceled(reason: nil)))))
    #expect(desk.state(listed) == .working)
    #expect(desk.submit().actions.entries.count == 1)
  }

  @Test func `the gate does not wait for a venue that cannot be asked`() {
    let desk = Desk(canBeAskedLater: false)
    let id = desk.unknown()
    desk.tell(.disconnected(binance))
    desk.connect(canBeAskedLater: false)
    desk.tell(.openOrdersReported(binance, []))
    #expect(desk.state(id) == .unknown)
    #expect(desk.submit().actions.entries.count == 1)
  }

  @Test func `a second connect asks anew and does not wait for what the first could not learn`() {
    let desk = Desk()
    let id = desk.working()
    desk.tell(.disconnected(binance))
    desk.connect()
    desk.tell(.openOrdersReported(binance, []))
    #expect(desk.pass(milliseconds: 0).queries == [id])
    desk.tell(.queryAnswered(id, .unavailable(reason: "HTTP 503")))
    desk.tell(.disconnected(binance))
    desk.connect()
    desk.tell(.openOrdersReported(binance, [report(id, .working)]))
    #expect(desk.isGateOpen)
  }

  @Test func `a sweep that does not list an order asks for it and assumes nothing`() {
    let desk = Desk()
    let id = desk.working()
    desk.tell(.openOrdersReported(binance, []))
    #expect(desk.pass(milliseconds: 0).queries == [id])
    #expect(desk.state(id) == .working)
    #expect(desk.isGateOpen)
  }

  @Test func `a sweep that lists a stranger tells of it`() {
    let desk = Desk()
    let strange = report(orderID(77), .working)
    #expect(desk.tell(.openOrdersReported(binance, [strange])).lookUps == [.report(strange)])
    #expect(
      desk.tell(.lookedUp(.report(strange), nil)).notices == [.strangeOrder(orderID(77))])
  }
}
