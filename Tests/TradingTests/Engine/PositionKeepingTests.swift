// Positions and closes: the sum of fills, compared with the venue, and never closed twice.

import Testing
import Trading

@testable import Simulation

@Suite struct PositionKeepingTests {
  @Test func `a close sells what was bought, at the market and at once`() {
    let desk = Desk()
    desk.filled(terms(.buy, "3"))
    let close = desk.close()
    let closing = close.actions.entries.first?.order.terms
    #expect(closing?.side == .sell)
    #expect(closing?.type == .market)
    #expect(closing?.quantity == quantity("3"))
    #expect(closing?.purpose == .close)
  }

  @Test func `a short position is closed by buying`() {
    let desk = Desk()
    desk.filled(terms(.sell, "3"))
    #expect(desk.close().actions.entries.first?.order.terms.side == .buy)
  }

  @Test func `closing twice never closes more than there is`() {
    let desk = Desk()
    desk.filled(terms(.buy, "3"))
    let first = desk.close()
    #expect(desk.close().actions.refusalCode == "ALREADY_CLOSING")
    desk.record()
    #expect(desk.close().actions.refusalCode == "ALREADY_CLOSING")
    desk.tell(.reported(report(first.id, .working, [fill("1", "1")])))
    #expect(desk.position() == decimal("2"))
    #expect(desk.close().actions.refusalCode == "ALREADY_CLOSING")
    desk.tell(.reported(report(first.id, .canceled(reason: nil), [fill("1", "1")])))
    let second = desk.close()
    #expect(second.actions.entries.first?.order.terms.quantity == quantity("2"))
  }

  @Test func `a close whose outcome is unknown still counts as closing`() {
    let desk = Desk()
    desk.filled(terms(.buy, "3"))
    let close = desk.close()
    desk.record()
    desk.tell(.submitted(close.id, .unknown(reason: "HTTP 502")))
    #expect(desk.close().actions.refusalCode == "ALREADY_CLOSING")
  }

  @Test func `a position beyond the largest order is closed as far as one order may`() {
    let desk = Desk()
    desk.filled(terms(.buy, "80"))
    desk.filled(terms(.buy, "80"))
    let first = desk.close()
    #expect(first.actions.entries.first?.order.terms.quantity == quantity("100"))
    let second = desk.close()
    #expect(second.actions.entries.first?.order.terms.quantity == quantity("60"))
  }

  @Test func `what is not there or smaller than a step is not closed`() {
    let desk = Desk()
    #expect(desk.close().actions.refusalCode == "NO_POSITION")
    let id = desk.sent()
    desk.tell(.submitted(id, .accepted(report(id, .working, [fill("1", "0.0004")]), position: nil)))
    #expect(desk.close().actions.refusalCode == "DUST")
  }

  @Test func `an order settles when the venue's position agrees and not before`() {
    let desk = Desk()
    let id = desk.filled(terms(.buy, "2"))
    #expect(desk.state(id) == .filled)
    desk.tell(
      .positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: decimal("1"))]))
    #expect(desk.state(id) == .filled)
    let settled = desk.tell(
      .positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: decimal("2"))]))
    #expect(settled.entries.map(\.events) == [[.settled]])
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `an order settles at once where the venue tells the position with the fill`() {
    let desk = Desk()
    let id = desk.sent()
    let position = PositionReport(symbol: bitcoin, quantity: decimal("1"))
    let outcome = report(id, .filled, [fill("1")])
    let actions = desk.tell(.submitted(id, .accepted(outcome, position: position)))
    #expect(actions.entries.map(\.order.state) == [.settled])
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `an order does not settle while the position told with the fill is another one`() {
    let desk = Desk()
    let id = desk.sent()
    let position = PositionReport(symbol: bitcoin, quantity: decimal("7"))
    desk.tell(.submitted(id, .accepted(report(id, .filled, [fill("1")]), position: position)))
    desk.record()
    #expect(desk.state(id) == .filled)
  }

  @Test func `a position that differs is told once it is not a matter of moments`() {
    let desk = Desk()
    desk.filled(terms(.buy, "2"))
    let flat = Input.positionsReported(binance, [])
    #expect(desk.tell(flat).notices.isEmpty)
    desk.now = desk.now.adding(milliseconds: 5_001)
    #expect(
      desk.tell(flat).notices
        == [.positionDiffers(bitcoinOnBinance, ours: decimal("2"), venues: .zero)])
  }

  @Test func `a position that only the venue knows of is told`() {
    let desk = Desk()
    let theirs = PositionReport(symbol: ether, quantity: decimal("5"))
    let key = PositionKey(account: binance, symbol: ether)
    #expect(
      desk.tell(.positionsReported(binance, [theirs])).notices
        == [.positionDiffers(key, ours: .zero, venues: decimal("5"))])
  }

  @Test func `filled orders that never settle leave memory in their order`() {
    let desk = Desk()
    let first = desk.filled(terms(.buy, "0.1"))
    for _ in 0..<999 { desk.filled(terms(.buy, "0.1")) }
    #expect(desk.order(first) != nil)
    let last = desk.filled(terms(.buy, "0.1"))
    #expect(desk.order(first) == nil)
    #expect(desk.order(last) != nil)
    #expect(desk.liveCount == 1_000)
  }

  @Test func `filled orders that nobody was told of do not leave memory for being many`() {
    let desk = Desk(canBeAskedLater: false)
    let ids = (0..<1_100).map { _ in desk.submit(terms(.buy, "0.1")).id }
    desk.record()
    for id in ids {
      let outcome = report(id, .filled, [fill("T-\(id)", "0.1")])
      desk.tell(.submitted(id, .accepted(outcome, position: nil)))
    }
    #expect(desk.record().replies.map(\.word) == Array(repeating: "created", count: 1_100))
  }
}
