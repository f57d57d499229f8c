// What a new process takes over from the store.

public import Trading

/// What the engine needs to go on.
public struct RestoredState: Sendable {
  /// Orders that have not ended, and filled ones that are not settled.
  public let orders: [Order]
  /// All positions.
  public let positions: [PositionKey: Position]
  /// The last change of the trading state of every scope that ever had one.
  public let tradingStates: [TradingStateChange]
  /// What losses are measured from; nil before the first time.
  public let lossMark: LossMark?
  /// Fingerprints of all idempotency keys and client order ids ever used.
  public let usedKeys: Set<UInt64>
  /// The newest order id ever given.
  public let lastOrderID: OrderID?
  /// All documents.
  public let documents: [StoredDocument]
}
