// An internet address and a range of them, as numbers that can be compared.
// It resolves no names and knows no ports.
// The rule to keep: one address has one value, however it is written; a text that is not exactly an
// address is none.

/// An address of IPv4 or IPv6. IPv4 in an IPv6 spelling (`::ffff:1.2.3.4`) is the IPv4 address.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// The 16 bytes of the IPv6 address; IPv4 is mapped into it (RFC 4291 section 2.5.5.2).
  private let high: UInt64
  private let low: UInt64

  private static let mappedPrefix: UInt64 = 0xFFFF << 32

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An address from its 4 or 16 bytes in network order; nil for another count.
  public init?(networkBytes bytes: some Collection<UInt8>) {
    let values = bytes.map { UInt64($0) }
    func number(_ part: ArraySlice<UInt64>) -> UInt64 { part.reduce(0) { $0 << 8 | $1 } }
    switch values.count {
    case 4: self.init(high: 0, low: IPAddress.mappedPrefix | number(values[...]))
    case 16: self.init(high: number(values[..<8]), low: number(values[8...]))
    default: return nil
    }
  }

  /// Reads `192.0.2.1` or `2001:db8::1`; nil for anything else, a port or a zone included.
  public init?(_ text: String) {
    let isVersion6 = text.utf8.contains(UInt8(ascii: ":"))
    guard let bytes = isVersion6 ? IPAddress.version6(text) : IPAddress.version4(text) else {
      return nil
    }
    self.init(networkBytes: bytes)
  }

  /// Whether it is an IPv4 address.
  public var isVersion4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Whether it is one of this machine's own (127.0.0.0/8, ::1).
  public var isLoopback: Bool {
    isVersion4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1
  }

  /// The address with only so many leading bits of its own kind, 32 or 128 at most.
  public func masked(_ bits: Int) -> IPAddress {
    let kept = isVersion4 ? bits + 96 : bits
    func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : ~(.max >> count) }
    return IPAddress(high: high & mask(kept), low: low & mask(kept - 64))
  }

  /// The usual text; IPv6 in eight groups, without `::`.
  public var description: String {
    guard !isVersion4 else {
      return [24, 16, 8, 0].map { "\(low >> $0 & 0xFF)" }.joined(separator: ".")
    }
    return [high, low].flatMap { half in
      [48, 32, 16, 0].map { String(half >> $0 & 0xFFFF, radix: 16) }
    }.joined(separator: ":")
  }

  private static func version4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    // A needless leading zero would be octal to some readers.
    let bytes = parts.compactMap { part -> UInt8? in
      part.utf8.allSatisfy { $0 &- 0x30 < 10 } && (part == "0" || part.first != "0")
        ? UInt8(part) : nil
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  private static func version6(_ text: String) -> [UInt8]? {
    guard IPLiteral.isValid(Array(text.utf8).span), text.utf8.first.map({ $0 | 0x20 }) != 0x76
    else { return nil }
    let halves = text.split(separator: "::", omittingEmptySubsequences: false).map(groups)
    guard halves.count == 2 else { return halves.first }
    let missing = 16 - halves[0].count - halves[1].count
    return halves[0] + [UInt8](repeating: 0, count: max(0, missing)) + halves[1]
  }

  /// The bytes of groups with colons between; the text is known to be well formed.
  private static func groups(_ text: Substring) -> [UInt8] {
    text.split(separator: ":").flatMap { group -> [UInt8] in
      if let bytes = version4(String(group)) { return bytes }
      let value = UInt16(group, radix: 16) ?? 0
      return [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
  }
}

/// A range of addresses.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
  private let first: IPAddress
  private let bits: Int

  /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address, which is a range of one. Nil for
  /// anything else, and where bits beyond the prefix are set: one of both numbers is a mistake.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
    let all = address.isVersion4 ? 32 : 128
    let digits = parts.count == 2 ? String(parts[1]) : "\(all)"
    guard digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let bits = Int(digits), bits <= all,
      address.masked(bits) == address
    else { return nil }
    (first, self.bits) = (address, bits)
  }

  /// Whether an address is in the range.
  public func contains(_ address: IPAddress) -> Bool {
    address.masked(bits) == first
  }

  /// The range with its count of bits.
  public var description: String { "\(first)/\(bits)" }
}
