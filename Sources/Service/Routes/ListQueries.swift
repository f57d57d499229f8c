// The query parameters of lists. A value that cannot be used is refused by name, never ignored.

internal import Storage
internal import Trading
internal import Wire

extension OrderFilter {
  init(query request: HTTPRequest) throws(APIError) {
    self.init()
    if let text = request.query("status") { states = try ListQuery.states(text) }
    symbol = try ListQuery.symbol(request)
    if let text = request.query("side") {
      guard let side = Side(rawValue: text.uppercased()) else {
        throw ListQuery.invalid("side", "BUY or SELL", text)
      }
      self.side = side
    }
    if let text = request.query("strategy_id") {
      guard let label = Label(text) else { throw ListQuery.invalid("strategy_id", "a text", text) }
      strategyID = label
    }
    account = try ListQuery.account(request)
    if let text = request.query("parent_order_id") {
      guard let id = OrderID(text: text) else {
        throw ListQuery.invalid("parent_order_id", "an id", text)
      }
      parentID = id
    }
    since = try ListQuery.moment(request, "since")
    until = try ListQuery.moment(request, "until")
    if let text = request.query("next") {
      guard let id = OrderID(text: text) else {
        throw ListQuery.invalid("next", "the `next` of an earlier answer", text)
      }
      before = id
    }
    limit = try ListQuery.limit(request) ?? limit
  }
}

extension FillFilter {
  init(query request: HTTPRequest) throws(APIError) {
    self.init()
    if let text = request.query("order_id") {
      guard let id = OrderID(text: text) else { throw ListQuery.invalid("order_id", "an id", text) }
      orderID = id
    }
    symbol = try ListQuery.symbol(request)
    account = try ListQuery.account(request)
    if let text = request.query("next") {
      guard let number = Int64(text), number > 0 else {
        throw ListQuery.invalid("next", "the `next` of an earlier answer", text)
      }
      before = number
    }
    limit = try ListQuery.limit(request) ?? limit
  }
}

/// Query parameters that several routes take.
enum ListQuery {
  /// Rows of a page: 1,000 orders are about a megabyte.
  static let limitMax = 1_000

  static func invalid(_ name: String, _ expected: String, _ text: String) -> APIError {
    let shown = String(text.prefix(40)).debugDescription
    return .invalid(
      "INVALID_QUERY", field: name,
      "The parameter \(name) must be \(expected), but is \(shown).")
  }

  /// The states that an outward status, or a state's own name, stands for.
  static func states(_ text: String) throws(APIError) -> [OrderState] {
    let word = text.uppercased()
    let states = OrderState.allCases.filter { $0.status == word || $0.rawValue == word }
    guard !states.isEmpty else {
      throw invalid("status", "a status such as PENDING, FILLED, SETTLED or CANCELLED", text)
    }
    return states
  }

  static func symbol(_ request: HTTPRequest) throws(APIError) -> Symbol? {
    guard let text = request.query("symbol") else { return nil }
    guard let symbol = Symbol(anySpelling: text) else {
      throw invalid("symbol", "an instrument such as BTCUSDT", text)
    }
    return symbol
  }

  static func account(_ request: HTTPRequest) throws(APIError) -> AccountID? {
    guard let text = request.query("plugin") ?? request.query("exchange") else { return nil }
    guard let account = AccountID(text.lowercased()) else {
      throw invalid("plugin", "the name of a plugin", text)
    }
    return account
  }

  static func moment(_ request: HTTPRequest, _ name: String) throws(APIError) -> Timestamp? {
    guard let text = request.query(name) else { return nil }
    guard let moment = Timestamp(text: text) else {
      throw invalid(name, "a time such as 2026-01-31T12:00:00Z, or Unix seconds", text)
    }
    return moment
  }

  static func flag(_ request: HTTPRequest, _ name: String) throws(APIError) -> Bool {
    switch request.query(name)?.lowercased() {
    case nil, "false": return false
    case "true": return true
    case let text?: throw invalid(name, "true or false", text)
    }
  }

  static func limit(_ request: HTTPRequest) throws(APIError) -> Int? {
    guard let text = request.query("limit") else { return nil }
    guard let limit = Int(text), (1...limitMax).contains(limit) else {
      throw invalid("limit", "from 1 to \(limitMax)", text)
    }
    return limit
  }
}
