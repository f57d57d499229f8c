// The brake that nobody has to reach for: when too much is lost, trading is reduced for the whole
// service, as an operator would do it.

extension Engine {
  /// How often losses are measured.
  private static let lossCheckMilliseconds: Int64 = 1_000
  /// Who set the trading state, where the engine did it.
  public static let lossAuthor = "loss limit"

  mutating func checkLosses() {
    let limits = configuration.lossLimits
    guard !limits.isOff, now >= nextLossCheck else { return }
    nextLossCheck = now.adding(milliseconds: Engine.lossCheckMilliseconds)
    guard let profit = totalProfit else { return }
    let today = now.microseconds / (86_400 * 1_000_000)
    guard var mark = lossMark else {
      return record(
        LossMark(day: today, startPnL: profit, peakPnL: profit, isDayLost: false))
    }
    let (isRecordDue, reason) = mark.take(
      profit, day: today, limits: limits, recordedPeak: recordedPeak)
    lossMark = mark
    if isRecordDue { record(mark) }
    if let reason { reduceTrading(reason) }
  }

  /// The profit of everything that was traded, closed or open, less fees in the quote asset; nil
  /// while an open position has no price.
  public var totalProfit: Decimal? {
    var sum = Decimal.zero
    for state in instruments.values {
      guard let position = state.position else { continue }
      sum += position.realizedPnL
      if let quote = state.instrument?.quoteAsset { sum = sum - position.fees(in: quote) }
      guard !position.quantity.isZero else { continue }
      guard let price = state.marketPrice else { return nil }
      sum += position.unrealizedPnL(at: price)
    }
    return sum
  }

  private mutating func record(_ mark: LossMark) {
    lossMark = mark
    recordedPeak = mark.peakPnL
    let entry = nextEntry
    nextEntry += 1
    actions.append(.recordLossMark(mark, at: now, entry: entry))
  }

  private mutating func reduceTrading(_ reason: String) {
    guard tradingStates.state(of: .service) < .reducing else { return }
    setTradingState(
      TradingStateChange(
        scope: .service, state: .reducing, reason: reason, author: Engine.lossAuthor, at: now),
      request: nil)
  }
}
