// An answer as a value: status, content type, further headers, body.
// It does not hold framing headers; the encoder writes Date, Content-Length and Connection.
// The rule to keep: what a handler returns says what is answered, not how it travels.

/// An answer to a request.
public struct HTTPResponse: Sendable {
  /// The status code, from 200 to 599.
  public var status: Int
  /// The media type of the body; nil writes no Content-Type.
  public var contentType: String?
  /// Further headers. Names that belong to framing (Content-Length, Transfer-Encoding, Connection,
  /// Date) are left out by the encoder.
  public var headers: [(name: String, value: String)]
  /// The body; 204 and 304 have none, whatever stands here.
  public var body: [UInt8]

  /// - Parameters:
  ///   - status: The status code, from 200 to 599.
  ///   - contentType: The media type of the body.
  ///   - headers: Further headers.
  ///   - body: The body.
  public init(
    status: Int, contentType: String? = "application/json",
    headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }
}
