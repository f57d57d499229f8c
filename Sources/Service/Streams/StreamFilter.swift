// Which events a reader wants, as query parameters. A value that cannot be used is refused by name.
// The rule to keep: a filter narrows the events that have what it names. A change of the trading
// state concerns everybody, so only `types` keeps it out.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

/// What a reader has asked for; nil is everything.
struct StreamFilter: Hashable, Sendable {
  var types = Set(StreamEventType.allCases)
  var plugin: String?
  var symbol: String?
  var strategyID: String?
  var orderID: OrderID?

  init() {}

  @LoopActor init(query request: HTTPRequest, registry: PluginRegistry) throws(APIError) {
    if let text = request.query("types") { types = try StreamFilter.types(text) }
    if let account = try ListQuery.account(request) {
      guard registry.instance(account) != nil else {
        throw ListQuery.invalid("plugin", "the name of a plugin", account.text)
      }
      plugin = account.text
    }
    symbol = try ListQuery.symbol(request)?.text
    if let text = request.query("strategy_id") {
      guard let label = Label(text) else { throw ListQuery.invalid("strategy_id", "a text", text) }
      strategyID = label.text
    }
    if let text = request.query("order_id") {
      guard let id = OrderID(text: text) else { throw ListQuery.invalid("order_id", "an id", text) }
      orderID = id
    }
  }

  private static func types(_ text: String) throws(APIError) -> Set<StreamEventType> {
    var types: Set<StreamEventType> = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let type = StreamEventType(rawValue: String(word)) else {
        let names = StreamEventType.allCases.map(\.rawValue).joined(separator: ", ")
        throw ListQuery.invalid("types", "a list of \(names)", text)
      }
      types.insert(type)
    }
    return types
  }

  func wants(_ event: StreamEvent) -> Bool {
    guard types.contains(event.type) else { return false }
    let subject = event.subject
    let isOfPlugin = plugin == nil || subject.plugin == plugin
    let isOfSymbol = symbol == nil || subject.symbol == symbol
    switch event.type {
    case .tradingState: return true
    case .plugin: return isOfPlugin
    case .position: return isOfPlugin && isOfSymbol
    case .order, .fill:
      return isOfPlugin && isOfSymbol
        && (strategyID == nil || subject.strategyID == strategyID)
        && (orderID == nil || subject.orderID == orderID)
    }
  }
}
