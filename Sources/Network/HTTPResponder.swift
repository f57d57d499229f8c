// The right to answer one request, once.
// It does not know the request; the connection keeps the order of answers.
// The rule to keep: whoever drops it without answering has the client told so, with 500.

public import Wire

/// Answers one request, once, now or later, from the loop.
@LoopActor public struct HTTPResponder {
  let exchange: HTTPExchange

  /// Says that the answer may be long: the connection begins no other request before it is there.
  /// For a handler that answers later, before it returns.
  public func expectLongAnswer() { exchange.expectLongAnswer() }

  /// Whether all clients together leave so little waiting that a long answer may be made. Without
  /// room a short one says so.
  public var hasRoom: Bool { exchange.hasRoom }

  /// The address that the request's connection comes from; nil once it is answered or gone.
  public var peerAddress: IPAddress? { exchange.peerAddress }

  /// Answers. A second answer traps in debug builds and is ignored in others.
  public func respond(_ response: HTTPResponse) {
    exchange.answer(response)
  }

  /// Answers with a stream, or changes the protocol if the status is 101.
  ///
  /// - Parameters:
  ///   - head: Status, content type and headers; its body is not looked at.
  ///   - handler: Called with all that happens to the stream, on the loop.
  public func stream(
    _ head: HTTPResponse, handler: @escaping @LoopActor (HTTPStream, HTTPStream.Event) -> Void
  ) {
    exchange.answer(head, stream: HTTPStream(head: head, handler: handler))
  }
}

/// One request that waits for its answer.
@LoopActor final class HTTPExchange {
  /// The place of the answer among those of the connection.
  nonisolated let sequence: Int
  nonisolated let isHead: Bool
  nonisolated let keepsAlive: Bool
  nonisolated let isVersion10: Bool

  /// Nil once answered. A reference of its own: `deinit` may run on any thread.
  private var connection: HTTPConnection?

  init(_ connection: HTTPConnection, _ request: HTTPRequest, sequence: Int) {
    self.connection = connection
    self.sequence = sequence
    isHead = request.method == .head
    keepsAlive = request.keepsAlive
    isVersion10 = request.isVersion10
  }

  /// For the answer to what is not a request: the connection ends with it.
  init(refusedBy connection: HTTPConnection, isHead: Bool, sequence: Int) {
    self.connection = connection
    self.sequence = sequence
    self.isHead = isHead
    keepsAlive = false
    isVersion10 = false
  }

  func expectLongAnswer() { connection?.expectLongAnswer(sequence) }

  /// True once answered: nothing more will come of it.
  var hasRoom: Bool { connection?.server.hasRoom ?? true }

  var peerAddress: IPAddress? { connection?.peerAddress }

  func answer(_ response: HTTPResponse, stream: HTTPStream? = nil) {
    assert(connection != nil, "A request must be answered once.")
    guard let connection else { return }
    self.connection = nil
    connection.answer(
      HTTPAnswer(
        response: response, sequence: sequence, isHead: isHead, keepsAlive: keepsAlive,
        isVersion10: isVersion10, stream: stream))
  }

  deinit {
    guard let connection else { return }
    let answer = HTTPAnswer(
      response: HTTPFailure.unanswered.response, sequence: sequence, isHead: isHead,
      keepsAlive: keepsAlive, isVersion10: isVersion10)
    EventLoop.shared.post { connection.answer(answer) }
  }
}

/// An answer with what its encoding depends on.
struct HTTPAnswer: Sendable {
  var response: HTTPResponse
  var sequence: Int
  var isHead: Bool
  var keepsAlive: Bool
  var isVersion10: Bool
  /// What follows the head, if the answer is a stream.
  var stream: HTTPStream?
}
