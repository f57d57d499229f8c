// The simulated exchange itself: its prices, and what trades at them. A pure value: no clock, no
// I/O. Orders, balances and positions are its account's.
//
// Its model: a taker trades at the market price, worsened by the slippage and rounded to the tick;
// a resting order trades at its own price as soon as the market price reaches it; where a price was
// set with a quantity, no more than that is traded at it. A conditional order waits outside the
// book until the market price elects it. A reduce-only order trades no more than the position it
// reduces.

internal import Trading

/// The state of the exchange and its matching.
struct MockExchange: Sendable {
  private(set) var markets: [Symbol: MockMarket] = [:]
  private(set) var account: SimulatedAccount
  private let slippageRate: Decimal
  private let hasReduceOnly: Bool

  init(settings: MockSettings) {
    account = SimulatedAccount(
      balances: settings.balances, feeBasisPoints: settings.feeBasisPoints)
    slippageRate = settings.slippageBasisPoints * Decimal(units: 1, scale: 4)
    hasReduceOnly = settings.abilities.contains(.reduceOnly)
    for (instrument, price) in MockInstruments.all {
      account.instruments[instrument.symbol] = instrument
      markets[instrument.symbol] = MockMarket(instrument: instrument, price: price, available: nil)
    }
  }

  /// Takes an order in and trades what can be traded at once.
  mutating func submit(_ order: Order, at now: Timestamp) -> SimulatedVerdict {
    let terms = order.terms
    guard let market = markets[terms.symbol] else {
      return .rejected(
        Rejection(
          code: "UNKNOWN_SYMBOL", sentence: "The exchange has no instrument \(terms.symbol)."))
    }
    if let refusal = account.refusal(of: order, marketPrice: market.price) {
      return .rejected(refusal)
    }
    let taken = newOrder(order, at: market.price)
    let crosses = taken.watch == nil && taken.isReached(by: market.price)
    if terms.isPostOnly, crosses {
      return .rejected(.postOnlyWouldTrade(at: market.price))
    }
    let cost = terms.quantity * (terms.ownPrice ?? market.price)
    if let refusal = account.refusal(of: taken, costing: cost) { return .rejected(refusal) }
    return .accepted(take(taken, terms, crosses: crosses, at: now))
  }

  /// The order before it trades. What the gateway has triggered comes as what it has become.
  func newOrder(_ order: Order, at price: Price) -> SimulatedOrder {
    let id = VenueOrderID("MOCK-", account.lastNumber + 1)
    var taken = SimulatedOrder(order, venueOrderID: id, marketPrice: price)
    taken.isReduceOnly = taken.isReduceOnly && hasReduceOnly
    return taken
  }

  private mutating func take(
    _ order: SimulatedOrder, _ terms: OrderTerms, crosses: Bool, at now: Timestamp
  ) -> SimulatedOrder {
    _ = account.nextNumber()
    var taken = order
    if taken.watch != nil {
      account.keep(taken)
      return taken
    }
    let available = markets[terms.symbol]?.available ?? terms.quantity
    let isKilled = terms.timeInForce == .fillOrKill && (!crosses || available < terms.quantity)
    if crosses, !isKilled { trade(&taken, isMaker: false, at: now) }
    let rests = taken.limitPrice != nil && terms.timeInForce.rests
    account.settle(&taken, rests: rests)
    return taken
  }

  /// Cancels an open order; nil if it is not open.
  mutating func cancel(_ id: OrderID) -> SimulatedOrder? { account.cancel(id) }

  /// Changes an open order, which then trades what it can; nil if it is not open.
  mutating func amend(
    _ id: OrderID, _ amendment: Amendment, at now: Timestamp
  ) -> SimulatedVerdict? {
    let verdict = account.amended(id, amendment)
    guard case .accepted(var order) = verdict, let market = markets[order.symbol] else {
      return verdict
    }
    if order.watch == nil, order.isReached(by: market.price) {
      trade(&order, isMaker: false, at: now)
    }
    account.settle(&order, rests: true)
    return .accepted(order)
  }

