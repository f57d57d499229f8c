// Trades that the venue takes back: quantity and position go back by them, the order does not go
// on, and no report that was under way counts them again.

import Testing
import Trading

@testable import Simulation

@Suite struct BustTests {
  private func bust(
    _ id: OrderID, _ status: VenueOrderStatus, fills: [Fill] = [], busts: [Fill]
  ) -> OrderReport {
    var told = report(id, status, fills)
    told.busts = busts
    return told
  }

  private let gone = VenueOrderStatus.canceled(reason: "A trade was taken back.")

  @Test func `an order whose trade is taken back has ended with less`() {
    let desk = Desk()
    let id = desk.sent(terms(.buy, "3"))
    desk.tell(
      .submitted(
        id, .accepted(report(id, .filled, [fill("1", "1"), fill("2", "2")]), position: nil)))
    let actions = desk.tell(
      .reported(bust(id, gone, fills: [fill("1", "1")], busts: [fill("2", "2")])))
    let order = actions.entries.first?.order
    #expect(order?.state == .canceled)
    #expect(order?.filledQuantity == quantity("1"))
    #expect(order?.filledNotional == decimal("100"))
    #expect(order?.explanation?.code == "BUSTED")
    #expect(desk.position() == decimal("1"))
    #expect(actions.contains(.notice(.busted(id, fill("2", "2").tradeID))))
  }

  @Test func `what was taken back is not counted again, and nobody asks for it`() {
    let desk = Desk()
    let id = desk.sent(terms(.buy, "3"))
    let filled = report(id, .filled, [fill("1", "3")])
    desk.tell(.submitted(id, .accepted(filled, position: nil)))
    let taken = bust(id, gone, busts: [fill("1", "3")])
    desk.tell(.reported(taken))
    for again in [filled, taken, filled] {
      let actions = desk.tell(.reported(again))
      #expect(actions.entries.isEmpty)
      #expect(!actions.contains(.notice(.fillsMissing(id))))
    }
    #expect(desk.position() == .zero)
  }

  @Test func `a trade that is told only when it is gone has come and gone`() {
    let desk = Desk()
    let id = desk.working(terms(.buy, "3"))
    let events = desk.tell(.reported(bust(id, gone, busts: [fill("1", "2")]))).entries.first?.events
    #expect(events?.map(\.name) == ["filled", "busted", "canceled"])
    #expect(desk.position() == .zero)
    #expect(desk.tell(.reported(report(id, gone, [fill("1", "2")]))).entries.isEmpty)
  }

  @Test func `an order that waited for its settlement does not settle after a bust`() {
    let desk = Desk()
    let id = desk.sent(terms(.buy, "3"))
    desk.tell(.submitted(id, .accepted(report(id, .filled, [fill("1", "3")]), position: nil)))
    desk.tell(.reported(bust(id, gone, busts: [fill("1", "3")])))
    desk.pass(milliseconds: 6_000)
    let actions = desk.tell(.positionsReported(binance, []))
    #expect(actions.isEmpty)
  }

  @Test func `an overfill that is taken back leaves the order filled`() {
    let desk = Desk()
    let id = desk.sent(terms(.buy, "3"))
    let filled = report(id, .filled, [fill("1", "3"), fill("2", "1")])
    desk.tell(.submitted(id, .accepted(filled, position: nil)))
    let actions = desk.tell(
      .reported(bust(id, .filled, fills: [fill("1", "3")], busts: [fill("2", "1")])))
    #expect(actions.entries.first?.order.state == .filled)
    #expect(desk.position() == decimal("3"))
  }
}
