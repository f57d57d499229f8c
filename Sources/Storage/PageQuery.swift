// The query of a page: its text and its values, apart from each other.

internal import SQL
internal import Trading

struct PageQuery {
  private enum Value {
    case text(String)
    case bytes([UInt8])
    case integer(Int64)
  }

  /// A SELECT with a question mark for each value.
  let sql: String
  private let values: [Value]

  /// The orders of a page, newest first.
  init(_ filter: OrderFilter, for dialect: Dialect) {
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
    if let id = filter.parentID { conditions.add("parent_id = ?", .bytes(id.bytes)) }
    // Ids begin with the millisecond of their order, so a span of time is a span of ids.
    if let since = filter.since {
      conditions.add("order_id >= ?", .bytes(since.firstOrderID.bytes))
    }
    if let until = filter.until { conditions.add("order_id < ?", .bytes(until.firstOrderID.bytes)) }
    if let before = filter.before { conditions.add("order_id < ?", .bytes(before.bytes)) }
    sql =
      "SELECT \(OrderTable.selection(for: dialect)) FROM orders\(conditions.clause) "
      + "ORDER BY order_id DESC LIMIT \(filter.limit)"
    values = conditions.values
  }

  /// The fills of a page, newest first.
  init(_ filter: FillFilter) {
    var conditions = Conditions()
    if let id = filter.orderID { conditions.add("order_id = ?", .bytes(id.bytes)) }
    if let symbol = filter.symbol { conditions.add("symbol = ?", .text(symbol.text)) }
    if let account = filter.account { conditions.add("account = ?", .text(account.text)) }
    if let before = filter.before { conditions.add("fill_id < ?", .integer(before)) }
    sql =
      "SELECT \(FillTable.columns) FROM fills\(conditions.clause) "
      + "ORDER BY fill_id DESC LIMIT \(filter.limit)"
    values = conditions.values
  }

  /// Binds the values to a statement of `sql`.
  func bind(to statement: any DatabaseStatement) {
    for value in values {
      switch value {
      case .text(let text): statement.bind(text)
      case .bytes(let bytes): statement.bind(bytes)
      case .integer(let integer): statement.bind(integer)
      }
    }
  }

  /// The WHERE clause while it grows.
  private struct Conditions {
    private var terms: [String] = []
    private(set) var values: [Value] = []

    var clause: String { terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ") }

    mutating func add(_ term: String, _ value: Value? = nil) {
      terms.append(term)
      if let value { values.append(value) }
    }
  }
}

extension Timestamp {
  /// The smallest id that an order of this millisecond can have.
  fileprivate var firstOrderID: OrderID {
    OrderID(value: UInt128(UInt64(clamping: microseconds / 1_000)) << 80)
  }
}
