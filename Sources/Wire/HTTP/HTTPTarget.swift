// Request targets and authorities: RFC 9112 section 3.2 and RFC 3986 section 3.
// It does not decode or normalise; it decides whether a target may pass, and in which form.
// The rule to keep: a handler sees a path whose escapes are whole, valid UTF-8 and no control
// characters, or the request does not reach it.

enum HTTPTarget {
  /// The target in origin form (or `*`), checked.
  static func validated(
    _ head: Span<UInt8>, _ range: Range<Int>, _ method: HTTPMethod
  ) throws(HTTPFailure) -> String {
    if head[range.lowerBound] == UInt8(ascii: "/") {
      guard isPathAndQuery(head, range) else { throw .badTarget }
      return text(head, range)
    }
    if range.count == 1, head[range.lowerBound] == UInt8(ascii: "*") {
      guard method == .options else { throw .badTarget }
      return "*"
    }
    return try absoluteForm(head, range)
  }

  /// `uri-host [":" port]` (RFC 9110 section 7.2); an empty host is no host.
  static func isAuthority(_ head: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return false }
    var position = range.lowerBound
    if head[position] == UInt8(ascii: "[") {
      var end = position + 1
      while end < range.upperBound, head[end] != UInt8(ascii: "]") { end += 1 }
      guard end < range.upperBound, IPLiteral.isValid(head.extracting(position + 1..<end)) else {
        return false
      }
      position = end + 1
    } else {
      while position < range.upperBound, head[position] != UInt8(ascii: ":") {
        if head[position] == UInt8(ascii: "%") {
          guard escape(head, at: position, before: range.upperBound) != nil else { return false }
          position += 2
        } else if !HTTPGrammar.isRegisteredName(head[position]) {
          return false
        }
        position += 1
      }
      guard position > range.lowerBound else { return false }
    }
    guard position < range.upperBound else { return true }
    return head[position] == UInt8(ascii: ":") && isPort(head, position + 1..<range.upperBound)
  }

  /// Digits, none at all included (RFC 3986 section 3.2.3), up to 65,535.
  private static func isPort(_ head: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var port = 0
    for position in range {
      guard isDigit(head[position]) else { return false }
      port = port * 10 + Int(head[position] - UInt8(ascii: "0"))
      guard port <= Int(UInt16.max) else { return false }
    }
    return true
  }

  /// RFC 9112 section 3.2.2: the authority in the target replaces the Host header.
  private static func absoluteForm(
    _ head: Span<UInt8>, _ range: Range<Int>
  ) throws(HTTPFailure) -> String {
    var authorityStart: Int?
    for scheme in ["http://", "https://"] as [StaticString]
    where hasPrefix(head, range, scheme) {
      authorityStart = range.lowerBound + scheme.utf8CodeUnitCount
    }
    guard let authorityStart else { throw .badTarget }
    var authorityEnd = authorityStart
    while authorityEnd < range.upperBound, head[authorityEnd] != UInt8(ascii: "/"),
      head[authorityEnd] != UInt8(ascii: "?")
    {
      authorityEnd += 1
    }
    let rest = authorityEnd..<range.upperBound
    guard isAuthority(head, authorityStart..<authorityEnd), isPathAndQuery(head, rest) else {
      throw .badTarget
    }
    let hasPath = !rest.isEmpty && head[rest.lowerBound] == UInt8(ascii: "/")
    return hasPath ? text(head, rest) : "/" + text(head, rest)
  }

  private static func hasPrefix(
    _ head: Span<UInt8>, _ range: Range<Int>, _ prefix: StaticString
  ) -> Bool {
    guard range.count >= prefix.utf8CodeUnitCount else { return false }
    for position in 0..<prefix.utf8CodeUnitCount
    where lowercased(head[range.lowerBound + position]) != prefix.utf8Start[position] {
      return false
    }
    return true
  }

  private static func isPathAndQuery(_ head: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var position = range.lowerBound
    while position < range.upperBound {
      if head[position] == UInt8(ascii: "%") { return areEscapesValid(head, range) }
      position &+= 1
    }
    return true
  }

  /// Control characters are refused in the path, where no name has them; a query may carry a text
  /// with line ends, but no NUL.
  private static func areEscapesValid(_ head: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var decoded: [UInt8] = []
    var position = range.lowerBound
    var isPath = true
    while position < range.upperBound {
      var byte = head[position]
      if byte == UInt8(ascii: "%") {
        guard let value = escape(head, at: position, before: range.upperBound) else { return false }
        guard isPath ? value >= 0x20 && value != 0x7F : value != 0 else { return false }
        byte = value
        position += 2
      } else if byte == UInt8(ascii: "?") {
        isPath = false
      }
      decoded.append(byte)
      position += 1
    }
    return String(validating: decoded, as: UTF8.self) != nil
  }

  private static func escape(_ head: Span<UInt8>, at position: Int, before end: Int) -> UInt8? {
    guard position + 2 < end, let high = hexDigit(head[position + 1]),
      let low = hexDigit(head[position + 2])
    else { return nil }
    return high << 4 | low
  }

  private static func text(_ head: Span<UInt8>, _ range: Range<Int>) -> String {
    head.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
