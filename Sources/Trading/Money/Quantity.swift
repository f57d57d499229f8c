// How much of the base asset. Never negative: direction is the order's side, and a position's
// signed size is a plain Decimal.

/// A quantity of the base asset, nothing or more.
public struct Quantity: Comparable, Sendable, CustomStringConvertible {
  /// The number itself.
  public let amount: Decimal
  /// No quantity.
  public static let zero = Quantity(unchecked: .zero)

  /// Nil if `amount` is negative.
  @inlinable
  public init?(_ amount: Decimal) {
    guard !amount.isNegative else { return nil }
    self.amount = amount
  }

  @usableFromInline
  init(unchecked amount: Decimal) { self.amount = amount }

  /// Whether `a` is the smaller quantity.
  @inlinable
  public static func < (a: Quantity, b: Quantity) -> Bool { a.amount < b.amount }

  /// The sum.
  @inlinable
  public static func + (a: Quantity, b: Quantity) -> Quantity {
    Quantity(unchecked: a.amount + b.amount)
  }

  /// The difference, or nothing where `b` is the larger one.
  @inlinable
  public static func - (a: Quantity, b: Quantity) -> Quantity {
    let difference = a.amount - b.amount
    return Quantity(unchecked: difference.isNegative ? .zero : difference)
  }

  /// The notional value in the quote asset.
  @inlinable
  public static func * (quantity: Quantity, price: Price) -> Decimal {
    quantity.amount * price.amount
  }

  /// The largest multiple of `step` that is not larger than this.
  func truncated(toMultipleOf step: Decimal) -> Quantity {
    Quantity(unchecked: amount.truncated(toMultipleOf: step))
  }

  /// Whether there is none.
  @inlinable public var isZero: Bool { amount.isZero }

  /// The plain decimal text.
  public var description: String { amount.description }
}
