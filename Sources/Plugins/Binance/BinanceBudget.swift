// What may still be asked of Binance: the weight of requests that an address may spend in a minute,
// and the pauses that the venue has asked for. Whoever goes on in a pause is banned for longer.

internal import Trading

/// How urgent a request is.
enum BinanceUrgency: Sendable {
  /// A cancel or a lookup: uses what is left to the end.
  case brake
  /// A new order: leaves a reserve for cancels and lookups.
  case order
  /// A comparison or a price: leaves half of it.
  case routine
}

/// The weight that is left, and until when nothing may be sent.
struct BinanceBudget {
  /// The weight of a minute; nil until the venue has stated it.
  var weightMax: Int?
  private var used = 0
  /// The minute in which so much was used.
  private var minute: Int64 = 0
  private var pausedUntil: Timestamp?
  private var ordersPausedUntil: Timestamp?

  /// The share of the weight that others leave for brakes, in hundredths.
  private static let reservePercent = 20
  /// The share of the weight that comparisons may spend, in hundredths.
  private static let routinePercent = 50

  /// Takes in what the venue said of the weight used in this minute.
  mutating func note(usedWeight: Int, at now: Timestamp) {
    minute = BinanceBudget.minute(of: now)
    used = usedWeight
  }

  /// Nothing is sent for so long, which the venue has asked for.
  mutating func pause(seconds: Int64, at now: Timestamp) {
    pausedUntil = BinanceBudget.later(pausedUntil, now, seconds)
  }

  /// No new orders are sent for so long: too many were. Cancels and lookups do not count as orders
  /// there, so they go on.
  mutating func pauseOrders(seconds: Int64, at now: Timestamp) {
    ordersPausedUntil = BinanceBudget.later(ordersPausedUntil, now, seconds)
  }

  private static func later(_ end: Timestamp?, _ now: Timestamp, _ seconds: Int64) -> Timestamp {
    let until = now.adding(milliseconds: seconds * 1_000)
    return end.map { max($0, until) } ?? until
  }

  /// The share of a minute's weight that is used, from 0 on.
  func usedShare(at now: Timestamp) -> Double {
    guard let weightMax, minute == BinanceBudget.minute(of: now) else { return 0 }
    return Double(used) / Double(max(1, weightMax))
  }

  /// Seconds until something may be sent, rounded up; nil if it may be now.
  func secondsToWait(for weight: Int, _ urgency: BinanceUrgency, at now: Timestamp) -> Int64? {
    let pauses = urgency == .order ? [pausedUntil, ordersPausedUntil] : [pausedUntil]
    if let end = pauses.compactMap(\.self).max(), now < end {
      return (end.milliseconds(since: now) + 999) / 1_000
    }
    guard let weightMax, minute == BinanceBudget.minute(of: now) else { return nil }
    let share =
      switch urgency {
      case .brake: 100
      case .order: 100 - BinanceBudget.reservePercent
      case .routine: BinanceBudget.routinePercent
      }
    guard used + weight > weightMax * share / 100 else { return nil }
    return 60 - now.microseconds / 1_000_000 % 60
  }

  private static func minute(of now: Timestamp) -> Int64 { now.microseconds / 60_000_000 }
}
