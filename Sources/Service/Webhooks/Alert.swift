// An alert as a value, out of any of the bodies that TradingView's users, the Rust gateway and the
// Python services send. It knows no account and no position. The rule to keep: what is not
// understood is refused by name, because half an alert is another trade.

internal import Plugins
internal import Trading
internal import Wire

struct Alert {
  /// What is to be done.
  enum Action: Equatable {
    case buy
    case sell
    /// Close the position, or a part of it.
    case close
    /// Turn the position round.
    case reverse
    /// Bring the position to this signed size.
    case reach(Decimal)
    /// Nothing: the strategy says that it is alive.
    case heartbeat

    /// The word in metrics and answers.
    var name: String {
      switch self {
      case .buy: "buy"
      case .sell: "sell"
      case .close: "close"
      case .reverse: "reverse"
      case .reach: "position"
      case .heartbeat: "heartbeat"
      }
    }

    /// Whether it can only make a position smaller.
    var isBrake: Bool { self == .close || self == .reach(.zero) }
  }

  var action: Action
  var ticker: AlertTicker?
  var account: AccountID?
  var strategy: Label?
  /// The sender's own name of the alert.
  var id: Label?
  /// When it was sent, as the sender says.
  var sentAt: Timestamp?
  /// From 0 to 1.
  var confidence: Decimal?
  /// In the base asset; nil where the size is to be worked out.
  var quantity: Quantity?
  var type = OrderType.market
  /// The price that it names: the limit, or what the sender saw.
  var price: Price?
  var instructions = OrderInstructions()
  var timeInForce: TimeInForce?
  var isPostOnly = false
  var category: Label?

  /// What an alert counts as that does not say how sure it is, as the callers know it.
  static let usualConfidence = Decimal(units: 7, scale: 1)

  init(_ fields: BodyFields) throws(APIError) {
    action = try Alert.action(fields)
    strategy = try fields.first(of: ["strategy", "strategy_id"], fields.label)?.value
    id = try fields.first(of: ["alert_id", "signal_id"], fields.label)?.value
    sentAt = try fields.moment("timestamp")
    category = try fields.label("category")
    confidence = try fields.decimal("confidence")
    if let confidence, confidence.isNegative || confidence > Decimal(1) {
      throw .invalid(
        "INVALID_CONFIDENCE", field: "confidence",
        "confidence must be from 0 to 1, but is \(confidence).")
    }
    guard action != .heartbeat else { return }
    account = try OrderBody.account(fields)
    ticker = try Alert.ticker(fields)
    quantity = try fields.first(of: Alert.quantityNames, fields.quantity)?.value
    guard !action.isBrake else { return }
    try readOrder(fields)
  }

  private static let quantityNames = ["quantity", "qty", "contracts"]

  private mutating func readOrder(_ fields: BodyFields) throws(APIError) {
    if fields.has("order_type") || fields.has("type") {
      type = try fields.word(
        ["order_type", "type"], code: "INVALID_TYPE", OrderType.self,
        aliases: OrderBody.typeAliases)
    }
    guard type == .market || action == .buy || action == .sell else {
      throw .invalid(
        "INVALID_TYPE", field: "order_type",
        "An alert that says where the position is to be is a MARKET order; leave order_type out.")
    }
    price = try fields.price("price")
    // Older senders of stops have one price only, and mean the trigger by it.
    var triggerNames = ["stop_price", "trigger_price"]
    if !type.hasLimitPrice { triggerNames.append("price") }
    let read = try InstructionFields(fields, type, triggerNames: triggerNames)
    (instructions, timeInForce, isPostOnly) = (read.instructions, read.timeInForce, read.isPostOnly)
    if instructions.trigger?.fixedPrice != nil, !type.hasLimitPrice { price = nil }
    if type.hasLimitPrice, price == nil {
      throw .invalid(
        "MISSING_PRICE", field: "price", "A \(type.rawValue) order needs a price above 0.")
    }
    guard instructions.route.isEmpty else {
      throw .invalid(
        "FIELD_NOT_FOR_WEBHOOK", field: "algorithm",
        "An alert cannot be routed: its position is on one account. Use POST /orders.")
    }
    guard instructions.quoteQuantity != nil else { return }
    guard quantity == nil, action == .buy || action == .sell else {
      throw Alert.contradiction(
        "quote_quantity", "quote_quantity says how much a buy or a sell is worth; send it alone.")
    }
    // Worked out from that by the engine.
    quantity = .zero
  }

