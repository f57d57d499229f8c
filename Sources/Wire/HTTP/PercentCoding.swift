// Percent-encoding of RFC 3986 section 2.1, both ways.
// It does not know where in a target a text stands.
// The rule to keep: what does not decode to valid UTF-8 without NUL does not decode at all.

/// Percent-encoding of URI parts.
public enum PercentCoding {
  /// The text behind percent escapes; nil for a broken escape, invalid UTF-8 or a NUL.
  ///
  /// - Parameter plusIsSpace: For query strings, where forms write a space as `+`.
  public static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
    let source = Array(text.utf8)
    var output: [UInt8] = []
    output.reserveCapacity(source.count)
    var position = 0
    while position < source.count {
      var byte = source[position]
      position += 1
      if byte == UInt8(ascii: "%") {
        guard position + 2 <= source.count, let high = hexDigit(source[position]),
          let low = hexDigit(source[position + 1])
        else { return nil }
        byte = high << 4 | low
        position += 2
      } else if plusIsSpace, byte == UInt8(ascii: "+") {
        byte = 0x20
      }
      guard byte != 0 else { return nil }
      output.append(byte)
    }
    return String(validating: output, as: UTF8.self)
  }

  /// The text with everything but unreserved characters escaped (RFC 3986 section 2.3).
  public static func encode(_ text: String) -> String {
    var output: [UInt8] = []
    for byte in text.utf8 {
      if HTTPGrammar.isUnreserved(byte) {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(upperHexDigit(byte >> 4))
        output.append(upperHexDigit(byte & 0x0F))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func upperHexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }
}
