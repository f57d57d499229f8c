// What the journal has and the tables do not have yet. An order's row is written when the order has
// rested for some entries, so that one that fills at once is written once. Rows may therefore be
// ahead of one another; each knows the last entry that it contains, and a restart goes on from
// there.

internal import Trading

struct Projection {
  /// An order whose row lags.
  struct Row {
    var order: Order
    /// The first entry that the row does not contain yet, and the last.
    let first: Int64
    var last: Int64
    var fills: [(id: Int64, fill: Fill)] = []
  }

  /// A position whose row lags.
  struct PositionRow {
    var position: Position
    var last: Int64
  }

  private var orders: [OrderID: Row] = [:]
  private(set) var positions: [PositionKey: PositionRow] = [:]
  private(set) var tradingStates: [TradingStateChange] = []
  private(set) var lossMark: LossMark?
  /// Every entry that some row may lack, in the journal's order.
  private var entries: [(sequence: Int64, order: OrderID)] = []
  private var cursors = Cursors()

  /// Rows that were taken out to be written and are not committed yet.
  private var staged: [OrderID: Row] = [:]
  private var cursorsBeforeStaging = Cursors()

  private struct Cursors {
    /// Up to here no order is left that has rested.
    var staging = 0
    /// Up to here every entry is contained in its order's row.
    var complete = 0
  }

  /// Entries before the cursors are dropped when there are so many, which keeps their array short.
  private static let droppedEntriesMin = 4_096

  var isEmpty: Bool {
    orders.isEmpty && staged.isEmpty && positions.isEmpty && tradingStates.isEmpty
      && lossMark == nil
  }
  var hasStaged: Bool { !staged.isEmpty }
  /// Entries whose orders are not written, as far as they were not passed over.
  var waitingEntries: Int { entries.count - cursors.staging }

  /// Whether an order has had no entry after `sequence`, though one up to it.
  func hasRested(since sequence: Int64) -> Bool {
    cursors.staging < entries.count && entries[cursors.staging].sequence <= sequence
  }

  /// Takes in an entry of an order.
  mutating func add(_ order: Order, _ events: [OrderEvent], sequence: Int64) {
    entries.append((sequence, order.id))
    let fills = FillTable.identified(events, sequence: sequence)
    orders[order.id, default: Row(order: order, first: sequence, last: sequence)]
      .append(order, fills, sequence)
  }

  /// Takes in a position as it was after an entry.
  mutating func add(_ position: Position, of key: PositionKey, sequence: Int64) {
    positions[key] = PositionRow(position: position, last: sequence)
  }

  /// Takes in a change of the trading state.
  mutating func add(_ change: TradingStateChange) { tradingStates.append(change) }

  /// Takes in what losses are measured from.
  mutating func add(_ mark: LossMark) { lossMark = mark }

  /// The next order that has had no entry after `sequence`, to be written.
  mutating func stageNext(restingSince sequence: Int64) -> Row? {
    if staged.isEmpty { cursorsBeforeStaging = cursors }
    while hasRested(since: sequence) {
      let entry = entries[cursors.staging]
      cursors.staging += 1
      // A later entry of the order has a place of its own further back.
      if orders[entry.order]?.last == entry.sequence {
        let row = orders.removeValue(forKey: entry.order)
        staged[entry.order] = row
        return row
      }
    }
    return nil
  }

  /// The last entry up to which the tables contain everything once the staged rows are committed;
  /// `head` is the journal's last.
  mutating func completeThrough(head: Int64) -> Int64 {
    while cursors.complete < entries.count {
      let entry = entries[cursors.complete]
      if orders[entry.order]?.first == entry.sequence { return entry.sequence - 1 }
      cursors.complete += 1
    }
    return head
  }

  /// The staged rows and all positions are in the tables.
  mutating func committed() {
    staged.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    tradingStates = []
    lossMark = nil
    let done = min(cursors.staging, cursors.complete)
    guard done == entries.count || done >= Projection.droppedEntriesMin else { return }
    entries.removeFirst(done)
    cursors.staging -= done
    cursors.complete -= done
  }

  /// The staged rows are not in the tables.
  mutating func rolledBack() {
    guard hasStaged else { return }
    orders.merge(staged) { _, staged in staged }
    staged.removeAll(keepingCapacity: true)
    cursors = cursorsBeforeStaging
  }
}

extension Projection.Row {
  fileprivate mutating func append(
    _ order: Order, _ fills: [(id: Int64, fill: Fill)], _ sequence: Int64
  ) {
    self.order = order
    last = sequence
    self.fills += fills
  }
}
