// The owner's limits: what each stops, with which value and limit, and what passes.

import Testing
import Trading

@testable import Simulation

private func denial(
  _ limits: RiskLimits, _ terms: OrderTerms, market: String? = "100", position: String = "0",
  exposure: Exposure = Exposure(), openOrders: Int = 0
) -> Denial? {
  limits.firstDenial(
    of: terms,
    in: RiskContext(
      marketPrice: market.map(price), positionQuantity: decimal(position), exposure: exposure,
      openOrders: openOrders))
}

private func exposure(_ side: Side, _ text: String) -> Exposure {
  var exposure = Exposure()
  exposure.change(side: side, from: .zero, to: quantity(text))
  return exposure
}

@Suite struct RiskLimitsTests {
  @Test func `without limits everything that has a price passes`() {
    #expect(denial(RiskLimits(), terms(.buy, "99", limit: "1000000")) == nil)
  }

  @Test func `an order worth more than the limit is denied with its worth`() {
    let limits = RiskLimits(maxOrderNotional: decimal("1000"))
    #expect(denial(limits, terms(.buy, "10", limit: "100")) == nil)
    let denied = denial(limits, terms(.buy, "10", limit: "100.01"))
    #expect(denied?.code == "MAX_ORDER_NOTIONAL")
    #expect(denied?.value == "1000.1")
    #expect(denied?.limit == "1000")
  }

  @Test func `a position with all live orders filled may not exceed the limit`() {
    let limits = RiskLimits(maxPositionNotional: decimal("1000"))
    #expect(denial(limits, terms(.buy, "4"), position: "6") == nil)
    let denied = denial(limits, terms(.buy, "4.001"), position: "6")
    #expect(denied?.code == "MAX_POSITION_NOTIONAL")
    #expect(denied?.value == "1000.1")
    #expect(denied?.limit == "1000")
    let live = exposure(.buy, "3")
    #expect(denial(limits, terms(.buy, "1"), position: "6", exposure: live) == nil)
    #expect(denial(limits, terms(.buy, "2"), position: "6", exposure: live) != nil)
  }

  @Test func `a short position is limited alike`() {
    let limits = RiskLimits(maxPositionNotional: decimal("1000"))
    #expect(denial(limits, terms(.sell, "4"), position: "-6") == nil)
    #expect(denial(limits, terms(.sell, "5"), position: "-6")?.code == "MAX_POSITION_NOTIONAL")
    #expect(
      denial(limits, terms(.sell, "1"), position: "-6", exposure: exposure(.sell, "4"))?.value
        == "1100")
  }

  @Test func `an order that reduces passes although the position is beyond the limit`() {
    let limits = RiskLimits(maxPositionNotional: decimal("1000"))
    #expect(denial(limits, terms(.sell, "5"), position: "50") == nil)
    #expect(denial(limits, terms(.buy, "5"), position: "-50") == nil)
    #expect(denial(limits, terms(.sell, "101"), position: "50") != nil)
    #expect(denial(limits, terms(.buy, "0.001"), position: "50") != nil)
  }

  @Test func `live orders of the other side do not count`() {
    let limits = RiskLimits(maxPositionNotional: decimal("1000"))
    #expect(denial(limits, terms(.buy, "10"), exposure: exposure(.sell, "99")) == nil)
  }

  @Test func `a full book of open orders takes no more`() {
    let limits = RiskLimits(maxOpenOrders: 2)
    #expect(denial(limits, terms(), openOrders: 1) == nil)
    let denied = denial(limits, terms(), openOrders: 2)
    #expect(denied?.code == "MAX_OPEN_ORDERS")
    #expect(denied?.value == "2")
    #expect(denied?.limit == "2")
  }

  @Test func `only allowed instruments are traded`() {
    let limits = RiskLimits(allowedSymbols: [ether])
    let denied = denial(limits, terms())
    #expect(denied?.code == "SYMBOL_NOT_ALLOWED")
    #expect(denied?.value == "BTCUSDT")
    #expect(denial(limits, terms(symbol: ether)) == nil)
  }

  @Test func `the collar stops a price far beyond the market on the aggressive side only`() {
    let limits = RiskLimits(priceCollarPercent: decimal("5"))
    #expect(denial(limits, terms(.buy, "1", limit: "105")) == nil)
    let denied = denial(limits, terms(.buy, "1", limit: "105.01"))
    #expect(denied?.code == "PRICE_COLLAR")
    #expect(denied?.value == "105.01")
    #expect(denied?.limit == "105")
    #expect(denial(limits, terms(.buy, "1", limit: "1")) == nil)
    #expect(denial(limits, terms(.sell, "1", limit: "95")) == nil)
    #expect(denial(limits, terms(.sell, "1", limit: "94.99"))?.limit == "95")
    #expect(denial(limits, terms(.sell, "1", limit: "100000")) == nil)
  }

  @Test func `the collar does not touch market orders, nor limits without a market`() {
    let limits = RiskLimits(priceCollarPercent: decimal("5"))
    #expect(denial(limits, terms(.buy, "1", limit: nil)) == nil)
    #expect(denial(limits, terms(.buy, "1", limit: "9999"), market: nil) == nil)
  }

  @Test func `an order without any price cannot be checked and is denied`() {
    #expect(denial(RiskLimits(), terms(.buy, limit: nil), market: nil)?.code == "NO_PRICE")
    #expect(denial(RiskLimits(), terms(.buy, limit: nil, reference: "100"), market: nil) == nil)
  }

  @Test(arguments: 0..<100)
  func `exposure is the sum of what live orders may still do`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var exposure = Exposure()
    var live: [(side: Side, leaves: Quantity)] = []
    for _ in 0..<300 {
      if live.isEmpty || random.chance(40) {
        let size = quantity("\(random.number(1...1_000))e-3")
        live.append((random.chance(50) ? .buy : .sell, size))
        exposure.change(side: live[live.count - 1].side, from: .zero, to: size)
      } else {
        let index = random.number(0...(live.count - 1))
        let after = random.chance(50) ? .zero : live[index].leaves - quantity("0.001")
        exposure.change(side: live[index].side, from: live[index].leaves, to: after)
        live[index].leaves = after
      }
      for side in Side.allCases {
        let sum = live.reduce(Quantity.zero) { $1.side == side ? $0 + $1.leaves : $0 }
        #expect(exposure.leaves(on: side) == sum, "seed \(seed)")
      }
    }
  }
}
