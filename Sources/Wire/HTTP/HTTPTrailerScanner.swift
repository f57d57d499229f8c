// Trailer fields after the last chunk (RFC 9112 section 7.1.2): checked, limited and dropped.
// It keeps no value; nothing in this service reads a trailer.
// The rule to keep: a trailer never changes framing or routing (RFC 9110 section 6.5.1).

struct HTTPTrailerScanner {
  private enum State {
    case lineStart
    case name
    case value
    case valueLineFeed
    case endLineFeed
  }

  /// Fields that a late reader could take for the head's.
  private static let forbiddenNames: Set<String> = [
    "content-length", "transfer-encoding", "host", "authorization",
  ]

  private var state = State.lineStart
  private var name: [UInt8] = []
  private var bytesCount = 0

  mutating func consume(_ byte: UInt8, limits: HTTPLimits) -> HTTPChunkedBody.Step {
    bytesCount += 1
    guard bytesCount <= limits.trailerBytesMax else { return .failure(.trailersTooLarge) }
    switch state {
    case .lineStart where byte == 0x0D:
      state = .endLineFeed
    case .lineStart where HTTPGrammar.isToken(byte):
      name = [lowercased(byte)]
      state = .name
    case .name where HTTPGrammar.isToken(byte):
      name.append(lowercased(byte))
    case .name where byte == UInt8(ascii: ":"):
      guard !Self.forbiddenNames.contains(String(decoding: name, as: UTF8.self)) else {
        return .failure(.badTrailer)
      }
      state = .value
    case .value where HTTPGrammar.isFieldValue(byte):
      break
    case .value where byte == 0x0D:
      state = .valueLineFeed
    case .valueLineFeed where byte == 0x0A:
      state = .lineStart
    case .endLineFeed where byte == 0x0A:
      return .complete
    default:
      return .failure(.badTrailer)
    }
    return .needsMoreBytes
  }
}
