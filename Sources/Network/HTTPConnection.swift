// One connection of the HTTP server: reads, feeds the parser, keeps answers in order, ends.
// It does not parse or encode, and it has no timer of its own; the server sweeps its deadline.
// The rule to keep: after the first failure or `Connection: close` nothing more is parsed, because
// what follows could be another request or the rest of this one.

internal import CLinux
internal import Glibc
internal import Wire

@LoopActor final class HTTPConnection: EventSource {
  enum Phase {
    case idle
    case head
    case body
    case handling
    case writing
    case streaming
    case lingering
    case closed
  }

  /// Reads of one connection in one turn; more input waits, so that one sender does not hold the
  /// loop.
  static let readsPerTurnMax = 4

  nonisolated let slot: Int
  nonisolated let isRefused: Bool
  let server: HTTPServer
  let descriptor: Int32

  var phase = Phase.idle
  var parser: HTTPRequestParser
  /// Input that came after more requests than may wait for answers.
  private var unread: [UInt8] = []
  /// Whether the socket may have input: it reports new input once only.
  private var hasInput = false
  private var peerHasClosed = false
  private var inputHasEnded = false
  private var isResuming = false
  /// Nothing more is parsed; what comes is dropped.
  private(set) var stopsReading = false
  /// The stream that the connection carries from its head on.
  var stream: HTTPStream?

  var output: [UInt8] = []
  var outputOffset = 0
  private var isDirty = false
  private var closesAfterFlush = false
  private var owesContinue = false

  private var nextSequence = 0
  private var nextAnswer = 0
  /// Answers that came before those of earlier requests; few, so a list will do.
  private var earlyAnswers: [HTTPAnswer] = []
  private var earlyBytes = 0
  /// What the server counts as this connection's share of the answers that wait.
  private var countedBytes = 0
  /// The last request whose answer may be long; before it is there, no other request begins.
  private var longAnswer = -1

  var phaseSequence = 0
  var bodyDeadline: UInt64 = 0
  var bodyBytesAtMark = 0

  init(server: HTTPServer, descriptor: Int32, slot: Int, isRefused: Bool) {
    self.server = server
    self.descriptor = descriptor
    self.slot = slot
    self.isRefused = isRefused
    parser = HTTPRequestParser(limits: server.limits.request)
  }

  /// Where the connection comes from; nil once it is closed.
  var peerAddress: IPAddress? {
    phase == .closed ? nil : SocketAddress(connectedTo: descriptor)?.address
  }

  /// Requests whose answers are not encoded yet.
  private var waitingCount: Int { nextSequence - nextAnswer }

  /// The requests begun so far; a phase of another request is another phase.
  var requestsCount: Int { nextSequence }

  var hasOutput: Bool { outputOffset < output.count }

  var isWaitingForAnswers: Bool { nextSequence > nextAnswer }

  private var mayParse: Bool {
    !stopsReading && phase != .closed && waitingCount < server.limits.pipelinedRequestsMax
      && output.count - outputOffset < server.limits.outputBytesMax && nextAnswer > longAnswer
      && (server.hasRoom || parser.phase != .idle || !isWaitingForAnswers && !hasOutput)
  }

  func begin() {
    EventLoop.shared.poller.add(
      descriptor, self,
      events: Poller.readable | Poller.writable | Poller.peerClosed | Poller.edge)
    if isRefused {
      var response = HTTPFailure.tooManyConnections.response
      response.headers.append(
        (name: "Retry-After", value: String(server.limits.retryAfterSeconds)))
      refuse(response)
    }
    refreshDeadline()
  }

  func ready(_ events: UInt32) {
    if phase == .lingering { return discardInput() }
    if events & Poller.broken != 0 { return close() }
    if events & Poller.peerClosed != 0 { peerHasClosed = true }
    if stream != nil {
      readStream()
      if hasOutput, events & Poller.writable != 0 { flushLater() }
      return server.flushIfMany()
    }
    if events & (Poller.readable | Poller.peerClosed) != 0 {
      hasInput = true
      readInput()
    }
    if hasOutput, events & Poller.writable != 0 { flushLater() }
    server.flushIfMany()
  }

  // MARK: - Input

  private func readInput() {
    var readsCount = 0
    while hasInput, mayParse, unread.isEmpty {
      guard readsCount < Self.readsPerTurnMax else {
        resumeNextTurn()
        break
      }
      readsCount += 1
      let buffer = EventLoop.shared.readBuffer
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 {
        // A short read took all there was; only the end of the input can still be there.
        if count < buffer.count, !peerHasClosed { hasInput = false }
        process(UnsafeBufferPointer(rebasing: buffer[..<count]).span)
      } else if count == 0 {
        hasInput = false
        endInput()
      } else if errno != EINTR {
        hasInput = false
        if errno != EAGAIN { return close() }
      }
    }
    // What is dirty is flushed in this turn, and finds its deadline there.
    if !isDirty { refreshDeadline() }
  }

  private func process(_ bytes: Span<UInt8>) {
    var offset = 0
    while offset < bytes.count, !stopsReading {
      guard mayParse else {
        bytes.extracting(offset..<bytes.count).withUnsafeBufferPointer {
          unread.append(contentsOf: $0)
        }
        return
      }
      switch parser.parse(bytes, from: &offset) {
      case .needsMoreBytes: break
      case .request(let request): handle(request)
      case .failure(let failure): fail(failure)
      }
    }
    if parser.takeContinueWish() {
      owesContinue = true
      payContinue()
    }
  }

  private func handle(_ request: HTTPRequest) {
    owesContinue = false
    if !request.keepsAlive { stopsReading = true }
    let exchange = HTTPExchange(self, request, sequence: nextSequence)
    nextSequence += 1
    server.handler(request, HTTPResponder(exchange: exchange))
  }

