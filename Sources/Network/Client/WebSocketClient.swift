// A WebSocket to a server (RFC 6455): handshake, messages both ways, pings, a close in order.
// It does not connect again; who reads it knows what was missed and does.
// The rule to keep: `closed` is told once and last, and says why; after it nothing of this comes.

internal import Crypto
public import Wire

/// A connection over which both sides send messages. Belongs to the loop.
@LoopActor public final class WebSocketClient {
  /// What happens to a connection.
  public enum Event: Sendable {
    /// The handshake is done: messages may be sent.
    case opened
    /// A whole message; text is valid UTF-8.
    case message([UInt8], isText: Bool)
    /// All that was sent has been taken by the kernel, so there is room again.
    case drained
    /// The connection is over.
    case closed(Ending)
  }

  /// How a connection ended.
  public enum Ending: Equatable, Sendable {
    /// The server closed it, or agreed to our close, with its code if it told one.
    case byServer(WebSocketCloseCode?, reason: String)
    /// It broke or never came about.
    case failed(TransportError)
  }

  private enum State {
    case connecting
    case upgrading
    case open
    /// Our close is sent and the server's has not come.
    case closing
    case closed
  }

  /// Reads in one turn; more input waits, so that one stream does not hold the loop.
  private static let readsPerTurnMax = 16

  private let origin: HTTPOrigin
  private let limits: Limits
  private let upgrade = WebSocketUpgrade()
  private var handler: (@LoopActor (WebSocketClient, Event) -> Void)?
  private var state = State.connecting
  private var dial: Dial?
  private var socket: ClientSocket?
  private var parser = HTTPResponseParser(to: .get, isUpgrade: true)
  private var decoder: WebSocketDecoder
  private var output: [UInt8] = []
  private var writtenCount = 0
  private var timer: Timer?
  private var hasHeardPeer = false
  private var owesPong = false

  init(
    _ origin: HTTPOrigin, _ limits: Limits,
    handler: @escaping @LoopActor (WebSocketClient, Event) -> Void
  ) {
    self.origin = origin
    self.limits = limits
    self.handler = handler
    decoder = WebSocketDecoder(from: .server, messageBytesMax: limits.messageBytesMax)
  }

  func open(
    _ target: String, headers: [(name: String, value: String)], _ dialer: Dialer
  ) {
    do throws(HTTPClientRequest.Fault) {
      output = try upgrade.request(origin, target, headers: headers).encoded()
    } catch {
      let failure = TransportFailure(.invalidRequest, error.description)
      // Not before the caller has the connection that it is about.
      return EventLoop.shared.post { self.fail(failure) }
    }
    let dial = Dial(origin, dialer) { _, result in
      self.dial = nil
      switch result {
      case .failure(let failure): self.fail(failure)
      case .success(let socket): self.connected(socket)
      }
    }
    self.dial = dial
    dial.start()
  }

  // MARK: - What its user asks for

  /// Whether `send` takes a message: the connection is open and what the kernel refused to take is
  /// below its limit.
  public var takesMore: Bool {
    state == .open && output.count - writtenCount < limits.unsentBytesMax
  }

  /// Sends a message, in this turn as far as the socket takes it.
  ///
  /// - Returns: Whether it was taken. If not, not one byte of it will be sent. If so, and the
  ///   connection ends without an answer to it, it may have arrived.
  public func send(_ message: [UInt8], isText: Bool = true) -> Bool {
    guard takesMore else { return false }
    append(isText ? .text : .binary, message)
    write()
    return true
  }

