// The simulated exchange itself: prices, a book of the account's own resting orders, balances and
// positions. A pure value: no clock, no I/O. It is a netting margin account: selling what one does
// not have goes short, buying needs the quote asset.
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
  private(set) var openOrders: [OrderID: MockOrder] = [:]
  private(set) var balances: [Asset: Decimal]
  private(set) var positions: [Symbol: Decimal] = [:]
  private(set) var lastNumber: Int64 = 0
  private let feeRate: Decimal
  private let slippageRate: Decimal
  private let hasReduceOnly: Bool

  init(settings: MockSettings) {
    balances = settings.balances
    let basisPoint = Decimal(units: 1, scale: 4)
    feeRate = settings.feeBasisPoints * basisPoint
    slippageRate = settings.slippageBasisPoints * basisPoint
    hasReduceOnly = settings.abilities.contains(.reduceOnly)
    for (instrument, price) in MockInstruments.all {
      markets[instrument.symbol] = MockMarket(instrument: instrument, price: price, available: nil)
    }
  }

  /// What an operation came to.
  enum Verdict: Equatable {
    case accepted(MockOrder)
    case rejected(Rejection)
  }

  /// Takes an order in and trades what can be traded at once.
  mutating func submit(_ order: Order, at now: Timestamp) -> Verdict {
    let terms = order.terms
    guard let market = markets[terms.symbol] else {
      return reject("UNKNOWN_SYMBOL", "The exchange has no instrument \(terms.symbol).")
    }
    guard openOrders[order.id] == nil else {
      return reject("DUPLICATE_ORDER", "The exchange has an open order with this id.")
    }
    if let broken = market.instrument.firstBrokenRule(by: terms, marketPrice: market.price) {
      return reject(broken.code, broken.sentence)
    }
    let taken = newOrder(order, at: market.price)
    let crosses = taken.watch == nil && isReached(taken, by: market.price)
    if terms.isPostOnly, crosses {
      return reject(
        "POST_ONLY_WOULD_TRADE",
        "The post-only order would have traded at once at \(market.price). Move its price away.")
    }
    if taken.isReduceOnly, reducible(by: taken).isZero {
      return reject("REDUCE_ONLY", "There is no position that the order would make smaller.")
    }
    let cost = terms.quantity * (terms.ownPrice ?? market.price)
    let free = free(market.instrument.quoteAsset)
    if terms.side == .buy, !taken.isReduceOnly, cost > free {
      return reject(
        "INSUFFICIENT_BALANCE",
        "The order costs \(cost) \(market.instrument.quoteAsset), but only \(free) are free.")
    }
    return .accepted(take(taken, terms, crosses: crosses, at: now))
  }

  /// The order before it trades. What the gateway has triggered comes as what it has become.
  func newOrder(_ order: Order, at price: Price) -> MockOrder {
    let terms = order.terms
    let trigger = order.isEmulated ? nil : terms.trigger
    var watch = trigger.map { TriggerWatch(side: terms.side, type: terms.type, trigger: $0) }
    let isElected = watch?.isElected(by: price) ?? false
    return MockOrder(
      id: order.id, venueOrderID: VenueOrderID("MOCK-", lastNumber + 1), symbol: terms.symbol,
      side: terms.side, quantity: terms.quantity, limitPrice: terms.limitPrice,
      isReduceOnly: terms.isReduceOnly && hasReduceOnly, watch: isElected ? nil : watch,
      status: isElected ? .triggered : .working, filled: .zero, fills: [])
  }

  private func reject(_ code: String, _ sentence: String) -> Verdict {
    .rejected(Rejection(code: code, sentence: sentence))
  }

  private mutating func take(
    _ order: MockOrder, _ terms: OrderTerms, crosses: Bool, at now: Timestamp
  ) -> MockOrder {
    lastNumber += 1
    var taken = order
    if taken.watch != nil {
      openOrders[taken.id] = taken
      return taken
    }
    let available = markets[terms.symbol]?.available ?? terms.quantity
    let isKilled = terms.timeInForce == .fillOrKill && (!crosses || available < terms.quantity)
    if crosses, !isKilled { trade(&taken, isMaker: false, at: now) }
    let rests = taken.limitPrice != nil && terms.timeInForce.rests
    keep(&taken, rests: rests)
    return taken
  }

  /// Decides what becomes of an order after it has traded.
  private mutating func keep(_ order: inout MockOrder, rests: Bool) {
    if order.leaves.isZero {
      order.status = .filled
    } else if order.isReduceOnly, reducible(by: order).isZero {
      order.status = .canceled(reason: "The position that the order was to reduce is closed.")
    } else if !rests {
      order.status = .expired(reason: "The exchange could not fill the rest at once.")
    }
    openOrders[order.id] = order.isOpen ? order : nil
  }

  /// Cancels an open order; nil if it is not open.
  mutating func cancel(_ id: OrderID) -> MockOrder? {
    guard var order = openOrders.removeValue(forKey: id) else { return nil }
    order.status = .canceled(reason: nil)
    return order
  }

  /// Changes an open order, which then trades what it can; nil if it is not open.
  mutating func amend(_ id: OrderID, _ amendment: Amendment, at now: Timestamp) -> Verdict? {
    guard var order = openOrders[id], let market = markets[order.symbol] else { return nil }
    guard amendment.quantity > order.filled else {
      return reject("BELOW_FILLED", "\(order.filled) of the order are filled already.")
    }
    order.quantity = amendment.quantity
    order.limitPrice = amendment.limitPrice
    if let watch = order.watch, let price = amendment.triggerPrice {
      order.watch = TriggerWatch(side: watch.side, type: watch.type, trigger: .price(price))
    }
    if order.watch == nil, isReached(order, by: market.price) {
      trade(&order, isMaker: false, at: now)
    }
    keep(&order, rests: true)
    return .accepted(order)
  }

  /// Moves a price and trades the resting orders that it reaches, the best priced and oldest first.
  /// Nil if there is no such market.
  mutating func setPrice(
    _ symbol: Symbol, _ price: Price, available: Quantity?, at now: Timestamp
  ) -> [MockOrder]? {
    guard markets[symbol] != nil else { return nil }
    markets[symbol]?.price = price
    markets[symbol]?.available = available
    var changed = elect(symbol, price, at: now)
    let reached = openOrders.values.filter {
      $0.symbol == symbol && $0.isInBook && isReached($0, by: price)
    }
    for order in reached.sorted(by: { $0.precedes($1) }) {
      // A trade before may have ended it.
      guard var order = openOrders[order.id] else { continue }
      let before = order
      trade(&order, isMaker: true, at: now)
      keep(&order, rests: true)
      if order != before { changed.append(order) }
    }
    return changed
  }

  /// Elects the conditional orders whose trigger a price reaches, the oldest first, and trades
  /// those that became MARKET orders.
  private mutating func elect(_ symbol: Symbol, _ price: Price, at now: Timestamp) -> [MockOrder] {
    var changed: [MockOrder] = []
    let waiting = openOrders.values.filter { $0.symbol == symbol && $0.watch != nil }
    for order in waiting.sorted(by: { $0.id < $1.id }) {
      guard var order = openOrders[order.id], var watch = order.watch else { continue }
      let isElected = watch.isElected(by: price)
      let hasMoved = watch != order.watch
      order.watch = isElected ? nil : watch
      openOrders[order.id] = order
      guard isElected else {
        if hasMoved { changed.append(order) }
        continue
      }
      order.status = .triggered
      if order.limitPrice == nil {
        trade(&order, isMaker: false, at: now)
        keep(&order, rests: false)
      } else {
        openOrders[order.id] = order
      }
      changed.append(order)
    }
    return changed
  }

  private func isReached(_ order: MockOrder, by price: Price) -> Bool {
    guard let limit = order.limitPrice else { return true }
    return order.side == .buy ? price <= limit : price >= limit
  }

  /// What of the position an order of its side can take.
  private func reducible(by order: MockOrder) -> Quantity {
    let position = positions[order.symbol] ?? .zero
    guard position.isNegative == (order.side == .buy) else { return .zero }
    return Quantity(position.magnitude) ?? .zero
  }

  private mutating func trade(_ order: inout MockOrder, isMaker: Bool, at now: Timestamp) {
    guard let market = markets[order.symbol] else { return }
    let wanted = order.isReduceOnly ? min(order.leaves, reducible(by: order)) : order.leaves
    let quantity = min(wanted, market.available ?? wanted)
    guard !quantity.isZero else { return }
    if let available = market.available { markets[order.symbol]?.available = available - quantity }
    execute(quantity, of: &order, isMaker: isMaker, at: now)
  }

  private mutating func execute(
    _ quantity: Quantity, of order: inout MockOrder, isMaker: Bool, at now: Timestamp
  ) {
    guard let market = markets[order.symbol] else { return }
    let price = isMaker ? order.limitPrice ?? market.price : takerPrice(order, market)
    let fee = (quantity * price * feeRate).rounded(toScale: MockExchange.feeScale)
    lastNumber += 1
    let fill = Fill(
      tradeID: TradeID("T", lastNumber), quantity: quantity, price: price, fee: fee,
      feeAsset: market.instrument.quoteAsset, isMaker: isMaker, tradedAt: now)
    order.fills.append(fill)
    order.filled = order.filled + quantity
    book(fill, side: order.side, of: market.instrument)
  }

  private mutating func book(_ fill: Fill, side: Side, of instrument: Instrument) {
    let signed = side == .buy ? fill.quantity.amount : -fill.quantity.amount
    positions[instrument.symbol, default: .zero] += signed
    balances[instrument.baseAsset, default: .zero] += signed
    balances[instrument.quoteAsset, default: .zero] -= signed * fill.price.amount + fill.fee
  }

  /// Digits after the point of a fee, as real venues round them.
  private static let feeScale: UInt8 = 8

  private func takerPrice(_ order: MockOrder, _ market: MockMarket) -> Price {
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
  mutating func overfill(_ order: MockOrder, at now: Timestamp) -> MockOrder {
    guard let instrument = markets[order.symbol]?.instrument,
      let excess = Quantity(instrument.lotStep)
    else { return order }
    var order = order
    execute(excess, of: &order, isMaker: false, at: now)
    return order
  }

  /// Trades what is left of an order that was cancelled.
  mutating func tradeLate(_ canceled: MockOrder, at now: Timestamp) -> MockOrder {
    var order = canceled
    trade(&order, isMaker: order.limitPrice != nil, at: now)
    if order.leaves.isZero { order.status = .filled }
    return order
  }

  // MARK: Balances

  /// What the account has of an asset and is not held back by resting orders.
  func free(_ asset: Asset) -> Decimal { (balances[asset] ?? .zero) - locked(asset) }

  /// What resting orders hold back: buyers the quote asset, sellers the base asset.
  func locked(_ asset: Asset) -> Decimal {
    openOrders.values.reduce(.zero) { sum, order in
      guard let instrument = markets[order.symbol]?.instrument, let price = order.limitPrice,
        order.isInBook, !order.isReduceOnly
      else { return sum }
      switch order.side {
      case .buy: return instrument.quoteAsset == asset ? sum + order.leaves * price : sum
      case .sell: return instrument.baseAsset == asset ? sum + order.leaves.amount : sum
      }
    }
  }

  // MARK: Restart

  /// Takes over what the ledger has.
  mutating func restore(_ state: MockLedgerState) {
    for order in state.openOrders { openOrders[order.id] = order }
    if !state.balances.isEmpty { balances = state.balances }
    positions = state.positions
    lastNumber = state.lastNumber
    for (symbol, market) in state.markets {
      markets[symbol]?.price = market.price
      markets[symbol]?.available = market.available
    }
  }
}
