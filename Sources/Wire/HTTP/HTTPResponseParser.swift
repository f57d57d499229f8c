// The answer to one request out of bytes, in whatever pieces they come. No sockets and no clock.
// Interim answers are skipped (RFC 9110 section 15.2).
// The rule to keep: an answer that is not whole is never given out as one.

/// An incremental parser of one answer (RFC 9112).
public struct HTTPResponseParser {
  /// What came out of the bytes.
  public enum Outcome: Sendable {
    /// All bytes are taken and the answer is not whole yet.
    case needsMoreBytes
    /// The whole answer; bytes after it are not taken.
    case response(HTTPClientResponse)
    /// The connection must be closed. The parser takes no more bytes.
    case failure(HTTPResponseFailure)
  }

  private enum State {
    case head
    case length(Int)
    case chunked(HTTPChunkedBody)
    case untilEnd
    case done
  }

  /// Interim answers before one answer. Servers send one; a stream of them would never end.
  private static let interimResponsesMax = 8

  private let method: HTTPMethod
  private let isUpgrade: Bool
  private let limits: HTTPLimits
  private var state = State.head
  private var scanner = HTTPHeadScanner(.status)
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []
  private var interimResponsesCount = 0

  /// - Parameters:
  ///   - method: The method of the request, which decides whether there is a body.
  ///   - isUpgrade: Whether the request asks to change the protocol, so that 101 is the answer.
  ///   - limits: What the answer may cost.
  public init(to method: HTTPMethod, isUpgrade: Bool = false, limits: HTTPLimits = .response) {
    self.method = method
    self.isUpgrade = isUpgrade
    self.limits = limits
  }

  /// Takes bytes from an offset on, up to the end of the answer, and moves the offset.
  public mutating func parse(_ bytes: Span<UInt8>, from offset: inout Int) -> Outcome {
    while true {
      switch state {
      case .done:
        return .needsMoreBytes
      case .head:
        switch scanner.scan(bytes, from: &offset, limits: limits) {
        case .needsMoreBytes: return .needsMoreBytes
        case .failure(let failure): return fail(HTTPResponseFailure(failure, limits: limits))
        case .complete:
          if let failure = beginBody() { return fail(failure) }
        }
      case .length(let remaining):
        let count = min(remaining, bytes.count - offset)
        take(bytes, count, from: &offset)
        guard count == remaining else {
          state = .length(remaining - count)
          return .needsMoreBytes
        }
        return finish()
      case .untilEnd:
        take(bytes, min(limits.bodyBytesMax - body.count, bytes.count - offset), from: &offset)
        guard offset == bytes.count else {
          return fail(.bodyTooLarge(bytesMax: limits.bodyBytesMax))
        }
        return .needsMoreBytes
      case .chunked(var chunks):
        // The state must not hold a second reference while the body grows.
        state = .done
        switch chunks.scan(bytes, from: &offset, limits: limits) {
        case .needsMoreBytes:
          state = .chunked(chunks)
          return .needsMoreBytes
        case .failure(let failure): return fail(HTTPResponseFailure(failure, limits: limits))
        case .complete:
          body = chunks.data
          return finish()
        }
      }
    }
  }

  /// Takes the end of the connection.
  ///
  /// - Parameter inOrder: Whether the server has ended it so that nothing can be missing: with
  ///   close_notify where there is TLS (RFC 8446 section 6.1).
  public mutating func end(inOrder: Bool) -> Outcome {
    switch state {
    case .done: .needsMoreBytes
    case .head: fail(.truncatedHead(bytes: scanner.head.count))
    case .length(let remaining):
      fail(.truncatedBody(bytes: body.count, of: body.count + remaining))
    case .chunked(let chunks): fail(.truncatedBody(bytes: chunks.data.count, of: nil))
    case .untilEnd: inOrder ? finish() : fail(.truncatedBody(bytes: body.count, of: nil))
    }
  }

  private mutating func take(_ bytes: Span<UInt8>, _ count: Int, from offset: inout Int) {
    let piece = bytes.extracting(offset..<offset + count)
    piece.withUnsafeBufferPointer { body.append(contentsOf: $0) }
    offset += count
  }

  private mutating func fail(_ failure: HTTPResponseFailure) -> Outcome {
    state = .done
    return .failure(failure)
  }

  private mutating func beginBody() -> HTTPResponseFailure? {
    let head: HTTPResponseHead
    do throws(HTTPFailure) {
      head = try HTTPResponseHead(scanner, to: method, limits: limits)
    } catch {
      return HTTPResponseFailure(error, limits: limits)
    }
    if head.status < 200, head.status != 101 {
      interimResponsesCount += 1
      guard interimResponsesCount <= Self.interimResponsesMax else {
        return .malformed("The server sends interim answers without end.")
      }
      scanner = HTTPHeadScanner(.status)
      return nil
    }
    guard head.status != 101 || isUpgrade else {
      return .malformed("The server changes the protocol, though it was not asked to.")
    }
    self.head = head
    switch head.body {
    case .none: state = .length(0)
    case .length(let count):
      // What a server announces is not memory yet: it must send the bytes first.
      body.reserveCapacity(min(count, 64 * 1024))
      state = .length(count)
    case .chunked: state = .chunked(HTTPChunkedBody())
    case .untilEnd: state = .untilEnd
    }
    return nil
  }

  private mutating func finish() -> Outcome {
    state = .done
    guard let head else { return .needsMoreBytes }
    return .response(
      HTTPClientResponse(
        status: head.status, fields: HTTPFields(scanner), body: body, keepsAlive: head.keepsAlive))
  }
}
