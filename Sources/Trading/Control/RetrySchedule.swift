// When to ask again. Used for lookups of orders whose outcome is unknown; a submission itself is
// never repeated.

/// Exponential back-off with jitter, so that many orders do not ask at the same moment.
public struct RetrySchedule: Equatable, Sendable {
  /// The wait before the first repetition.
  public let firstMilliseconds: Int64
  /// The longest wait.
  public let longestMilliseconds: Int64

  /// A schedule from its parts.
  public init(firstMilliseconds: Int64, longestMilliseconds: Int64) {
    self.firstMilliseconds = firstMilliseconds
    self.longestMilliseconds = longestMilliseconds
  }

  /// The wait before repetition `attempt` (0 is the first): the doubled first wait, capped, and
  /// of that between half and all, as `random` has it.
  public func delayMilliseconds(attempt: Int, random: UInt64) -> Int64 {
    let doublings = min(attempt, 32)
    let (grown, overflow) = firstMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
    let full = overflow ? longestMilliseconds : min(grown, longestMilliseconds)
    let half = full / 2
    return half + Int64(random % UInt64(full - half + 1))
  }
}
