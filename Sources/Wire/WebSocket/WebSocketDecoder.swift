// A peer's bytes into messages and control frames (RFC 6455 section 5), in pieces of any size.
// It does not answer: who holds the connection sends pongs and closes.
// The rule to keep: memory is bounded by the longest message, and is taken as bytes come, not as a
// header promises them.

/// Decodes the frames of one peer. After a failure or a close nothing more is decoded.
public struct WebSocketDecoder: Sendable {
  /// Whose frames are decoded.
  public enum Sender: Sendable {
    /// A client's: each must be masked (RFC 6455 section 5.1).
    case client
    /// A server's: none may be masked.
    case server
  }

  /// What the bytes so far have brought.
  public enum Step: Equatable, Sendable {
    /// Nothing is complete; all bytes are taken.
    case needsMoreBytes
    /// A whole message; text is valid UTF-8.
    case message([UInt8], isText: Bool)
    /// A ping, to be answered with a pong of the same content.
    case ping([UInt8])
    /// A pong.
    case pong([UInt8])
    /// The peer closes, with its code if it told one.
    case close(WebSocketCloseCode?, reason: String)
    /// The peer breaks the protocol: tell it the close code and end the connection.
    case failure(WebSocketFailure)
  }

  private let sender: Sender
  private let messageBytesMax: Int

  private var header: [UInt8] = []
  private var payload: [UInt8] = []
  private var payloadCount = 0
  private var isInPayload = false
  private var opcode = WebSocketOpcode.text
  private var isFinal = true
  private var mask: [UInt8] = []
  /// The parts so far of a message in parts.
  private var message: [UInt8] = []
  /// Whether that message is text; nil if there is none.
  private var messageIsText: Bool?
  private var hasEnded = false

  /// - Parameters:
  ///   - sender: Whose frames are decoded.
  ///   - messageBytesMax: The longest message that is taken, all its parts together.
  public init(from sender: Sender, messageBytesMax: Int) {
    self.sender = sender
    self.messageBytesMax = messageBytesMax
  }

  /// Takes bytes from `offset` on until something is complete or none is left; moves `offset` past
  /// what was taken.
  public mutating func parse(_ bytes: Span<UInt8>, from offset: inout Int) -> Step {
    guard !hasEnded else {
      offset = bytes.count
      return .needsMoreBytes
    }
    do throws(WebSocketFailure) {
      while true {
        if !isInPayload {
          guard offset < bytes.count else { return .needsMoreBytes }
          header.append(bytes[offset])
          offset += 1
          guard header.count >= 2, header.count == headerCount else {
            if header.count == 2 { try checkStart() }
            continue
          }
          try checkStart()
          try beginPayload()
        }
        let count = min(payloadCount - payload.count, bytes.count - offset)
        for index in offset..<offset + count {
          payload.append(mask.isEmpty ? bytes[index] : bytes[index] ^ mask[payload.count & 3])
        }
        offset += count
        guard payload.count == payloadCount else { return .needsMoreBytes }
        if let step = try endFrame() { return step }
      }
    } catch {
      hasEnded = true
      return .failure(error)
    }
  }

  // MARK: Header

  private var headerCount: Int {
    let masked = header[1] & 0x80 != 0 ? 4 : 0
    switch header[1] & 0x7F {
    case 126: return 4 + masked
    case 127: return 10 + masked
    default: return 2 + masked
    }
  }

  /// Judges the first two bytes, before waiting for any that depend on them.
  private mutating func checkStart() throws(WebSocketFailure) {
    guard header[0] & 0x70 == 0 else { throw .reservedBit }
    guard let opcode = WebSocketOpcode(rawValue: header[0] & 0x0F) else { throw .reservedOpcode }
    guard (header[1] & 0x80 != 0) == (sender == .client) else { throw .wrongMasking }
    self.opcode = opcode
    isFinal = header[0] & 0x80 != 0
    if opcode.isControl {
      guard isFinal, header[1] & 0x7F <= 125 else { throw .badControlFrame }
    } else {
      guard (opcode == .continuation) == (messageIsText != nil) else { throw .badFragment }
    }
  }

  private mutating func beginPayload() throws(WebSocketFailure) {
    let short = header[1] & 0x7F
    let extended = short == 126 ? header[2..<4] : short == 127 ? header[2..<10] : []
    let length = extended.isEmpty ? UInt64(short) : extended.reduce(0) { $0 << 8 | UInt64($1) }
    guard short < 126 || length > (short == 126 ? 125 : 0xFFFF), length < 1 << 63 else {
      throw .badLength
    }
    guard opcode.isControl || length <= UInt64(messageBytesMax - message.count) else {
      throw .messageTooBig
    }
    payloadCount = Int(length)
    mask = sender == .client ? Array(header.suffix(4)) : []
    payload = []
    header = []
    isInPayload = true
  }

  // MARK: Frames

  /// What a complete frame completes, if anything.
  private mutating func endFrame() throws(WebSocketFailure) -> Step? {
    isInPayload = false
    let content = payload
    payload = []
    switch opcode {
    case .ping: return .ping(content)
    case .pong: return .pong(content)
    case .close: return try close(content)
    case .text, .binary, .continuation:
      let isText = messageIsText ?? (opcode == .text)
      message += content
      messageIsText = isText
      guard isFinal else { return nil }
      let whole = message
      message = []
      messageIsText = nil
      guard !isText || String(validating: whole, as: UTF8.self) != nil else { throw .notUTF8 }
      return .message(whole, isText: isText)
    }
  }

  private mutating func close(_ content: [UInt8]) throws(WebSocketFailure) -> Step {
    hasEnded = true
    guard !content.isEmpty else { return .close(nil, reason: "") }
    guard content.count >= 2,
      let code = WebSocketCloseCode(received: UInt16(content[0]) << 8 | UInt16(content[1]))
    else { throw .badClose }
    guard let reason = String(validating: content[2...], as: UTF8.self) else { throw .notUTF8 }
    return .close(code, reason: reason)
  }
}
