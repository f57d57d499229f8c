// The inside of the brackets of an IP literal: RFC 3986 section 3.2.2.
// It does not convert addresses; it says whether a text is one.
// The rule to keep: at most one `::`, at most eight groups, IPv4 only as the last 32 bits.

enum IPLiteral {
  /// Whether the bytes are an IPv6 address, or an address of a future version (`v1.x`).
  static func isValid(_ text: Span<UInt8>) -> Bool {
    guard text.count > 0 else { return false }
    return lowercased(text[0]) == UInt8(ascii: "v") ? isFutureAddress(text) : isVersion6(text)
  }

  private static func isFutureAddress(_ text: Span<UInt8>) -> Bool {
    var position = 1
    while position < text.count, hexDigit(text[position]) != nil { position += 1 }
    guard position > 1, position + 1 < text.count, text[position] == UInt8(ascii: ".") else {
      return false
    }
    for byte in position + 1..<text.count
    where !HTTPGrammar.isRegisteredName(text[byte]) && text[byte] != UInt8(ascii: ":") {
      return false
    }
    return true
  }

  private static func isVersion6(_ text: Span<UInt8>) -> Bool {
    var groups = 0
    var hasGap = false
    var position = 0
    if text.count >= 2, text[0] == UInt8(ascii: ":"), text[1] == UInt8(ascii: ":") {
      hasGap = true
      position = 2
      if position == text.count { return true }
    }
    while true {
      let start = position
      while position < text.count, position < start + 4, hexDigit(text[position]) != nil {
        position += 1
      }
      if position < text.count, text[position] == UInt8(ascii: ".") {
        guard isVersion4(text.extracting(start..<text.count)) else { return false }
        return hasGap ? groups <= 5 : groups == 6
      }
      guard position > start else { return false }
      groups += 1
      guard position < text.count else { return hasGap ? groups <= 7 : groups == 8 }
      guard text[position] == UInt8(ascii: ":"), groups < 8 else { return false }
      position += 1
      if position < text.count, text[position] == UInt8(ascii: ":") {
        guard !hasGap else { return false }
        hasGap = true
        position += 1
        if position == text.count { return groups <= 7 }
      }
    }
  }

  private static func isVersion4(_ text: Span<UInt8>) -> Bool {
    var parts = 0
    var value = 0
    var digits = 0
    for position in 0..<text.count {
      let byte = text[position]
      if isDigit(byte) {
        // A needless leading zero would be octal to some readers.
        guard digits == 0 || value > 0 else { return false }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
        digits += 1
        guard value <= 255 else { return false }
      } else {
        guard byte == UInt8(ascii: "."), digits > 0 else { return false }
        parts += 1
        (value, digits) = (0, 0)
      }
    }
    return parts == 3 && digits > 0
  }
}