  /// Moves a price and trades the resting orders that it reaches, the best priced and oldest first.
  /// Nil if there is no such market.
  mutating func setPrice(
    _ symbol: Symbol, _ price: Price, available: Quantity?, at now: Timestamp
  ) -> [SimulatedOrder]? {
    guard markets[symbol] != nil else { return nil }
    markets[symbol]?.price = price
    markets[symbol]?.available = available
    var changed = elect(symbol, price, at: now)
    let reached = account.openOrders.values.filter {
      $0.symbol == symbol && $0.isInBook && $0.isReached(by: price)
    }
    for order in reached.sorted(by: { $0.precedes($1) }) {
      // A trade before may have ended it.
      guard var order = account.openOrders[order.id] else { continue }
      let before = order
      trade(&order, isMaker: true, at: now)
      account.settle(&order, rests: true)
      if order != before { changed.append(order) }
    }
    return changed
  }

  /// Elects the conditional orders whose trigger a price reaches, and trades those that became
  /// MARKET orders.
  private mutating func elect(
    _ symbol: Symbol, _ price: Price, at now: Timestamp
  ) -> [SimulatedOrder] {
    var changed: [SimulatedOrder] = []
    for var order in account.follow(symbol, price) {
      if order.watch == nil, order.limitPrice == nil {
        trade(&order, isMaker: false, at: now)
        account.settle(&order, rests: false)
      }
      changed.append(order)
    }
    return changed
  }

  private mutating func trade(_ order: inout SimulatedOrder, isMaker: Bool, at now: Timestamp) {
    guard let market = markets[order.symbol] else { return }
    let wanted = account.wanted(by: order)
    let quantity = min(wanted, market.available ?? wanted)
    guard !quantity.isZero else { return }
    if let available = market.available { markets[order.symbol]?.available = available - quantity }
    let price = isMaker ? order.limitPrice ?? market.price : takerPrice(order, market)
    account.execute(
      BookLevel(price: price, quantity: quantity), of: &order, isMaker: isMaker, at: now)
  }

  private func takerPrice(_ order: SimulatedOrder, _ market: MockMarket) -> Price {
    let slip = market.price.amount * slippageRate
    let slipped = order.side == .buy ? market.price.amount + slip : market.price.amount - slip
    let tick = market.instrument.tickSize
    let ticks = Decimal.quotient(slipped, over: tick, scale: 0)
    let price = Price(ticks * tick) ?? market.price
    guard let limit = order.limitPrice else { return price }
    return order.side == .buy ? min(price, limit) : max(price, limit)
  }

  // MARK: Faults

  /// Trades a lot step more of an order than it asked for.
  mutating func overfill(_ order: SimulatedOrder, at now: Timestamp) -> SimulatedOrder {
    guard let market = markets[order.symbol], let excess = Quantity(market.instrument.lotStep)
    else { return order }
    var order = order
    let price = takerPrice(order, market)
    account.execute(
      BookLevel(price: price, quantity: excess), of: &order, isMaker: false, at: now)
    return order
  }

  /// Trades what is left of an order that was cancelled.
  mutating func tradeLate(_ canceled: SimulatedOrder, at now: Timestamp) -> SimulatedOrder {
    var order = canceled
    trade(&order, isMaker: order.limitPrice != nil, at: now)
    if order.leaves.isZero { order.status = .filled }
    return order
  }

  /// Takes back the last trade of an order that has ended.
  mutating func takeBack(_ order: SimulatedOrder) -> SimulatedOrder { account.takeBack(order) }

  // MARK: The ledger

  /// What the ledger has to know after `orders` changed.
  func change(by orders: [SimulatedOrder]) -> SimulatedChange {
    var change = account.change(by: orders)
    for order in orders {
      guard let market = markets[order.symbol], market.available != nil else { continue }
      change.markets[order.symbol] = (market.price, market.available)
    }
    return change
  }

  /// Takes over what the ledger has.
  mutating func restore(_ state: SimulatedLedgerState) {
    account.restore(state)
    for (symbol, market) in state.markets {
      markets[symbol]?.price = market.price
      markets[symbol]?.available = market.available
    }
  }
}

/// One market of the exchange.
struct MockMarket: Equatable, Sendable {
  var instrument: Instrument
  var price: Price
  /// What can still be traded at `price`; nil for any quantity.
  var available: Quantity?
}
