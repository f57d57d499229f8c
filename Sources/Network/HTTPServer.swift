// The HTTP server: the listener, the table of connections, their deadlines, and the end of a turn.
// It does not parse (Wire does), route or authenticate (the handler does).
// The rule to keep: a connection is in the table from accept to close, and its slot's deadline is
// the only timeout it has.

internal import CLinux
internal import Glibc
public import Telemetry
public import Wire

/// An HTTP/1.1 server on the event loop.
@LoopActor public final class HTTPServer {
  /// Connections with unsent answers that wait for the end of the turn. With more, 64 busy clients
  /// and the loop would take turns at being idle; 8 was the best of 1 to 64 in a load test.
  private static let dirtyMax = 8

  /// No deadline.
  static let never = UInt64.max

  let limits: Limits
  let handler: @LoopActor (HTTPRequest, HTTPResponder) -> Void
  var encoder = HTTPResponseEncoder()
  private(set) var isStopping = false

  private let openGauge: Gauge?
  private let refusedCounter: Counter?
  private let parseErrors: CounterFamily?

  private var listeners: [Listener] = []
  private var slots: [HTTPConnection?] = []
  /// Beside `slots`, so that the sweep reads one dense array.
  private var deadlines: [UInt64] = []
  private var freeSlots: [Int] = []
  private var openCount = 0
  /// Bytes of answers that wait to be taken, of all connections.
  var answerBytes = 0
  private var refusalsCount = 0
  private var dirty: [HTTPConnection] = []
  private var isFlushScheduled = false
  private var sweepTimer: Timer?
  private var drained: [CheckedContinuation<Void, Never>] = []

  /// - Parameters:
  ///   - limits: What connections may cost and how long they may take.
  ///   - metrics: Where the server counts connections, refusals and malformed requests.
  ///   - handler: Called for each request, on the loop; it answers through the responder, at once
  ///     or later.
  public init(
    limits: Limits = Limits(), metrics: MetricRegistry?,
    handler: @escaping @LoopActor (HTTPRequest, HTTPResponder) -> Void
  ) {
    self.limits = limits
    self.handler = handler
    openGauge = metrics?.gauge("http_connections_open", "HTTP connections open now.").only
    refusedCounter =
      metrics?.counter(
        "http_connections_refused_total", "HTTP connections refused because too many were open."
      ).only
    parseErrors = metrics?.counter(
      "http_parse_errors_total", "Requests refused by the HTTP layer, by error code.",
      labels: ["code"])
    let waiting = metrics?.gauge(
      "http_answer_bytes_waiting", "Bytes of answers that clients have not taken yet."
    ).only
    metrics?.onRender { [weak self] in
      LoopActor.assumeIsolated { waiting?.set(Double(self?.answerBytes ?? 0)) }
    }
  }

  /// Starts to accept connections.
  ///
  /// - Parameters:
  ///   - host: An IPv4 or IPv6 address, or `localhost`.
  ///   - port: The port; 0 takes a free one.
  /// - Returns: The bound port.
  /// - Throws: `NetworkError` if the address is not one, or cannot be bound.
  public func listen(host: String, port: UInt16) throws(NetworkError) -> UInt16 {
    DescriptorLimit.raise(toAtLeast: limits.connectionsMax + limits.refusalsMax + 128)
    let listener = try Listener(host: host, port: port) { [weak self] descriptor in
      if let self { accept(descriptor) } else { Glibc.close(descriptor) }
    }
    listeners.append(listener)
    isStopping = false
    return listener.port
  }

  /// Closes the listener. Idle connections are closed; requests that have begun are answered with
  /// `Connection: close`.
  public func stopAccepting() {
    isStopping = true
    for listener in listeners { listener.close() }
    listeners = []
    // Not here: a handler may be the caller, in the middle of a connection's input.
    EventLoop.shared.atEndOfTurn {
      for connection in self.slots { connection?.closeIfIdle() }
    }
  }

  /// Returns when the last connection has been answered and closed.
  public func drain() async {
    guard connectionCount > 0 else { return }
    await withCheckedContinuation { drained.append($0) }
  }

  /// Closes the listener and all connections at once, answered or not.
  public func closeAll() {
    stopAccepting()
    for connection in slots { connection?.close() }
  }

  /// Connections in the table: open, being refused, or lingering after their last answer.
  public var connectionCount: Int { slots.count - freeSlots.count }

  /// Whether clients leave so little waiting that a long answer may be made.
  var hasRoom: Bool { answerBytes < limits.answerBytesMax }

  // MARK: - Connections

  private func accept(_ descriptor: Int32) {
    let isRefused = openCount >= limits.connectionsMax
    guard !isRefused || refusalsCount < limits.refusalsMax else {
      refusedCounter?.increment()
      Glibc.close(descriptor)
      return
    }
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = slots.count
      slots.append(nil)
      deadlines.append(Self.never)
    }
    let connection = HTTPConnection(
      server: self, descriptor: descriptor, slot: slot, isRefused: isRefused)
    slots[slot] = connection
    if isRefused {
      refusalsCount += 1
      refusedCounter?.increment()
    } else {
      openCount += 1
      openGauge?.set(Double(openCount))
    }
    connection.begin()
    scheduleSweep()
  }

  func didClose(_ connection: HTTPConnection) {
    slots[connection.slot] = nil
    deadlines[connection.slot] = Self.never
    freeSlots.append(connection.slot)
    if connection.isRefused {
      refusalsCount -= 1
    } else {
      openCount -= 1
      openGauge?.set(Double(openCount))
    }
    guard connectionCount == 0 else { return }
    let waiting = drained
    drained = []
    for continuation in waiting { continuation.resume() }
  }

  func countParseError(_ failure: HTTPFailure) {
    parseErrors?.with(failure.code).increment()
  }

  // MARK: - End of turn

  /// Has the connection's output sent by the end of this turn, in one call for all its answers.
  func flushLater(_ connection: HTTPConnection) {
    dirty.append(connection)
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    EventLoop.shared.afterTurn {
      self.isFlushScheduled = false
      self.flushDirty()
    }
  }

  /// Sends in the middle of a turn when many answers wait: clients can go on meanwhile, instead of
  /// taking turns with the loop. Called when no connection is in the middle of its input.
  func flushIfMany() {
    if dirty.count >= Self.dirtyMax { flushDirty() }
  }

  private func flushDirty() {
    let connections = dirty
    dirty = []
    for connection in connections { connection.flush() }
  }

  // MARK: - Deadlines

  func setDeadline(_ slot: Int, _ nanoseconds: UInt64) { deadlines[slot] = nanoseconds }

  private func scheduleSweep() {
    guard sweepTimer == nil else { return }
    sweepTimer = EventLoop.shared.schedule(afterMilliseconds: limits.sweepMilliseconds) {
      [weak self] in self?.sweep()
    }
  }

  private func sweep() {
    sweepTimer = nil
    let now = EventLoop.shared.turnNanoseconds
    for slot in deadlines.indices where deadlines[slot] <= now {
      slots[slot]?.deadlinePassed(now)
    }
    if connectionCount > 0 { scheduleSweep() }
  }
}
