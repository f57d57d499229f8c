// One connection of the HTTP client: writes a request, reads its answer, one at a time.
// It does not choose requests; the pool does.
// The rule to keep: a request goes back to the pool only if the kernel took none of its bytes.
// Whatever happens after that is told to the caller as it is.

internal import Wire

@LoopActor final class HTTPClientConnection {
  private enum Phase {
    case idle
    case exchanging
    case closed
  }

  /// Reads in one turn; more input waits, so that a long answer does not hold the loop.
  private static let readsPerTurnMax = 16

  /// Not the loop's buffer: a server's handler may send a request while what it handles is still
  /// being read from there.
  private static let readBuffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 * 1024)

  private let socket: ClientSocket
  private let limits: HTTPClient.Limits
  /// Cleared at the end, so that nothing keeps anything.
  private var pool: HTTPClientPool?

  private var phase = Phase.idle
  private var exchange: HTTPClientExchange?
  private var parser = HTTPResponseParser(to: .get)
  private var writtenCount = 0
  private var hasAnswerBegun = false
  private var handedOverBefore: UInt64 = 0
  /// Whether it has carried a request before: then its server may have closed it meanwhile.
  private var isReused = false

  private var timer: Timer?
  private var deadlineNanoseconds: UInt64 = 0

  init(_ socket: ClientSocket, _ limits: HTTPClient.Limits, pool: HTTPClientPool) {
    self.socket = socket
    self.limits = limits
    self.pool = pool
    socket.onReady = { self.ready() }
  }

  // MARK: - What the pool asks for

  /// Whether what it carries is urgent.
  var isUrgent: Bool { exchange?.isUrgent ?? false }

  /// Whether the server can be taken to listen still. If not, the connection is closed.
  var isFit: Bool {
    guard phase == .idle else { return false }
    if !socket.isQuiet { read() }
    return phase == .idle
  }

  /// Waits for a request.
  func rest() {
    phase = .idle
    expire(afterMilliseconds: limits.idleMilliseconds)
  }

  /// Sends a request, in this turn as far as the socket takes it.
  func begin(_ exchange: HTTPClientExchange) {
    self.exchange = exchange
    parser = HTTPResponseParser(to: exchange.method, limits: limits.answer)
    writtenCount = 0
    hasAnswerBegun = false
    handedOverBefore = socket.bytesHandedOver
    phase = .exchanging
    write()
    if phase == .exchanging, !isWritten { expire(afterMilliseconds: limits.writeMilliseconds) }
  }

  private var isWritten: Bool { writtenCount == exchange?.bytes.count }

  /// Ends the connection, whatever it does.
  func close(because failure: TransportFailure) { fail(failure) }

  // MARK: - Bytes

  private func ready() {
    if !isWritten { write() }
    if phase != .closed { read() }
  }

  private func write() {
    guard let exchange else { return }
    while writtenCount < exchange.bytes.count {
      let result = exchange.bytes.withUnsafeBytes {
        socket.write(UnsafeRawBufferPointer(rebasing: $0[writtenCount...]))
      }
      switch result {
      case .bytes(let count): writtenCount += count
      case .wouldBlock: return
      case .failed(let failure): return fail(failure)
      }
    }
    if !hasAnswerBegun { expire(afterMilliseconds: limits.firstByteMilliseconds) }
  }

  private func read() {
    let buffer = Self.readBuffer
    for _ in 0..<Self.readsPerTurnMax {
      switch socket.read(into: buffer) {
      case .wouldBlock: return
      case .ended(let inOrder): return ended(inOrder: inOrder)
      case .failed(let failure): return fail(failure)
      case .bytes(let count): take(UnsafeBufferPointer(rebasing: buffer[..<count]).span)
      }
      guard phase == .exchanging else { return }
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: 0) {
      if self.phase != .closed { self.read() }
    }
  }

  private func take(_ bytes: Span<UInt8>) {
    guard exchange != nil, socket.bytesHandedOver != handedOverBefore else {
      return fail(
        TransportFailure(.connectionLost, "The server answered before it was asked anything."))
    }
    if !hasAnswerBegun {
      hasAnswerBegun = true
      expire(afterMilliseconds: limits.exchangeMilliseconds)
    }
    var offset = 0
    switch parser.parse(bytes, from: &offset) {
    case .needsMoreBytes: break
    case .failure(let failure): fail(TransportFailure(failure))
    case .response(let response):
      finish(response, isReusable: isWritten && response.keepsAlive && offset == bytes.count)
    }
  }

  private func ended(inOrder: Bool) {
    switch parser.end(inOrder: inOrder) {
    case .response(let response): finish(response, isReusable: false)
    case .failure(let failure): fail(TransportFailure(failure))
    // Between two exchanges.
    case .needsMoreBytes: shutDown(inOrder: true)
    }
  }

  // MARK: - Ends

  /// The connection is given back before the caller is told, who may have the next request.
  private func finish(_ response: HTTPClientResponse, isReusable: Bool) {
    let told = exchange
    exchange = nil
    // A look at what comes next: an end, or bytes that belong to no answer.
    if isReusable, case .wouldBlock = socket.read(into: Self.readBuffer) {
      isReused = true
      rest()
      pool?.becameFree(self)
    } else {
      shutDown(inOrder: true)
    }
    told?.succeed(response)
  }

  private func fail(_ failure: TransportFailure) {
    guard phase != .closed else { return }
    let told = exchange
    exchange = nil
    let isUntouched = socket.bytesHandedOver == handedOverBefore
    let pool = pool
    shutDown(inOrder: false)
    guard let told else { return }
    if isUntouched, isReused, failure.code == .connectionLost {
      pool?.start(told)
    } else {
      told.fail(failure, isUntouched ? .notSent : .uncertain)
    }
  }

  private func shutDown(inOrder: Bool) {
    phase = .closed
    timer?.cancel()
    timer = nil
    socket.close(inOrder: inOrder)
    pool?.ended(self)
    pool = nil
  }

  // MARK: - Deadlines

  /// Moves the deadline. A timer that is due earlier stays and looks again, so that a busy
  /// connection sets hardly any.
  private func expire(afterMilliseconds milliseconds: Int) {
    let now = EventLoop.shared.turnNanoseconds
    deadlineNanoseconds = min(
      now &+ UInt64(milliseconds) &* 1_000_000, exchange?.deadlineNanoseconds ?? .max)
    if let timer, timer.dueNanoseconds <= deadlineNanoseconds { return }
    setTimer(now)
  }

  private func setTimer(_ now: UInt64) {
    timer?.cancel()
    let nanoseconds = deadlineNanoseconds > now ? deadlineNanoseconds - now : 0
    timer = EventLoop.shared.schedule(afterMilliseconds: Int((nanoseconds + 999_999) / 1_000_000)) {
      self.timer = nil
      let now = EventLoop.shared.turnNanoseconds
      if now < self.deadlineNanoseconds { self.setTimer(now) } else { self.deadlinePassed(now) }
    }
  }

  private func deadlinePassed(_ now: UInt64) {
    let isExchange = exchange.map { $0.deadlineNanoseconds <= now } ?? false
    switch phase {
    case .closed: break
    case .idle: shutDown(inOrder: true)
    case .exchanging where !isExchange && !isWritten:
      fail(
        TransportFailure(
          .writeTimeout, "It did not take the request within \(limits.writeMilliseconds) ms."))
    case .exchanging where !isExchange && !hasAnswerBegun:
      fail(
        TransportFailure(
          .answerTimeout, "No answer began within \(limits.firstByteMilliseconds) ms."))
    case .exchanging:
      fail(TransportFailure(.exchangeTimeout, "The answer was not whole in time."))
    }
  }
}
