// The body of an order. Extra fields are ignored, unknown values are refused, and a field whose
// meaning would be lost is refused by name.

internal import Plugins
internal import Trading
internal import Wire

/// What a body asks for. Which account executes it, given the one that it names, is not its matter.
struct OrderBody {
  var terms: OrderTerms

  init(
    _ body: [UInt8], idempotencyHeader: String?,
    account: (Destination) throws(APIError) -> AccountID
  ) throws(APIError) {
    try self.init(BodyFields(body), idempotencyHeader: idempotencyHeader, account: account)
  }

  init(
    _ fields: BodyFields, idempotencyHeader: String?,
    account: (Destination) throws(APIError) -> AccountID
  ) throws(APIError) {
    let symbol = try OrderBody.symbol(fields)
    let side = try fields.word(["side"], code: "INVALID_SIDE", Side.self)
    let type = try fields.word(
      ["order_type", "type"], code: "INVALID_TYPE", OrderType.self,
      aliases: OrderBody.typeAliases)
    var instructions = try InstructionFields(fields, type)
    let labels = try OrderBody.labels(fields)
    let destination = Destination(
      named: try OrderBody.account(fields), symbol: symbol, strategy: labels.strategyID,
      isReduceOnly: instructions.instructions.isReduceOnly)
    let account = try OrderBody.account(of: &instructions.instructions, destination, account)
    let quantity = try OrderBody.quantity(fields, instructions)
    let price = try fields.price("price")
    if type.hasLimitPrice, price == nil {
      throw .invalid(
        "MISSING_PRICE", field: "price", "A \(type.rawValue) order needs a price above 0.")
    }
    let clientOrderID = try OrderBody.clientOrderID(fields)
    let key = try OrderBody.idempotencyKey(
      header: idempotencyHeader, clientOrderID: clientOrderID, signalID: labels.signalID)
    terms = OrderTerms(
      account: account, isAccountChosen: destination.named == nil, symbol: symbol, side: side,
      type: type, quantity: quantity, timeInForce: instructions.timeInForce,
      isPostOnly: instructions.isPostOnly, limitPrice: type.hasLimitPrice ? price : nil,
      referencePrice: type.hasLimitPrice ? nil : price, clientOrderID: clientOrderID,
      idempotencyKey: key, instructions: instructions.instructions, labels: labels)
  }

  /// Other names of order types, as callers and exchanges have them.
  static let typeAliases: [String: OrderType] = [
    "STOP_MARKET": .stop, "STOP_LOSS": .stop, "STOPLOSS": .stop, "STOP_LOSS_LIMIT": .stopLimit,
    "STOPLIMIT": .stopLimit, "TAKEPROFIT": .takeProfit, "TAKE_PROFIT_MARKET": .takeProfit,
    "TRAILING_STOP_MARKET": .trailingStop,
  ]

  // MARK: Fields

  static func account(_ fields: BodyFields) throws(APIError) -> AccountID? {
    guard let (name, text) = try fields.first(of: ["exchange", "plugin", "account"], fields.text)
    else { return nil }
    guard let account = AccountID(text.lowercased()) else {
      throw .invalid("UNKNOWN_PLUGIN", field: name, "\(name) must be the name of a plugin.")
    }
    return account
  }

  /// The account that executes an order; of one that is routed, an account that is none of its
  /// venues', of their mode.
  private static func account(
    of instructions: inout OrderInstructions, _ destination: Destination,
    _ account: (Destination) throws(APIError) -> AccountID
  ) throws(APIError) -> AccountID {
    guard !instructions.route.isEmpty else { return try account(destination) }
    guard destination.named == nil else {
      throw .invalid(
        "CONTRADICTION", field: "exchange",
        "An order that is routed has no exchange of its own. Leave it out, or leave out algorithm.")
    }
    var route: [AccountID] = []
    for name in instructions.route {
      var part = destination
      part.named = name
      route.append(try account(part))
    }
    instructions.route = route
    let modes = Set(route.map { ExecutionMode($0) })
    guard let mode = modes.first, modes.count == 1 else {
      throw .invalid(
        "ALGORITHM_ROUTE", field: "algorithm.exchanges",
        "exchanges must be all live, all paper or all mock, but are "
          + "\(modes.map(\.rawValue).sorted().joined(separator: " and ")).")
    }
    return mode.router
  }

  private static func symbol(_ fields: BodyFields) throws(APIError) -> Symbol {
    guard let text = try fields.text("symbol") else { throw BodyFields.missing("symbol") }
    guard let symbol = Symbol(anySpelling: text) else {
      throw .invalid(
        "UNKNOWN_SYMBOL", field: "symbol", "symbol must be an instrument such as BTCUSDT.")
    }
    return symbol
  }

  private static func quantity(
    _ fields: BodyFields, _ instructions: InstructionFields
  ) throws(APIError) -> Quantity {
    let quantity = try fields.quantity("quantity")
    guard instructions.instructions.quoteQuantity != nil else {
      guard let quantity else { throw BodyFields.missing("quantity") }
      return quantity
    }
    guard quantity == nil else {
      throw .invalid(
        "CONTRADICTION", field: "quote_quantity",
        "quantity and quote_quantity say how much in two ways; send one of them.")
    }
    return .zero
  }

  private static func labels(_ fields: BodyFields) throws(APIError) -> OrderLabels {
    let confidence = try fields.decimal("confidence")
    if let confidence, confidence.isNegative || confidence > Decimal(1) {
      throw .invalid(
        "INVALID_CONFIDENCE", field: "confidence",
        "confidence must be from 0 to 1, but is \(confidence).")
    }
    let strategyID = try fields.label("strategy_id")
    let strategy = try fields.label("strategy")
    return OrderLabels(
      strategyID: strategyID ?? strategy, signalID: try fields.label("signal_id"),
      category: try fields.label("category"), confidence: confidence)
  }

  private static func clientOrderID(_ fields: BodyFields) throws(APIError) -> ClientOrderID? {
    guard let text = try fields.text("client_order_id") else { return nil }
    guard let id = ClientOrderID(text) else {
      throw .invalid(
        "INVALID_CLIENT_ORDER_ID", field: "client_order_id",
        "client_order_id must be 1 to \(ClientOrderID.lengthMax) printable ASCII characters "
          + "without spaces.")
    }
    return id
  }

  private static func idempotencyKey(
    header: String?, clientOrderID: ClientOrderID?, signalID: Label?
  ) throws(APIError) -> IdempotencyKey? {
    if let header {
      guard let label = Label(header) else {
        throw .invalid(
          "INVALID_IDEMPOTENCY_KEY", field: "Idempotency-Key",
          "Idempotency-Key must be 1 to \(Label.bytesMax) bytes without control characters.")
      }
      return IdempotencyKey(header: label)
    }
    if let clientOrderID { return IdempotencyKey(clientOrderID: clientOrderID) }
    return signalID.map { IdempotencyKey(signalID: $0) }
  }
}