  // MARK: Fields

  private static func action(_ fields: BodyFields) throws(APIError) -> Action {
    let word = try fields.first(of: ["action", "side"], fields.text)
    let target = try target(fields)
    let action = try word.map { (name, text) throws(APIError) in try Alert.action(text, name) }
    if let action, let side = try fields.text("side"), fields.has("action"),
      try Alert.action(side, "side") != action
    {
      throw contradiction("side", "action and side say different things; send one of them.")
    }
    guard let target else {
      guard let action else { throw BodyFields.missing("action") }
      return action
    }
    // Templates name the order's own side beside the position that it leads to.
    switch action {
    case nil, .buy, .sell: break
    case .close where target.isZero: break
    case .close, .reverse, .reach, .heartbeat:
      throw contradiction(
        "position_size", "The action and the position that is to be reached contradict.")
    }
    if let name = quantityNames.first(where: fields.has) {
      throw contradiction(
        name, "\(name) and position_size say how much in two ways; send one of them.")
    }
    return .reach(target)
  }

  private static func contradiction(_ field: String, _ sentence: String) -> APIError {
    .invalid("CONTRADICTION", field: field, sentence)
  }

  private static func action(_ text: String, _ field: String) throws(APIError) -> Action {
    switch text.lowercased() {
    case "buy": return .buy
    case "sell": return .sell
    case "close", "flat": return .close
    case "reverse": return .reverse
    case "heartbeat": return .heartbeat
    default:
      throw .invalid(
        "INVALID_ACTION", field: field,
        "Invalid action: \(BodyFields.shown(text)). Send buy, sell, close, flat, reverse or "
          + "heartbeat.")
    }
  }

  /// The signed size that a position is to have: `position_size` of TradingView is signed,
  /// `market_position_size` has its direction in `market_position`.
  private static func target(_ fields: BodyFields) throws(APIError) -> Decimal? {
    if let size = try fields.decimal("position_size") { return size }
    guard let direction = try fields.text("market_position") else { return nil }
    let size = try fields.decimal("market_position_size")
    switch (direction.lowercased(), size) {
    case ("flat", _): return .zero
    case ("long", let size?) where !size.isNegative: return size
    case ("short", let size?) where !size.isNegative: return -size
    case ("long", _), ("short", _):
      throw .invalid(
        "MISSING_FIELD", field: "market_position_size",
        "market_position needs market_position_size, 0 or more, beside it.")
    default:
      throw .invalid(
        "INVALID_ACTION", field: "market_position",
        "market_position must be long, short or flat, but is \(BodyFields.shown(direction)).")
    }
  }

  private static func ticker(_ fields: BodyFields) throws(APIError) -> AlertTicker? {
    guard let (name, text) = try fields.first(of: ["symbol", "ticker"], fields.text) else {
      return nil
    }
    guard let ticker = AlertTicker(text) else {
      throw .invalid(
        "UNKNOWN_SYMBOL", field: name, "\(name) must be an instrument such as BTCUSDT.")
    }
    return ticker
  }
}

/// What TradingView fills in, and did not.
enum AlertPlaceholder {
  /// The first `{{…}}` in a body; nil if there is none. In JSON two opening braces stand side by
  /// side inside texts only, so a body that was filled in has none.
  static func first(in body: [UInt8]) -> String? {
    let brace = UInt8(ascii: "{")
    let start = body.indices.dropLast().first { body[$0] == brace && body[$0 + 1] == brace }
    guard let start else { return nil }
    let rest = body[start...].prefix(longest)
    let end = rest.indices.dropLast().first {
      rest[$0] == UInt8(ascii: "}") && rest[$0 + 1] == UInt8(ascii: "}")
    }
    return String(decoding: end.map { rest[...($0 + 1)] } ?? rest, as: UTF8.self)
  }

  /// As much of it as an answer shows.
  private static let longest = 60
}