  /// Begins to close in order; the server's close, or a deadline, ends the connection.
  public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
    switch state {
    case .connecting, .upgrading: end(.byServer(nil, reason: ""), inOrder: true)
    case .open: beginClose(code, reason)
    case .closing, .closed: break
    }
  }

  // MARK: - Bytes

  private func connected(_ socket: ClientSocket) {
    self.socket = socket
    state = .upgrading
    socket.onReady = { self.ready() }
    setTimer(limits.handshakeMilliseconds) {
      let sentence = "No WebSocket handshake within \(self.limits.handshakeMilliseconds) ms."
      self.fail(TransportFailure(.answerTimeout, sentence))
    }
    write()
  }

  private func ready() {
    if writtenCount < output.count {
      write()
      if output.isEmpty, state == .open { handler?(self, .drained) }
    }
    read()
  }

  private func append(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
    WebSocketEncoder.append(opcode, payload, mask: SecureRandom.bytes(4), to: &output)
  }

  private func write() {
    while let socket, writtenCount < output.count {
      switch output.withUnsafeBytes({
        socket.write(UnsafeRawBufferPointer(rebasing: $0[writtenCount...]))
      }) {
      case .bytes(let count): writtenCount += count
      case .wouldBlock: return
      case .failed(let failure): return fail(failure)
      }
    }
    output.removeAll(keepingCapacity: true)
    writtenCount = 0
  }

  private func read() {
    let buffer = EventLoop.shared.readBuffer
    for _ in 0..<Self.readsPerTurnMax {
      guard let socket else { return }
      switch socket.read(into: buffer) {
      case .wouldBlock: return
      case .failed(let failure): return fail(failure)
      case .ended(let inOrder): return ended(inOrder: inOrder)
      case .bytes(let count):
        hasHeardPeer = true
        if owesPong { watch() }
        take(UnsafeBufferPointer(rebasing: buffer[..<count]).span)
      }
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: 0) { self.read() }
  }

  private func ended(inOrder: Bool) {
    // A refusal of the handshake may have a body that lasts until here.
    if state == .upgrading, case .response(let answer) = parser.end(inOrder: inOrder),
      let failure = upgrade.failure(of: answer)
    {
      return fail(failure)
    }
    fail(TransportFailure(.connectionLost, "The server ended the connection without a close."))
  }

  private func take(_ bytes: Span<UInt8>) {
    var offset = 0
    if state == .upgrading {
      switch parser.parse(bytes, from: &offset) {
      case .needsMoreBytes: return
      case .failure(let failure): return fail(TransportFailure(failure))
      case .response(let answer):
        if let failure = upgrade.failure(of: answer) { return fail(failure) }
        state = .open
        watch()
        handler?(self, .opened)
      }
    }
    while offset < bytes.count, state == .open || state == .closing {
      take(decoder.parse(bytes, from: &offset))
    }
  }

  private func take(_ step: WebSocketDecoder.Step) {
    switch step {
    case .needsMoreBytes, .pong: break
    case .message(let message, let isText):
      if state == .open { handler?(self, .message(message, isText: isText)) }
    case .ping(let content):
      // A server that does not read gets no more pongs than fit.
      guard takesMore else { return }
      append(.pong, content)
      write()
    case .close(let code, let reason):
      if state == .open {
        append(.close, code.map { WebSocketEncoder.closePayload($0, reason: "") } ?? [])
        write()
      }
      end(.byServer(code, reason: reason), inOrder: true)
    case .failure(let failure):
      append(.close, WebSocketEncoder.closePayload(failure.closeCode, reason: "\(failure)"))
      write()
      let code: TransportError.Code =
        failure == .messageTooBig ? .answerTooLarge : .answerMalformed
      fail(TransportFailure(code, "The server breaks the WebSocket protocol: \(failure)."))
    }
  }

  // MARK: - Time

  private func setTimer(_ milliseconds: Int, _ body: @escaping @LoopActor () -> Void) {
    timer?.cancel()
    timer = EventLoop.shared.schedule(afterMilliseconds: milliseconds, body)
  }

  /// Looks from time to time whether the peer was heard, and asks it if not.
  private func watch() {
    hasHeardPeer = false
    owesPong = false
    setTimer(limits.pingMilliseconds) { self.lookAtPeer() }
  }

  private func lookAtPeer() {
    guard !hasHeardPeer else { return watch() }
    guard !owesPong else {
      return fail(
        TransportFailure(
          .answerTimeout, "Nothing was heard for \(limits.pongMilliseconds) ms after a ping."))
    }
    owesPong = true
    append(.ping, [])
    write()
    if state == .open { setTimer(limits.pongMilliseconds) { self.lookAtPeer() } }
  }

  // MARK: - End

  private func beginClose(_ code: WebSocketCloseCode, _ reason: String) {
    state = .closing
    setTimer(limits.closeMilliseconds) { self.end(.byServer(nil, reason: ""), inOrder: true) }
    append(.close, WebSocketEncoder.closePayload(code, reason: reason))
    write()
  }

  private func fail(_ failure: TransportFailure) {
    let delivery: TransportError.Delivery =
      state == .connecting || state == .upgrading ? .notSent : .uncertain
    end(.failed(TransportError(failure, origin, delivery)), inOrder: false)
  }

  private func end(_ ending: Ending, inOrder: Bool) {
    guard state != .closed else { return }
    state = .closed
    timer?.cancel()
    timer = nil
    dial?.cancel()
    dial = nil
    socket?.close(inOrder: inOrder)
    socket = nil
    output = []
    writtenCount = 0
    let told = handler
    handler = nil
    told?(self, .closed(ending))
  }
}
