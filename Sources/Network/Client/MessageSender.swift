// One message to a TCP server that answers nothing: connect, write, close.
// It knows no protocol and reads nothing.
// The rule to keep: what was handed to the kernel may have arrived, whatever happens after it.

public import Wire

/// Sends single messages, each on a connection of its own.
@LoopActor public final class MessageSender {
  private let dialer: Dialer
  private let milliseconds: Int

  /// - Parameter milliseconds: How long connecting may take, and how long writing.
  /// - Throws: `NetworkError` if the system's certificates cannot be read.
  public init(timeoutMilliseconds milliseconds: Int) throws(NetworkError) {
    self.milliseconds = milliseconds
    dialer = Dialer(
      resolver: Resolver(), tls: try TLSContext(trustFile: nil), proxy: nil,
      connectMilliseconds: milliseconds)
  }

  /// Sends a message, once, and ends the connection in order.
  ///
  /// - Throws: `TransportError`, which says whether any of it can have arrived.
  public func send(_ message: [UInt8], to origin: HTTPOrigin) async throws(TransportError) {
    let failure: TransportError? = await withCheckedContinuation { continuation in
      let dial = Dial(origin, dialer) { _, result in
        switch result {
        case .failure(let failure):
          continuation.resume(returning: TransportError(failure, origin, .notSent))
        case .success(let socket):
          Sending(message, socket, origin, milliseconds: self.milliseconds) {
            continuation.resume(returning: $0)
          }.proceed()
        }
      }
      dial.start()
    }
    if let failure { throw failure }
  }
}

/// One message on its way into a socket. The socket and the timer keep it until it is done.
@LoopActor private final class Sending {
  private var rest: ArraySlice<UInt8>
  private let socket: ClientSocket
  private let origin: HTTPOrigin
  private var completion: (@LoopActor (TransportError?) -> Void)?
  private var timer: Timer?

  init(
    _ message: [UInt8], _ socket: ClientSocket, _ origin: HTTPOrigin, milliseconds: Int,
    completion: @escaping @LoopActor (TransportError?) -> Void
  ) {
    rest = message[...]
    self.socket = socket
    self.origin = origin
    self.completion = completion
    socket.onReady = { self.proceed() }
    timer = EventLoop.shared.schedule(afterMilliseconds: milliseconds) {
      self.finish(
        TransportFailure(.writeTimeout, "It did not take the message within \(milliseconds) ms."))
    }
  }

  func proceed() {
    while !rest.isEmpty {
      switch rest.withUnsafeBytes({ socket.write($0) }) {
      case .bytes(let count): rest.removeFirst(count)
      case .wouldBlock: return
      case .failed(let failure): return finish(failure)
      }
    }
    finish(nil)
  }

  private func finish(_ failure: TransportFailure?) {
    guard let completion else { return }
    self.completion = nil
    timer?.cancel()
    timer = nil
    let delivery: TransportError.Delivery = socket.bytesHandedOver == 0 ? .notSent : .uncertain
    socket.close(inOrder: true)
    completion(failure.map { TransportError($0, origin, delivery) })
  }
}
