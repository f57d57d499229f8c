// What one unit costs, in the quote asset. A price is never nothing and never negative here: the
// venues that are served (spot, perpetuals, index futures) have no such prices.

/// A price above nothing, in units of the quote asset for one unit of the base asset.
public struct Price: Comparable, Sendable, CustomStringConvertible {
  /// The number itself.
  public let amount: Decimal

  /// Nil unless `amount` is above nothing.
  @inlinable
  public init?(_ amount: Decimal) {
    guard amount.isPositive else { return nil }
    self.amount = amount
  }

  /// Whether `a` is the lower price.
  @inlinable
  public static func < (a: Price, b: Price) -> Bool { a.amount < b.amount }

  /// The plain decimal text.
  public var description: String { amount.description }
}
