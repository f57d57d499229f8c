// The trades of an order that its venue took back. They are remembered, because a report that was
// under way when it did may tell of them again.

/// Trades that do not count any more. Shared by every copy of the order.
public final class Busts: Equatable, Sendable {
  /// The trades, in the order in which they were taken back.
  public let tradeIDs: [TradeID]
  /// How much was traded in them.
  public let quantity: Quantity

  /// Busts from their parts.
  public init(tradeIDs: [TradeID], quantity: Quantity) {
    self.tradeIDs = tradeIDs
    self.quantity = quantity
  }

  /// Whether both are the same trades.
  public static func == (a: Busts, b: Busts) -> Bool {
    a.tradeIDs == b.tradeIDs && a.quantity == b.quantity
  }
}
