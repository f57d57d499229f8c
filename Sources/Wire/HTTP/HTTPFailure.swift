// Why a request is refused before any handler sees it, and the answer that says so.
// It does not hold errors of routes or handlers.
// The rule to keep: after a failure the connection is closed, because framing can be in doubt.

/// A refusal by the HTTP layer: the status, a stable code and a sentence.
public struct HTTPFailure: Error, Equatable, Sendable {
  /// The status code to answer with.
  public let status: Int
  /// A stable code for programs, also the label of the metric.
  public let code: String
  /// One sentence for people.
  public let sentence: String

  /// - Parameters:
  ///   - status: The status code to answer with.
  ///   - code: A stable code in upper case.
  ///   - sentence: What is wrong; without quotation marks, backslashes and control characters.
  public init(status: Int, code: String, sentence: String) {
    self.status = status
    self.code = code
    self.sentence = sentence
  }

  /// The answer, in the error form that all of the service's errors have.
  public var response: HTTPResponse {
    var body = JSONWriter(reserving: 256)
    body.beginObject()
    body.key("success")
    body.bool(false)
    body.key("order_id")
    body.null()
    body.key("error")
    body.string(sentence)
    body.key("code")
    body.string(code)
    body.key("detail")
    body.beginObject()
    body.endObject()
    body.key("request_id")
    body.null()
    body.endObject()
    return HTTPResponse(status: status, body: body.bytes)
  }
}

extension HTTPFailure {
  static let badRequestLine = HTTPFailure(
    status: 400, code: "BAD_REQUEST_LINE",
    sentence: "The request line is not a method, a target and a version with single spaces.")
  static let badStatusLine = HTTPFailure(
    status: 502, code: "BAD_STATUS_LINE",
    sentence: "The status line is not a version, a status code of three digits and a reason.")
  static let badVersion = HTTPFailure(
    status: 505, code: "HTTP_VERSION_NOT_SUPPORTED",
    sentence: "Only HTTP/1.1 and HTTP/1.0 are supported.")
  static let unknownMethod = HTTPFailure(
    status: 501, code: "METHOD_NOT_IMPLEMENTED", sentence: "The request method is not known here.")
  static let connectRefused = HTTPFailure(
    status: 501, code: "CONNECT_NOT_SUPPORTED", sentence: "This server is not a proxy.")
  static let badTarget = HTTPFailure(
    status: 400, code: "BAD_REQUEST_TARGET",
    sentence: "The request target is not a valid path and query.")
  static let targetTooLong = HTTPFailure(
    status: 414, code: "REQUEST_LINE_TOO_LONG", sentence: "The request line is too long.")
  static let headTooLarge = HTTPFailure(
    status: 431, code: "REQUEST_HEAD_TOO_LARGE",
    sentence: "The header fields are too many or too long.")
  static let badLineEnd = HTTPFailure(
    status: 400, code: "BAD_LINE_END", sentence: "A line must end with CR LF, and only there.")
  static let foldedHeader = HTTPFailure(
    status: 400, code: "FOLDED_HEADER", sentence: "A header line must not begin with white space.")
  static let badHeader = HTTPFailure(
    status: 400, code: "BAD_HEADER",
    sentence: "A header field is not a name, a colon and a value of permitted characters.")
  static let repeatedHeader = HTTPFailure(
    status: 400, code: "REPEATED_HEADER",
    sentence: "A header field that must be single is there twice.")
  static let misleadingHeader = HTTPFailure(
    status: 400, code: "MISLEADING_HEADER",
    sentence: "A header name differs from a framing header in an underscore only.")
  static let badHost = HTTPFailure(
    status: 400, code: "BAD_HOST", sentence: "The request needs exactly one valid Host header.")
  static let badContentLength = HTTPFailure(
    status: 400, code: "BAD_CONTENT_LENGTH", sentence: "Content-Length must be one plain number.")
  static let ambiguousLength = HTTPFailure(
    status: 400, code: "AMBIGUOUS_LENGTH",
    sentence: "Content-Length and Transfer-Encoding must not come together.")
  static let badTransferEncoding = HTTPFailure(
    status: 400, code: "BAD_TRANSFER_ENCODING",
    sentence: "Transfer-Encoding must be chunked, once, in HTTP/1.1.")
  static let unknownTransferEncoding = HTTPFailure(
    status: 501, code: "TRANSFER_ENCODING_NOT_IMPLEMENTED",
    sentence: "The only transfer coding known here is chunked.")
  static let unknownExpectation = HTTPFailure(
    status: 417, code: "EXPECTATION_FAILED",
    sentence: "The only expectation known here is 100-continue.")
  static let bodyTooLarge = HTTPFailure(
    status: 413, code: "BODY_TOO_LARGE", sentence: "The request body is too large.")
  static let badChunk = HTTPFailure(
    status: 400, code: "BAD_CHUNK", sentence: "The chunked body is malformed.")
  static let badTrailer = HTTPFailure(
    status: 400, code: "BAD_TRAILER", sentence: "A trailer field is malformed or not permitted.")
  static let trailersTooLarge = HTTPFailure(
    status: 431, code: "TRAILERS_TOO_LARGE", sentence: "The trailer fields are too long.")

  /// The client closed its side in the middle of a request.
  public static let incomplete = HTTPFailure(
    status: 400, code: "INCOMPLETE_REQUEST", sentence: "The request ended in the middle.")
  /// The client took too long to send a whole request.
  public static let timedOut = HTTPFailure(
    status: 408, code: "REQUEST_TIMEOUT", sentence: "The request took too long to arrive.")
  /// A handler dropped its request without an answer.
  public static let unanswered = HTTPFailure(
    status: 500, code: "INTERNAL_ERROR", sentence: "The request was not answered.")
  /// The server holds as many connections as it may.
  public static let tooManyConnections = HTTPFailure(
    status: 503, code: "TOO_MANY_CONNECTIONS",
    sentence: "The server has too many connections; try again in a moment.")
}
