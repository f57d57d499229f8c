// The account at a simulated exchange: open orders, balances and positions, and what a trade does
// to them. A pure value, and no matching: when and at which price something trades is up to the
// exchange. It is a netting margin account: selling what one does not have goes short, buying needs
// the quote asset.

internal import Trading

/// An account of a simulated exchange.
struct SimulatedAccount: Sendable {
  var instruments: [Symbol: Instrument] = [:]
  private(set) var openOrders: [OrderID: SimulatedOrder] = [:]
  private(set) var balances: [Asset: Decimal]
  private(set) var positions: [Symbol: Decimal] = [:]
  /// The last number that an order or trade was given.
  private(set) var lastNumber: Int64 = 0
  private let feeRate: Decimal

  init(balances: [Asset: Decimal], feeBasisPoints: Decimal) {
    self.balances = balances
    feeRate = feeBasisPoints * Decimal(units: 1, scale: 4)
  }

  // MARK: Orders

  /// Why an order cannot be taken whatever the market is; nil if it can.
  func refusal(of order: Order, marketPrice: Price) -> Rejection? {
    let terms = order.terms
    guard let instrument = instruments[terms.symbol] else {
      return Rejection(
        code: "UNKNOWN_SYMBOL", sentence: "The exchange has no instrument \(terms.symbol).")
    }
    guard openOrders[order.id] == nil else {
      return Rejection(
        code: "DUPLICATE_ORDER", sentence: "The exchange has an open order with this id.")
    }
    return instrument.firstBrokenRule(by: terms, marketPrice: marketPrice)
      .map { Rejection(code: $0.code, sentence: $0.sentence) }
  }

  /// Why an order cannot be paid for, or reduces nothing; nil if it can be taken.
  func refusal(of order: SimulatedOrder, costing cost: Decimal) -> Rejection? {
    if order.isReduceOnly {
      guard reducible(by: order).isZero else { return nil }
      return Rejection(
        code: "REDUCE_ONLY", sentence: "There is no position that the order would make smaller.")
    }
    guard order.side == .buy, let quote = instruments[order.symbol]?.quoteAsset else { return nil }
    let free = free(quote)
    guard cost > free else { return nil }
    return Rejection(
      code: "INSUFFICIENT_BALANCE",
      sentence: "The order costs \(cost) \(quote), but only \(free) are free.")
  }

  /// The number of the next order or trade.
  mutating func nextNumber() -> Int64 {
    lastNumber += 1
    return lastNumber
  }

  /// Keeps an order as it is now, as long as it is open.
  mutating func keep(_ order: SimulatedOrder) {
    openOrders[order.id] = order.isOpen ? order : nil
  }

  /// Decides what becomes of an order after it has traded.
  mutating func settle(_ order: inout SimulatedOrder, rests: Bool) {
    if order.leaves.isZero {
      order.status = .filled
    } else if order.isReduceOnly, reducible(by: order).isZero {
      order.status = .canceled(reason: "The position that the order was to reduce is closed.")
    } else if !rests {
      order.status = .expired(reason: "The exchange could not fill the rest at once.")
    }
    keep(order)
  }

  /// Cancels an open order; nil if it is not open.
  mutating func cancel(_ id: OrderID) -> SimulatedOrder? {
    guard var order = openOrders.removeValue(forKey: id) else { return nil }
    order.status = .canceled(reason: nil)
    return order
  }

  /// Gives an open order new terms; nil if it is not open.
  func amended(_ id: OrderID, _ amendment: Amendment) -> SimulatedVerdict? {
    guard var order = openOrders[id] else { return nil }
    guard amendment.quantity > order.filled else {
      return .rejected(
        Rejection(
          code: "BELOW_FILLED", sentence: "\(order.filled) of the order are filled already."))
    }
    order.quantity = amendment.quantity
    order.limitPrice = amendment.limitPrice
    if let watch = order.watch, let price = amendment.triggerPrice {
      order.watch = TriggerWatch(side: watch.side, type: watch.type, trigger: .price(price))
    }
    return .accepted(order)
  }

  /// Lets the triggers of an instrument's orders follow its price. Gives the orders that it
  /// elected, which have no watch any more, and those whose watch has moved; the oldest first.
  mutating func follow(_ symbol: Symbol, _ price: Price) -> [SimulatedOrder] {
    var changed: [SimulatedOrder] = []
    let waiting = openOrders.values.filter { $0.symbol == symbol && $0.watch != nil }
    for before in waiting.sorted(by: { $0.id < $1.id }) {
      var order = before
      if order.watch?.isElected(by: price) == true {
        order.watch = nil
        order.status = .triggered
      }
      guard order != before else { continue }
      keep(order)
      changed.append(order)
    }
    return changed
  }

