// What a complete request head means: version, method, target, Host, framing, connection.
// It does not scan for line ends or characters; `HTTPHeadScanner` has done that.
// The rule to keep: whatever two servers could read in two ways is refused (RFC 9112 section 11.2).

/// What the rules found in a head.
struct HTTPHeadSummary {
  var method: HTTPMethod
  var target: String
  var isVersion10: Bool
  var keepsAlive: Bool
  var framing: HTTPFraming
  var expectsContinue: Bool
}

struct HTTPHeadRules {
  private var hosts = 0
  private var hasBadHost = false
  private var contentTypes = 0
  private var authorizations = 0
  private var framing = HTTPFramingFields()
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
    if let failure = rules.failure ?? rules.framing.failure { throw failure }
    try rules.checkHost(isVersion10: isVersion10)
    let framing = try rules.framing.framing(isVersion10: isVersion10, limits: limits)
    return HTTPHeadSummary(
      method: method, target: target, isVersion10: isVersion10,
      keepsAlive: rules.framing.keepsAlive(isVersion10: isVersion10), framing: framing,
      expectsContinue: rules.expectsContinue && !isVersion10 && framing != .none
        && framing != .length(0))
  }

  private mutating func note(_ head: Span<UInt8>, _ field: HTTPField) {
    let name = head.extracting(field.name)
    switch name.count {
    case 4 where HTTPGrammar.isEqual(name, "host"):
      hosts += 1
      hasBadHost = hasBadHost || !HTTPTarget.isAuthority(head, field.value)
    case 6 where HTTPGrammar.isEqual(name, "expect"):
      guard HTTPGrammar.isEqual(head.extracting(field.value), "100-continue") else {
        failure = failure ?? .unknownExpectation
        return
      }
      expectsContinue = true
    case 12 where HTTPGrammar.isEqual(name, "content-type"):
      contentTypes += 1
      if contentTypes > 1 { failure = failure ?? .repeatedHeader }
    case 13 where HTTPGrammar.isEqual(name, "authorization"):
      authorizations += 1
      if authorizations > 1 { failure = failure ?? .repeatedHeader }
    default:
      framing.note(head, field)
    }
  }

  /// RFC 9112 section 3.2.
  private func checkHost(isVersion10: Bool) throws(HTTPFailure) {
    guard !hasBadHost, hosts == 1 || hosts == 0 && isVersion10 else { throw .badHost }
  }
}
