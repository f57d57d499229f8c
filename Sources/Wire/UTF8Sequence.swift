// One UTF-8 sequence of RFC 3629, checked in place.
// It does not decode; it says how long a well-formed sequence is.
// The rule to keep: overlong forms, surrogates and values above U+10FFFF are not well-formed.

enum UTF8Sequence {
  /// The length of the well-formed sequence of two to four bytes at an offset, or 0.
  static func length(_ text: Span<UInt8>, at offset: Int) -> Int {
    let first = text[offset]
    let count: Int
    // The second byte has a narrower range after some first bytes (RFC 3629 section 4).
    let second: ClosedRange<UInt8>
    switch first {
    case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
    case 0xE0: (count, second) = (3, 0xA0...0xBF)
    case 0xED: (count, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
    case 0xF0: (count, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
    case 0xF4: (count, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard offset + count <= text.count, second.contains(text[offset + 1]) else { return 0 }
    for position in 2..<max(count, 2) where text[offset + position] & 0xC0 != 0x80 { return 0 }
    return count
  }
}
