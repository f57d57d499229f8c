// Reading: pages, one order's events, and what a restart needs.

internal import SQLite
internal import Trading

final class Queries {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// FILLED orders that a restart takes into memory to settle them; as many as the engine keeps.
  private static let filledMax = 1_000

  func liveOrders(_ table: OrderTable) throws(StoreError) -> [Order] {
    let live = OrderState.allCases.filter { !$0.isSealed }.map { "'\($0.rawValue)'" }
    // The literal term lets SQLite use the partial index of rare states.
    let select = "SELECT \(OrderTable.columns) FROM orders WHERE state <> 'SETTLED' AND "
    let open = try prepare(select + "state IN (\(live.joined(separator: ", "))) ORDER BY order_id")
    let filled = try prepare(
      select + "state = 'FILLED' ORDER BY order_id DESC LIMIT \(Queries.filledMax)")
    return try table.rows(of: open) + table.rows(of: filled).reversed()
  }

  func keyFingerprints() throws(StoreError) -> Set<UInt64> {
    let clients = try prepare(
      "SELECT client_order_id FROM orders WHERE client_order_id IS NOT NULL")
    let keys = try prepare("SELECT idempotency_key FROM orders WHERE idempotency_key IS NOT NULL")
    var fingerprints: Set<UInt64> = []
    do throws(DatabaseError) {
      while try clients.step() {
        guard let id = clients.text(0).flatMap({ ClientOrderID($0) }) else { continue }
        fingerprints.insert(IdempotencyKey(clientOrderID: id).fingerprint)
      }
      while try keys.step() {
        guard let text = keys.text(0) else { continue }
        fingerprints.insert(IdempotencyKey(stored: text).fingerprint)
      }
    } catch {
      throw StoreError(error, doing: "read the idempotency keys")
    }
    return fingerprints
  }

  func lastOrderID() throws(StoreError) -> OrderID? {
    let statement = try prepare("SELECT max(order_id) FROM orders")
    defer { statement.reset() }
    do throws(DatabaseError) {
      return try statement.step() ? OrderID(bytes: statement.bytes(0)) : nil
    } catch {
      throw StoreError(error, doing: "read the last order id")
    }
  }

  func page(_ filter: OrderFilter, _ table: OrderTable) throws(StoreError) -> [Order] {
    var conditions = Conditions()
    if !filter.states.isEmpty {
      let names = filter.states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      conditions.add("state IN (\(names))")
      if !filter.states.contains(.settled) { conditions.add("state <> 'SETTLED'") }
    }
    if let symbol = filter.symbol { conditions.add("symbol = ?", .text(symbol.text)) }
    if let side = filter.side { conditions.add("side = ?", .text(side.rawValue)) }
    if let id = filter.strategyID { conditions.add("strategy_id = ?", .text(id.text)) }
    if let account = filter.account { conditions.add("account = ?", .text(account.text)) }
    // Ids begin with the millisecond of their order, so a span of time is a span of ids.
    if let since = filter.since {
      conditions.add("order_id >= ?", .bytes(since.firstOrderID.bytes))
    }
    if let until = filter.until { conditions.add("order_id < ?", .bytes(until.firstOrderID.bytes)) }
    if let before = filter.before { conditions.add("order_id < ?", .bytes(before.bytes)) }
    let statement = try prepare(
      "SELECT \(OrderTable.columns) FROM orders\(conditions.clause) "
        + "ORDER BY order_id DESC LIMIT \(filter.limit)")
    conditions.bind(to: statement)
    return try table.rows(of: statement)
  }

  func page(_ filter: FillFilter) throws(StoreError) -> [RecordedFill] {
    var conditions = Conditions()
    if let id = filter.orderID { conditions.add("order_id = ?", .bytes(id.bytes)) }
    if let symbol = filter.symbol { conditions.add("symbol = ?", .text(symbol.text)) }
    if let account = filter.account { conditions.add("account = ?", .text(account.text)) }
    if let before = filter.before { conditions.add("fill_id < ?", .integer(before)) }
    let statement = try prepare(
      "SELECT \(FillTable.columns) FROM fills\(conditions.clause) "
        + "ORDER BY fill_id DESC LIMIT \(filter.limit)")
    conditions.bind(to: statement)
    return try FillTable.rows(of: statement)
  }

  func entries(of id: OrderID) throws(StoreError) -> [RecordedEntry] {
    let statement = try prepare(
      "SELECT sequence, recorded_at, body FROM order_events WHERE order_id = ? ORDER BY sequence")
    statement.bind(id.bytes)
    return try statement.rows(of: "order_events") {
      RecordedEntry(
        sequence: $0.integer(0), at: Timestamp(microseconds: $0.integer(1)), body: $0.bytes(2))
    }
  }

  private func prepare(_ sql: String) throws(StoreError) -> Statement {
    do throws(DatabaseError) {
      return try connection.prepare(sql)
    } catch {
      throw StoreError(error, doing: "prepare a query")
    }
  }
}

/// The WHERE clause of a page, with its values apart from its text.
private struct Conditions {
  enum Value {
    case text(String)
    case bytes([UInt8])
    case integer(Int64)
  }

  private var terms: [String] = []
  private var values: [Value] = []

  var clause: String { terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ") }

  mutating func add(_ term: String, _ value: Value? = nil) {
    terms.append(term)
    if let value { values.append(value) }
  }

  func bind(to statement: Statement) {
    for value in values {
      switch value {
      case .text(let text): statement.bind(text)
      case .bytes(let bytes): statement.bind(bytes)
      case .integer(let integer): statement.bind(integer)
      }
    }
  }
}

extension Timestamp {
  /// The smallest id that an order of this millisecond can have.
  fileprivate var firstOrderID: OrderID {
    OrderID(value: UInt128(UInt64(clamping: microseconds / 1_000)) << 80)
  }
}
