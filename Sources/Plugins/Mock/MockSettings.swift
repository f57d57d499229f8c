// What the owner decides about the simulated exchange, and what a test asks of it.

public import Trading

/// The settings of the simulated exchange.
public struct MockSettings: Equatable, Sendable {
  /// What the account has when the exchange is first used.
  public var balances: [Asset: Decimal]
  /// The fee of every trade in hundredths of a percent of its notional.
  public var feeBasisPoints: Decimal
  /// How much worse than the market a taker trades, in hundredths of a percent.
  public var slippageBasisPoints: Decimal
  /// How long every answer takes.
  public var latencyMilliseconds: Int
  /// What the exchange can do besides MARKET and LIMIT orders.
  public var abilities: Set<MockAbility>
  /// What goes wrong from the start on.
  public var faults: MockFaults

  /// Settings from their parts.
  public init(
    balances: [Asset: Decimal], feeBasisPoints: Decimal, slippageBasisPoints: Decimal,
    latencyMilliseconds: Int, abilities: Set<MockAbility> = Set(MockAbility.allCases),
    faults: MockFaults = MockFaults()
  ) {
    self.balances = balances
    self.feeBasisPoints = feeBasisPoints
    self.slippageBasisPoints = slippageBasisPoints
    self.latencyMilliseconds = latencyMilliseconds
    self.abilities = abilities
    self.faults = faults
  }
}

/// Something that venues can do or cannot; the simulated exchange shows both.
public enum MockAbility: String, CaseIterable, Sendable {
  /// It watches the triggers of conditional orders.
  case triggers
  /// It keeps reduce-only orders from opening a position.
  case reduceOnly = "reduce_only"
  /// It changes orders in place.
  case amend
  /// It shows a part of an order only.
  case icebergs
}

extension VenueRules {
  init(_ abilities: Set<MockAbility>, takerFeeBasisPoints: Decimal) {
    self.init(
      canBeAskedLater: true, visibilityWindowMilliseconds: 0,
      orderTypes: abilities.contains(.triggers) ? OrderType.allCases : [.market, .limit],
      timesInForce: [.goodTillCanceled, .immediateOrCancel, .fillOrKill],
      hasReduceOnly: abilities.contains(.reduceOnly),
      hasDisplayQuantity: abilities.contains(.icebergs), canAmend: abilities.contains(.amend),
      takerFeeBasisPoints: takerFeeBasisPoints)
  }
}

/// A price that a test sets on the simulated exchange.
public struct MockPriceMove: Equatable, Sendable {
  /// The instrument.
  public var symbol: Symbol
  /// Its new price.
  public var price: Price
  /// How much can be traded at the price; nil for any quantity.
  public var available: Quantity?

  /// A move from its parts.
  public init(symbol: Symbol, price: Price, available: Quantity?) {
    self.symbol = symbol
    self.price = price
    self.available = available
  }
}
