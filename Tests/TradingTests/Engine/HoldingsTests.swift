// Venues that keep no positions and state what is held instead, of which there may be more than was
// traded here; and fees that are taken out of it.

import Testing
import Trading

@testable import Simulation

private func spotDesk() -> Desk {
  let desk = Desk(isConnected: false)
  desk.connect(
    VenueRules(
      canBeAskedLater: true, visibilityWindowMilliseconds: 0, hasReduceOnly: false,
      statesHoldings: true))
  desk.tell(.openOrdersReported(binance, []))
  desk.tell(.priced(bitcoinOnBinance, price("100")))
  return desk
}

extension Desk {
  fileprivate func bought(_ text: String, fee: String, in asset: Asset) -> OrderID {
    let id = sent(terms(.buy, text))
    tell(
      .submitted(
        id, .accepted(report(id, .filled, [fill("1", text, fee: fee, in: asset)]), position: nil)))
    record()
    return id
  }

  fileprivate func hold(_ text: String) -> [Action] {
    tell(.positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: decimal(text))]))
  }
}

@Suite struct HoldingsTests {
  @Test func `more than was bought here may be held`() {
    let desk = spotDesk()
    let id = desk.bought("2", fee: "0", in: usdt)
    desk.now = desk.now.adding(milliseconds: 5_001)
    #expect(desk.hold("17").notices.isEmpty)
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `less than was bought here is told`() {
    let desk = spotDesk()
    _ = desk.bought("2", fee: "0", in: usdt)
    desk.now = desk.now.adding(milliseconds: 5_001)
    #expect(
      desk.hold("1.999").notices
        == [.positionDiffers(bitcoinOnBinance, ours: decimal("2"), venues: decimal("1.999"))])
  }

  @Test func `a fee in the base asset makes the position smaller`() {
    let desk = spotDesk()
    _ = desk.bought("2", fee: "0.002", in: btc)
    #expect(desk.position() == decimal("1.998"))
    desk.now = desk.now.adding(milliseconds: 5_001)
    #expect(desk.hold("1.998").notices.isEmpty)
  }

  @Test func `a fee in another asset leaves the position as it is`() {
    let desk = spotDesk()
    _ = desk.bought("2", fee: "0.002", in: usdt)
    #expect(desk.position() == decimal("2"))
  }

  @Test func `where the venue keeps positions a fee does not touch them`() {
    let desk = Desk()
    _ = desk.bought("2", fee: "0.002", in: btc)
    #expect(desk.position() == decimal("2"))
  }

  @Test func `a close sells what is left after the fee, in whole steps`() {
    let desk = spotDesk()
    _ = desk.bought("2", fee: "0.0025", in: btc)
    #expect(desk.close().actions.entries.first?.order.terms.quantity == quantity("1.997"))
  }

  @Test func `a stop protects what is left after the fee`() {
    let desk = spotDesk()
    var instructions = OrderInstructions()
    instructions.stopLoss = price("90")
    let id = desk.sent(
      OrderTerms(
        account: binance, symbol: bitcoin, side: .buy, type: .limit, quantity: quantity("2"),
        limitPrice: price("100"), instructions: instructions))
    let actions = desk.tell(
      .submitted(
        id,
        .accepted(report(id, .filled, [fill("1", "2", fee: "0.002", in: btc)]), position: nil)))
    let stop = actions.entries.first { $0.order.terms.protects?.leg == .stopLoss }
    #expect(stop?.order.terms.quantity == quantity("1.998"))
  }
}
