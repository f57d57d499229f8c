// The rules of the simulated exchange: what trades, at which price, in which order.

import Testing
import Trading

@testable import Plugins

@Suite final class MockExchangeTests {
  private var exchange = MockExchange(settings: usualSettings)

  /// The order as the exchange took it.
  private func take(_ order: Order) throws -> SimulatedOrder {
    guard case .accepted(let taken) = exchange.submit(order, at: start) else {
      throw NotAccepted(order: order)
    }
    return taken
  }

  private struct NotAccepted: Error { let order: Order }

  /// The code with which the exchange refused.
  private func code(_ order: Order) -> String? {
    guard case .rejected(let rejection) = exchange.submit(order, at: start) else { return nil }
    #expect(rejection.sentence.hasSuffix("."))
    return rejection.code
  }

  private func move(
    _ text: String, available: String? = nil, _ symbol: Symbol = bitcoin
  ) -> [SimulatedOrder] {
    exchange.setPrice(symbol, price(text), available: available.map { quantity($0) }, at: start)
      ?? []
  }

  // MARK: Takers

  @Test func `a market buy trades one basis point above the market`() throws {
    let taken = try take(order(1, .buy, "0.5"))
    #expect(taken.status == .filled)
    #expect(taken.fills.map(\.price) == [price("67506.75")])
    #expect(taken.fills.map(\.quantity) == [quantity("0.5")])
    #expect(taken.fills.allSatisfy { !$0.isMaker && $0.feeAsset == usdt && $0.tradedAt == start })
  }

  @Test func `a market sell trades one basis point below the market`() throws {
    #expect(try take(order(1, .sell, "0.5")).fills.map(\.price) == [price("67493.25")])
  }

  @Test(arguments: [
    ("ES", "4420", "4420.5", "4419.5"), ("DOGEUSDT", "0.15", "0.15002", "0.14998"),
    ("XRPUSDT", "0.6", "0.6001", "0.5999"), ("ETHUSDT", "3500", "3500.35", "3499.65"),
  ])
  func `a taker's price is rounded to the tick`(
    symbol name: String, market: String, buy: String, sell: String
  ) throws {
    #expect(exchange.markets[symbol(name)]?.price == price(market))
    exchange.addBalance(asset("USD"), "1000000")
    #expect(try take(order(1, .buy, "100", symbol(name))).fills.map(\.price) == [price(buy)])
    #expect(try take(order(2, .sell, "100", symbol(name))).fills.map(\.price) == [price(sell)])
  }

