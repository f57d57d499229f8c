// What a server has answered to a request of ours, as a value.
// It does not parse or judge; what exists has passed the parser.
// The rule to keep: the body is as it was sent. Answers in a content coding are not decoded, since
// none is asked for.

/// A server's answer.
public struct HTTPClientResponse: Sendable {
  /// The status code, from 100 to 999.
  public let status: Int
  /// The body without any transfer coding.
  public let body: [UInt8]
  /// Whether the connection may carry another request (RFC 9112 section 9.3).
  public let keepsAlive: Bool

  private let fields: HTTPFields

  init(status: Int, fields: HTTPFields, body: [UInt8], keepsAlive: Bool) {
    self.status = status
    self.fields = fields
    self.body = body
    self.keepsAlive = keepsAlive
  }

  /// Makes an answer that no server sent, for tests of what reads answers.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.init(status: status, fields: HTTPFields(headers), body: body, keepsAlive: true)
  }

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
}
