// What an order waits for before it may trade, and when that has happened. The gateway, the
// simulated exchange and the simulated world decide it by this one piece of code.

/// What has to happen in the market before an order may trade.
public enum Trigger: Equatable, Sendable {
  /// The market reaches a price.
  case price(Price)
  /// The market turns by an offset from its best price, once it has reached the activation price
  /// if there is one.
  case trailing(TrailingOffset, activationPrice: Price?)

  /// The price that is reached; nil for a trailing stop.
  public var fixedPrice: Price? {
    switch self {
    case .price(let price): price
    case .trailing: nil
    }
  }
}

/// How far behind the best price a trailing stop follows.
public enum TrailingOffset: Equatable, Sendable {
  /// So much, in the quote asset; above nothing.
  case amount(Decimal)
  /// So many percent of the best price; above nothing and below 100.
  case percent(Decimal)

  /// The distance from a best price, in the quote asset.
  public func distance(from best: Price) -> Decimal {
    switch self {
    case .amount(let amount): amount
    case .percent(let percent):
      Decimal.quotient(
        best.amount, times: percent, over: Decimal(100), scale: Position.priceScale)
    }
  }
}

/// A trigger at work for an order of one side and type.
public struct TriggerWatch: Equatable, Sendable {
  /// The direction of the order.
  public let side: Side
  /// The order's type.
  public let type: OrderType
  /// What it waits for.
  public let trigger: Trigger
  /// The best price since a trailing stop became active; nil before.
  public private(set) var best: Price?

  /// A watch that goes on from `best`.
  public init(side: Side, type: OrderType, trigger: Trigger, best: Price? = nil) {
    self.side = side
    self.type = type
    self.trigger = trigger
    self.best = best
  }

  /// Whether a rise of the market elects the order: else a fall does.
  public var isElectedByRise: Bool {
    switch type {
    case .stop, .stopLimit, .trailingStop: side == .buy
    case .takeProfit, .takeProfitLimit: side == .sell
    case .market, .limit: side == .buy
    }
  }

  /// The price at which the order is elected now; nil for a trailing stop that is not active yet.
  public var electionPrice: Decimal? {
    switch trigger {
    case .price(let price): price.amount
    case .trailing(let offset, _):
      best.map { best in
        let distance = offset.distance(from: best)
        return isElectedByRise ? best.amount + distance : best.amount - distance
      }
    }
  }

  /// Takes in a price of the market; true if the order is elected by it.
  public mutating func isElected(by price: Price) -> Bool {
    if case .trailing(_, let activationPrice) = trigger {
      follow(price, from: activationPrice)
    }
    guard let electionPrice else { return false }
    return isElectedByRise ? price.amount >= electionPrice : price.amount <= electionPrice
  }

  private mutating func follow(_ price: Price, from activationPrice: Price?) {
    guard let best else {
      // A stop that follows a rising price (SELL) becomes active at or above its activation price.
      let isActive = activationPrice.map { isElectedByRise ? price <= $0 : price >= $0 } ?? true
      if isActive { self.best = price }
      return
    }
    self.best = isElectedByRise ? min(best, price) : max(best, price)
  }
}
