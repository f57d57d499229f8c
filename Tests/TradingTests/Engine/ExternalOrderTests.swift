// Orders of others on an account of ours: they count in every limit, and nobody here touches them.

import Testing
import Trading

@testable import Simulation

private func external(
  _ id: String, _ side: Side = .buy, _ text: String = "1", _ symbol: Symbol = bitcoin
) -> ExternalOrder {
  ExternalOrder(
    venueOrderID: valid(VenueOrderID(id), "id"), symbol: symbol, side: side,
    leavesQuantity: quantity(text))
}

extension Desk {
  @discardableResult
  fileprivate func others(_ orders: [ExternalOrder]) -> [Action] {
    tell(.externalOrdersReported(binance, orders))
  }

  /// Why a new order is denied, or nil.
  fileprivate func denial(_ terms: OrderTerms) -> String? {
    let actions = submit(terms).actions
    return actions.entries.first?.order.explanation?.code
  }
}

@Suite struct ExternalOrderTests {
  @Test func `they use up the open orders that are allowed`() {
    let desk = Desk(limits: RiskLimits(maxOpenOrders: 2))
    desk.others([external("1"), external("2")])
    #expect(desk.denial(terms()) == "MAX_OPEN_ORDERS")
    desk.others([external("2")])
    #expect(desk.denial(terms()) == nil)
  }

  @Test func `what they may still buy counts towards the position`() {
    let desk = Desk(limits: RiskLimits(maxPositionNotional: decimal("500")))
    desk.others([external("1", .buy, "4")])
    #expect(desk.denial(terms(.buy, "2")) == "MAX_POSITION_NOTIONAL")
    #expect(desk.denial(terms(.buy, "1")) == nil)
  }

  @Test func `a list replaces the one before, and another account's stays apart`() {
    let desk = Desk(limits: RiskLimits(maxOpenOrders: 2))
    for _ in 0..<5 { desk.others([external("1")]) }
    desk.tell(.externalOrdersReported(kraken, [external("8"), external("9")]))
    #expect(desk.denial(terms()) == nil)
    desk.record()
    #expect(desk.denial(terms()) == "MAX_OPEN_ORDERS")
  }

  @Test func `each is told once, and nothing is sent, recorded or cancelled for it`() {
    let desk = Desk()
    let order = external("1")
    #expect(desk.others([order]) == [.notice(.externalOrder(binance, order))])
    #expect(desk.others([order]) == [])
    let sell = external("2", .sell)
    #expect(desk.others([order, sell]) == [.notice(.externalOrder(binance, sell))])
    #expect(desk.others([]) == [])
  }
}
