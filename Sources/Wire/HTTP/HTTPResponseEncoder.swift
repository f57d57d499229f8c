// Answers into bytes: status line, Date, framing headers, further headers, body.
// It does not send; it appends to a buffer that the connection owns.
// The rule to keep: framing headers are written here and nowhere else, and no value can break out
// of its line.

/// Encodes answers (RFC 9112 section 4).
///
/// Most answers of a second begin alike: the lines up to the length are kept and copied in one go.
public struct HTTPResponseEncoder {
  /// The Connection header that an answer needs.
  public enum ConnectionOption: Sendable {
    /// The default of the client's version holds.
    case none
    /// The server closes after this answer.
    case close
    /// The connection stays open for an HTTP/1.0 client.
    case keepAlive
  }

  /// Status line, Date, Content-Type and the name Content-Length, as written last.
  private var start: [UInt8] = []
  private var startStatus = 0
  private var startContentType: String?
  private var startSeconds = Int64.min

  /// An encoder that has written nothing yet.
  public init() {}

  /// Appends an answer.
  ///
  /// - Parameters:
  ///   - response: The answer.
  ///   - output: Where its bytes go.
  ///   - isHead: Whether it answers a HEAD: the headers of a GET and no body (RFC 9110
  ///     section 9.3.2).
  ///   - connection: The Connection header to write.
  ///   - epochSeconds: The time for Date, in seconds since 1970.
  public mutating func encode(
    _ response: HTTPResponse, into output: inout [UInt8], isHead: Bool,
    connection: ConnectionOption, epochSeconds: Int64
  ) {
    // 204 and 304 end with their head (RFC 9112 section 6.3).
    let hasBody = response.status != 204 && response.status != 304
    output.reserveCapacity(output.count + 192 + (hasBody && !isHead ? response.body.count : 0))
    if response.status != startStatus || epochSeconds != startSeconds
      || response.contentType != startContentType
    {
      makeStart(response, hasBody: hasBody, epochSeconds)
    }
    output.append(contentsOf: start)
    if hasBody {
      appendDecimal(response.body.count, to: &output)
      append("\r\n", to: &output)
    }
    switch connection {
    case .none: break
    case .close: append("Connection: close\r\n", to: &output)
    case .keepAlive: append("Connection: keep-alive\r\n", to: &output)
    }
    for (name, value) in response.headers where !Self.isFraming(name) {
      Self.appendValue(name, to: &output)
      append(": ", to: &output)
      Self.appendValue(value, to: &output)
      append("\r\n", to: &output)
    }
    append("\r\n", to: &output)
    if hasBody, !isHead { output.append(contentsOf: response.body) }
  }

  /// Appends the interim answer that lets a client send its body (RFC 9110 section 15.2.1).
  public static func encodeContinue(into output: inout [UInt8]) {
    output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
  }

  private mutating func makeStart(
    _ response: HTTPResponse, hasBody: Bool, _ epochSeconds: Int64
  ) {
    start = Array("HTTP/1.1 \(response.status) \(HTTPReason.phrase(response.status))\r\n".utf8)
    start.append(contentsOf: "Date: \(HTTPDate.text(epochSeconds: epochSeconds))\r\n".utf8)
    if hasBody {
      if let contentType = response.contentType {
        append("Content-Type: ", to: &start)
        Self.appendValue(contentType, to: &start)
        append("\r\n", to: &start)
      }
      append("Content-Length: ", to: &start)
    }
    startStatus = response.status
    startContentType = response.contentType
    startSeconds = epochSeconds
  }

  @inline(__always)
  private func append(_ text: StaticString, to output: inout [UInt8]) {
    output.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A line end in a value would be a header of the sender's choice: control characters become
  /// spaces.
  static func appendValue(_ text: String, to output: inout [UInt8]) {
    let start = output.count
    output.append(contentsOf: text.utf8)
    for position in start..<output.count where !HTTPGrammar.isFieldValue(output[position]) {
      output[position] = 0x20
    }
  }

  static func isFraming(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4, 10, 14, 17:
      ["date", "connection", "content-length", "transfer-encoding"].contains(name.lowercased())
    default: false
    }
  }
}