  // MARK: Trades

  /// What of the position an order of its side can take.
  func reducible(by order: SimulatedOrder) -> Quantity {
    let position = positions[order.symbol] ?? .zero
    guard position.isNegative == (order.side == .buy) else { return .zero }
    return Quantity(position.magnitude) ?? .zero
  }

  /// What an order may trade now: a reduce-only one no more than the position it reduces.
  func wanted(by order: SimulatedOrder) -> Quantity {
    order.isReduceOnly ? min(order.leaves, reducible(by: order)) : order.leaves
  }

  /// Digits after the point of a fee, as real venues round them.
  private static let feeScale: UInt8 = 8

  /// Trades a part of an order.
  mutating func execute(
    _ trade: BookLevel, of order: inout SimulatedOrder, isMaker: Bool, at now: Timestamp
  ) {
    guard let instrument = instruments[order.symbol] else { return }
    let notional = trade.quantity * trade.price
    let fee = (notional * feeRate).rounded(toScale: SimulatedAccount.feeScale)
    order.fills.append(
      Fill(
        tradeID: TradeID("T", nextNumber()), quantity: trade.quantity, price: trade.price,
        fee: fee, feeAsset: instrument.quoteAsset, isMaker: isMaker, tradedAt: now))
    order.filled = order.filled + trade.quantity
    let signed = order.side == .buy ? trade.quantity.amount : -trade.quantity.amount
    positions[order.symbol, default: .zero] += signed
    balances[instrument.baseAsset, default: .zero] += signed
    balances[instrument.quoteAsset, default: .zero] -= signed * trade.price.amount + fee
  }

  /// Takes back an order's last trade. The order does not go on because of it.
  mutating func takeBack(_ order: SimulatedOrder) -> SimulatedOrder {
    var order = order
    guard let instrument = instruments[order.symbol], let bust = order.fills.popLast() else {
      return order
    }
    order.busts.append(bust)
    order.filled = order.filled - bust.quantity
    if order.status == .filled, !order.leaves.isZero {
      order.status = .canceled(reason: "The exchange took a trade back.")
    }
    let signed = order.side == .buy ? bust.quantity.amount : -bust.quantity.amount
    positions[order.symbol, default: .zero] -= signed
    balances[instrument.baseAsset, default: .zero] -= signed
    balances[instrument.quoteAsset, default: .zero] += signed * bust.price.amount + bust.fee
    return order
  }

  // MARK: Balances

  /// What the account has of an asset and is not held back by resting orders.
  func free(_ asset: Asset) -> Decimal { (balances[asset] ?? .zero) - locked(asset) }

  /// What resting orders hold back: buyers the quote asset, sellers the base asset.
  func locked(_ asset: Asset) -> Decimal {
    openOrders.values.reduce(.zero) { sum, order in
      guard let instrument = instruments[order.symbol], let price = order.limitPrice,
        order.isInBook, !order.isReduceOnly
      else { return sum }
      switch order.side {
      case .buy: return instrument.quoteAsset == asset ? sum + order.leaves * price : sum
      case .sell: return instrument.baseAsset == asset ? sum + order.leaves.amount : sum
      }
    }
  }

  /// The balances of all assets that were ever held.
  var allBalances: [Balance] {
    balances.keys.map { Balance(asset: $0, free: free($0), locked: locked($0)) }
  }

  /// The position in an instrument.
  func position(_ symbol: Symbol) -> PositionReport {
    PositionReport(symbol: symbol, quantity: positions[symbol] ?? .zero)
  }

  // MARK: The ledger

  /// What the ledger has to know after `orders` changed.
  func change(by orders: [SimulatedOrder]) -> SimulatedChange {
    var change = SimulatedChange()
    change.orders = orders
    change.lastNumber = lastNumber
    for order in orders {
      guard let instrument = instruments[order.symbol] else { continue }
      change.positions[order.symbol] = positions[order.symbol] ?? .zero
      for asset in [instrument.baseAsset, instrument.quoteAsset] {
        change.balances[asset] = balances[asset] ?? .zero
      }
    }
    return change
  }

  /// Takes over what the ledger has.
  mutating func restore(_ state: SimulatedLedgerState) {
    for order in state.openOrders { openOrders[order.id] = order }
    if !state.balances.isEmpty { balances = state.balances }
    positions = state.positions
    lastNumber = state.lastNumber
  }
}

/// What an operation of a simulated exchange came to.
enum SimulatedVerdict: Equatable {
  case accepted(SimulatedOrder)
  case rejected(Rejection)
}
