// The model of trading on paper: what an order takes from a book, and when a resting one trades.

import Testing
import Trading

@testable import Plugins

@Suite final class PaperExchangeTests {
  private var exchange = PaperExchange(settings: usualPaper)

  init() {
    exchange.take(MockInstruments.all.map(\.instrument))
  }

  private func levels(_ pairs: [(String, String)]) -> [BookLevel] {
    pairs.map { BookLevel(price: price($0.0), quantity: quantity($0.1)) }
  }

  /// A book of bitcoin; the last price is that of the best bid unless `last` says otherwise.
  private func book(
    bids: [(String, String)] = [("67499", "1"), ("67498", "2")],
    asks: [(String, String)] = [("67500", "1"), ("67501", "2"), ("67505", "4")],
    last: String? = nil
  ) -> MarketData {
    MarketData(
      symbol: bitcoin, last: price(last ?? bids[0].0), bids: levels(bids), asks: levels(asks))
  }

  private struct NotAccepted: Error { let order: Order }

  private func take(_ order: Order, _ market: MarketData? = nil) throws -> SimulatedOrder {
    guard case .accepted(let taken) = exchange.submit(order, on: market ?? book(), at: start) else {
      throw NotAccepted(order: order)
    }
    return taken
  }

  private func code(_ order: Order) -> String? {
    guard case .rejected(let rejection) = exchange.submit(order, on: book(), at: start) else {
      return nil
    }
    return rejection.code
  }

  private func trades(_ order: SimulatedOrder) -> [String] {
    order.fills.map { "\($0.quantity) @ \($0.price)" }
  }

  // MARK: Takers

  @Test func `a market order walks the book, one trade a level`() throws {
    let taken = try take(order(1, .buy, "3.5"))
    #expect(taken.status == .filled)
    #expect(trades(taken) == ["1 @ 67500", "2 @ 67501", "0.5 @ 67505"])
    #expect(taken.fills.allSatisfy { !$0.isMaker && $0.feeAsset == usdt })
    #expect(trades(try take(order(2, .sell, "1.5"))) == ["1 @ 67499", "0.5 @ 67498"])
    #expect(exchange.account.position(bitcoin).quantity == decimal("2"))
  }

  @Test func `what the book does not hold is cancelled`() throws {
    let taken = try take(order(1, .buy, "10"))
    #expect(taken.filled == quantity("7"))
    guard case .expired = taken.status else { return #expect(Bool(false)) }
  }

  @Test func `an order leaves no mark on the book`() throws {
    #expect(trades(try take(order(1, .buy, "1"))) == trades(try take(order(2, .buy, "1"))))
  }

  @Test func `every trade pays the fee`() throws {
    let taken = try take(order(1, .buy, "3"))
    #expect(taken.fills.map(\.fee) == [decimal("67.5"), decimal("135.002")])
    #expect(
      exchange.account.free(usdt) == decimal("1000000") - decimal("202502") - decimal("202.502"))
  }

  @Test func `a limit takes what its price reaches, and the rest rests`() throws {
    let taken = try take(order(1, .buy, "5", limit: "67501"))
    #expect(trades(taken) == ["1 @ 67500", "2 @ 67501"])
    #expect(taken.status == .working && taken.leaves == quantity("2"))
  }

  @Test func `fill or kill is whole or nothing, and immediate or cancel does not rest`() throws {
    let killed = try take(order(1, .buy, "5", limit: "67501", .fillOrKill))
    #expect(killed.fills.isEmpty && !killed.isOpen)
    #expect(try take(order(2, .buy, "3", limit: "67501", .fillOrKill)).status == .filled)
    let cancelled = try take(order(3, .buy, "5", limit: "67501", .immediateOrCancel))
    #expect(cancelled.filled == quantity("3") && !cancelled.isOpen)
  }

  @Test func `orders against the rules are refused`() {
    #expect(code(order(1, .buy, "0.000001")) == "LOT_STEP")
    #expect(code(order(1, .buy, "1", limit: "60000.001")) == "TICK_SIZE")
    #expect(code(order(1, .buy, "0.00001")) == "MIN_NOTIONAL")
    #expect(code(order(1, .buy, "1", limit: "67500", isPostOnly: true)) == "POST_ONLY_WOULD_TRADE")
    #expect(code(order(1, .buy, "20", limit: "60000")) == "INSUFFICIENT_BALANCE")
    #expect(code(order(1, .buy, "1", symbol("NONE"))) == "UNKNOWN_SYMBOL")
  }

