// Trading on paper: an account that trades in somebody else's market. A pure value: no clock, no
// I/O; the market comes with every call.
//
// Its model: a taker walks the book, one trade a level, and what the book does not hold is not
// traded. A resting order trades only when the other side of the book is beyond its price, at its
// own price, and then no more than a share of what is there. An order leaves no mark on the book.

internal import Trading

/// The state of a paper account and its matching.
struct PaperExchange: Sendable {
  private(set) var account: SimulatedAccount

  /// How much of what is beyond a resting order's price it gets, in percent. Others rest at the
  /// same price and were there before; a tenth is on the careful side.
  static let participationPercent = 10

  init(settings: PaperSettings) {
    account = SimulatedAccount(
      balances: settings.balances, feeBasisPoints: settings.feeBasisPoints)
  }

  /// Takes over the instruments of the market.
  mutating func take(_ instruments: [Instrument]) {
    for instrument in instruments { account.instruments[instrument.symbol] = instrument }
  }

  /// Takes over what the ledger has.
  mutating func restore(_ state: SimulatedLedgerState) { account.restore(state) }

  // MARK: Requests

  /// Takes an order in and trades what the book holds for it.
  mutating func submit(
    _ order: Order, on market: MarketData, at now: Timestamp
  ) -> SimulatedVerdict {
    let terms = order.terms
    if let refusal = account.refusal(of: order, marketPrice: market.last) {
      return .rejected(refusal)
    }
    let id = VenueOrderID("PAPER-", account.lastNumber + 1)
    var taken = SimulatedOrder(order, venueOrderID: id, marketPrice: market.last)
    let trades = walk(market, for: taken)
    if terms.isPostOnly, let first = trades.first {
      return .rejected(.postOnlyWouldTrade(at: first.price))
    }
    let walked = trades.reduce(Decimal.zero) { $0 + $1.quantity * $1.price }
    let cost = terms.ownPrice.map { terms.quantity * $0 } ?? walked
    if let refusal = account.refusal(of: taken, costing: cost) { return .rejected(refusal) }
    _ = account.nextNumber()
    let traded = trades.reduce(Quantity.zero) { $0 + $1.quantity }
    if terms.timeInForce != .fillOrKill || traded >= terms.quantity {
      for trade in trades { account.execute(trade, of: &taken, isMaker: false, at: now) }
    }
    if taken.watch == nil {
      account.settle(&taken, rests: taken.limitPrice != nil && terms.timeInForce.rests)
    } else {
      account.keep(taken)
    }
    return .accepted(taken)
  }

  /// Cancels an open order; nil if it is not open.
  mutating func cancel(_ id: OrderID) -> SimulatedOrder? { account.cancel(id) }

  /// Changes an open order, which then takes what the book holds for it; nil if it is not open.
  mutating func amend(
    _ id: OrderID, _ amendment: Amendment, on market: MarketData, at now: Timestamp
  ) -> SimulatedVerdict? {
    let verdict = account.amended(id, amendment)
    guard case .accepted(var order) = verdict else { return verdict }
    take(from: market, for: &order, at: now)
    account.settle(&order, rests: true)
    return .accepted(order)
  }

  // MARK: The market

  /// Lets the market become what it is now. Gives the orders that changed.
  mutating func move(to market: MarketData, at now: Timestamp) -> [SimulatedOrder] {
    var changed: [SimulatedOrder] = []
    for var order in account.follow(market.symbol, market.last) {
      if order.watch == nil {
        take(from: market, for: &order, at: now)
        account.settle(&order, rests: order.limitPrice != nil)
      }
      changed.append(order)
    }
    let elected = Set(changed.map(\.id))
    changed += tradeThrough(market, except: elected, at: now)
    return changed
  }

  /// Trades the resting orders that the market has traded through, the best priced and oldest
  /// first. They share what is there.
  private mutating func tradeThrough(
    _ market: MarketData, except elected: Set<OrderID>, at now: Timestamp
  ) -> [SimulatedOrder] {
    var changed: [SimulatedOrder] = []
    var taken: [Side: Decimal] = [:]
    let resting = account.openOrders.values.filter {
      $0.symbol == market.symbol && $0.isInBook && !elected.contains($0.id)
    }
    for order in resting.sorted(by: { $0.precedes($1) }) {
      guard var order = account.openOrders[order.id], let limit = order.limitPrice else { continue }
      let beyond = levels(of: market, for: order).prefix { level in
        order.side == .buy ? level.price < limit : level.price > limit
      }
      let there = beyond.reduce(Decimal.zero) { $0 + $1.quantity.amount }
      let share = there * Decimal(units: Int128(PaperExchange.participationPercent), scale: 2)
      let quantity = lots(
        min(account.wanted(by: order).amount, share - taken[order.side, default: .zero]), order)
      guard !quantity.isZero else { continue }
      taken[order.side, default: .zero] += quantity.amount
      let trade = BookLevel(price: limit, quantity: quantity)
      account.execute(trade, of: &order, isMaker: true, at: now)
      account.settle(&order, rests: true)
      changed.append(order)
    }
    return changed
  }

  private mutating func take(
    from market: MarketData, for order: inout SimulatedOrder, at now: Timestamp
  ) {
    for trade in walk(market, for: order) {
      account.execute(trade, of: &order, isMaker: false, at: now)
    }
  }

  /// What an order would take from the book, level by level.
  private func walk(_ market: MarketData, for order: SimulatedOrder) -> [BookLevel] {
    guard order.watch == nil else { return [] }
    var wanted = account.wanted(by: order)
    var trades: [BookLevel] = []
    for level in levels(of: market, for: order) {
      guard !wanted.isZero, order.isReached(by: level.price) else { break }
      let quantity = lots(min(wanted, level.quantity).amount, order)
      guard !quantity.isZero else { continue }
      trades.append(BookLevel(price: level.price, quantity: quantity))
      wanted = wanted - quantity
    }
    return trades
  }

  private func levels(of market: MarketData, for order: SimulatedOrder) -> [BookLevel] {
    order.side == .buy ? market.asks : market.bids
  }

  /// As much of a quantity as whole lots make.
  private func lots(_ amount: Decimal, _ order: SimulatedOrder) -> Quantity {
    guard let step = account.instruments[order.symbol]?.lotStep, amount.isPositive else {
      return .zero
    }
    return Quantity(amount.truncated(toMultipleOf: step)) ?? .zero
  }
}