  @Test func `a limit that crosses trades at once and never beyond its price`() throws {
    #expect(
      try take(order(1, .buy, "0.1", limit: "67501")).fills.map(\.price) == [price("67501")])
    #expect(
      try take(order(2, .buy, "0.1", limit: "68000")).fills.map(\.price) == [price("67506.75")])
    #expect(
      try take(order(3, .sell, "0.1", limit: "67499")).fills.map(\.price) == [price("67499")])
  }

  @Test func `the fee is a part of the notional in the quote asset`() throws {
    #expect(try take(order(1, .buy, "0.1")).fills.map(\.fee) == [decimal("6.750675")])
    #expect(exchange.account.balances[usdt] == decimal("1000000") - decimal("6757.425675"))
    #expect(exchange.account.balances[btc] == decimal("0.1"))
    #expect(exchange.account.positions[bitcoin] == decimal("0.1"))
  }

  // MARK: Resting orders

  @Test func `a limit rests, and trades at its own price when that is reached`() throws {
    #expect(try take(order(1, .buy, "1", limit: "67000")).isOpen)
    #expect(move("67000.01") == [])
    let changed = move("66000")
    #expect(changed.map(\.status) == [.filled])
    #expect(changed.flatMap(\.fills).map(\.price) == [price("67000")])
    #expect(changed.flatMap(\.fills).allSatisfy { $0.isMaker })
    #expect(exchange.account.openOrders.isEmpty)
  }

  @Test func `a resting sell trades when the price rises to it`() throws {
    _ = try take(order(1, .sell, "1", limit: "68000"))
    #expect(move("67999.99") == [])
    #expect(move("68000").flatMap(\.fills).map(\.price) == [price("68000")])
  }

  @Test func `a price moves the orders of its own market only`() throws {
    _ = try take(order(1, .buy, "1", limit: "3000"))
    #expect(move("2000", ether) == [])
    #expect(exchange.account.openOrders.count == 1)
    #expect(exchange.setPrice(symbol("NONE"), price("1"), available: nil, at: start) == nil)
  }

  @Test func `the best price trades first, and of equal ones the oldest`() throws {
    for (number, limit) in [(3, "66000"), (1, "66500"), (2, "66500"), (4, "67000")] {
      _ = try take(order(UInt64(number), .buy, "1", limit: limit))
    }
    #expect(move("65000", available: "2.5").map(\.id.value) == [4, 1, 2])
    #expect(exchange.account.openOrders.keys.map(\.value).sorted() == [2, 3])
    #expect(exchange.account.openOrders[OrderID(value: 2)]?.filled == quantity("0.5"))
  }

  @Test func `sells trade from the lowest price up`() throws {
    for (number, limit) in [(1, "70000"), (2, "69000"), (3, "69000")] {
      _ = try take(order(UInt64(number), .sell, "1", limit: limit))
    }
    #expect(move("71000", available: "2.5").map(\.id.value) == [2, 3, 1])
  }

  @Test func `no more than what is available trades at a price`() throws {
    _ = move("67500", available: "0.3")
    let market = try take(order(1, .buy, "0.2"))
    #expect(market.filled == quantity("0.2"))
    let rest = try take(order(2, .buy, "0.2"))
    #expect(rest.filled == quantity("0.1"))
    #expect(rest.status != .filled && !rest.isOpen)
    let nothing = try take(order(3, .buy, "0.2"))
    #expect(nothing.fills == [] && !nothing.isOpen)
  }

  @Test func `a crossing limit rests with what could not be traded`() throws {
    _ = move("67500", available: "0.3")
    let taken = try take(order(1, .buy, "1", limit: "68000"))
    #expect(taken.isOpen && taken.filled == quantity("0.3"))
    let changed = move("67900", available: "0.2")
    #expect(changed.map(\.filled) == [quantity("0.5")])
    #expect(changed.flatMap(\.fills).map(\.tradeID).count == 2)
    #expect(move("67900").map(\.status) == [.filled])
  }

  @Test func `an IOC order's rest expires`() throws {
    _ = move("67500", available: "0.3")
    let taken = try take(order(1, .buy, "1", limit: "68000", .immediateOrCancel))
    #expect(taken.filled == quantity("0.3"))
    guard case .expired = taken.status else { return #expect(Bool(false), "\(taken.status)") }
    let resting = try take(order(2, .buy, "1", limit: "60000", .immediateOrCancel))
    #expect(resting.fills == [] && !resting.isOpen)
    #expect(exchange.account.openOrders.isEmpty)
  }

  @Test func `a FOK order trades whole or not at all`() throws {
    _ = move("67500", available: "1")
    #expect(try take(order(1, .buy, "1.5", limit: "68000", .fillOrKill)).fills == [])
    #expect(try take(order(2, .buy, "1", limit: "67000", .fillOrKill)).fills == [])
    #expect(try take(order(3, .buy, "1", limit: "68000", .fillOrKill)).status == .filled)
    #expect(exchange.account.openOrders.isEmpty)
  }

  // MARK: Refusals

  @Test func `a post-only order that would trade at once is refused`() throws {
    #expect(
      code(order(1, .buy, "1", limit: "67500", isPostOnly: true)) == "POST_ONLY_WOULD_TRADE")
    #expect(
      code(order(2, .sell, "1", limit: "67500", isPostOnly: true)) == "POST_ONLY_WOULD_TRADE")
    #expect(try take(order(3, .buy, "1", limit: "67499.99", isPostOnly: true)).isOpen)
  }

  @Test func `an order that breaks the instrument's rules is refused`() {
    #expect(code(order(1, .buy, "1", symbol("NONE"))) == "UNKNOWN_SYMBOL")
    #expect(code(order(2, .buy, "0.000001")) == "LOT_STEP")
    #expect(code(order(3, .buy, "9001")) == "MAX_QUANTITY")
    #expect(code(order(4, .buy, "1", limit: "67000.001")) == "TICK_SIZE")
    #expect(code(order(5, .buy, "0.00001")) == "MIN_NOTIONAL")
    #expect(exchange.account.lastNumber == 0)
  }

  @Test func `an order that costs more than is free is refused`() throws {
    #expect(code(order(1, .buy, "15")) == "INSUFFICIENT_BALANCE")
    _ = try take(order(2, .buy, "10", limit: "60000"))
    #expect(exchange.account.locked(usdt) == decimal("600000"))
    #expect(exchange.account.free(usdt) == decimal("400000"))
    #expect(code(order(3, .buy, "7", limit: "60000")) == "INSUFFICIENT_BALANCE")
    _ = exchange.cancel(OrderID(value: 2))
    #expect(exchange.account.locked(usdt) == .zero)
    #expect(try take(order(4, .buy, "7", limit: "60000")).isOpen)
  }

  @Test func `an id of an open order is taken`() throws {
    _ = try take(order(1, .buy, "1", limit: "60000"))
    #expect(code(order(1, .buy, "1", limit: "60000")) == "DUPLICATE_ORDER")
  }

  @Test func `a refused order changes nothing`() {
    let before = (exchange.account.balances, exchange.account.positions)
    _ = code(order(1, .buy, "15"))
    #expect(exchange.account.balances == before.0 && exchange.account.positions == before.1)
    #expect(exchange.account.openOrders.isEmpty)
  }

  // MARK: Cancels

  @Test func `a cancelled order keeps its fills and trades no more`() throws {
    _ = move("67500", available: "0.3")
    _ = try take(order(1, .buy, "1", limit: "68000"))
    let canceled = exchange.cancel(OrderID(value: 1))
    #expect(canceled?.status == .canceled(reason: nil))
    #expect(canceled?.filled == quantity("0.3"))
    let again = exchange.cancel(OrderID(value: 1))
    #expect(again == nil)
    #expect(move("60000") == [])
  }

  // MARK: Money

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `no money appears or disappears`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var cash = exchange.account.balances[usdt] ?? .zero
    var held = Decimal.zero
    var seen: Set<TradeID> = []
    var reported: [OrderID: Int] = [:]
    /// Counts the fills of an order that were not counted yet.
    func count(_ order: SimulatedOrder) {
      for fill in order.fills.dropFirst(reported[order.id] ?? 0) {
        #expect(seen.insert(fill.tradeID).inserted, "seed \(seed)")
        let notional = fill.quantity * fill.price
        cash -= (order.side == .buy ? notional : -notional) + fill.fee
        held += order.side == .buy ? fill.quantity.amount : -fill.quantity.amount
      }
      reported[order.id] = order.fills.count
    }
    for number in 1...200 as ClosedRange<UInt64> {
      let around = "\(random.number(66_000...69_000)).\(random.number(10...99))"
      if random.chance(30) {
        let available = random.chance(50) ? "\(random.number(0...3)).5" : nil
        for order in move(around, available: available) { count(order) }
      } else if random.chance(15), let id = exchange.account.openOrders.keys.min() {
        _ = exchange.cancel(id)
      } else {
        let size = "\(random.number(0...1)).\(random.number(1...9))"
        let made = order(
          number, random.chance(50) ? .buy : .sell, size, limit: random.chance(60) ? around : nil,
          random.chance(30) ? .fillOrKill : nil)
        if case .accepted(let taken) = exchange.submit(made, at: start) { count(taken) }
      }
      #expect(exchange.account.balances[usdt] == cash, "seed \(seed), step \(number)")
      #expect(exchange.account.positions[bitcoin] ?? .zero == held, "seed \(seed), step \(number)")
      #expect(exchange.account.balances[btc] ?? .zero == held, "seed \(seed), step \(number)")
    }
    #expect(!seen.isEmpty)
  }

  @Test func `orders of both sides trade in an order that does not depend on chance`() {
    // Buyers above sellers: left over when a price had too little quantity for either.
    _ = move("67500", available: "0")
    for (number, limit) in [(1, "67600"), (2, "67700"), (3, "67650")] {
      _ = exchange.submit(order(UInt64(number), .buy, "1", limit: limit), at: start)
    }
    for (number, limit) in [(4, "67400"), (5, "67300")] {
      _ = exchange.submit(order(UInt64(number), .sell, "1", limit: limit), at: start)
    }
    #expect(move("67500", available: "5").map(\.id.value) == [2, 3, 1, 5, 4])
  }
}

extension MockExchange {
  /// Gives the account something.
  fileprivate mutating func addBalance(_ asset: Asset, _ amount: String) {
    var state = SimulatedLedgerState()
    state.balances = account.balances
    state.balances[asset] = decimal(amount)
    restore(state)
  }
}
