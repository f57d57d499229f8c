// An exact decimal number: the only number that money, prices and quantities are made of.
// It is not a general mathematics type: results that cannot be exact (division) name their scale,
// and arithmetic that would overflow traps, as it does for Int. Input is bounded when it is parsed
// (Decimal+Text.swift) and products of untrusted input go through `multiplied(by:)`.

/// `units × 10^-scale`, exact. Several representations of one value (1.0 and 1.00) are equal.
public struct Decimal: Sendable {
  // The digits in two halves: an Int128 begins at a multiple of 16 bytes, so that every number in
  // an order would take 32 bytes instead of 24.
  @usableFromInline let high: Int64
  @usableFromInline let low: UInt64
  /// The number of digits after the decimal point, 0...18.
  public let scale: UInt8

  /// The digits, signed, without the decimal point.
  @inlinable public var units: Int128 { Int128(high) << 64 | Int128(low) }

  /// Digits after the decimal point that are kept: 18 is what the finest-grained asset (wei) needs.
  public static let scaleMax: UInt8 = 18
  /// The number nothing.
  public static let zero = Decimal(units: 0, scale: 0)

  /// A number from its parts.
  @inlinable
  public init(units: Int128, scale: UInt8) {
    high = Int64(truncatingIfNeeded: units >> 64)
    low = UInt64(truncatingIfNeeded: units)
    self.scale = scale
  }

  /// A whole number.
  @inlinable
  public init(_ value: Int) {
    self.init(units: Int128(value), scale: 0)
  }

  /// Whether the value is exactly nothing.
  @inlinable public var isZero: Bool { high == 0 && low == 0 }
  /// Whether the value is above nothing.
  @inlinable public var isPositive: Bool { units > 0 }
  /// Whether the value is below nothing.
  @inlinable public var isNegative: Bool { high < 0 }
  /// The value without its sign.
  @inlinable public var magnitude: Decimal { units < 0 ? -self : self }

  @usableFromInline
  static let powersOfTen: [Int128] = {
    var powers: [Int128] = [1]
    for _ in 1...38 { powers.append(powers[powers.count - 1] * 10) }
    return powers
  }()

  @inlinable
  static func powerOfTen(_ exponent: Int) -> Int128 { powersOfTen[exponent] }
}

extension Decimal: Comparable {
  @inlinable
  @inline(__always)
  static func aligned(_ a: Decimal, _ b: Decimal) -> (a: Int128, b: Int128, scale: UInt8) {
    if a.scale == b.scale { return (a.units, b.units, a.scale) }
    // Nothing is nothing at every scale, and half of what is compared or summed is nothing.
    if a.scale > b.scale, b.isZero { return (a.units, 0, a.scale) }
    return realigned(a, b)
  }

  @usableFromInline
  static func realigned(_ a: Decimal, _ b: Decimal) -> (a: Int128, b: Int128, scale: UInt8) {
    if a.scale < b.scale {
      return (a.units(movedBy: b.scale - a.scale), b.units, b.scale)
    }
    return (a.units, b.units(movedBy: a.scale - b.scale), a.scale)
  }

  /// The digits with so many zeros after them.
  private func units(movedBy digits: UInt8) -> Int128 {
    let power = Decimal.smallPowersOfTen[Int(digits)]
    let small = Int64(bitPattern: low)
    // Most numbers fit in 64 bits, where a product takes one instruction instead of a function.
    guard high == small >> 63 else { return units * Int128(power) }
    let product = small.multipliedFullWidth(by: power)
    return Int128(product.high) << 64 | Int128(product.low)
  }

  /// 10^0 to 10^18, written out so that the table is part of the program and not made at run time.
  private static let smallPowersOfTen: [Int64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000,
    100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    100_000_000_000_000_000, 1_000_000_000_000_000_000,
  ]

  /// Whether both are the same value, however many zeros follow the point.
  @inlinable
  public static func == (a: Decimal, b: Decimal) -> Bool {
    let pair = aligned(a, b)
    return pair.a == pair.b
  }

  /// Whether `a` is the smaller value.
  @inlinable
  public static func < (a: Decimal, b: Decimal) -> Bool {
    let pair = aligned(a, b)
    return pair.a < pair.b
  }
}

extension Decimal {
  /// Whether `a` is the larger value. Written out because it is half of all comparisons, and the
  /// one that comes for free calls the other through a witness.
  @inlinable
  public static func > (a: Decimal, b: Decimal) -> Bool { b < a }

