// The engine's settings, as plain values.

/// What the owner decides about the engine.
public struct EngineConfiguration: Equatable, Sendable {
  /// Limits on orders.
  public var limits: RiskLimits
  /// How much may be lost before trading is reduced.
  public var lossLimits: LossLimits
  /// New orders per second and how many at once; nil for no budget.
  public var submitRate: SubmitRate?
  /// When a venue's breaker opens.
  public var breaker: CircuitBreaker.Configuration
  /// How long a caller waits for an outcome before it is told that the order is pending.
  public var submitWaitMilliseconds: Int64
  /// How long a venue may take to answer before the outcome counts as unknown.
  public var outcomeTimeoutMilliseconds: Int64
  /// When an order with an unknown outcome is asked for.
  public var lookupSchedule: RetrySchedule
  /// Negative lookups before an order counts as not found, the visibility window aside.
  public var lookupsBeforeNotFound: Int
  /// Whether the gateway watches the triggers of orders whose venue does not.
  public var emulatesTriggers: Bool
  /// How old a quote may be to trigger an order.
  public var maxQuoteAgeMilliseconds: Int64

  /// A budget of new orders.
  public struct SubmitRate: Equatable, Sendable {
    /// Orders per second.
    public var perSecond: Int
    /// Orders at once.
    public var burst: Int
    /// A budget from its parts, both at least 1.
    public init(perSecond: Int, burst: Int) {
      self.perSecond = perSecond
      self.burst = burst
    }
  }

  /// Settings from their parts. Three lookups half a second and more apart: one negative answer
  /// may be a lagging replica of the venue, three in a row are not.
  public init(
    limits: RiskLimits, lossLimits: LossLimits = LossLimits(), submitRate: SubmitRate?,
    breaker: CircuitBreaker.Configuration,
    submitWaitMilliseconds: Int64 = 2_000, outcomeTimeoutMilliseconds: Int64 = 30_000,
    lookupSchedule: RetrySchedule = RetrySchedule(
      firstMilliseconds: 500, longestMilliseconds: 30_000),
    lookupsBeforeNotFound: Int = 3, emulatesTriggers: Bool = true,
    maxQuoteAgeMilliseconds: Int64 = 5_000
  ) {
    self.limits = limits
    self.lossLimits = lossLimits
    self.submitRate = submitRate
    self.breaker = breaker
    self.submitWaitMilliseconds = submitWaitMilliseconds
    self.outcomeTimeoutMilliseconds = outcomeTimeoutMilliseconds
    self.lookupSchedule = lookupSchedule
    self.lookupsBeforeNotFound = lookupsBeforeNotFound
    self.emulatesTriggers = emulatesTriggers
    self.maxQuoteAgeMilliseconds = maxQuoteAgeMilliseconds
  }
}
