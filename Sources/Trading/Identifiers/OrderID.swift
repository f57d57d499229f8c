// Our own order id: a UUID of version 7 (RFC 9562 section 5.7). It is also the client order id that
// the venue sees, so that an order can always be asked for, and never has a second one.

/// An order's id, given once; later ids are larger.
public struct OrderID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The 128 bits of the UUID.
  public let value: UInt128

  /// An id from its 128 bits.
  @inlinable
  public init(value: UInt128) { self.value = value }

  /// A version 7 UUID of a moment, a counter within its millisecond (12 bits) and 62 random bits.
  public init(milliseconds: Int64, counter: UInt16, random: UInt64) {
    let time = UInt128(UInt64(bitPattern: milliseconds) & 0xFFFF_FFFF_FFFF) << 80
    let version = UInt128(0x7000 | (counter & 0x0FFF)) << 64
    let variant = UInt128(0x8000_0000_0000_0000 | (random & 0x3FFF_FFFF_FFFF_FFFF))
    value = time | version | variant
  }

  /// Whether `a` was given earlier.
  @inlinable
  public static func < (a: OrderID, b: OrderID) -> Bool { a.value < b.value }

  /// The millisecond in which the id was given, since 1970 in UTC.
  public var milliseconds: Int64 { Int64(truncatingIfNeeded: value >> 80) }

  /// Its place within the millisecond.
  var counter: UInt16 { UInt16(truncatingIfNeeded: value >> 64) & 0x0FFF }

  /// Reads the 36 characters of a UUID in lower or upper case.
  public init?(text: String) {
    let utf8 = Array(text.utf8)
    guard utf8.count == 36 else { return nil }
    var value: UInt128 = 0
    for (index, byte) in utf8.enumerated() {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = OrderID.digit(byte) else { return nil }
      value = value << 4 | UInt128(digit)
    }
    self.value = value
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The 36 characters of the UUID, lower case.
  public var description: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      var rest = value
      for index in stride(from: 35, through: 0, by: -1) {
        if index == 8 || index == 13 || index == 18 || index == 23 {
          buffer[index] = UInt8(ascii: "-")
        } else {
          let digit = UInt8(truncatingIfNeeded: rest & 15)
          buffer[index] = digit < 10 ? digit + 0x30 : digit + 0x57
          rest >>= 4
        }
      }
      return 36
    }
  }
}

/// Gives order ids that always grow, whatever the clock does.
public struct OrderIDSequence: Sendable {
  private var milliseconds: Int64 = 0
  private var counter: UInt16 = 0

  /// A sequence that begins above `last`, the newest id that was ever given.
  public init(after last: OrderID? = nil) {
    if let last { milliseconds = last.milliseconds + 1 }
  }

  /// Goes on above an id that was given elsewhere.
  mutating func pass(_ id: OrderID) {
    guard id.milliseconds >= milliseconds else { return }
    counter = id.milliseconds == milliseconds ? max(counter, id.counter) : id.counter
    milliseconds = id.milliseconds
  }

  /// The next id. A clock that stands still or goes back only lets the counter and then the
  /// millisecond of the id run ahead.
  public mutating func next(at now: Timestamp, random: UInt64) -> OrderID {
    let current = now.microseconds / 1_000
    if current > milliseconds {
      milliseconds = current
      counter = 0
    } else if counter == 0x0FFF {
      milliseconds += 1
      counter = 0
    } else {
      counter += 1
    }
    return OrderID(milliseconds: milliseconds, counter: counter, random: random)
  }
}
