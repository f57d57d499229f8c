// One whole request as a value.
// It does not parse or judge; what exists has passed the parser.
// The rule to keep: what a handler asks for is decoded when it is asked for, not before.

/// A request that the HTTP layer has accepted.
public struct HTTPRequest: Sendable {
  /// The method.
  public let method: HTTPMethod
  /// The origin-form target as sent (path and query, encoded); `*` for `OPTIONS *`.
  public let target: String
  /// The body without any transfer coding.
  public let body: [UInt8]
  /// Whether the client wants the connection to stay open (RFC 9112 section 9.3).
  public let keepsAlive: Bool
  /// Whether the request is HTTP/1.0, whose clients must be told that the connection stays open.
  public let isVersion10: Bool

  private let fields: HTTPFields

  init(summary: HTTPHeadSummary, fields: HTTPFields, body: [UInt8]) {
    method = summary.method
    target = summary.target
    keepsAlive = summary.keepsAlive
    isVersion10 = summary.isVersion10
    self.fields = fields
    self.body = body
  }

  /// Makes a request that no client sent, for tests of what handles requests.
  public init(
    method: HTTPMethod, target: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.body = body
    keepsAlive = true
    isVersion10 = false
    fields = HTTPFields(headers)
  }

  /// The part of the target before the question mark, still percent-encoded.
  public var path: String {
    guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
    return String(target[..<mark])
  }

  /// The parts of the path between slashes, percent-decoded: `/a/b%2Fc` is `["a", "b/c"]`.
  ///
  /// The root path and `*` have none; a slash at the end makes an empty last part.
  public var pathSegments: [String] {
    let path = path
    guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count > 1 else { return [] }
    return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .map { PercentCoding.decode(String($0)) ?? String($0) }
  }

  /// The first value of a query parameter, percent-decoded (`+` is a space); nil if absent.
  public func query(_ name: String) -> String? {
    queryPairs.first { $0.name == name }?.value
  }

  /// The names of the query parameters in order, percent-decoded.
  public var queryNames: [String] { queryPairs.map(\.name) }

  /// The first value of a header field, without surrounding white space; nil if absent.
  ///
  /// - Parameter name: In lower case.
  public func header(_ name: String) -> String? { fields.first(name) }

  /// All values of a header field in order.
  ///
  /// - Parameter name: In lower case.
  public func headerValues(_ name: String) -> [String] { fields.all(name) }

  /// Whether a header field that is a list of words has a word, such as `upgrade` in `connection`.
  ///
  /// - Parameters:
  ///   - name: In lower case.
  ///   - word: In lower case; the field may have it in any.
  public func headerLists(_ name: String, _ word: String) -> Bool { fields.lists(name, word) }

  private var queryPairs: [(name: String, value: String)] {
    guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
    return target[target.utf8.index(after: mark)...].split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let decoded = parts.map { PercentCoding.decode(String($0), plusIsSpace: true) ?? "" }
      return (name: decoded[0], value: decoded.count > 1 ? decoded[1] : "")
    }
  }
}
