// Journal rows folded into orders and positions, by the same functions that the engine uses. This
// is how tables are caught up, rebuilt and checked.

internal import Trading

struct Fold {
  private let table: OrderTable
  private var orders: [OrderID: Order] = [:]
  private(set) var positions: [PositionKey: Position]

  /// A fold that goes on from what tables have.
  init(orders table: OrderTable, positions: [PositionKey: Position]) {
    self.table = table
    self.positions = positions
  }

  /// The entry that the engine had recorded as `row`.
  mutating func apply(_ row: JournalTable.Row) throws(StoreError) -> JournalEntry {
    guard let id = OrderID(bytes: row.orderID), let events = EventCodec.decode(row.body) else {
      throw StoreError.brokenRow("order_events", "sequence \(row.sequence)")
    }
    let now = Timestamp(microseconds: row.recordedAt)
    var order: Order
    if case .received(let terms) = events.first {
      order = Order(id: id, terms: terms, at: now)
    } else if let known = orders[id] {
      order = known
    } else if let known = try table.order(id) {
      order = known
    } else {
      throw StoreError.brokenRow("order_events", "sequence \(row.sequence) has no order")
    }
    let key = PositionKey(account: order.terms.account, symbol: order.terms.symbol)
    var movesPosition = false
    for event in events {
      if case .received = event { continue }
      _ = order.apply(event, at: now)
      guard case .filled(let fill) = event else { continue }
      positions[key, default: Position(at: now)].apply(fill, side: order.terms.side, at: now)
      movesPosition = true
    }
    orders[id] = order
    return JournalEntry(
      number: UInt64(row.sequence), at: now, events: events, order: order,
      position: movesPosition ? positions[key] : nil, beginsOrder: false)
  }

  /// Lets go of the orders that the table has by now, so that memory stays bounded.
  mutating func forgetOrders() { orders = [:] }
}
