// The closed vocabularies of an order. Raw values are the words of the JSON interface, the journal
// and the database; parsing accepts either case at the edge, never an unknown word.

/// The direction of an order.
public enum Side: String, Sendable, CaseIterable {
  case buy = "BUY"
  case sell = "SELL"

  /// The other direction.
  public var opposite: Side { self == .buy ? .sell : .buy }
}

/// How an order's price is decided.
public enum OrderType: String, Sendable, CaseIterable {
  /// Filled at once at whatever price the venue has.
  case market = "MARKET"
  /// Filled at its limit price or better.
  case limit = "LIMIT"
  /// A MARKET order once the market has moved against the side: up for BUY, down for SELL.
  case stop = "STOP"
  /// A LIMIT order once the market has moved against the side.
  case stopLimit = "STOP_LIMIT"
  /// A MARKET order once the market has moved in favour of the side: down for BUY, up for SELL.
  case takeProfit = "TAKE_PROFIT"
  /// A LIMIT order once the market has moved in favour of the side.
  case takeProfitLimit = "TAKE_PROFIT_LIMIT"
  /// A MARKET order once the market has turned by an offset from the best price since the start.
  case trailingStop = "TRAILING_STOP"

  /// Whether the order waits for the market before it can be filled.
  public var isConditional: Bool { executed != self }

  /// Whether it has a limit price.
  public var hasLimitPrice: Bool { executed == .limit }

  /// What it is once it has been triggered.
  public var executed: OrderType {
    switch self {
    case .market, .stop, .takeProfit, .trailingStop: .market
    case .limit, .stopLimit, .takeProfitLimit: .limit
    }
  }
}

/// How long an order stays.
public enum TimeInForce: String, Sendable, CaseIterable {
  /// Good till cancelled.
  case goodTillCanceled = "GTC"
  /// Immediate or cancel: what cannot be filled at once is cancelled.
  case immediateOrCancel = "IOC"
  /// Fill or kill: filled at once and whole, or not at all.
  case fillOrKill = "FOK"
  /// Good till date: what is left at a given time is cancelled.
  case goodTillDate = "GTD"

  /// Whether what cannot be filled at once stays.
  public var rests: Bool { self == .goodTillCanceled || self == .goodTillDate }
}

/// Why an order exists. Closes and protective orders are brakes: they pass risk checks, rate budget
/// and breaker.
public enum OrderPurpose: String, Sendable, CaseIterable {
  /// A caller's own order.
  case trade = "TRADE"
  /// Closes a position; only ever reduces it.
  case close = "CLOSE"
  /// Protects a position on behalf of the order that opened it; only ever reduces it.
  case protect = "PROTECT"
}
