// What to list, and from where: keyset pages, so that page 10,000 costs what page 1 does.

public import Trading

/// A selection of orders, newest first.
public struct OrderFilter: Equatable, Sendable {
  /// The states; empty for all.
  public var states: [OrderState] = []
  /// The instrument.
  public var symbol: Symbol?
  /// The direction.
  public var side: Side?
  /// The strategy.
  public var strategyID: Label?
  /// The account.
  public var account: AccountID?
  /// The order that they protect.
  public var parentID: OrderID?
  /// Orders received at this moment or later.
  public var since: Timestamp?
  /// Orders received before this moment.
  public var until: Timestamp?
  /// Orders older than this one: the last of the page before.
  public var before: OrderID?
  /// How many, 1...1,000.
  public var limit = 100

  /// All orders.
  public init() {}
}

/// A selection of fills, newest first.
public struct FillFilter: Equatable, Sendable {
  /// The order.
  public var orderID: OrderID?
  /// The instrument.
  public var symbol: Symbol?
  /// The account.
  public var account: AccountID?
  /// Fills older than this one: the last of the page before.
  public var before: Int64?
  /// How many, 1...1,000.
  public var limit = 100

  /// All fills.
  public init() {}
}

/// One journal entry of an order, as it is listed.
public struct RecordedEntry: Equatable, Sendable {
  /// Its place in the journal.
  public let sequence: Int64
  /// When it was decided.
  public let at: Timestamp
  /// The events, as the journal's JSON: `{"events":[…]}`.
  public let body: [UInt8]
}
