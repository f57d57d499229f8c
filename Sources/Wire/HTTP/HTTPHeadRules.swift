// What a complete request head means: version, method, target, Host, framing, connection.
// It does not scan for line ends or characters; `HTTPHeadScanner` has done that.
// The rule to keep: whatever two servers could read in two ways is refused (RFC 9112 section 11.2).

/// What the rules found in a head.
struct HTTPHeadSummary {
  enum Framing: Equatable {
    case none
    case length(Int)
    case chunked
  }

  var method: HTTPMethod
  var target: String
  var isVersion10: Bool
  var keepsAlive: Bool
  var framing: Framing
  var expectsContinue: Bool
}

struct HTTPHeadRules {
  private var hosts = 0
  private var hasBadHost = false
  private var contentLengths = 0
  private var length: Int?
  private var transferEncodings = 0
  private var isChunked = false
  private var hasUnknownCoding = false
  private var contentTypes = 0
  private var authorizations = 0
  private var closes = false
  private var keepsAlive = false
  private var expectsContinue = false
  private var failure: HTTPFailure?

  /// The meaning of a complete head.
  static func summary(
    of scanner: HTTPHeadScanner, _ head: Span<UInt8>, limits: HTTPLimits
  ) throws(HTTPFailure) -> HTTPHeadSummary {
    // A higher minor version is still HTTP/1.1 to us (RFC 9110 section 2.5).
    guard scanner.version.major == 1 else { throw .badVersion }
    guard let method = HTTPMethod(head.extracting(0..<scanner.methodEnd)) else {
      throw .unknownMethod
    }
    guard method != .connect else { throw .connectRefused }
    let target = try HTTPTarget.validated(
      head, scanner.methodEnd + 1..<scanner.targetEnd, method)
    let isVersion10 = scanner.version.minor == 0
    var rules = HTTPHeadRules()
    for field in scanner.fields { rules.note(head, field) }
    if let failure = rules.failure { throw failure }
    try rules.checkHost(isVersion10: isVersion10)
    let framing = try rules.framing(isVersion10: isVersion10, limits: limits)
    return HTTPHeadSummary(
      method: method, target: target, isVersion10: isVersion10,
      keepsAlive: isVersion10 ? rules.keepsAlive && !rules.closes : !rules.closes,
      framing: framing,
      expectsContinue: rules.expectsContinue && !isVersion10 && framing != .none
        && framing != .length(0))
  }

  private mutating func note(_ head: Span<UInt8>, _ field: HTTPField) {
    let name = head.extracting(field.name)
    switch name.count {
    case 4 where isEqual(name, "host"):
      hosts += 1
      hasBadHost = hasBadHost || !HTTPTarget.isAuthority(head, field.value)
    case 6 where isEqual(name, "expect"):
      guard isEqual(head.extracting(field.value), "100-continue") else {
        failure = failure ?? .unknownExpectation
        return
      }
      expectsContinue = true
    case 10 where isEqual(name, "connection"):
      connection(head, field.value)
    case 12 where isEqual(name, "content-type"):
      contentTypes += 1
      if contentTypes > 1 { failure = failure ?? .repeatedHeader }
    case 13 where isEqual(name, "authorization"):
      authorizations += 1
      if authorizations > 1 { failure = failure ?? .repeatedHeader }
    case 14 where isEqual(name, "content-length"):
      contentLength(head, field.value)
    case 17 where isEqual(name, "transfer-encoding"):
      transferEncoding(head.extracting(field.value))
    // Gateways of the CGI kind read `_` as `-`: such a name is framing to one server only.
    case 14 where isEqual(name, "content_length"), 17 where isEqual(name, "transfer_encoding"):
      failure = failure ?? .misleadingHeader
    default:
      break
    }
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
    isChunked = transferEncodings == 1 && isEqual(value, "chunked")
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
      if isEqual(option, "close") { closes = true }
      if isEqual(option, "keep-alive") { keepsAlive = true }
      position = end + 1
    }
  }

  /// RFC 9112 section 3.2.
  private func checkHost(isVersion10: Bool) throws(HTTPFailure) {
    guard !hasBadHost, hosts == 1 || hosts == 0 && isVersion10 else { throw .badHost }
  }

  /// RFC 9112 section 6.3, without its leniencies.
  private func framing(
    isVersion10: Bool, limits: HTTPLimits
  ) throws(HTTPFailure) -> HTTPHeadSummary.Framing {
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

  /// Compares with a name in lower case, ignoring the case of the bytes.
  private func isEqual(_ bytes: Span<UInt8>, _ name: StaticString) -> Bool {
    guard bytes.count == name.utf8CodeUnitCount else { return false }
    for position in 0..<bytes.count where lowercased(bytes[position]) != name.utf8Start[position] {
      return false
    }
    return true
  }
}
