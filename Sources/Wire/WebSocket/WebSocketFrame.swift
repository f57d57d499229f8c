// The words of the WebSocket protocol (RFC 6455): opcodes, close codes, and why a peer is refused.
// It does not read or write frames; decoder and encoder do.
// The rule to keep: a reason of failure has the close code that the RFC gives it.

/// What a frame is (RFC 6455 section 5.2).
public enum WebSocketOpcode: UInt8, Sendable {
  /// The next part of a message.
  case continuation = 0x0
  /// A message, or its first part, that is UTF-8.
  case text = 0x1
  /// A message, or its first part, of any bytes.
  case binary = 0x2
  /// The sender ends the connection.
  case close = 0x8
  /// Asks for a pong.
  case ping = 0x9
  /// Answers a ping.
  case pong = 0xA

  /// Whether it may stand between the parts of a message.
  public var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Why a connection is closed (RFC 6455 section 7.4).
public struct WebSocketCloseCode: Equatable, Sendable {
  /// The number on the wire.
  public let number: UInt16

  /// The purpose is fulfilled.
  public static let normal = WebSocketCloseCode(number: 1000)
  /// The endpoint goes away, such as a server that stops.
  public static let goingAway = WebSocketCloseCode(number: 1001)
  /// The peer breaks the protocol.
  public static let protocolError = WebSocketCloseCode(number: 1002)
  /// The peer sent a kind of message that is not taken here.
  public static let unsupportedData = WebSocketCloseCode(number: 1003)
  /// The peer sent a text that is not UTF-8.
  public static let invalidPayload = WebSocketCloseCode(number: 1007)
  /// The peer sent a message that is too long.
  public static let messageTooBig = WebSocketCloseCode(number: 1009)
  /// The server cannot go on; the peer may try again (IANA registry of close codes).
  public static let tryAgainLater = WebSocketCloseCode(number: 1013)

  private init(number: UInt16) { self.number = number }

  /// A code that a peer may send: those of the IANA registry but 1005, 1006 and 1015, which never
  /// travel, and the ranges of libraries and applications.
  public init?(received number: UInt16) {
    switch number {
    case 1000...1003, 1007...1014, 3000...4999: self.number = number
    default: return nil
    }
  }
}

/// How a peer breaks the protocol.
public enum WebSocketFailure: Error, Equatable, Sendable {
  /// A reserved bit is set, though no extension was agreed on (section 5.2).
  case reservedBit
  /// An opcode that means nothing (section 5.2).
  case reservedOpcode
  /// A client's frame without a mask, or a server's with one (section 5.1).
  case wrongMasking
  /// A length in more bytes than it needs, or above 2^63 (section 5.2).
  case badLength
  /// A control frame of more than 125 bytes, or in parts (section 5.5).
  case badControlFrame
  /// A continuation of nothing, or another message within one (section 5.4).
  case badFragment
  /// A text or close reason that is not UTF-8 (section 8.1).
  case notUTF8
  /// A close frame of one byte, or with a code that may not be sent (section 7.4).
  case badClose
  /// A message longer than the decoder takes (section 10.4).
  case messageTooBig

  /// What the peer is told.
  public var closeCode: WebSocketCloseCode {
    switch self {
    case .notUTF8: .invalidPayload
    case .messageTooBig: .messageTooBig
    case .reservedBit, .reservedOpcode, .wrongMasking, .badLength, .badControlFrame, .badFragment,
      .badClose:
      .protocolError
    }
  }
}
