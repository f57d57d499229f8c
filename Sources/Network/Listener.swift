// A listening TCP socket that hands accepted descriptors to a closure.
// It does not know what is spoken on them.
// The rule to keep: accepted descriptors are non-blocking, close-on-exec and without Nagle's delay.

internal import CLinux
internal import Glibc

@LoopActor final class Listener: EventSource {
  /// Connections accepted in one turn; the rest waits for the next one, so that a flood of new
  /// connections does not starve the old ones.
  private static let acceptsPerTurnMax = 256

  /// How long to stop accepting when the process is out of descriptors.
  private static let pauseMilliseconds = 100

  /// The kernel caps it at `net.core.somaxconn`.
  private static let backlog: Int32 = 4_096

  let port: UInt16
  private let descriptor: Int32
  private let accepted: @LoopActor (Int32) -> Void
  private var isClosed = false
  private var isPaused = false

  init(
    host: String, port: UInt16, accepted: @escaping @LoopActor (Int32) -> Void
  ) throws(NetworkError) {
    let address = try SocketAddress(host: host, port: port)
    let descriptor = socket(
      address.family,
      Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("Cannot make a socket for \(host)") }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let isBound = address.withPointer { bind(descriptor, $0, $1) } == 0
    guard isBound, Glibc.listen(descriptor, Self.backlog) == 0 else {
      let error = NetworkError.system("Cannot listen on \(host) port \(port)")
      Glibc.close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.port = SocketAddress(boundTo: descriptor).port
    self.accepted = accepted
    EventLoop.shared.poller.add(descriptor, self, events: Poller.readable)
  }

  func ready(_ events: UInt32) {
    for _ in 0..<Self.acceptsPerTurnMax {
      guard !isClosed, !isPaused else { return }
      let connection = accept4(
        descriptor, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
      if connection >= 0 {
        var yes: Int32 = 1
        setsockopt(
          connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        accepted(connection)
        continue
      }
      switch errno {
      case EAGAIN: return
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: pause()
      // The others belong to one connection that is gone already (accept(2)).
      default: continue
      }
    }
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    if !isPaused { EventLoop.shared.poller.remove(descriptor) }
    Glibc.close(descriptor)
  }

  /// Without this, a listener that cannot accept would stay ready and spin the loop.
  private func pause() {
    isPaused = true
    EventLoop.shared.poller.remove(descriptor)
    _ = EventLoop.shared.schedule(afterMilliseconds: Self.pauseMilliseconds) {
      guard !self.isClosed else { return }
      self.isPaused = false
      EventLoop.shared.poller.add(self.descriptor, self, events: Poller.readable)
    }
  }
}
