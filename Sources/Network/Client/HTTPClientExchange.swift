// One request on its way to its answer: the bytes, the deadline, and whom to tell.
// It does not know connections.
// The rule to keep: it is told once. Who waits for a request must learn of its end, and learn it
// once.

internal import Wire

@LoopActor final class HTTPClientExchange {
  let origin: HTTPOrigin
  let method: HTTPMethod
  let bytes: [UInt8]
  let isUrgent: Bool
  let deadlineNanoseconds: UInt64
  /// Runs while the request waits for a connection.
  var waitTimer: Timer?
  private var completion: (@LoopActor (Result<HTTPClientResponse, TransportError>) -> Void)?

  init(
    _ request: HTTPClientRequest, bytes: [UInt8], isUrgent: Bool, deadlineNanoseconds: UInt64,
    completion: @escaping @LoopActor (Result<HTTPClientResponse, TransportError>) -> Void
  ) {
    origin = request.origin
    method = request.method
    self.bytes = bytes
    self.isUrgent = isUrgent
    self.deadlineNanoseconds = deadlineNanoseconds
    self.completion = completion
  }

  func succeed(_ response: HTTPClientResponse) { finish(.success(response)) }

  func fail(_ failure: TransportFailure, _ delivery: TransportError.Delivery) {
    finish(.failure(TransportError(failure, origin, delivery)))
  }

  private func finish(_ result: Result<HTTPClientResponse, TransportError>) {
    waitTimer?.cancel()
    waitTimer = nil
    let told = completion
    completion = nil
    told?(result)
  }
}