  // MARK: Resting orders

  @Test func `a touch does not trade a resting order, a price beyond does`() throws {
    _ = try take(order(1, .buy, "1", limit: "67000"))
    #expect(exchange.move(to: book(asks: [("67000", "50")]), at: start).isEmpty)
    let changed = exchange.move(to: book(asks: [("66999", "50")]), at: start)
    #expect(changed.map(\.status) == [.filled])
    #expect(changed.flatMap(trades) == ["1 @ 67000"])
    #expect(changed.flatMap(\.fills).allSatisfy { $0.isMaker })
  }

  @Test func `a resting order gets a tenth of what is beyond its price`() throws {
    _ = try take(order(1, .sell, "1", limit: "68000"))
    let beyond = book(bids: [("68010", "2"), ("68005", "3"), ("68000", "90")], asks: [])
    #expect(exchange.move(to: beyond, at: start).flatMap(trades) == ["0.5 @ 68000"])
    #expect(exchange.move(to: beyond, at: start).map(\.status) == [.filled])
  }

  @Test func `resting orders of a side share what is there, the best priced first`() throws {
    for (number, limit) in [(1, "66000"), (2, "67000"), (3, "67000")] {
      _ = try take(order(UInt64(number), .buy, "1", limit: limit))
    }
    let changed = exchange.move(to: book(asks: [("65000", "15")]), at: start)
    #expect(changed.map(\.id.value) == [2, 3])
    #expect(changed.flatMap(trades) == ["1 @ 67000", "0.5 @ 67000"])
  }

  // MARK: Triggers and reduce-only

  private func conditional(
    _ number: UInt64, _ side: Side, _ type: OrderType, _ trigger: String, limit: String? = nil
  ) -> Order {
    var instructions = OrderInstructions()
    instructions.trigger = .price(price(trigger))
    let terms = OrderTerms(
      account: account("paper"), symbol: bitcoin, side: side, type: type, quantity: quantity("1"),
      limitPrice: limit.map { price($0) },
      instructions: instructions)
    var order = Order(id: OrderID(value: UInt128(number)), terms: terms, at: start)
    _ = order.apply(.submitting, at: start)
    return order
  }

  @Test func `a stop waits for the last price, and then walks the book`() throws {
    let waiting = try take(conditional(1, .sell, .stop, "67000"))
    #expect(waiting.status == .working && waiting.fills.isEmpty)
    #expect(exchange.move(to: book(last: "67000.01"), at: start).isEmpty)
    let changed = exchange.move(to: book(last: "67000"), at: start)
    #expect(changed.map(\.status) == [.filled])
    #expect(changed.flatMap(trades) == ["1 @ 67499"])
  }

  @Test func `a triggered limit takes what it can, and rests`() throws {
    _ = try take(conditional(1, .buy, .stopLimit, "68000", limit: "67500"))
    let market = book(asks: [("67500", "0.25"), ("68000", "9")], last: "68000")
    let changed = exchange.move(to: market, at: start)
    #expect(changed.flatMap(trades) == ["0.25 @ 67500"])
    #expect(changed.allSatisfy { $0.isOpen && $0.isInBook })
  }

  @Test func `a reduce-only order trades no more than the position`() throws {
    _ = try take(order(1, .buy, "0.5"))
    var instructions = OrderInstructions()
    instructions.isReduceOnly = true
    let terms = OrderTerms(
      account: account("paper"), symbol: bitcoin, side: .sell, type: .market,
      quantity: quantity("2"), instructions: instructions)
    let reducing = Order(id: OrderID(value: 2), terms: terms, at: start)
    #expect(trades(try take(reducing)) == ["0.5 @ 67499"])
    #expect(exchange.account.position(bitcoin).quantity == .zero)
    #expect(code(Order(id: OrderID(value: 3), terms: terms, at: start)) == "REDUCE_ONLY")
  }

  @Test func `a changed order takes what its new price reaches`() throws {
    _ = try take(order(1, .buy, "2", limit: "67000"))
    let amendment = Amendment(
      quantity: quantity("1.5"), limitPrice: price("67500"), triggerPrice: nil,
      successor: OrderID(value: 9))
    guard
      case .accepted(let amended) = exchange.amend(
        OrderID(value: 1), amendment, on: book(), at: start)
    else { return #expect(Bool(false)) }
    #expect(trades(amended) == ["1 @ 67500"])
    #expect(amended.leaves == quantity("0.5"))
  }
}
