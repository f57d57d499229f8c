// A TCP socket that we have opened, in clear or encrypted: one way to read, write and end it.
// It keeps no bytes and has no deadlines; its owner does.
// The rule to keep: it reports once that there is input or room; who is told reads and writes until
// the socket says `wouldBlock`.

internal import CLinux
internal import Glibc
internal import Wire

@LoopActor final class ClientSocket: EventSource {
  enum Reading {
    case bytes(Int)
    case wouldBlock
    /// The server ends its side; in order if nothing can be missing.
    case ended(inOrder: Bool)
    case failed(TransportFailure)
  }

  enum Writing {
    case bytes(Int)
    case wouldBlock
    case failed(TransportFailure)
  }

  private let descriptor: Int32
  private var tls: TLSStream?
  private var plainBytesHandedOver: UInt64 = 0
  private var isClosed = false
  /// Whom to tell that the socket may have input or room.
  var onReady: (@LoopActor () -> Void)?

  /// Begins to connect; `onReady` is called when that has ended one way or the other.
  init(connectingTo address: SocketAddress) throws(TransportFailure) {
    let flags = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    descriptor = socket(address.family, Int32(flags), 0)
    guard descriptor >= 0 else { throw .connect(errno) }
    var yes: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    let result = address.withPointer { connect(descriptor, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else {
      let code = errno
      Glibc.close(descriptor)
      throw .connect(code)
    }
    EventLoop.shared.poller.add(
      descriptor, self,
      events: Poller.readable | Poller.writable | Poller.peerClosed | Poller.edge)
  }

  /// Why connecting failed; nil if it did not. To be asked once `onReady` was called.
  var connectFailure: TransportFailure? {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    return code == 0 ? nil : .connect(code)
  }

  func ready(_ events: UInt32) { onReady?() }

  /// Bytes that were handed to the kernel so far. If it has not changed, nothing has left.
  var bytesHandedOver: UInt64 { tls?.bytesHandedOver ?? plainBytesHandedOver }

  /// Begins to encrypt. Nothing may be read or written before `handshake` is done.
  func startTLS(_ context: TLSContext, for origin: HTTPOrigin) throws(TransportFailure) {
    tls = try TLSStream(context, origin, descriptor: descriptor)
  }

  /// Goes on with the handshake.
  func handshake() -> TLSStream.Step { tls?.handshake() ?? .done }

  /// Whether an idle connection has nothing to read, not even its end. One call of the kernel: what
  /// it sees late is what no client can see.
  var isQuiet: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) < 0 && errno == EAGAIN
  }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Reading {
    if let tls { return tls.read(into: buffer) }
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended(inOrder: true) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .wouldBlock
      default: return .failed(.broken(errno))
      }
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Writing {
    if let tls { return tls.write(bytes) }
    while true {
      let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 {
        plainBytesHandedOver += UInt64(count)
        return .bytes(count)
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .wouldBlock
      default: return .failed(.broken(errno))
      }
    }
  }

  /// Ends the connection. In order, the server is told first that nothing more comes.
  func close(inOrder: Bool) {
    guard !isClosed else { return }
    isClosed = true
    onReady = nil
    plainBytesHandedOver = bytesHandedOver
    tls?.close(inOrder: inOrder)
    tls = nil
    EventLoop.shared.poller.remove(descriptor)
    Glibc.close(descriptor)
  }
}

extension TransportFailure {
  fileprivate static func connect(_ code: Int32) -> TransportFailure {
    TransportFailure(
      .connectFailed, "It takes no connections: \(NetworkError.reason(code)).")
  }

  fileprivate static func broken(_ code: Int32) -> TransportFailure {
    TransportFailure(.connectionLost, "The connection broke: \(NetworkError.reason(code)).")
  }
}
