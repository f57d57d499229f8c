// The body of POST /orders. Callers send more than is needed, in either case, with null where they
// have nothing: extra fields are ignored, unknown values are refused, and a field whose meaning
// would be lost is refused by name.

internal import Trading
internal import Wire

/// What a body asks for, before it is known which plugin takes it.
struct OrderBody {
  var terms: OrderTerms
  /// Sentences about what was accepted, but does not do what its name says.
  var warnings: [String] = []

  /// Fields that would change what the order does and that are not supported.
  private static let unsupported: [StaticString] = [
    "stop_price", "trigger_price", "trailing_delta", "trail_percent", "trail_amount",
    "activation_price", "quote_quantity", "display_quantity", "iceberg_quantity", "expire_time",
    "good_till_date",
  ]

  init(
    _ body: [UInt8], idempotencyHeader: String?, defaultAccount: AccountID
  ) throws(APIError) {
    let root = try JSONObject.parse(body)
    for name in OrderBody.unsupported {
      if let value = root[name], !value.isNull {
        throw .invalid(
          "UNSUPPORTED_FIELD", field: "\(name)",
          "\(name) is not supported yet, and without it the order would be another one.")
      }
    }
    if try OrderBody.flag(root, "reduce_only") {
      throw .invalid(
        "UNSUPPORTED_FIELD", field: "reduce_only",
        "reduce_only is not supported yet. PUT /positions/{symbol}/close closes a position.")
    }
    let account = try OrderBody.account(root) ?? defaultAccount
    let symbol = try OrderBody.symbol(root)
    let side = try OrderBody.word(root, ["side"], code: "INVALID_SIDE", Side.self)
    let type = try OrderBody.word(
      root, ["order_type", "type"], code: "INVALID_TYPE", OrderType.self)
    let quantity = try OrderBody.quantity(root)
    let price = try OrderBody.price(root, "price")
    if type == .limit, price == nil {
      throw .invalid("MISSING_PRICE", field: "price", "A LIMIT order needs a price above 0.")
    }
    let (timeInForce, isPostOnly) = try OrderBody.timeInForce(root, type)
    let labels = try OrderBody.labels(root)
    let clientOrderID = try OrderBody.clientOrderID(root)
    let key = try OrderBody.idempotencyKey(
      header: idempotencyHeader, clientOrderID: clientOrderID, signalID: labels.signalID)
    terms = OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: quantity,
      timeInForce: timeInForce, isPostOnly: isPostOnly, limitPrice: type == .limit ? price : nil,
      referencePrice: type == .market ? price : nil, clientOrderID: clientOrderID,
      idempotencyKey: key, labels: labels)
    if labels.stopLoss != nil || labels.takeProfit != nil {
      warnings.append(
        "stop_loss and take_profit are recorded, but no protective orders are placed for them.")
    }
  }

  // MARK: Fields

  private static func account(_ root: JSONValue) throws(APIError) -> AccountID? {
    for name in ["exchange", "plugin", "account"] {
      guard let text = try text(root, name) else { continue }
      guard let account = AccountID(text.lowercased()) else {
        throw .invalid("UNKNOWN_PLUGIN", field: name, "\(name) must be the name of a plugin.")
      }
      return account
    }
    return nil
  }

  private static func symbol(_ root: JSONValue) throws(APIError) -> Symbol {
    guard let text = try text(root, "symbol") else { throw missing("symbol") }
    guard let symbol = Symbol(anySpelling: text) else {
      throw .invalid(
        "UNKNOWN_SYMBOL", field: "symbol", "symbol must be an instrument such as BTCUSDT.")
    }
    return symbol
  }

  private static func word<Word: RawRepresentable & CaseIterable>(
    _ root: JSONValue, _ names: [String], code: String, _ type: Word.Type
  ) throws(APIError) -> Word where Word.RawValue == String {
    for name in names {
      guard let text = try text(root, name) else { continue }
      if let word = Word(rawValue: text.uppercased()) { return word }
      let known = Word.allCases.map(\.rawValue).joined(separator: " or ")
      throw .invalid(code, field: name, "\(name) must be \(known), but is \(shown(text)).")
    }
    throw missing(names[0])
  }

  private static func quantity(_ root: JSONValue) throws(APIError) -> Quantity {
    guard let amount = try decimal(root, "quantity") else { throw missing("quantity") }
    guard !amount.isZero else {
      throw .invalid(
        "QUANTITY_ZERO", field: "quantity",
        "quantity is 0, so there is nothing to trade. Send the quantity in the base asset.")
    }
    guard let quantity = Quantity(amount) else {
      throw .invalid(
        "INVALID_QUANTITY", field: "quantity", "quantity must be above 0, but is \(amount).")
    }
    return quantity
  }

  /// A price; nil where there is none or it is 0, which callers send for "none".
  private static func price(_ root: JSONValue, _ name: String) throws(APIError) -> Price? {
    guard let amount = try decimal(root, name), !amount.isZero else { return nil }
    guard let price = Price(amount) else {
      throw .invalid("INVALID_PRICE", field: name, "\(name) must be above 0, but is \(amount).")
    }
    return price
  }

  private static func timeInForce(
    _ root: JSONValue, _ type: OrderType
  ) throws(APIError) -> (TimeInForce?, isPostOnly: Bool) {
    let isPostOnly = try flag(root, "post_only")
    let name = root["time_in_force"] == nil ? "tif" : "time_in_force"
    guard let text = try text(root, name)?.uppercased() else {
      return try checked(nil, isPostOnly, type)
    }
    // GTX is what exchanges call a post-only GTC.
    if text == "GTX" { return try checked(.goodTillCanceled, true, type) }
    guard let timeInForce = TimeInForce(rawValue: text) else {
      throw .invalid(
        "INVALID_TIME_IN_FORCE", field: name,
        "\(name) must be GTC, IOC, FOK or GTX, but is \(shown(text)).")
    }
    return try checked(timeInForce, isPostOnly, type)
  }

  private static func checked(
    _ timeInForce: TimeInForce?, _ isPostOnly: Bool, _ type: OrderType
  ) throws(APIError) -> (TimeInForce?, isPostOnly: Bool) {
    guard isPostOnly else {
      // A MARKET order never rests: GTC says nothing about it, and IOC is what it does.
      let isSilent = type == .market && timeInForce == .goodTillCanceled
      return (isSilent ? nil : timeInForce, false)
    }
    guard type == .limit, timeInForce ?? .goodTillCanceled == .goodTillCanceled else {
      throw .invalid(
        "INVALID_POST_ONLY", field: "post_only", "post_only is for LIMIT orders with GTC only.")
    }
    return (.goodTillCanceled, true)
  }

  private static func labels(_ root: JSONValue) throws(APIError) -> OrderLabels {
    let confidence = try decimal(root, "confidence")
    if let confidence, confidence.isNegative || confidence > Decimal(1) {
      throw .invalid(
        "INVALID_CONFIDENCE", field: "confidence",
        "confidence must be from 0 to 1, but is \(confidence).")
    }
    let strategyID = try label(root, "strategy_id")
    let strategy = try label(root, "strategy")
    return OrderLabels(
      strategyID: strategyID ?? strategy, signalID: try label(root, "signal_id"),
      category: try label(root, "category"), confidence: confidence,
      stopLoss: try price(root, "stop_loss"), takeProfit: try price(root, "take_profit"))
  }

  private static func label(_ root: JSONValue, _ name: String) throws(APIError) -> Label? {
    guard let text = try text(root, name) else { return nil }
    guard let label = Label(text) else {
      throw .invalid(
        "INVALID_TEXT", field: name,
        "\(name) must be 1 to \(Label.bytesMax) bytes without control characters.")
    }
    return label
  }

  private static func clientOrderID(_ root: JSONValue) throws(APIError) -> ClientOrderID? {
    guard let text = try text(root, "client_order_id") else { return nil }
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

  // MARK: Values

  private static func missing(_ name: String) -> APIError {
    .invalid("MISSING_FIELD", field: name, "The field \(name) is missing.")
  }

  private static func shown(_ text: String) -> String { String(text.prefix(40)).debugDescription }

  private static func text(_ root: JSONValue, _ name: String) throws(APIError) -> String? {
    guard let value = root[name: name], !value.isNull else { return nil }
    guard let text = value.string else {
      throw .invalid("WRONG_TYPE", field: name, "\(name) must be a text.")
    }
    return text
  }

  private static func flag(_ root: JSONValue, _ name: String) throws(APIError) -> Bool {
    guard let value = root[name: name], !value.isNull else { return false }
    guard let flag = value.bool else {
      throw .invalid("WRONG_TYPE", field: name, "\(name) must be true or false.")
    }
    return flag
  }

  private static func decimal(_ root: JSONValue, _ name: String) throws(APIError) -> Decimal? {
    guard let value = root[name: name], !value.isNull else { return nil }
    guard let text = value.numberText ?? value.string else {
      throw .invalid("WRONG_TYPE", field: name, "\(name) must be a number.")
    }
    do throws(Decimal.TextError) {
      return try Decimal(text: text)
    } catch {
      switch error {
      case .notANumber:
        throw .invalid("NOT_A_NUMBER", field: name, "\(name) must be a decimal number.")
      case .tooLarge:
        throw .invalid("NUMBER_TOO_LARGE", field: name, "\(name) is too large to be real.")
      case .tooPrecise:
        throw .invalid(
          "NUMBER_TOO_PRECISE", field: name,
          "\(name) has more digits than any venue takes; they would be lost.")
      }
    }
  }
}
