// Decimal from and to text. The text is that of a JSON number (RFC 8259 section 6); nothing goes
// through a binary floating point number. Input is bounded here, so that arithmetic has headroom.

extension Decimal: CustomStringConvertible {
  /// Significant digits that are read: a price or quantity of a real market has at most 20, and 28
  /// leave ten digits of headroom for sums in 128 bits.
  public static let significantDigitsMax = 28
  /// Digits before the point that are read. More than 10^15 of anything is a typing error.
  public static let integerDigitsMax = 15

  /// Why a text is not a number that can be used.
  public enum TextError: Error, Equatable, Sendable {
    /// The text is not a decimal number.
    case notANumber
    /// More than `integerDigitsMax` digits before the point.
    case tooLarge
    /// More than 18 digits after the point or more than `significantDigitsMax` in all.
    case tooPrecise
  }

  /// Reads a decimal number such as `-12.50`, `9e-05` or `1E3`.
  public init(text: String) throws(TextError) {
    var text = text
    let result: Result<Decimal, TextError> = text.withUTF8 { bytes in
      do throws(TextError) {
        return .success(try Decimal(utf8: bytes))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// Reads a number that this program wrote, such as a sum or product: it may have more digits
  /// than a caller's. Nil if it is not one.
  public init?(storedText text: String) {
    var units: Int128 = 0
    var scale: UInt8?
    var digits = 0
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    for byte in text.utf8.dropFirst(isNegative ? 1 : 0) {
      if byte == UInt8(ascii: "."), scale == nil {
        scale = 0
        continue
      }
      guard byte &- 0x30 < 10, digits < 38 else { return nil }
      units = units * 10 + Int128(byte - 0x30)
      digits += 1
      if let digitsAfterPoint = scale { scale = digitsAfterPoint + 1 }
    }
    guard digits > 0, (scale ?? 0) <= Decimal.scaleMax else { return nil }
    self.init(units: isNegative ? -units : units, scale: scale ?? 0)
  }

  private init(utf8 bytes: UnsafeBufferPointer<UInt8>) throws(TextError) {
    var index = 0
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { index = 1 }
    var digits = DigitCollector()
    let integerStart = index
    index = try digits.collect(bytes, from: index, isFraction: false)
    guard index > integerStart else { throw .notANumber }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      let fractionStart = index + 1
      index = try digits.collect(bytes, from: fractionStart, isFraction: true)
      guard index > fractionStart else { throw .notANumber }
    }
    var exponent = 0
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      (exponent, index) = try Decimal.exponent(bytes, from: index + 1)
    }
    guard index == bytes.count else { throw .notANumber }
    self = try digits.value(exponent: exponent, isNegative: isNegative)
  }

  private static func exponent(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) throws(TextError) -> (value: Int, end: Int) {
    var index = start
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    let firstDigit = index
    var value = 0
    while index < bytes.count, bytes[index] &- 0x30 < 10 {
      // Beyond four digits the number is out of range either way; the exact value is not needed.
      if value < 10_000 { value = value * 10 + Int(bytes[index] - 0x30) }
      index += 1
    }
    guard index > firstDigit else { throw .notANumber }
    return (isNegative ? -value : value, index)
  }

  /// The plain decimal text: no exponent, no zeros at the end of the fraction.
  public var description: String {
    // Nearly every number fits 64 bits, whose division is many times faster.
    if let magnitude = UInt64(exactly: units.magnitude) {
      return Decimal.text(magnitude, scale: Int(scale), isNegative: units < 0)
    }
    return Decimal.text(units.magnitude, scale: Int(scale), isNegative: units < 0)
  }

  /// The most characters there can be: 39 digits, a sign, a point and a leading zero.
  private static let charactersMax = 42

  private static func text<Magnitude: FixedWidthInteger & UnsignedInteger>(
    _ magnitude: Magnitude, scale: Int, isNegative: Bool
  ) -> String {
    var rest = magnitude
    var scale = scale
    while scale > 0, rest % 10 == 0 {
      rest /= 10
      scale -= 1
    }
    return String(unsafeUninitializedCapacity: charactersMax) { buffer in
      var start = charactersMax
      var digits = 0
      while rest > 0 || digits <= scale {
        start -= 1
        buffer[start] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
        rest /= 10
        digits += 1
        if digits == scale {
          start -= 1
          buffer[start] = UInt8(ascii: ".")
        }
      }
      if isNegative {
        start -= 1
        buffer[start] = UInt8(ascii: "-")
      }
      for index in start..<charactersMax { buffer[index - start] = buffer[index] }
      return charactersMax - start
    }
  }
}

/// Collects significant digits while a number is read, so that zeros at either end cost nothing.
private struct DigitCollector {
  private var units: Int128 = 0
  private var significantDigits = 0
  private var pendingZeros = 0
  /// The decimal exponent of the last digit in `units`, before the written exponent is applied.
  private var exponent = 0

  mutating func collect(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isFraction: Bool
  ) throws(Decimal.TextError) -> Int {
    var index = start
    while index < bytes.count {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { break }
      if isFraction { exponent -= 1 }
      if digit == 0 {
        if units != 0 { pendingZeros += 1 }
      } else {
        significantDigits += pendingZeros + 1
        guard significantDigits <= Decimal.significantDigitsMax else { throw .tooPrecise }
        units = units * Decimal.powerOfTen(pendingZeros + 1) + Int128(digit)
        pendingZeros = 0
      }
      index += 1
    }
    return index
  }

  func value(
    exponent written: Int, isNegative: Bool
  ) throws(Decimal.TextError) -> Decimal {
    guard units != 0 else { return .zero }
    let exponent = exponent + pendingZeros + written
    guard significantDigits + exponent <= Decimal.integerDigitsMax else { throw .tooLarge }
    guard exponent >= -Int(Decimal.scaleMax) else { throw .tooPrecise }
    let signed = isNegative ? -units : units
    if exponent >= 0 {
      return Decimal(units: signed * Decimal.powerOfTen(exponent), scale: 0)
    }
    return Decimal(units: signed, scale: UInt8(-exponent))
  }
}
