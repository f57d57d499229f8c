// What a head says about the length of its body and the life of its connection, for requests and
// answers alike.
// The rule to keep: whatever two programs could read in two ways is refused (RFC 9112 section
// 11.2).

/// How the end of a body is found.
enum HTTPFraming: Equatable {
  case none
  case length(Int)
  case chunked
}

struct HTTPFramingFields {
  private var contentLengths = 0
  private var length: Int?
  private var transferEncodings = 0
  private var isChunked = false
  private var hasUnknownCoding = false
  private var closes = false
  private var keepsAlive = false
  /// Why the head is refused whatever its other fields say.
  private(set) var failure: HTTPFailure?

  mutating func note(_ head: Span<UInt8>, _ field: HTTPField) {
    let name = head.extracting(field.name)
    switch name.count {
    case 10 where HTTPGrammar.isEqual(name, "connection"):
      connection(head, field.value)
    case 14 where HTTPGrammar.isEqual(name, "content-length"):
      contentLength(head, field.value)
    case 17 where HTTPGrammar.isEqual(name, "transfer-encoding"):
      transferEncoding(head.extracting(field.value))
    // Gateways of the CGI kind read `_` as `-`: such a name is framing to one program only.
    case 14 where HTTPGrammar.isEqual(name, "content_length"),
      17 where HTTPGrammar.isEqual(name, "transfer_encoding"):
      failure = .misleadingHeader
    default:
      break
    }
  }

  /// RFC 9112 section 9.3.
  func keepsAlive(isVersion10: Bool) -> Bool { !closes && (keepsAlive || !isVersion10) }

  /// RFC 9112 section 6.3, without its leniencies; `none` if no field speaks of a length.
  func framing(
    isVersion10: Bool, limits: HTTPLimits
  ) throws(HTTPFailure) -> HTTPFraming {
    if transferEncodings > 0 {
      guard contentLengths == 0 else { throw .ambiguousLength }
      guard !isVersion10, transferEncodings == 1 else { throw .badTransferEncoding }
      guard isChunked else {
        throw hasUnknownCoding ? .unknownTransferEncoding : .badTransferEncoding
      }
      return .chunked
    }
    guard contentLengths > 0 else { return .none }
    guard contentLengths == 1, let length else { throw .badContentLength }
    guard length <= limits.bodyBytesMax else { throw .bodyTooLarge }
    return .length(length)
  }

  /// Digits only and only once, though RFC 9110 section 8.6 would permit equal repetitions.
  private mutating func contentLength(_ head: Span<UInt8>, _ range: Range<Int>) {
    contentLengths += 1
    guard contentLengths == 1, !range.isEmpty else {
      length = nil
      return
    }
    var value = 0
    for position in range {
      let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = scaled.addingReportingOverflow(
        Int(head[position]) - Int(UInt8(ascii: "0")))
      guard isDigit(head[position]), !overflowed, !carried else { return }
      value = sum
    }
    length = value
  }

  private mutating func transferEncoding(_ value: Span<UInt8>) {
    transferEncodings += 1
    isChunked = transferEncodings == 1 && HTTPGrammar.isEqual(value, "chunked")
    guard !isChunked, value.count > 0 else { return }
    // A plain token is a coding that we do not have; anything else is malformed or a list.
    hasUnknownCoding = true
    for position in 0..<value.count where !HTTPGrammar.isToken(value[position]) {
      hasUnknownCoding = false
    }
  }

  private mutating func connection(_ head: Span<UInt8>, _ range: Range<Int>) {
    var position = range.lowerBound
    while position < range.upperBound {
      var end = position
      while end < range.upperBound, head[end] != UInt8(ascii: ",") { end += 1 }
      var last = end
      while position < last, HTTPGrammar.isBlank(head[position]) { position += 1 }
      while last > position, HTTPGrammar.isBlank(head[last - 1]) { last -= 1 }
      let option = head.extracting(position..<last)
      if HTTPGrammar.isEqual(option, "close") { closes = true }
      if HTTPGrammar.isEqual(option, "keep-alive") { keepsAlive = true }
      position = end + 1
    }
  }
}