  private func endInput() {
    inputHasEnded = true
    switch parser.phase {
    case .head, .body: fail(.incomplete)
    case .idle, .failed:
      stopsReading = true
      if !isWaitingForAnswers, !hasOutput { close() }
    }
  }

  /// In the next turn and not at once, so that one sender does not hold the loop. Without a pending
  /// answer nothing else would come back to this input: the socket reports it once only.
  private func resumeNextTurn() {
    guard !isResuming, mayParse else { return }
    isResuming = true
    _ = EventLoop.shared.schedule(afterMilliseconds: 0) { self.resume() }
  }

  /// Goes on with input that was left.
  private func resume() {
    isResuming = false
    guard mayParse, phase != .lingering else { return }
    if !unread.isEmpty {
      let bytes = unread
      unread = []
      process(bytes.span)
    }
    readInput()
  }

  // MARK: - Answers

  /// Answers what is not a request, in its turn, and parses nothing more.
  func fail(_ failure: HTTPFailure) {
    guard !stopsReading else { return }
    server.countParseError(failure)
    refuse(failure.response)
  }

  private func refuse(_ response: HTTPResponse) {
    stopsReading = true
    let exchange = HTTPExchange(
      refusedBy: self, isHead: parser.isHeadMethod, sequence: nextSequence)
    nextSequence += 1
    exchange.answer(response)
  }

  /// Begins no other request before this answer is there. What follows it is then up to how much
  /// of it the client takes.
  func expectLongAnswer(_ sequence: Int) { longAnswer = max(longAnswer, sequence) }

  func answer(_ answer: HTTPAnswer) {
    guard phase != .closed, phase != .lingering, stream == nil else {
      return answer.stream?.closed() ?? ()
    }
    guard answer.sequence == nextAnswer else {
      earlyAnswers.append(answer)
      earlyBytes += answer.response.body.count
      countAnswerBytes()
      return
    }
    encode(answer)
    while stream == nil, !earlyAnswers.isEmpty,
      let index = earlyAnswers.firstIndex(where: { $0.sequence == nextAnswer })
    {
      let early = earlyAnswers.remove(at: index)
      earlyBytes -= early.response.body.count
      encode(early)
    }
    countAnswerBytes()
    payContinue()
    flushLater()
  }

  private func encode(_ answer: HTTPAnswer) {
    nextAnswer += 1
    if let stream = answer.stream { return begin(stream, answer) }
    // While the server stops, the last answer that is owed ends the connection.
    let closes = !answer.keepsAlive || server.isStopping && !isWaitingForAnswers
    if closes { closeAfterFlush() }
    server.encoder.encode(
      answer.response, into: &output, isHead: answer.isHead,
      connection: closes ? .close : answer.isVersion10 ? .keepAlive : .none,
      epochSeconds: EventLoop.shared.wallClockMicroseconds / 1_000_000)
  }

  /// All of an answer counts until it is all sent, as it is in memory for so long. A stream has a
  /// bound of its own.
  func countAnswerBytes() {
    let bytes = stream == nil ? output.count + earlyBytes : 0
    server.answerBytes += bytes - countedBytes
    countedBytes = bytes
  }

  /// The interim answer must not overtake the answers of earlier requests.
  private func payContinue() {
    guard owesContinue, !isWaitingForAnswers, !stopsReading else { return }
    owesContinue = false
    HTTPResponseEncoder.encodeContinue(into: &output)
    flushLater()
  }

  /// Parses nothing more.
  func stopReading() {
    stopsReading = true
    unread = []
  }

  func closeAfterFlush() {
    closesAfterFlush = true
    stopsReading = true
  }

  func flushLater() {
    guard !isDirty else { return }
    isDirty = true
    server.flushLater(self)
  }

  /// Sends what is there; called at the end of a turn.
  func flush() {
    isDirty = false
    guard phase != .closed, phase != .lingering, send() else { return }
    if !hasOutput {
      if closesAfterFlush { return inputHasEnded ? close() : linger() }
      if inputHasEnded, !isWaitingForAnswers { return close() }
    }
    if hasInput || !unread.isEmpty { resumeNextTurn() }
    refreshDeadline()
    if server.isStopping { closeIfIdle() }
    if !hasOutput { stream?.drained() }
  }

  // MARK: - End

  /// Ends the sending side and drops input until the peer ends its own.
  private func linger() {
    shutdown(descriptor, Int32(SHUT_WR))
    unread = []
    output = []
    countAnswerBytes()
    setPhase(.lingering)
    discardInput()
  }

  private func discardInput() {
    let buffer = EventLoop.shared.readBuffer
    for _ in 0..<Self.readsPerTurnMax {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return close() }
      if count < 0 { return }
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: 0) {
      if self.phase == .lingering { self.discardInput() }
    }
  }

  /// Closes a connection that owes nothing, after a last look for a request that is there already.
  func closeIfIdle() {
    guard phase == .idle, !isDirty, !isResuming else { return }
    hasInput = true
    readInput()
    if phase == .idle, !isDirty, !isResuming { close() }
  }

  func close() {
    guard phase != .closed else { return }
    phase = .closed
    EventLoop.shared.poller.remove(descriptor)
    Glibc.close(descriptor)
    // A request that still waits for its answer keeps this object, but no bytes.
    (unread, output, earlyAnswers, earlyBytes) = ([], [], [], 0)
    countAnswerBytes()
    server.didClose(self)
    stream?.closed()
    for answer in earlyAnswers { answer.stream?.closed() }
  }
}
