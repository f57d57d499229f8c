// The connections to one server: which request takes which, who waits, when one more is opened.
// It writes and reads nothing.
// The rule to keep: urgent requests go first, and there are connections that only they may open or
// take.

internal import Wire

@LoopActor final class HTTPClientPool {
  private let origin: HTTPOrigin
  private let limits: HTTPClient.Limits
  private let dialer: Dialer
  /// The one used last stands last and is used next, so that the others grow old and go.
  private var idle: [HTTPClientConnection] = []
  private var busy: [HTTPClientConnection] = []
  private var dials: [Dial] = []
  /// In the order in which they get connections.
  private var waiting: [HTTPClientExchange] = []
  private var isClosed = false

  init(_ origin: HTTPOrigin, _ limits: HTTPClient.Limits, _ dialer: Dialer) {
    self.origin = origin
    self.limits = limits
    self.dialer = dialer
  }

  /// Sends a request on a connection that is there, at once, or on the next one that is.
  func start(_ exchange: HTTPClientExchange) {
    guard !isClosed else { return exchange.fail(.clientClosed, .notSent) }
    if waiting.isEmpty || exchange.isUrgent, let connection = takeIdle(for: exchange) {
      return connection.begin(exchange)
    }
    wait(exchange)
  }

  private func wait(_ exchange: HTTPClientExchange) {
    guard waiting.count < limits.requestsWaitingMax else {
      let sentence = "\(waiting.count) requests wait for a connection already."
      return exchange.fail(TransportFailure(.tooManyRequests, sentence), .notSent)
    }
    let place = exchange.isUrgent ? waiting.firstIndex { !$0.isUrgent } : nil
    waiting.insert(exchange, at: place ?? waiting.count)
    exchange.waitTimer = EventLoop.shared.schedule(afterMilliseconds: limits.waitMilliseconds) {
      self.waiting.removeAll { $0 === exchange }
      let sentence = "No connection became free within \(self.limits.waitMilliseconds) ms."
      exchange.fail(TransportFailure(.waitTimeout, sentence), .notSent)
    }
    dialIfNeeded()
  }

  /// Whether one more connection may be busy with such a request, beside those that are.
  private func mayUseOneMore(for exchange: HTTPClientExchange, beside opening: Int = 0) -> Bool {
    exchange.isUrgent
      ? busy.count + opening < limits.connectionsMax + limits.urgentConnectionsMax
      : busy.count { !$0.isUrgent } + opening < limits.connectionsMax
  }

  private func takeIdle(for exchange: HTTPClientExchange) -> HTTPClientConnection? {
    guard mayUseOneMore(for: exchange) else { return nil }
    while let connection = idle.last {
      // One that is not fit takes itself out.
      guard connection.isFit else { continue }
      idle.removeLast()
      busy.append(connection)
      return connection
    }
    return nil
  }

  private func dialIfNeeded() {
    while dials.count < waiting.count,
      mayUseOneMore(for: waiting[dials.count], beside: dials.count)
    {
      dial()
    }
  }

  private func dial() {
    let dial = Dial(origin, dialer) { dial, result in
      self.dials.removeAll { $0 === dial }
      switch result {
      case .success(let socket):
        let connection = HTTPClientConnection(socket, self.limits, pool: self)
        connection.rest()
        self.becameFree(connection)
      case .failure(let failure):
        if !self.waiting.isEmpty { self.waiting.removeFirst().fail(failure, .notSent) }
        self.dialIfNeeded()
      }
    }
    dials.append(dial)
    dial.start()
  }

  // MARK: - What connections tell

  func becameFree(_ connection: HTTPClientConnection) {
    busy.removeAll { $0 === connection }
    idle.append(connection)
    while let next = waiting.first, let connection = takeIdle(for: next) {
      waiting.removeFirst()
      next.waitTimer?.cancel()
      connection.begin(next)
    }
  }

  func ended(_ connection: HTTPClientConnection) {
    busy.removeAll { $0 === connection }
    idle.removeAll { $0 === connection }
    dialIfNeeded()
  }

  // MARK: - End

  /// Ends all connections; requests that are under way or wait fail.
  func close() {
    isClosed = true
    let (dials, connections, exchanges) = (self.dials, idle + busy, waiting)
    (self.dials, waiting) = ([], [])
    for dial in dials { dial.cancel() }
    for connection in connections { connection.close(because: .clientClosed) }
    for exchange in exchanges { exchange.fail(.clientClosed, .notSent) }
  }
}

extension TransportFailure {
  static let clientClosed = TransportFailure(.clientClosed, "The client was closed.")
}
