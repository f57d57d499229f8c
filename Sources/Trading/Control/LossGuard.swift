// How much may be lost before the service brakes by itself: in a day, and from the best there was.
// Profit is the sum over all instruments, in their quote assets, taken as one and the same money.

/// How much may be lost. Nil switches a limit off.
public struct LossLimits: Equatable, Sendable {
  /// The largest loss since midnight UTC, above nothing.
  public var maxDailyLoss: Decimal?
  /// The largest fall from the highest profit, above nothing.
  public var maxDrawdown: Decimal?

  /// Limits from their parts.
  public init(maxDailyLoss: Decimal? = nil, maxDrawdown: Decimal? = nil) {
    self.maxDailyLoss = maxDailyLoss
    self.maxDrawdown = maxDrawdown
  }

  var isOff: Bool { maxDailyLoss == nil && maxDrawdown == nil }
}

/// What losses are measured from; it outlives a restart.
public struct LossMark: Equatable, Sendable {
  /// Days since 1970 in UTC.
  public var day: Int64
  /// The profit when the day began here.
  public var startPnL: Decimal
  /// The highest profit since the last time that the drawdown was too large.
  public var peakPnL: Decimal
  /// Whether the day's loss was too large already: an operator who lets trading go on means it.
  public var isDayLost: Bool

  /// A mark from its parts.
  public init(day: Int64, startPnL: Decimal, peakPnL: Decimal, isDayLost: Bool) {
    self.day = day
    self.startPnL = startPnL
    self.peakPnL = peakPnL
    self.isDayLost = isDayLost
  }
}

extension LossMark {
  /// The part of the drawdown limit by which the peak may be out of date after a restart.
  private static let peakStepShare = 20

  /// Takes in the profit of a moment. Says whether the mark has to be recorded, and why trading is
  /// to be reduced, if it is.
  mutating func take(
    _ profit: Decimal, day today: Int64, limits: LossLimits, recordedPeak: Decimal
  ) -> (isRecordDue: Bool, reason: String?) {
    var isRecordDue = false
    if today > day {
      self = LossMark(day: today, startPnL: profit, peakPnL: peakPnL, isDayLost: false)
      isRecordDue = true
    }
    peakPnL = max(peakPnL, profit)
    let loss = startPnL - profit
    if let limit = limits.maxDailyLoss, loss >= limit, !isDayLost {
      isDayLost = true
      return (true, "The day's loss is \(loss), as much as MAX_DAILY_LOSS = \(limit) allows.")
    }
    guard let limit = limits.maxDrawdown else { return (isRecordDue, nil) }
    let drawdown = peakPnL - profit
    if drawdown >= limit {
      let peak = peakPnL
      peakPnL = profit
      return (
        true,
        "Profit has fallen by \(drawdown) from \(peak), as much as MAX_DRAWDOWN = \(limit) allows."
      )
    }
    let hasRisen = (peakPnL - recordedPeak) * Decimal(LossMark.peakStepShare) >= limit
    return (isRecordDue || hasRisen, nil)
  }
}
