// Escape sequences of RFC 8259 section 7, from text to UTF-8.
// It does not check anything: the parser has done that, and only its output comes here.
// The rule to keep: `decode` is called for nodes of a parsed document only.

enum JSONEscapes {
  /// The UTF-8 bytes that an escaped string stands for.
  static func decode(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
    decode(bytes.span, range)
  }

  /// The UTF-8 bytes that an escaped string stands for.
  static func decode(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(range.count)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = text[offset]
      guard byte == UInt8(ascii: "\\") else {
        output.append(byte)
        offset += 1
        continue
      }
      let letter = text[offset + 1]
      guard letter == UInt8(ascii: "u") else {
        output.append(replacement(for: letter))
        offset += 2
        continue
      }
      var scalar = codeUnit(text, at: offset + 2)
      offset += 6
      if scalar & 0xFC00 == 0xD800 {
        scalar = 0x10000 + (scalar & 0x3FF) << 10 + codeUnit(text, at: offset + 2) & 0x3FF
        offset += 6
      }
      append(scalar, to: &output)
    }
    return output
  }

  /// The byte that a letter after a backslash stands for; `"`, `\` and `/` stand for themselves.
  private static func replacement(for letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }

  private static func codeUnit(_ text: Span<UInt8>, at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for position in offset..<offset + 4 {
      value = value << 4 | UInt32(hexDigit(text[position]) ?? 0)
    }
    return value
  }

  private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    switch scalar {
    case ..<0x80:
      output.append(UInt8(scalar))
    case ..<0x800:
      output.append(UInt8(0xC0 | scalar >> 6))
      output.append(UInt8(0x80 | scalar & 0x3F))
    case ..<0x10000:
      output.append(UInt8(0xE0 | scalar >> 12))
      output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(0x80 | scalar & 0x3F))
    default:
      output.append(UInt8(0xF0 | scalar >> 18))
      output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(0x80 | scalar & 0x3F))
    }
  }
}
