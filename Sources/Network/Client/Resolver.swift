// Names of hosts into addresses, by getaddrinfo on threads of its own, remembered for a while.
// It does not connect and does not choose between addresses.
// The rule to keep: the loop never waits for a name server.

internal import CLinux
internal import Glibc

@LoopActor final class Resolver {
  /// Asks the system for the addresses of a name; may take as long as it likes.
  typealias Lookup = @Sendable (String) -> Result<[SocketAddress], TransportFailure>

  /// How long addresses are used without asking again. The system does not say how long they hold;
  /// those of venues hold for a minute or so.
  nonisolated static let keepMilliseconds = 30_000

  /// How long a failure is believed: so briefly that a network that comes back is noticed, and so
  /// long that retries do not flood the name server.
  nonisolated static let failureMilliseconds = 1_000

  /// Threads that look up at the same time. Names come from settings, so there are few; a name
  /// server that hangs must not gather threads.
  private static let lookupsMax = 8

  private struct Entry {
    var result: Result<[SocketAddress], TransportFailure>
    var expiresNanoseconds: UInt64
  }

  private let lookup: Lookup
  private let keepMilliseconds: Int
  private let failureMilliseconds: Int
  private var entries: [String: Entry] = [:]
  private var waiting: [String: [@LoopActor (Result<[SocketAddress], TransportFailure>) -> Void]] =
    [:]

  init(
    lookup: @escaping Lookup = Resolver.system, keepMilliseconds: Int = Resolver.keepMilliseconds,
    failureMilliseconds: Int = Resolver.failureMilliseconds
  ) {
    self.lookup = lookup
    self.keepMilliseconds = keepMilliseconds
    self.failureMilliseconds = failureMilliseconds
  }

  /// Finds the addresses of a host, at once if they are known. Their port is 0.
  func resolve(
    _ host: String,
    completion: @escaping @LoopActor (Result<[SocketAddress], TransportFailure>) -> Void
  ) {
    if let address = try? SocketAddress(host: host, port: 0) {
      return completion(.success([address]))
    }
    if let entry = entries[host], entry.expiresNanoseconds > EventLoop.shared.turnNanoseconds {
      return completion(entry.result)
    }
    guard waiting[host] == nil else {
      waiting[host]?.append(completion)
      return
    }
    guard waiting.count < Self.lookupsMax else {
      let sentence = "Too many names of hosts are being looked up; the name server is slow."
      return completion(.failure(TransportFailure(.nameNotResolved, sentence)))
    }
    waiting[host] = [completion]
    let lookup = lookup
    DetachedThread.run(named: "resolver") {
      let result = lookup(host)
      EventLoop.shared.post { self.finish(host, result) }
    }
  }

  private func finish(_ host: String, _ result: Result<[SocketAddress], TransportFailure>) {
    var result = result
    var milliseconds = keepMilliseconds
    if case .failure = result {
      milliseconds = failureMilliseconds
      // A name that was known keeps its addresses while nobody can say anything else: cancels must
      // leave without a name server, too.
      if case .success(let known) = entries[host]?.result { result = .success(known) }
    }
    let expires = EventLoop.shared.turnNanoseconds &+ UInt64(milliseconds) &* 1_000_000
    entries[host] = Entry(result: result, expiresNanoseconds: expires)
    for completion in waiting.removeValue(forKey: host) ?? [] { completion(result) }
  }

  /// getaddrinfo(3), which knows /etc/hosts and the order of RFC 6724.
  nonisolated static let system: Lookup = { host in
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &first)
    guard code == 0 else {
      let reason = String(cString: gai_strerror(code))
      return .failure(
        TransportFailure(
          .nameNotResolved,
          "The name \(host) leads to no address: \(reason). Check the address in "
            + "the settings and this machine's name server."))
    }
    defer { freeaddrinfo(first) }
    let addresses = sequence(first: first) { $0?.pointee.ai_next }.prefix { $0 != nil }
      .compactMap { entry in
        entry.flatMap { SocketAddress($0.pointee.ai_addr, length: $0.pointee.ai_addrlen) }
      }
    return .success(addresses)
  }
}
