// What the gateway asks of a terminal, as it travels. docs/BRIDGES.md has every member. Numbers
// travel as texts, so that no reader makes binary fractions of money.

internal import Trading
internal import Wire

/// An order's two names at a terminal.
struct BridgeOrderName: Equatable, Sendable {
  /// Our id.
  let id: OrderID

  /// The id in 25 characters, because the comment of an order in MetaTrader has 31.
  var mark: String { "fks\(Base64.encode(id.bytes).prefix(22))" }
}

/// An order in the words of a terminal.
struct BridgeOrder: Equatable, Sendable {
  let name: BridgeOrderName
  /// The instrument by the terminal's own name.
  let symbol: String
  let side: Side
  let type: OrderType
  let lots: Decimal
  let limitPrice: Price?
  let triggerPrice: Price?
  let timeInForce: TimeInForce
  /// Whether it may only make a position smaller.
  let isReducing: Bool

  /// Nil if the quantity is no number of lots.
  init?(_ order: Order, of contract: BridgeContract) {
    let terms = order.terms
    guard let lots = contract.lots(terms.quantity.amount) else { return nil }
    name = BridgeOrderName(id: order.id)
    symbol = contract.name
    side = terms.side
    type = order.executedType
    self.lots = lots
    limitPrice = type.hasLimitPrice ? terms.limitPrice : nil
    triggerPrice = type.isConditional ? terms.triggerPrice : nil
    // An order till a date rests until the gateway cancels it.
    timeInForce = terms.timeInForce == .goodTillDate ? .goodTillCanceled : terms.timeInForce
    isReducing = terms.isReduceOnly || terms.purpose != .trade
  }
}

/// A command to a terminal.
enum BridgeCommand: Equatable, Sendable {
  case submit(BridgeOrder)
  case cancel(BridgeOrderName)
  case query(BridgeOrderName)
  case openOrders
  case positions
  case balances
  case instruments
  case prices([String])
  case watch([String])

  /// The word that says what is asked.
  var word: String {
    switch self {
    case .submit: "submit"
    case .cancel: "cancel"
    case .query: "query"
    case .openOrders: "open_orders"
    case .positions: "positions"
    case .balances: "balances"
    case .instruments: "instruments"
    case .prices: "prices"
    case .watch: "watch"
    }
  }

  /// Whether it goes before what waits: cancels and questions never wait behind new orders.
  var isUrgent: Bool {
    switch self {
    case .submit(let order): order.isReducing
    case .cancel, .query: true
    case .openOrders, .positions, .balances, .instruments, .prices, .watch: false
    }
  }

  /// Whether it moves money, so that it may be carried out for a short while only.
  var isSubmit: Bool { if case .submit = self { true } else { false } }

  /// Writes the members that only this command has.
  func write(to json: inout JSONWriter) {
    switch self {
    case .submit(let order): order.write(to: &json)
    case .cancel(let name), .query(let name): name.write(to: &json)
    case .prices(let symbols), .watch(let symbols):
      json.key("symbols")
      json.beginArray()
      for symbol in symbols { json.string(symbol) }
      json.endArray()
    case .openOrders, .positions, .balances, .instruments: break
    }
  }
}

extension BridgeOrderName {
  fileprivate func write(to json: inout JSONWriter) {
    json.key("id")
    json.string(id.description)
    json.key("mark")
    json.string(mark)
  }
}

extension BridgeOrder {
  fileprivate func write(to json: inout JSONWriter) {
    name.write(to: &json)
    json.key("symbol")
    json.string(symbol)
    json.key("side")
    json.string(side.rawValue)
    json.key("type")
    json.string(type.rawValue)
    json.key("lots")
    json.string(lots.description)
    json.key("limit_price")
    json.string(limitPrice?.description ?? "")
    json.key("trigger_price")
    json.string(triggerPrice?.description ?? "")
    json.key("time_in_force")
    json.string(timeInForce.rawValue)
    json.key("reduces")
    json.bool(isReducing)
  }
}
