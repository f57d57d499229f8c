// Reading: pages, one order's events, and what a restart needs.

internal import SQL
internal import Trading

final class Queries {
  private let connection: any DatabaseConnection
  /// Kept, because whoever follows the journal asks for it with most rows.
  private var first: (any DatabaseStatement)?

  init(_ connection: any DatabaseConnection) { self.connection = connection }

  /// FILLED orders that a restart takes into memory to settle them; as many as the engine keeps.
  private static let filledMax = 1_000

  /// The orders that a restart takes into memory: those that have not ended or settled, those whose
  /// fills are still protected, with all their protective orders, and for each slice and each
  /// parent among them the parent with all its slices; oldest first.
  func liveOrders(_ table: OrderTable) throws(StoreError) -> [Order] {
    let live = OrderState.allCases.filter { !$0.isSealed }.map { "'\($0.rawValue)'" }
    // The literal term lets the database use the partial index of rare states.
    let select = "SELECT \(table.selection) FROM orders WHERE state <> 'SETTLED' AND "
    let open = try prepare(select + "state IN (\(live.joined(separator: ", "))) ORDER BY order_id")
    let filled = try prepare(
      select + "state = 'FILLED' ORDER BY order_id DESC LIMIT \(Queries.filledMax)")
    let protecting = try prepare(
      "SELECT \(table.selection) FROM orders WHERE is_protecting = 1")
    let legs = try prepare(
      "SELECT \(table.selection) FROM orders WHERE parent_id IN "
        + "(SELECT order_id FROM orders WHERE is_protecting = 1) AND parent_id IS NOT NULL")
    var orders: [OrderID: Order] = [:]
    for statement in [open, filled, protecting, legs] {
      for order in try table.rows(of: statement) { orders[order.id] = order }
    }
    let parents = orders.values.compactMap {
      $0.algorithm == nil ? $0.terms.sliceOf?.parent : $0.id
    }
    for id in Set(parents) {
      for order in try slices(of: id, table) { orders[order.id] = order }
      orders[id] = try table.order(id)
    }
    return orders.values.sorted { $0.id < $1.id }
  }

  /// The orders that belong to a parent.
  private func slices(of id: OrderID, _ table: OrderTable) throws(StoreError) -> [Order] {
    let statement = try prepare(
      "SELECT \(table.selection) FROM orders WHERE parent_id = ?")
    return try table.rows(of: statement.bind(id.bytes))
  }

  /// Keys that are read at once: all of them would take memory, and so long that the server would
  /// end a session that is silent meanwhile.
  private static let keysPerStep = 20_000

  func keyFingerprints() throws(StoreError) -> Set<UInt64> {
    var fingerprints: Set<UInt64> = []
    try forEachKey(in: "client_order_id") { text in
      guard let id = ClientOrderID(text) else { return }
      fingerprints.insert(IdempotencyKey(clientOrderID: id).fingerprint)
    }
    try forEachKey(in: "idempotency_key") { text in
      fingerprints.insert(IdempotencyKey(stored: text).fingerprint)
    }
    return fingerprints
  }

  private func forEachKey(in column: String, _ body: (String) -> Void) throws(StoreError) {
    let statement = try prepare(
      "SELECT \(column) FROM orders WHERE \(column) > ? ORDER BY \(column) "
        + "LIMIT \(Queries.keysPerStep)")
    var last = ""
    var count = Queries.keysPerStep
    while count == Queries.keysPerStep {
      let keys = try statement.bind(last).rows(of: "orders") { $0.text(0) }
      keys.forEach(body)
      count = keys.count
      last = keys.last ?? last
    }
  }

  func lastOrderID() throws(StoreError) -> OrderID? {
    let statement = try prepare("SELECT order_id FROM orders ORDER BY order_id DESC LIMIT 1")
    defer { statement.reset() }
    do throws(DatabaseError) {
      return try statement.step() ? OrderID(bytes: statement.bytes(0)) : nil
    } catch {
      throw StoreError(error, doing: "read the last order id")
    }
  }

  func page(_ filter: OrderFilter, _ table: OrderTable) throws(StoreError) -> [Order] {
    try table.rows(of: statement(of: PageQuery(filter, for: connection.dialect)))
  }

  func page(_ filter: FillFilter) throws(StoreError) -> [RecordedFill] {
    try FillTable.rows(of: statement(of: PageQuery(filter, for: connection.dialect)))
  }

  private func statement(of query: PageQuery) throws(StoreError) -> any DatabaseStatement {
    let statement = try prepare(query.sql)
    query.bind(to: statement)
    return statement
  }

  /// The first entry of an order.
  func firstEntry(of id: OrderID) throws(StoreError) -> RecordedEntry? {
    let statement: any DatabaseStatement
    if let known = first {
      statement = known
    } else {
      statement = try prepare(Queries.entries + " LIMIT 1")
      first = statement
    }
    statement.bind(id.bytes)
    return try entries(statement).first
  }

  func entries(of id: OrderID) throws(StoreError) -> [RecordedEntry] {
    let statement = try prepare(Queries.entries)
    statement.bind(id.bytes)
    return try entries(statement)
  }

  /// The rows of an order with the hash of the row before each; and its protective orders, as far
  /// as the tables have them.
  func trail(of id: OrderID) throws(StoreError) -> Trail? {
    let statement = try prepare(
      "SELECT e.sequence, e.recorded_at, e.body, e.hash, coalesce(p.hash, a.hash) "
        + "FROM order_events AS e CROSS JOIN journal_anchor AS a "
        + "LEFT JOIN order_events AS p ON p.sequence = e.sequence - 1 "
        + "WHERE e.order_id = ? ORDER BY e.sequence")
    let rows = try statement.bind(id.bytes).rows(of: "order_events") { row in
      TrailRow(
        sequence: row.integer(0), orderID: id,
        recordedAt: Timestamp(microseconds: row.integer(1)), body: row.bytes(2),
        hash: row.bytes(3), previousHash: row.bytes(4))
    }
    guard !rows.isEmpty else { return nil }
    let legs = try prepare("SELECT order_id FROM orders WHERE parent_id = ? ORDER BY order_id")
    let protective = try legs.bind(id.bytes).rows(of: "orders") { OrderID(bytes: $0.bytes(0)) }
    return try Trail(rows: rows, protective: protective)
  }

  private static let entries =
    "SELECT sequence, recorded_at, body FROM order_events WHERE order_id = ? ORDER BY sequence"

  private func entries(_ statement: any DatabaseStatement) throws(StoreError) -> [RecordedEntry] {
    try statement.rows(of: "order_events") {
      RecordedEntry(
        sequence: $0.integer(0), at: Timestamp(microseconds: $0.integer(1)), body: $0.bytes(2))
    }
  }

  private func prepare(_ sql: String) throws(StoreError) -> any DatabaseStatement {
    do throws(DatabaseError) {
      return try connection.prepare(sql)
    } catch {
      throw StoreError(error, doing: "prepare a query")
    }
  }
}
