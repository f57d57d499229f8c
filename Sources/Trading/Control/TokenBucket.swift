// The rate budget of new orders. It refuses instead of waiting: a caller that is told to come back
// in a second knows where its order is; one whose order waits in a queue does not.

/// A budget that refills evenly up to a burst.
public struct TokenBucket: Equatable, Sendable {
  /// Tokens per second.
  public let perSecond: Int
  /// The most tokens that can be saved up.
  public let burst: Int
  /// A token is a million of these, so that a microsecond adds `perSecond` of them, exactly.
  private var microtokens: Int64
  private var refilledAt: Timestamp

  private static let microtokensPerToken: Int64 = 1_000_000

  /// A full bucket. Both numbers are at least 1.
  public init(perSecond: Int, burst: Int, at now: Timestamp) {
    self.perSecond = perSecond
    self.burst = burst
    microtokens = Int64(burst) * TokenBucket.microtokensPerToken
    refilledAt = now
  }

  /// Whole tokens that are left.
  public var left: Int { Int(microtokens / TokenBucket.microtokensPerToken) }

  /// Takes one token, or tells after how many milliseconds there will be one.
  public mutating func take(at now: Timestamp) -> Int64? {
    refill(at: now)
    guard microtokens < TokenBucket.microtokensPerToken else {
      microtokens -= TokenBucket.microtokensPerToken
      return nil
    }
    let missing = TokenBucket.microtokensPerToken - microtokens
    let microseconds = (missing + Int64(perSecond) - 1) / Int64(perSecond)
    return (microseconds + 999) / 1_000
  }

  /// Brings the budget up to date. A clock that went back adds nothing and takes nothing.
  public mutating func refill(at now: Timestamp) {
    let capacity = Int64(burst) * TokenBucket.microtokensPerToken
    let elapsed = now.microseconds - refilledAt.microseconds
    refilledAt = now
    guard elapsed > 0 else { return }
    let (added, overflow) = elapsed.multipliedReportingOverflow(by: Int64(perSecond))
    microtokens = overflow || added > capacity ? capacity : min(capacity, microtokens + added)
  }
}
