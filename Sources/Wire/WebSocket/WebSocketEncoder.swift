// Messages and control frames into bytes (RFC 6455 section 5). It sends no message in parts.
// The rule to keep: a length takes the fewest bytes that can hold it.

/// Encodes frames. A server sends them bare, a client masked.
public enum WebSocketEncoder {
  /// What a control frame may carry (RFC 6455 section 5.5).
  public static let controlBytesMax = 125

  /// Appends a whole frame.
  ///
  /// - Parameters:
  ///   - opcode: What it is.
  ///   - payload: Its content; at most `controlBytesMax` bytes for a control frame.
  ///   - mask: A client's mask, four bytes that nobody can foresee (RFC 6455 section 5.3); nil for
  ///     a server.
  ///   - bytes: Where the frame goes.
  public static func append(
    _ opcode: WebSocketOpcode, _ payload: [UInt8], mask: [UInt8]? = nil, to bytes: inout [UInt8]
  ) {
    precondition(
      !opcode.isControl || payload.count <= controlBytesMax, "A control frame is too long.")
    precondition(mask == nil || mask?.count == 4, "A mask has four bytes.")
    bytes.append(0x80 | opcode.rawValue)
    let masked: UInt8 = mask == nil ? 0 : 0x80
    switch payload.count {
    case ...125: bytes.append(masked | UInt8(payload.count))
    case ...0xFFFF:
      bytes.append(masked | 126)
      appendBigEndian(UInt16(payload.count), to: &bytes)
    default:
      bytes.append(masked | 127)
      appendBigEndian(UInt64(payload.count), to: &bytes)
    }
    guard let mask else { return bytes.append(contentsOf: payload) }
    bytes.append(contentsOf: mask)
    for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index & 3]) }
  }

  /// The content of a close frame (RFC 6455 section 5.5.1).
  ///
  /// - Parameters:
  ///   - code: Why.
  ///   - reason: For whoever reads a trace; cut off at 123 bytes, between characters.
  public static func closePayload(_ code: WebSocketCloseCode, reason: String) -> [UInt8] {
    var payload: [UInt8] = []
    appendBigEndian(code.number, to: &payload)
    for character in reason.unicodeScalars {
      let text = Array(String(character).utf8)
      guard payload.count + text.count <= controlBytesMax else { break }
      payload += text
    }
    return payload
  }

  private static func appendBigEndian(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
