// What a complete head of an answer means: status, framing, connection.
// It does not scan for line ends or characters; `HTTPHeadScanner` has done that.
// The rule to keep: which answers have no body depends on the request as well (RFC 9112 section
// 6.3); nothing in the answer can change that.

struct HTTPResponseHead {
  enum Body: Equatable {
    case none
    case length(Int)
    case chunked
    /// Whatever comes until the server closes in order.
    case untilEnd
  }

  var status: Int
  var body: Body
  var keepsAlive: Bool

  init(
    _ scanner: HTTPHeadScanner, to method: HTTPMethod, limits: HTTPLimits
  ) throws(HTTPFailure) {
    guard scanner.version.major == 1 else { throw .badVersion }
    let isVersion10 = scanner.version.minor == 0
    status = scanner.status
    let head = scanner.head
    var fields = HTTPFramingFields()
    for field in scanner.fields { fields.note(head.span, field) }
    if let failure = fields.failure { throw failure }
    keepsAlive = fields.keepsAlive(isVersion10: isVersion10)
    if status < 200 || status == 204 || status == 304 || method == .head {
      body = .none
    } else if method == .connect, status < 300 {
      body = .none
    } else {
      switch try fields.framing(isVersion10: isVersion10, limits: limits) {
      case .none:
        body = .untilEnd
        keepsAlive = false
      case .length(let count): body = .length(count)
      case .chunked: body = .chunked
      }
    }
  }
}
