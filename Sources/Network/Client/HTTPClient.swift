// The HTTP client: keeps connections to servers and sends requests on them, each once.
// It follows no redirect, keeps no cookie, asks for no compression and never repeats a request.
// The rule to keep: a request whose bytes may have left is not sent again by anything in here; the
// caller is told exactly that.

public import Wire

/// Sends requests over kept connections. Belongs to the loop; `send` may be awaited from anywhere.
@LoopActor public final class HTTPClient {
  private let limits: Limits
  private let dialer: Dialer
  private var pools: [HTTPOrigin: HTTPClientPool] = [:]
  private var isClosed = false

  /// - Parameters:
  ///   - limits: What connections may cost and how long requests may take.
  ///   - proxy: The proxy for encrypted connections; nil for none.
  ///   - trustFile: A PEM file with certificates to trust beside those of the system, and lists of
  ///     revoked ones to heed; nil for none.
  /// - Throws: `NetworkError` if the file cannot be read.
  public convenience init(
    limits: Limits = Limits(), proxy: HTTPProxy? = nil, trustFile: String? = nil
  ) throws(NetworkError) {
    try self.init(limits: limits, proxy: proxy, trustFile: trustFile, resolver: Resolver())
  }

  init(
    limits: Limits, proxy: HTTPProxy?, trustFile: String?, resolver: Resolver
  ) throws(NetworkError) {
    self.limits = limits
    dialer = Dialer(
      resolver: resolver, tls: try TLSContext(trustFile: trustFile), proxy: proxy,
      connectMilliseconds: limits.connectMilliseconds)
  }

  /// Sends a request, once, and gives its answer, whatever its status.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - isUrgent: Whether it goes before others that wait, and may use connections beyond those
  ///     that others may: for cancels and what else must not wait behind orders.
  /// - Throws: `TransportError`, which says whether the request can have arrived.
  public func send(
    _ request: HTTPClientRequest, isUrgent: Bool = false
  ) async throws(TransportError) -> HTTPClientResponse {
    let result = await withCheckedContinuation { continuation in
      send(request, isUrgent: isUrgent) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Sends a request, once; on a connection that is there it leaves before this returns.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - isUrgent: As for the other `send`.
  ///   - completion: Called once, possibly before this returns, with the answer or with what
  ///     happened.
  public func send(
    _ request: HTTPClientRequest, isUrgent: Bool = false,
    completion: @escaping @LoopActor (Result<HTTPClientResponse, TransportError>) -> Void
  ) {
    let bytes: [UInt8]
    do throws(HTTPClientRequest.Fault) {
      bytes = try request.encoded()
    } catch {
      let failure = TransportFailure(.invalidRequest, error.description)
      return completion(.failure(TransportError(failure, request.origin, .notSent)))
    }
    let exchange = HTTPClientExchange(
      request, bytes: bytes, isUrgent: isUrgent,
      deadlineNanoseconds: EventLoop.shared.monotonicNanoseconds()
        &+ UInt64(limits.exchangeMilliseconds) &* 1_000_000,
      completion: completion)
    guard !isClosed else { return exchange.fail(.clientClosed, .notSent) }
    pool(for: request.origin).start(exchange)
  }

  /// Opens a WebSocket, over the same proxy and with the same trust as requests.
  ///
  /// - Parameters:
  ///   - origin: The server.
  ///   - target: Path and query, percent-encoded, beginning with a slash.
  ///   - headers: Header fields beside those of the handshake.
  ///   - limits: What it may cost and how long it may be silent.
  ///   - handler: Called with all that happens to it, on the loop, never before this returns. It
  ///     is let go of after `closed`.
  public func openWebSocket(
    _ origin: HTTPOrigin, _ target: String, headers: [(name: String, value: String)] = [],
    limits: WebSocketClient.Limits = WebSocketClient.Limits(),
    handler: @escaping @LoopActor (WebSocketClient, WebSocketClient.Event) -> Void
  ) -> WebSocketClient {
    let webSocket = WebSocketClient(origin, limits, handler: handler)
    webSocket.open(target, headers: headers, dialer)
    return webSocket
  }

  private func pool(for origin: HTTPOrigin) -> HTTPClientPool {
    if let pool = pools[origin] { return pool }
    let pool = HTTPClientPool(origin, limits, dialer)
    pools[origin] = pool
    return pool
  }

  /// Ends all connections. Requests that are under way or wait fail, and so do later ones.
  public func close() {
    isClosed = true
    for pool in pools.values { pool.close() }
    dialer.tls.close()
  }
}