  /// The sum, exact.
  @inlinable
  public static func + (a: Decimal, b: Decimal) -> Decimal {
    let pair = aligned(a, b)
    return Decimal(units: pair.a + pair.b, scale: pair.scale)
  }

  /// The difference, exact.
  @inlinable
  public static func - (a: Decimal, b: Decimal) -> Decimal {
    let pair = aligned(a, b)
    return Decimal(units: pair.a - pair.b, scale: pair.scale)
  }

  /// The value with the other sign.
  @inlinable
  public static prefix func - (a: Decimal) -> Decimal { Decimal(units: -a.units, scale: a.scale) }

  /// Adds in place.
  @inlinable
  public static func += (a: inout Decimal, b: Decimal) { a = a + b }

  /// Subtracts in place.
  @inlinable
  public static func -= (a: inout Decimal, b: Decimal) { a = a - b }

  /// The product, exact up to 18 digits after the point and rounded half to even beyond.
  /// Traps on overflow: use `multiplied(by:)` where an operand comes from outside.
  @inlinable
  public static func * (a: Decimal, b: Decimal) -> Decimal {
    let product = Decimal(units: a.units * b.units, scale: a.scale + b.scale)
    return product.scale > scaleMax ? product.rounded(toScale: scaleMax) : product
  }

  /// The product, or nil where it has more than 38 digits.
  public func multiplied(by other: Decimal) -> Decimal? {
    let (units, overflow) = self.units.multipliedReportingOverflow(by: other.units)
    guard !overflow else { return nil }
    let product = Decimal(units: units, scale: scale + other.scale)
    return product.scale > Decimal.scaleMax ? product.rounded(toScale: Decimal.scaleMax) : product
  }

  /// The nearest value with at most `scale` digits after the point; ties go to the even digit.
  public func rounded(toScale newScale: UInt8) -> Decimal {
    guard scale > newScale else { return self }
    let divisor = Decimal.powerOfTen(Int(scale - newScale))
    let rounded = Decimal.divideHalfToEven(units.magnitude, by: divisor.magnitude)
    return Decimal(units: units < 0 ? -Int128(rounded) : Int128(rounded), scale: newScale)
  }

  /// `a × b ÷ c`, rounded half to even to `scale` digits after the point. `c` is not nothing.
  /// The product is held in 256 bits, so only the result has to fit.
  public static func quotient(
    _ a: Decimal, times b: Decimal = Decimal(1), over c: Decimal, scale: UInt8
  ) -> Decimal {
    let isNegative = (a.isNegative != b.isNegative) != c.isNegative
    var product = a.units.magnitude.multipliedFullWidth(by: b.units.magnitude)
    var divisor = c.units.magnitude
    let exponent = Int(scale) + Int(c.scale) - Int(a.scale) - Int(b.scale)
    if exponent < 0 {
      divisor *= powerOfTen(-exponent).magnitude
    } else {
      let factor = powerOfTen(exponent).magnitude
      let low = product.low.multipliedFullWidth(by: factor)
      product = (high: product.high * factor + low.high, low: low.low)
    }
    let result: UInt128
    if product.high == 0 {
      result = divideHalfToEven(product.low, by: divisor)
    } else {
      let (quotient, remainder) = divisor.dividingFullWidth((product.high, product.low))
      result = roundHalfToEven(quotient, remainder: remainder, divisor: divisor)
    }
    return Decimal(units: isNegative ? -Int128(result) : Int128(result), scale: scale)
  }

  private static func divideHalfToEven(_ value: UInt128, by divisor: UInt128) -> UInt128 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return roundHalfToEven(quotient, remainder: remainder, divisor: divisor)
  }

  private static func roundHalfToEven(
    _ quotient: UInt128, remainder: UInt128, divisor: UInt128
  ) -> UInt128 {
    let rest = divisor - remainder
    if remainder > rest || (remainder == rest && quotient & 1 == 1) { return quotient + 1 }
    return quotient
  }

  /// Whether the value is a whole multiple of `step`, which is above nothing.
  public func isMultiple(of step: Decimal) -> Bool {
    let pair = Decimal.aligned(self, step)
    return pair.a % pair.b == 0
  }

  /// The largest multiple of `step` that is not further from nothing than this value.
  public func truncated(toMultipleOf step: Decimal) -> Decimal {
    let pair = Decimal.aligned(self, step)
    return Decimal(units: pair.a - pair.a % pair.b, scale: pair.scale)
  }
}
