// What makes an order more than "buy so much at that price". Plain orders have none of it, so that
// it costs them nothing.

/// The rarer terms of an order.
public struct OrderInstructions: Equatable, Sendable {
  /// What it waits for; nil exactly for MARKET and LIMIT.
  public var trigger: Trigger?
  /// When what is left is cancelled; nil unless the time in force is GTD.
  public var expiresAt: Timestamp?
  /// Whether it may only make a position smaller.
  public var isReduceOnly = false
  /// What a MARKET order was to be worth, in the quote asset; its quantity was worked out from it.
  public var quoteQuantity: Decimal?
  /// How much of a LIMIT order the venue shows at once; nil for all of it.
  public var displayQuantity: Quantity?
  /// The order whose place it takes.
  public var replaces: OrderID?
  /// Where a loss of what the order buys or sells is to be cut.
  public var stopLoss: Price?
  /// Where its profit is to be taken.
  public var takeProfit: Price?
  /// The order that it protects, and how.
  public var protects: ProtectiveLink?
  /// Orders of one group: the first that trades cancels the others.
  public var group: Label?
  /// How it is spread over time; nil if it is not.
  public var timeWeighting: TimeWeighting?
  /// Between which accounts it is routed; empty if it has one of its own.
  public var route: [AccountID] = []
  /// The order that it is a slice of.
  public var sliceOf: SliceLink?

  /// No instructions.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { self == OrderInstructions() }

  func amended(by amendment: Amendment) -> OrderInstructions {
    var amended = self
    if let price = amendment.triggerPrice { amended.trigger = .price(price) }
    amended.displayQuantity = displayQuantity.map { min($0, amendment.quantity) }
    return amended
  }

  func replacing(_ id: OrderID) -> OrderInstructions {
    var replacing = self
    replacing.replaces = id
    return replacing
  }
}

/// What a protective order is for.
public struct ProtectiveLink: Equatable, Sendable {
  /// The order whose fills it protects.
  public var parent: OrderID
  /// Which part of the protection it is.
  public var leg: Leg

  /// The parts of a protection.
  public enum Leg: String, CaseIterable, Sendable {
    /// Cuts a loss.
    case stopLoss = "STOP_LOSS"
    /// Takes a profit.
    case takeProfit = "TAKE_PROFIT"
    /// Gives back what the other two closed too much, because both were filled.
    case flatten = "FLATTEN"
  }

  /// A link from its parts.
  public init(parent: OrderID, leg: Leg) {
    self.parent = parent
    self.leg = leg
  }
}
