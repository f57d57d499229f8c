// Base64 with the alphabet for URLs and file names (RFC 4648 section 5), without padding. It only
// writes: nothing here reads such text back.

enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= 8 * UInt32(3 - group.count)
      for index in 0...group.count {
        digits.append(alphabet[Int(bits >> (18 - 6 * UInt32(index)) & 0x3F)])
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
