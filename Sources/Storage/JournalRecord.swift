// What the journal takes: decisions about orders, changes of the trading state, and marks of
// profit, in one stream.

public import Trading

/// One row to be written.
public enum JournalRecord: Sendable {
  /// A decision about an order, with what else is known of it.
  case order(JournalEntry, Provenance? = nil)
  /// A change of the trading state, with its place in the engine's stream of entries.
  case tradingState(TradingStateChange, number: UInt64)
  /// What losses are measured from.
  case lossMark(LossMark, at: Timestamp, number: UInt64)

  /// Position in the engine's stream of entries.
  public var number: UInt64 {
    switch self {
    case .order(let entry, _): entry.number
    case .tradingState(_, let number), .lossMark(_, _, let number): number
    }
  }

  /// Whether it may be dropped if it cannot be written.
  var beginsOrder: Bool {
    if case .order(let entry, _) = self { entry.beginsOrder } else { false }
  }
}
