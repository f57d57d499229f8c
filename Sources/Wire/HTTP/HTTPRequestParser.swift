// HTTP/1.1 requests out of bytes, in whatever pieces they come. No sockets and no clock.
// It does not answer; a failure carries the answer that the server must give before it closes.
// The rule to keep: the same bytes give the same requests however they are cut.

/// An incremental parser of the requests on one connection (RFC 9112).
public struct HTTPRequestParser {
  /// What came out of the bytes.
  public enum Outcome: Sendable {
    /// All bytes are taken and the request is not whole yet.
    case needsMoreBytes
    /// A whole request; bytes after it are not taken yet.
    case request(HTTPRequest)
    /// The connection must be closed after this answer. The parser takes no more bytes.
    case failure(HTTPFailure)
  }

  /// What the parser is in the middle of; timeouts depend on it.
  public enum Phase: Sendable {
    /// Between requests.
    case idle
    /// After the first byte of a request.
    case head
    /// After the empty line, before the last byte of the body.
    case body
    /// After a failure.
    case failed
  }

  private enum State {
    case head
    case length(Int)
    case chunked(HTTPChunkedBody)
    case failed(HTTPFailure)
  }

  private let limits: HTTPLimits
  private var state = State.head
  private var scanner = HTTPHeadScanner()
  private var summary: HTTPHeadSummary?
  private var body: [UInt8] = []
  private var wantsContinue = false

  /// The bytes of the current body that have come so far.
  public private(set) var bodyBytesCount = 0

  /// - Parameter limits: What a request may cost.
  public init(limits: HTTPLimits = HTTPLimits()) {
    self.limits = limits
  }

  /// What the parser is in the middle of.
  public var phase: Phase {
    switch state {
    case .head: scanner.hasBegun ? .head : .idle
    case .length, .chunked: .body
    case .failed: .failed
    }
  }

  /// Whether the current request is a HEAD, whose answers have no body, failures included.
  public var isHeadMethod: Bool {
    scanner.head.starts(with: "HEAD ".utf8)
  }

  /// True once, when a client waits for `100 Continue` before it sends a body (RFC 9110
  /// section 10.1.1), and no byte of the body is there yet.
  public mutating func takeContinueWish() -> Bool {
    defer { wantsContinue = false }
    return wantsContinue && bodyBytesCount == 0
  }

  /// Takes bytes from an offset on, up to the end of one request, and moves the offset.
  public mutating func parse(_ bytes: Span<UInt8>, from offset: inout Int) -> Outcome {
    while true {
      switch state {
      case .failed(let failure):
        return .failure(failure)
      case .head:
        switch scanner.scan(bytes, from: &offset, limits: limits) {
        case .needsMoreBytes: return .needsMoreBytes
        case .failure(let failure): return fail(failure)
        case .complete:
          do throws(HTTPFailure) { try beginBody() } catch { return fail(error) }
        }
      case .length(let remaining):
        let count = min(remaining, bytes.count - offset)
        let piece = bytes.extracting(offset..<offset + count)
        piece.withUnsafeBufferPointer { body.append(contentsOf: $0) }
        offset += count
        bodyBytesCount += count
        guard count == remaining else {
          state = .length(remaining - count)
          return .needsMoreBytes
        }
        return finish()
      case .chunked(var chunks):
        // The state must not hold a second reference while the body grows.
        state = .head
        let step = chunks.scan(bytes, from: &offset, limits: limits)
        bodyBytesCount = chunks.data.count
        switch step {
        case .needsMoreBytes:
          state = .chunked(chunks)
          return .needsMoreBytes
        case .failure(let failure): return fail(failure)
        case .complete:
          body = chunks.data
          return finish()
        }
      }
    }
  }

  private mutating func fail(_ failure: HTTPFailure) -> Outcome {
    state = .failed(failure)
    wantsContinue = false
    return .failure(failure)
  }

  private mutating func beginBody() throws(HTTPFailure) {
    let head = scanner.head
    let summary = try HTTPHeadRules.summary(of: scanner, head.span, limits: limits)
    self.summary = summary
    bodyBytesCount = 0
    wantsContinue = summary.expectsContinue
    switch summary.framing {
    case .none:
      state = .length(0)
    case .length(let count):
      // What a client announces is not memory yet: it must send the bytes first.
      body.reserveCapacity(min(count, 16 * 1024))
      state = .length(count)
    case .chunked:
      state = .chunked(HTTPChunkedBody())
    }
  }

  private mutating func finish() -> Outcome {
    guard let summary else { return fail(.badRequestLine) }
    let request = HTTPRequest(summary: summary, fields: HTTPFields(scanner), body: body)
    state = .head
    scanner = HTTPHeadScanner()
    self.summary = nil
    body = []
    wantsContinue = false
    return .request(request)
  }
}
