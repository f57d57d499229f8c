// What a venue can do, as far as the engine decides by it. What is missing is done by the gateway
// where it can be, and refused where not.

/// What a venue can do.
public struct VenueRules: Equatable, Sendable {
  /// Whether an order can be asked for by our id after a crash. Where it cannot, an outcome is
  /// made durable before it is told to anybody.
  public var canBeAskedLater: Bool
  /// How long the venue may say "no such order" about an order that it has.
  public var visibilityWindowMilliseconds: Int64
  /// The order types that it takes.
  public var orderTypes: [OrderType]
  /// The times in force that it takes.
  public var timesInForce: [TimeInForce]
  /// Whether it takes post-only orders.
  public var hasPostOnly: Bool
  /// Whether it keeps a reduce-only order from opening a position.
  public var hasReduceOnly: Bool
  /// Whether it can show a part of an order only.
  public var hasDisplayQuantity: Bool
  /// Whether it can change an order in place.
  public var canAmend: Bool
  /// What a trade that takes liquidity costs, in hundredths of a percent of its value.
  public var takerFeeBasisPoints: Decimal
  /// Whether the venue keeps no positions, and states what is held of the base asset instead. That
  /// may be more than was traded here, and never less.
  public var statesHoldings: Bool

  /// Rules from their parts.
  public init(
    canBeAskedLater: Bool, visibilityWindowMilliseconds: Int64,
    orderTypes: [OrderType] = OrderType.allCases,
    timesInForce: [TimeInForce] = TimeInForce.allCases, hasPostOnly: Bool = true,
    hasReduceOnly: Bool = true, hasDisplayQuantity: Bool = true, canAmend: Bool = true,
    takerFeeBasisPoints: Decimal = .zero, statesHoldings: Bool = false
  ) {
    self.canBeAskedLater = canBeAskedLater
    self.visibilityWindowMilliseconds = visibilityWindowMilliseconds
    self.orderTypes = orderTypes
    self.timesInForce = timesInForce
    self.hasPostOnly = hasPostOnly
    self.hasReduceOnly = hasReduceOnly
    self.hasDisplayQuantity = hasDisplayQuantity
    self.canAmend = canAmend
    self.takerFeeBasisPoints = takerFeeBasisPoints
    self.statesHoldings = statesHoldings
  }
}
