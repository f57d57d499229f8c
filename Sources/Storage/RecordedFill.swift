// A fill as the store lists it, with its order's identity.

public import Trading

/// A trade with the order it belongs to.
public struct RecordedFill: Equatable, Sendable {
  /// Its place in the list of all fills.
  public let number: Int64
  /// The order.
  public let orderID: OrderID
  /// The account.
  public let account: AccountID
  /// The instrument.
  public let symbol: Symbol
  /// The order's direction.
  public let side: Side
  /// The trade.
  public let fill: Fill
}
