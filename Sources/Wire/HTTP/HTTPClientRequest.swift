// A request of ours as a value, and its bytes. The header fields that frame it are written here.
// It does not sign or escape; the target and the body are sent as they are given.
// The rule to keep: no value can break out of its line. What would is refused and not mended,
// because a signature may cover it.

/// A request to a server.
public struct HTTPClientRequest: Sendable {
  /// The server.
  public var origin: HTTPOrigin
  /// The method.
  public var method: HTTPMethod
  /// Path and query, percent-encoded, beginning with a slash.
  public var target: String
  /// Header fields beside Host, Content-Length, Accept-Encoding and User-Agent, which are written
  /// for every request.
  public var headers: [(name: String, value: String)]
  /// The body; empty for none.
  public var body: [UInt8]

  /// A request from its parts.
  public init(
    _ method: HTTPMethod, _ origin: HTTPOrigin, _ target: String,
    headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.origin = origin
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  /// Why a request cannot be written.
  public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence. It names a header and never repeats a value, which may be a secret.
    public let description: String
  }

  /// The request as it travels (RFC 9112 section 3), uncompressed answers wanted.
  ///
  /// - Throws: `Fault` if the target is no path, or a header has a character that it may not have
  ///   or says what is written here.
  public func encoded() throws(Fault) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256 + target.utf8.count + headers.count * 96 + body.count)
    func append(_ text: StaticString) {
      bytes.append(
        contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    bytes.append(contentsOf: method.rawValue.utf8)
    append(" ")
    try appendTarget(to: &bytes)
    append(" HTTP/1.1\r\nHost: ")
    bytes.append(contentsOf: origin.authority.utf8)
    append("\r\nUser-Agent: fks-execution\r\nAccept-Encoding: identity\r\n")
    if !body.isEmpty || method == .post || method == .put || method == .patch {
      append("Content-Length: ")
      appendDecimal(body.count, to: &bytes)
      append("\r\n")
    }
    for (name, value) in headers {
      try Self.check(name, value)
      bytes.append(contentsOf: name.utf8)
      append(": ")
      bytes.append(contentsOf: value.utf8)
      append("\r\n")
    }
    append("\r\n")
    bytes.append(contentsOf: body)
    return bytes
  }

  private func appendTarget(to bytes: inout [UInt8]) throws(Fault) {
    let start = bytes.count
    bytes.append(contentsOf: target.utf8)
    var isValid = bytes.count > start && bytes[start] == UInt8(ascii: "/")
    for position in start..<bytes.count where !HTTPGrammar.isTarget(bytes[position]) {
      isValid = false
    }
    guard isValid else {
      throw Fault(
        description: "The request target is not a percent-encoded path that begins with a slash.")
    }
  }

  private static func check(_ name: String, _ value: String) throws(Fault) {
    guard !name.isEmpty, name.utf8.allSatisfy(HTTPGrammar.isToken) else {
      throw Fault(description: "A header's name has a character that it may not have.")
    }
    guard value.utf8.allSatisfy(HTTPGrammar.isFieldValue) else {
      throw Fault(
        description: "The value of the header \(name) has a control character, such as a line end.")
    }
    switch name.utf8.count {
    case 4, 10, 14, 15, 17:
      guard !writtenNames.contains(name.lowercased()) else {
        throw Fault(description: "The header \(name) is written for every request; leave it out.")
      }
    default: break
    }
  }

  private static let writtenNames: Set<String> = [
    "host", "user-agent", "content-length", "accept-encoding", "transfer-encoding",
  ]
}
