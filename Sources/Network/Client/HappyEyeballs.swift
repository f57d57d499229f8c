// A TCP connection to the first of a host's addresses that answers (RFC 8305, "Happy Eyeballs").
// It resolves no names and has no deadline; `Dial` does and has.
// The rule to keep: one socket comes out or none; the others are closed.

internal import Glibc

@LoopActor final class HappyEyeballs {
  /// How long an address may stay silent before the next one is tried as well (RFC 8305 section 5).
  static let staggerMilliseconds = 250

  /// Addresses that are tried at most. Hosts have a handful; each may cost the stagger.
  private static let addressesMax = 16

  private var addresses: ArraySlice<SocketAddress>
  private var attempts: [ClientSocket] = []
  private var failure = TransportFailure(.connectFailed, "The host has no address.")
  private var timer: Timer?
  private var completion: (@LoopActor (Result<ClientSocket, TransportFailure>) -> Void)?

  /// - Parameters:
  ///   - addresses: In the order of preference, with the port.
  ///   - completion: Called once, unless `cancel` is.
  init(
    _ addresses: [SocketAddress],
    completion: @escaping @LoopActor (Result<ClientSocket, TransportFailure>) -> Void
  ) {
    self.addresses = Self.alternating(addresses).prefix(Self.addressesMax)
    self.completion = completion
  }

  /// The families take turns, beginning with the first address's; within one the order stays
  /// (RFC 8305 section 4).
  nonisolated static func alternating(_ addresses: [SocketAddress]) -> [SocketAddress] {
    let first = addresses.filter { $0.family == addresses[0].family }
    let second = addresses.filter { $0.family != addresses[0].family }
    return (0..<max(first.count, second.count)).flatMap { index in
      [first, second].compactMap { index < $0.count ? $0[index] : nil }
    }
  }

  /// Tries the next address, and goes on until one connects or all have failed.
  func tryNext() {
    timer?.cancel()
    guard let address = addresses.popFirst() else {
      if attempts.isEmpty { finish(.failure(failure)) }
      return
    }
    do throws(TransportFailure) {
      let socket = try ClientSocket(connectingTo: address)
      attempts.append(socket)
      socket.onReady = { self.ready(socket) }
    } catch {
      failure = error
      return tryNext()
    }
    timer = EventLoop.shared.schedule(afterMilliseconds: Self.staggerMilliseconds) {
      self.tryNext()
    }
  }

  func cancel() {
    completion = nil
    end(keeping: nil)
  }

  private func ready(_ socket: ClientSocket) {
    guard let failure = socket.connectFailure else { return finish(.success(socket)) }
    self.failure = failure
    attempts.removeAll { $0 === socket }
    socket.close(inOrder: false)
    tryNext()
  }

  private func finish(_ result: Result<ClientSocket, TransportFailure>) {
    end(keeping: try? result.get())
    completion?(result)
    completion = nil
  }

  private func end(keeping winner: ClientSocket?) {
    timer?.cancel()
    timer = nil
    for attempt in attempts where attempt !== winner { attempt.close(inOrder: false) }
    attempts = []
    winner?.onReady = nil
  }
}
