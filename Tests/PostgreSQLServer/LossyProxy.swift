// A way to the server that loses what it is told to lose: the answer to a commit, or the question.

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Passes bytes between a client and a server, for as long as it is let.
public final class LossyProxy: Sendable {
  /// What becomes of the next bytes that a client sends.
  public enum Mode: Sendable {
    /// They arrive, and so does the answer.
    case passing
    /// They arrive; the answer does not, and the connection breaks.
    case losingAnswers
    /// They do not arrive, and the connection breaks.
    case losingQuestions
    /// Nothing arrives in either direction, and nothing breaks.
    case silent
  }

  /// Where it listens.
  public let port: UInt16
  private let target: UInt16
  private let mode = Mutex(Mode.passing)
  private let listener: Int32

  /// Listens on a free port, on behalf of a server on another one.
  public init(to target: UInt16) throws {
    self.target = target
    port = try freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard withAddress(port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
      throw ServerFailure(description: "The proxy cannot listen.")
    }
    let descriptor = listener
    startThread { [weak self] in
      while case let client = accept(descriptor, nil, nil), client >= 0 {
        guard let self else { return }
        startThread { self.serve(client) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Sets what becomes of the next bytes.
  public func set(_ mode: Mode) { self.mode.withLock { $0 = mode } }

  private func serve(_ client: Int32) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer {
      close(client)
      close(server)
    }
    guard withAddress(target, { connect(server, $0, $1) }) == 0 else { return }
    while true {
      var ends = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0),
        pollfd(fd: server, events: Int16(POLLIN), revents: 0),
      ]
      poll(&ends, 2, 20)
      let mode = mode.withLock { $0 }
      if mode == .silent { continue }
      if ends[0].revents != 0 {
        if mode == .losingQuestions { return }
        guard pass(client, server) else { return }
      }
      if ends[1].revents != 0 {
        if mode == .losingAnswers { return }
        guard pass(server, client) else { return }
      }
    }
  }

  private func pass(_ from: Int32, _ to: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(from, &buffer, buffer.count)
    guard count > 0 else { return false }
    var sent = 0
    while sent < count {
      let written = buffer.withUnsafeBytes { bytes in
        send(to, bytes.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
      }
      guard written > 0 else { return false }
      sent += written
    }
    return true
  }
}

private func withAddress(
  _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
  DispatchQueue(label: "proxy").async(execute: body)
}
