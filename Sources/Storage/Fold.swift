// Journal rows folded into orders and positions, by the same functions that the engine uses. This
// is how tables are caught up, rebuilt and checked.

internal import Trading

struct Fold {
  private let table: OrderTable
  private var orders: [OrderID: OrderTable.Row] = [:]
  private var positions: [PositionKey: PositionTable.Row]

  /// A fold that goes on from what tables have.
  init(orders table: OrderTable, positions: [PositionKey: PositionTable.Row]) {
    self.table = table
    self.positions = positions
  }

  /// Applies a row, as far as the tables do not contain it yet, and notes what has to be written.
  mutating func apply(
    _ row: JournalTable.Row, to projection: inout Projection
  ) throws(StoreError) {
    let now = Timestamp(microseconds: row.recordedAt)
    if row.orderID == JournalTable.noOrder {
      if let mark = EventCodec.decodeLossMark(row.body) { return projection.add(mark) }
      guard let change = EventCodec.decodeTradingState(row.body, at: now) else {
        throw StoreError.brokenRow("order_events", "sequence \(row.sequence)")
      }
      return projection.add(change)
    }
    guard let id = OrderID(bytes: row.orderID), let events = EventCodec.decode(row.body) else {
      throw StoreError.brokenRow("order_events", "sequence \(row.sequence)")
    }
    var known = try self.order(id, begunBy: events.first, at: now, row.sequence)
    let terms = known.order.terms
    movePosition(terms, events, at: now, row.sequence, &projection)
    guard row.sequence > known.through else { return }
    for event in events {
      if case .received = event { continue }
      _ = known.order.apply(event, at: now)
    }
    orders[id] = OrderTable.Row(order: known.order, through: row.sequence)
    projection.add(known.order, events, sequence: row.sequence)
  }

  private func order(
    _ id: OrderID, begunBy event: OrderEvent?, at now: Timestamp, _ sequence: Int64
  ) throws(StoreError) -> OrderTable.Row {
    if case .received(let terms) = event {
      return OrderTable.Row(order: Order(id: id, terms: terms, at: now), through: 0)
    }
    if let known = orders[id] { return known }
    guard let known = try table.row(id) else {
      throw StoreError.brokenRow("order_events", "sequence \(sequence) has no order")
    }
    return known
  }

  private mutating func movePosition(
    _ terms: OrderTerms, _ events: [OrderEvent], at now: Timestamp, _ sequence: Int64,
    _ projection: inout Projection
  ) {
    let key = terms.positionKey
    var row = positions[key] ?? PositionTable.Row(position: Position(at: now), through: 0)
    guard row.through < sequence else { return }
    for event in events {
      switch event {
      case .filled(let fill): row.position.apply(fill, side: terms.side, at: now)
      case .busted(let fill): row.position.takeBack(fill, side: terms.side, at: now)
      default: continue
      }
      row.through = sequence
    }
    guard row.through == sequence else { return }
    positions[key] = row
    projection.add(row.position, of: key, sequence: sequence)
  }

  /// Lets go of the orders that the table has by now, so that memory stays bounded.
  mutating func forgetOrders() { orders = [:] }
}
