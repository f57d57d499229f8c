// The simulated exchange itself: prices, a book of the account's own resting orders, balances and
// positions. A pure value: no clock, no I/O. It is a netting margin account: selling what one does
// not have goes short, buying needs the quote asset.
//
// Its model: a taker trades at the market price, worsened by the slippage and rounded to the tick;
// a resting order trades at its own price as soon as the market price reaches it; where a price was
// set with a quantity, no more than that is traded at it.

internal import Trading

/// An order as the exchange keeps it.
struct MockOrder: Equatable, Sendable {
  var id: OrderID
  var venueOrderID: VenueOrderID
  var symbol: Symbol
  var side: Side
  var quantity: Quantity
  var limitPrice: Price?
  var status: VenueOrderStatus
  var filled: Quantity
  var fills: [Fill]

  var isOpen: Bool { status == .working }
  var leaves: Quantity { quantity - filled }

  var report: OrderReport {
    OrderReport(
      orderID: id, venueOrderID: venueOrderID, status: status, filledQuantity: filled, fills: fills)
  }
}

/// One market of the exchange.
struct MockMarket: Equatable, Sendable {
  var instrument: Instrument
  var price: Price
  /// What can still be traded at `price`; nil for any quantity.
  var available: Quantity?
}

/// The state of the exchange and its matching.
struct MockExchange: Sendable {
  private(set) var markets: [Symbol: MockMarket] = [:]
  private(set) var openOrders: [OrderID: MockOrder] = [:]
  private(set) var balances: [Asset: Decimal]
  private(set) var positions: [Symbol: Decimal] = [:]
  private(set) var lastNumber: Int64 = 0
  private let feeRate: Decimal
  private let slippageRate: Decimal

  init(settings: MockSettings) {
    balances = settings.balances
    let basisPoint = Decimal(units: 1, scale: 4)
    feeRate = settings.feeBasisPoints * basisPoint
    slippageRate = settings.slippageBasisPoints * basisPoint
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
    let crosses = terms.limitPrice.map { isReached($0, terms.side, by: market.price) } ?? true
    if terms.isPostOnly, crosses {
      return reject(
        "POST_ONLY_WOULD_TRADE",
        "The post-only order would have traded at once at \(market.price). Move its price away.")
    }
    let cost = terms.quantity * (terms.limitPrice ?? market.price)
    let free = free(market.instrument.quoteAsset)
    if terms.side == .buy, cost > free {
      return reject(
        "INSUFFICIENT_BALANCE",
        "The order costs \(cost) \(market.instrument.quoteAsset), but only \(free) are free.")
    }
    return .accepted(take(order, crosses: crosses, at: now))
  }

  private func reject(_ code: String, _ sentence: String) -> Verdict {
    .rejected(Rejection(code: code, sentence: sentence))
  }

  private mutating func take(_ order: Order, crosses: Bool, at now: Timestamp) -> MockOrder {
    let terms = order.terms
    lastNumber += 1
    var taken = MockOrder(
      id: order.id, venueOrderID: VenueOrderID("MOCK-", lastNumber),
      symbol: terms.symbol, side: terms.side, quantity: terms.quantity,
      limitPrice: terms.limitPrice, status: .working, filled: .zero, fills: [])
    let available = markets[terms.symbol]?.available ?? terms.quantity
    let isKilled = terms.timeInForce == .fillOrKill && (!crosses || available < terms.quantity)
    if crosses, !isKilled { trade(&taken, isMaker: false, at: now) }
    if taken.leaves.isZero {
      taken.status = .filled
    } else if terms.type == .market || terms.timeInForce != .goodTillCanceled {
      taken.status = .expired(reason: "The exchange could not fill the rest at once.")
    } else {
      openOrders[taken.id] = taken
    }
    return taken
  }

  /// Cancels an open order; nil if it is not open.
  mutating func cancel(_ id: OrderID) -> MockOrder? {
    guard var order = openOrders.removeValue(forKey: id) else { return nil }
    order.status = .canceled(reason: nil)
    return order
  }

  /// Moves a price and trades the resting orders that it reaches, the best priced and oldest first.
  /// Nil if there is no such market.
  mutating func setPrice(
    _ symbol: Symbol, _ price: Price, available: Quantity?, at now: Timestamp
  ) -> [MockOrder]? {
    guard markets[symbol] != nil else { return nil }
    markets[symbol]?.price = price
    markets[symbol]?.available = available
    let reached = openOrders.values.filter { order in
      order.symbol == symbol
        && order.limitPrice.map { isReached($0, order.side, by: price) } == true
    }
    var changed: [MockOrder] = []
    for order in reached.sorted(by: { $0.precedes($1) }) {
      var order = order
      let before = order.filled
      trade(&order, isMaker: true, at: now)
      guard order.filled != before else { continue }
      if order.leaves.isZero {
        order.status = .filled
        openOrders[order.id] = nil
      } else {
        openOrders[order.id] = order
      }
      changed.append(order)
    }
    return changed
  }

  private func isReached(_ limit: Price, _ side: Side, by price: Price) -> Bool {
    side == .buy ? price <= limit : price >= limit
  }

  private mutating func trade(_ order: inout MockOrder, isMaker: Bool, at now: Timestamp) {
    guard let market = markets[order.symbol] else { return }
    let quantity = min(order.leaves, market.available ?? order.leaves)
    guard !quantity.isZero else { return }
    if let available = market.available { markets[order.symbol]?.available = available - quantity }
    let price = isMaker ? order.limitPrice ?? market.price : takerPrice(order, market)
    let notional = quantity * price
    let fee = (notional * feeRate).rounded(toScale: MockExchange.feeScale)
    lastNumber += 1
    let quote = market.instrument.quoteAsset
    order.fills.append(
      Fill(
        tradeID: TradeID("T", lastNumber), quantity: quantity, price: price,
        fee: fee, feeAsset: quote, isMaker: isMaker, tradedAt: now))
    order.filled = order.filled + quantity
    let signed = order.side == .buy ? quantity.amount : -quantity.amount
    positions[order.symbol, default: .zero] += signed
    balances[market.instrument.baseAsset, default: .zero] += signed
    balances[quote, default: .zero] -= (order.side == .buy ? notional : -notional) + fee
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

  // MARK: Balances

  /// What the account has of an asset and is not held back by resting orders.
  func free(_ asset: Asset) -> Decimal { (balances[asset] ?? .zero) - locked(asset) }

  /// What resting orders hold back: buyers the quote asset, sellers the base asset.
  func locked(_ asset: Asset) -> Decimal {
    openOrders.values.reduce(.zero) { sum, order in
      guard let instrument = markets[order.symbol]?.instrument, let price = order.limitPrice
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

extension MockOrder {
  /// Whether the order trades before another one: buyers, then better price, then older.
  fileprivate func precedes(_ other: MockOrder) -> Bool {
    guard side == other.side else { return side == .buy }
    guard let mine = limitPrice, let theirs = other.limitPrice, mine != theirs else {
      return id < other.id
    }
    return side == .buy ? mine > theirs : mine < theirs
  }
}
