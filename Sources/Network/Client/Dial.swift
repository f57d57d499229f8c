// One connection to a server, from its name to the end of the TLS handshake, within one deadline.
// It sends no request; whoever gets the socket does.
// The rule to keep: whatever goes wrong here, not one byte of a request has left.

internal import Wire

/// What all connections of a client are made with.
@LoopActor struct Dialer {
  let resolver: Resolver
  let tls: TLSContext
  let proxy: HTTPProxy?
  let connectMilliseconds: Int
}

@LoopActor final class Dial {
  private enum Stage: String {
    case resolving = "looking up the name"
    case connecting = "waiting for the connection"
    case tunneling = "waiting for the proxy"
    case handshaking = "agreeing on TLS"
    case ended
  }

  /// Answers of proxies are short pages.
  private static let proxyAnswerLimits: HTTPLimits = {
    var limits = HTTPLimits.response
    limits.bodyBytesMax = 64 * 1024
    return limits
  }()

  private let origin: HTTPOrigin
  private let dialer: Dialer
  private let proxy: HTTPProxy?
  private var completion: (@LoopActor (Dial, Result<ClientSocket, TransportFailure>) -> Void)?
  private var stage = Stage.resolving
  private var timer: Timer?
  private var connecting: HappyEyeballs?
  private var socket: ClientSocket?
  private var tunnelParser = HTTPResponseParser(to: .connect, limits: proxyAnswerLimits)
  private var tunnelRequest: ArraySlice<UInt8> = []

  /// - Parameter completion: Called once, never before `start` returns, unless `cancel` is.
  init(
    _ origin: HTTPOrigin, _ dialer: Dialer,
    completion: @escaping @LoopActor (Dial, Result<ClientSocket, TransportFailure>) -> Void
  ) {
    self.origin = origin
    self.dialer = dialer
    self.completion = completion
    proxy = dialer.proxy.flatMap { $0.serves(origin) ? $0 : nil }
  }

  func start() {
    timer = EventLoop.shared.schedule(afterMilliseconds: dialer.connectMilliseconds) {
      self.fail(
        TransportFailure(
          .connectTimeout,
          "No connection within \(self.dialer.connectMilliseconds) ms, while "
            + "\(self.stage.rawValue)."))
    }
    EventLoop.shared.post { self.resolve() }
  }

  func cancel() {
    completion = nil
    end()
  }

  // MARK: - Stages

  private func resolve() {
    guard stage != .ended else { return }
    let peer = proxy?.origin ?? origin
    dialer.resolver.resolve(peer.host) { result in
      guard self.stage == .resolving else { return }
      switch result {
      case .failure(let failure): self.fail(failure)
      case .success(let addresses):
        self.connect(
          addresses.map { address in
            var address = address
            address.port = peer.port
            return address
          })
      }
    }
  }

  private func connect(_ addresses: [SocketAddress]) {
    stage = .connecting
    let connecting = HappyEyeballs(addresses) { result in
      self.connecting = nil
      switch result {
      case .failure(let failure): self.fail(failure)
      case .success(let socket): self.connected(socket)
      }
    }
    self.connecting = connecting
    connecting.tryNext()
  }

  private func connected(_ socket: ClientSocket) {
    self.socket = socket
    socket.onReady = { self.proceed() }
    if let proxy {
      stage = .tunneling
      tunnelRequest = proxy.connectRequest(to: origin)[...]
      proceed()
    } else {
      encrypt()
    }
  }

  private func encrypt() {
    guard origin.isSecure, let socket else { return finish() }
    stage = .handshaking
    do throws(TransportFailure) {
      try socket.startTLS(dialer.tls, for: origin)
    } catch {
      return fail(error)
    }
    proceed()
  }

  /// Goes on with what waited for the socket.
  private func proceed() {
    guard let socket else { return }
    if stage == .tunneling { tunnel(socket) }
    guard stage == .handshaking else { return }
    switch socket.handshake() {
    case .wouldBlock: break
    case .done: finish()
    case .failed(let failure): fail(failure)
    }
  }

  // MARK: - Tunnel

  private func tunnel(_ socket: ClientSocket) {
    while !tunnelRequest.isEmpty {
      switch tunnelRequest.withUnsafeBytes({ socket.write($0) }) {
      case .bytes(let count): tunnelRequest.removeFirst(count)
      case .wouldBlock: return
      case .failed(let failure): return fail(failure)
      }
    }
    // Byte by byte: what follows the answer is the server's, and not for this parser. A proxy's
    // answer is short, and a tunnel is opened once for many requests.
    let buffer = UnsafeMutableBufferPointer(rebasing: EventLoop.shared.readBuffer[..<1])
    while stage == .tunneling {
      var offset = 0
      switch socket.read(into: buffer) {
      case .bytes(let count):
        let bytes = UnsafeBufferPointer(rebasing: buffer[..<count]).span
        answered(tunnelParser.parse(bytes, from: &offset))
      case .wouldBlock: return
      case .ended(let inOrder): answered(tunnelParser.end(inOrder: inOrder))
      case .failed(let failure): fail(failure)
      }
    }
  }

  private func answered(_ outcome: HTTPResponseParser.Outcome) {
    switch outcome {
    case .needsMoreBytes: break
    case .failure(let failure):
      fail(TransportFailure(.proxyRefused, "The proxy gives no answer. \(failure.sentence)"))
    case .response(let response):
      switch response.status {
      case 200..<300: encrypt()
      case 407:
        fail(
          TransportFailure(
            .proxyRefused,
            "The proxy wants a name and a password (407): write them into HTTPS_PROXY as "
              + "http://USER:PASSWORD@HOST:PORT."))
      default:
        fail(
          TransportFailure(
            .proxyRefused, "The proxy opens no connection: status \(response.status)."))
      }
    }
  }

  // MARK: - End

  private func finish() {
    guard let socket else { return }
    socket.onReady = nil
    self.socket = nil
    report(.success(socket))
  }

  private func fail(_ failure: TransportFailure) { report(.failure(failure)) }

  private func report(_ result: Result<ClientSocket, TransportFailure>) {
    end()
    let completion = completion
    self.completion = nil
    completion?(self, result)
  }

  private func end() {
    stage = .ended
    timer?.cancel()
    timer = nil
    connecting?.cancel()
    connecting = nil
    socket?.close(inOrder: false)
    socket = nil
  }
}
