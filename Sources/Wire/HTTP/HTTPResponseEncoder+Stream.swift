// The heads of answers whose body has no known length: streams and upgrades.
// It does not write bodies; whoever streams does.
// The rule to keep: exactly one way of finding the end is announced.

extension HTTPResponseEncoder {
  /// How the end of a stream is found.
  public enum StreamFraming: Sendable {
    /// By its last chunk (RFC 9112 section 7.1).
    case chunked
    /// By the end of the connection, for HTTP/1.0 clients (RFC 9112 section 6.3).
    case untilClose
    /// By the rules of the protocol that the connection changes to (RFC 9110 section 7.8).
    case upgrade
  }

  /// Appends the head of a stream.
  ///
  /// - Parameters:
  ///   - response: Status, content type and headers; its body is not looked at. An upgrade names
  ///     its protocol in the header `Upgrade`.
  ///   - framing: How the end is found.
  ///   - output: Where the bytes go.
  ///   - epochSeconds: The time for Date, in seconds since 1970.
  public static func encodeHead(
    of response: HTTPResponse, framing: StreamFraming, into output: inout [UInt8],
    epochSeconds: Int64
  ) {
    let reason = HTTPReason.phrase(response.status)
    output.append(contentsOf: "HTTP/1.1 \(response.status) \(reason)\r\n".utf8)
    var fields = [(name: "Date", value: HTTPDate.text(epochSeconds: epochSeconds))]
    if let contentType = response.contentType { fields.append(("Content-Type", contentType)) }
    switch framing {
    case .chunked: fields.append(("Transfer-Encoding", "chunked"))
    case .untilClose, .upgrade: break
    }
    // A stream is the last answer of its connection.
    fields.append(("Connection", framing == .upgrade ? "Upgrade" : "close"))
    for (name, value) in fields + response.headers.filter({ !isFraming($0.name) }) {
      appendValue(name, to: &output)
      output.append(contentsOf: ": ".utf8)
      appendValue(value, to: &output)
      output.append(contentsOf: "\r\n".utf8)
    }
    output.append(contentsOf: "\r\n".utf8)
  }
}
