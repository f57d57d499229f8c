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
}

/// How long an order stays.
public enum TimeInForce: String, Sendable, CaseIterable {
  /// Good till cancelled.
  case goodTillCanceled = "GTC"
  /// Immediate or cancel: what cannot be filled at once is cancelled.
  case immediateOrCancel = "IOC"
  /// Fill or kill: filled at once and whole, or not at all.
  case fillOrKill = "FOK"
}

/// Why an order exists. A close is a brake: it passes risk checks, rate budget and breaker.
public enum OrderPurpose: String, Sendable, CaseIterable {
  /// A caller's own order.
  case trade = "TRADE"
  /// Closes a position; only ever reduces it.
  case close = "CLOSE"
}
