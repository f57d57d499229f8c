// Stops sending new orders to a venue that does not answer. Only silence and faults count: a
// business rejection is an answer. Cancels, closes and queries never ask it.

/// The breaker of one plugin.
public struct CircuitBreaker: Equatable, Sendable {
  /// When it opens, for how long, and how it tests the water.
  public struct Configuration: Equatable, Sendable {
    /// Faults in a row that open it.
    public var threshold: Int
    /// How long it stays open.
    public var openMilliseconds: Int64
    /// Orders that may be under way at once while half open.
    public var probesMax: Int

    /// A configuration from its parts, all at least 1.
    public init(threshold: Int, openMilliseconds: Int64, probesMax: Int) {
      self.threshold = threshold
      self.openMilliseconds = openMilliseconds
      self.probesMax = probesMax
    }
  }

  /// What the breaker lets pass.
  public enum State: Equatable, Sendable {
    /// Everything passes; so many faults came in a row.
    case closed(faults: Int)
    /// Nothing passes until then.
    case open(until: Timestamp)
    /// A few orders pass as probes; so many are under way.
    case halfOpen(probes: Int)

    /// The word in metrics.
    public var name: String {
      switch self {
      case .closed: "closed"
      case .open: "open"
      case .halfOpen: "half_open"
      }
    }
  }

  /// The settings.
  public let configuration: Configuration
  /// What passes now.
  public private(set) var state = State.closed(faults: 0)

  /// A closed breaker.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Lets one order pass, or tells how many milliseconds to wait. Every order that passed is
  /// followed by `answered`, `failed` or `abandoned`.
  public mutating func admit(at now: Timestamp) -> Int64? {
    switch state {
    case .closed: return nil
    case .open(let until):
      guard now >= until else { return max(1, until.milliseconds(since: now)) }
      state = .halfOpen(probes: 1)
      return nil
    case .halfOpen(let probes):
      guard probes < configuration.probesMax else { return CircuitBreaker.probeWaitMilliseconds }
      state = .halfOpen(probes: probes + 1)
      return nil
    }
  }

  /// Whether nothing passes at a moment.
  public func isOpen(at now: Timestamp) -> Bool {
    if case .open(let until) = state { now < until } else { false }
  }

  /// How long a caller waits while probes are under way: an answer usually takes less.
  private static let probeWaitMilliseconds: Int64 = 1_000

  /// The venue answered an order, with whatever verdict.
  public mutating func answered() {
    switch state {
    case .closed, .halfOpen: state = .closed(faults: 0)
    // An answer to an order from before the breaker opened is no probe.
    case .open: break
    }
  }

  /// The venue was silent or broken.
  public mutating func failed(at now: Timestamp) {
    switch state {
    case .closed(let faults):
      state = .closed(faults: faults + 1)
      if faults + 1 >= configuration.threshold { open(at: now) }
    case .halfOpen: open(at: now)
    case .open: break
    }
  }

  /// An order that had passed was not sent after all.
  public mutating func abandoned() {
    if case .halfOpen(let probes) = state { state = .halfOpen(probes: max(0, probes - 1)) }
  }

  private mutating func open(at now: Timestamp) {
    state = .open(until: now.adding(milliseconds: configuration.openMilliseconds))
  }
}
