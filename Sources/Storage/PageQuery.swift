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

  /// The orders of a page, newest first. Each state has its own search, and the newest of what all
  /// find are taken: an index has the orders of one state by their age, but not those of several.
  init(_ filter: OrderFilter, for dialect: Dialect) {
    let conditions = PageQuery.conditions(filter, dialect)
    let page = "ORDER BY order_id DESC LIMIT \(filter.limit)"
    let select = "SELECT \(OrderTable.selection(for: dialect)) FROM orders"
    let states = OrderState.allCases.filter { filter.states.contains($0) }
    let searches = states.map { state in
      let isRare = state == .settled ? "" : " AND state <> 'SETTLED'"
      return conditions.clause(after: "state = '\(state.rawValue)'\(isRare)")
    }
    if states.count > 1 {
      let found = searches.map { search in
        "SELECT * FROM (SELECT order_id FROM orders\(search) \(page)) AS found"
      }
      sql =
        "\(select) WHERE order_id IN (SELECT order_id FROM "
        + "(\(found.joined(separator: " UNION ALL "))) AS found \(page)) ORDER BY order_id DESC"
    } else {
      sql = "\(select)\(searches.first ?? conditions.clause()) \(page)"
    }
    values = Array(repeating: conditions.values, count: max(1, states.count)).flatMap(\.self)
  }

  /// SQLite does not know what is rare, so it is told which index not to take: an account has more
  /// rows than whatever else is asked for.
  private static func account(_ dialect: Dialect, isOnlyFilter: Bool) -> String {
    dialect == .postgresql || isOnlyFilter ? "account = ?" : "+account = ?"
  }

  private static func conditions(_ filter: OrderFilter, _ dialect: Dialect) -> Conditions {
    var conditions = Conditions()
    if let symbol = filter.symbol { conditions.add("symbol = ?", .text(symbol.text)) }
    if let side = filter.side { conditions.add("side = ?", .text(side.rawValue)) }
    if let id = filter.strategyID { conditions.add("strategy_id = ?", .text(id.text)) }
    if let account = filter.account {
      let isOnlyFilter =
        filter.states.isEmpty && filter.symbol == nil && filter.strategyID == nil
        && filter.parentID == nil
      conditions.add(
        PageQuery.account(dialect, isOnlyFilter: isOnlyFilter), .text(account.text))
    }
    if let id = filter.parentID { conditions.add("parent_id = ?", .bytes(id.bytes)) }
    // Ids begin with the millisecond of their order, so a span of time is a span of ids.
    if let since = filter.since {
      conditions.add("order_id >= ?", .bytes(since.firstOrderID.bytes))
    }
    // One bound: of two the database may begin at the wrong one.
    if let end = [filter.until?.firstOrderID, filter.before].compactMap(\.self).min() {
      conditions.add("order_id < ?", .bytes(end.bytes))
    }
    return conditions
  }

  /// The fills of a page, newest first.
  init(_ filter: FillFilter, for dialect: Dialect) {
    var conditions = Conditions()
    if let id = filter.orderID { conditions.add("order_id = ?", .bytes(id.bytes)) }
    if let symbol = filter.symbol { conditions.add("symbol = ?", .text(symbol.text)) }
    if let account = filter.account {
      let isOnlyFilter = filter.orderID == nil && filter.symbol == nil
      conditions.add(
        PageQuery.account(dialect, isOnlyFilter: isOnlyFilter), .text(account.text))
    }
    if let before = filter.before { conditions.add("fill_id < ?", .integer(before)) }
    sql =
      "SELECT \(FillTable.columns) FROM fills\(conditions.clause()) "
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

    func clause(after first: String? = nil) -> String {
      let all = (first.map { [$0] } ?? []) + terms
      return all.isEmpty ? "" : " WHERE " + all.joined(separator: " AND ")
    }

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
