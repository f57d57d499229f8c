// A position is the sum of its fills, and its profit is the cash that moved.

import Testing
import Trading

@testable import Simulation

private func position(_ fills: [(Side, String, String)]) -> Position {
  var position = Position(at: start)
  for (index, (side, quantity, price)) in fills.enumerated() {
    position.apply(fill("T\(index)", quantity, at: price), side: side, at: start)
  }
  return position
}

@Suite struct PositionTests {
  @Test func `buys add up to a long position at their average price`() {
    let position = position([(.buy, "1", "100"), (.buy, "3", "104")])
    #expect(position.quantity == decimal("4"))
    #expect(position.averageEntryPrice == decimal("103"))
    #expect(position.realizedPnL == .zero)
    #expect(position.unrealizedPnL(at: price("110")) == decimal("28"))
  }

  @Test func `sells make a short position that earns when the price falls`() {
    let position = position([(.sell, "2", "100")])
    #expect(position.quantity == decimal("-2"))
    #expect(position.averageEntryPrice == decimal("100"))
    #expect(position.unrealizedPnL(at: price("90")) == decimal("20"))
  }

  @Test func `a partial close realizes its share and keeps the average price`() {
    let position = position([(.buy, "4", "100"), (.sell, "1", "110")])
    #expect(position.quantity == decimal("3"))
    #expect(position.realizedPnL == decimal("10"))
    #expect(position.averageEntryPrice == decimal("100"))
  }

  @Test func `a fill through zero closes one side and opens the other at its own price`() {
    let long = position([(.buy, "1", "100"), (.sell, "3", "110")])
    #expect(long.quantity == decimal("-2"))
    #expect(long.realizedPnL == decimal("10"))
    #expect(long.averageEntryPrice == decimal("110"))
    let short = position([(.sell, "1", "100"), (.buy, "3", "90")])
    #expect(short.quantity == decimal("2"))
    #expect(short.realizedPnL == decimal("10"))
    #expect(short.averageEntryPrice == decimal("90"))
  }

  @Test func `a flat position has no average price and no open cost`() {
    let position = position([(.buy, "3", "33.33"), (.sell, "3", "33.34")])
    #expect(position.quantity == .zero)
    #expect(position.openCost == .zero)
    #expect(position.averageEntryPrice == nil)
    #expect(position.realizedPnL == decimal("0.03"))
  }

  @Test func `fees are kept apart by asset, and rebates count against them`() {
    var position = Position(at: start)
    position.apply(fill("1", fee: "0.3", in: usdt), side: .buy, at: start)
    position.apply(fill("2", fee: "0.001", in: btc), side: .buy, at: start)
    position.apply(fill("3", fee: "-0.1", in: usdt), side: .sell, at: start)
    #expect(position.fees(in: usdt) == decimal("0.2"))
    #expect(position.fees(in: btc) == decimal("0.001"))
    #expect(position.fees(in: valid(Asset("BNB"), "asset")) == .zero)
  }

  @Test(arguments: 0..<300)
  func `a round trip earns exactly the cash that moved`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var position = Position(at: start)
    var sum = Decimal.zero
    var cash = Decimal.zero
    func trade(_ side: Side, _ size: Decimal, _ number: Int) {
      let paid = random.decimal(digitsMax: 8, scaleMax: 6, isSigned: false) + Decimal(1)
      let fill = fill("T\(number)", size.description, at: paid.description)
      position.apply(fill, side: side, at: start)
      sum += side == .buy ? size : -size
      cash += side == .buy ? -(size * paid) : size * paid
    }
    for number in 0..<random.number(1...60) {
      let size = random.decimal(digitsMax: 6, scaleMax: 8, isSigned: false) + decimal("0.00000001")
      trade(random.chance(50) ? .buy : .sell, size, number)
      #expect(position.quantity == sum, "seed \(seed)")
      #expect(position.realizedPnL - position.openCost == cash, "seed \(seed)")
    }
    if !sum.isZero { trade(sum.isNegative ? .buy : .sell, sum.magnitude, 1_000) }
    #expect(position.quantity == .zero, "seed \(seed)")
    #expect(position.openCost == .zero, "seed \(seed)")
    #expect(position.realizedPnL == cash, "seed \(seed)")
  }

  @Test(arguments: 0..<300)
  func `a fee that is held back makes less of what is held, and earns nothing`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var position = Position(at: start)
    var held = Decimal.zero
    var cash = Decimal.zero
    for number in 0..<random.number(1...60) {
      let size = random.decimal(digitsMax: 6, scaleMax: 8, isSigned: false) + Decimal(1)
      let fee = random.decimal(digitsMax: 4, scaleMax: 6, isSigned: false)
      let paid = random.decimal(digitsMax: 8, scaleMax: 6, isSigned: false) + Decimal(1)
      let side: Side = random.chance(50) ? .buy : .sell
      var trade = fill(
        "T\(number)", size.description, at: paid.description, fee: fee.description, in: btc)
      trade.isFeeHeldBack = true
      position.apply(trade, side: side, at: start)
      held += (side == .buy ? size : -size) - fee
      cash += side == .buy ? -(size * paid) : size * paid
      #expect(position.quantity == held, "seed \(seed)")
      #expect(position.realizedPnL - position.openCost == cash, "seed \(seed)")
    }
  }

  @Test func `a trade that is taken back gives back the fee that was held back`() {
    var trade = fill("1", "2", at: "100", fee: "0.002", in: btc)
    trade.isFeeHeldBack = true
    var position = Position(at: start)
    position.apply(trade, side: .buy, at: start)
    #expect(position.quantity == decimal("1.998"))
    #expect(position.openCost == decimal("200"))
    position.takeBack(trade, side: .buy, at: start)
    #expect(position.quantity == .zero)
    #expect(position.openCost == .zero)
    #expect(position.fees(in: btc) == .zero)
  }
}
