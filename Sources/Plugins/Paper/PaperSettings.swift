// What the owner decides about trading on paper.

public import Trading

/// The settings of every paper account.
public struct PaperSettings: Equatable, Sendable {
  /// What an account has when it is first used.
  public var balances: [Asset: Decimal]
  /// The fee of every trade in hundredths of a percent of its notional.
  public var feeBasisPoints: Decimal
  /// How long an order takes to the market.
  public var latencyMilliseconds: Int
  /// The plugin whose market `paper` trades in; nil for the first simulated exchange.
  public var source: AccountID?
  /// A book that was recorded, instead of the one that the source has now.
  public var book: RecordedBook?

  /// Settings from their parts.
  public init(
    balances: [Asset: Decimal], feeBasisPoints: Decimal, latencyMilliseconds: Int,
    source: AccountID? = nil, book: RecordedBook? = nil
  ) {
    self.balances = balances
    self.feeBasisPoints = feeBasisPoints
    self.latencyMilliseconds = latencyMilliseconds
    self.source = source
    self.book = book
  }
}
