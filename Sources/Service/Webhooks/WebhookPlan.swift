// What the owner's file config/strategies.json5 says: where alerts come from, what each strategy
// trades and how large, and what other names instruments have. The rule to keep: what is not
// understood stops the start; an alert is never traded by a guess.

internal import Trading

/// Sources, strategies and names of instruments.
struct WebhookPlan: Sendable {
  var sources: [WebhookSource] = []
  var strategies: [Label: AlertStrategy] = [:]
  var instruments: [String: MappedInstrument] = [:]
}

/// What one strategy's alerts are traded as.
struct AlertStrategy: Sendable {
  /// The account; nil for the one that the instrument's name or the alert tells, else the default.
  var account: AccountID?
  /// The only instrument of the strategy; nil for those that its alerts name.
  var symbol: Symbol?
  /// How large its orders are where the alert does not say.
  var size: AlertSize?
  /// The only source that its alerts may come from.
  var source: String?
  /// How long it may be silent.
  var heartbeatSeconds: Int?
}

/// What an instrument of an alert is here.
struct MappedInstrument: Equatable, Sendable {
  var account: AccountID?
  var symbol: Symbol
}

/// How large an order is.
enum AlertSize: Equatable, Sendable {
  /// So much of the base asset.
  case quantity(Quantity)
  /// Worth so much of the quote asset.
  case notional(Decimal)
  /// Worth so many percent of what the account has of the quote asset.
  case equityPercent(Decimal)
  /// So large that the stop-loss costs so many percent of it.
  case riskPercent(Decimal)
}
