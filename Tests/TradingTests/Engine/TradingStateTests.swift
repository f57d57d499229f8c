// The operator's brake: what it stops, what passes, and when it is in force.

import Testing
import Trading

@testable import Simulation

@Suite struct TradingStateTests {
  @Test func `a halt lets nothing but cancels out`() {
    let desk = Desk()
    desk.filled()
    let working = desk.working(terms(limit: "90"))
    desk.set(.halted)
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
    #expect(desk.close().actions.refusalCode == "TRADING_HALTED")
    #expect(desk.cancel(working).actions.cancels == [working])
    desk.record()
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
  }

  @Test func `a halt is in force at once and answered when it is durable`() {
    let desk = Desk()
    let (request, actions) = desk.set(.halted)
    #expect(actions.replies.isEmpty)
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
    #expect(desk.record().replies(to: request).map(\.word) == ["HALTED"])
  }

  @Test func `trading goes on only once that is durable`() {
    let desk = Desk()
    desk.set(.halted)
    desk.record()
    desk.set(.active)
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
    desk.record()
    #expect(desk.submit().actions.entries.count == 1)
  }

  @Test func `a halt that follows a release in the queue is not undone by it`() {
    let desk = Desk()
    desk.set(.halted)
    desk.record()
    desk.set(.active)
    desk.set(.halted)
    desk.record()
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
  }

  @Test func `an order whose intent was being recorded is not sent after a halt`() {
    let desk = Desk()
    let (id, request, _) = desk.submit()
    desk.set(.halted)
    #expect(desk.record().sends.isEmpty)
    #expect(desk.state(id) == .canceled)
    let actions = desk.record()
    #expect(actions.replies(to: request).map(\.word) == ["created"])
    #expect(actions.replies(to: request).first?.order?.state == .canceled)
  }

  @Test func `reducing lets through what makes a position smaller, and no more than there is`() {
    let desk = Desk()
    desk.filled(terms(.buy, "2"))
    desk.set(.reducing)
    #expect(desk.submit(terms(.buy, "1")).actions.refusalCode == "TRADING_REDUCING")
    #expect(desk.submit(terms(.sell, "2.001")).actions.refusalCode == "TRADING_REDUCING")
    let first = desk.submit(terms(.sell, "1.5"))
    #expect(first.actions.entries.count == 1)
    #expect(desk.record().sends == [first.id])
    #expect(desk.submit(terms(.sell, "1")).actions.refusalCode == "TRADING_REDUCING")
    #expect(desk.close().actions.entries.count == 1)
  }

  @Test func `a state for a part stops only that part, and the strictest counts`() {
    let desk = Desk()
    desk.tell(.priced(PositionKey(account: binance, symbol: ether), price("100")))
    desk.set(.halted, for: .symbol(bitcoin))
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
    #expect(desk.submit(terms(symbol: ether)).actions.entries.count == 1)
    desk.set(.reducing)
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
    #expect(desk.submit(terms(symbol: ether)).actions.refusalCode == "TRADING_REDUCING")
    desk.set(.active, for: .symbol(bitcoin))
    desk.record()
    #expect(desk.submit().actions.refusalCode == "TRADING_REDUCING")
  }

  @Test func `without a journal a halt holds and says that a restart may lose it`() {
    let desk = Desk()
    desk.tell(.journal(isAvailable: false))
    let (request, actions) = desk.set(.halted)
    #expect(actions.replies(to: request).map(\.word) == ["HALTED, not durable"])
    #expect(desk.set(.active).actions.refusalCode == "STORE_UNAVAILABLE")
    desk.tell(.journal(isAvailable: true))
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
  }

  @Test func `a halt without a journal is not undone by an earlier state that becomes durable`() {
    let desk = Desk()
    desk.set(.reducing)
    desk.tell(.journal(isAvailable: false))
    desk.set(.halted)
    desk.tell(.journal(isAvailable: true))
    desk.record()
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
  }

  @Test func `who waits for a change is told when the journal stops`() {
    let desk = Desk()
    let halt = desk.set(.halted).request
    #expect(
      desk.tell(.journal(isAvailable: false)).replies(to: halt).map(\.word)
        == ["HALTED, not durable"])
    desk.tell(.journal(isAvailable: true))
    #expect(desk.record().replies(to: halt).isEmpty)
    desk.set(.active)
    #expect(desk.tell(.journal(isAvailable: false)).refusalCode == "STORE_UNAVAILABLE")
    desk.tell(.journal(isAvailable: true))
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
  }

  @Test func `a halt is in force after a restart`() {
    let change = TradingStateChange(
      scope: .account(binance), state: .halted, reason: "night", author: "ops", at: start)
    let desk = Desk.restarted([], tradingStates: [change]).desk
    desk.connect()
    desk.tell(.openOrdersReported(binance, []))
    #expect(desk.submit().actions.refusalCode == "TRADING_HALTED")
  }
}
