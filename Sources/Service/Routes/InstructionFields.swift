// The fields of a body that make an order more than MARKET or LIMIT, and which of them go with
// which type. What a type cannot use is refused by name: without it, the order would be another
// one.

internal import Trading

struct InstructionFields {
  var instructions: OrderInstructions
  /// Nil for the type's usual one.
  var timeInForce: TimeInForce?
  var isPostOnly: Bool

  /// `triggerNames` are the fields that may hold the price of a trigger, the first that is there.
  init(
    _ fields: BodyFields, _ type: OrderType,
    triggerNames: [String] = ["stop_price", "trigger_price"]
  ) throws(APIError) {
    try InstructionFields.refuseForeign(fields, type)
    let expiry = try fields.first(
      of: ["expire_at", "expire_time", "good_till_date"], fields.moment)
    isPostOnly = try fields.flag("post_only")
    timeInForce = try InstructionFields.timeInForce(fields, type, expiry?.name, &isPostOnly)
    if timeInForce == .goodTillDate, expiry == nil {
      throw .invalid(
        "MISSING_FIELD", field: "expire_at", "A GTD order needs expire_at, when it is over.")
    }
    let quoteQuantity = try fields.decimal("quote_quantity")
    if let quoteQuantity, !quoteQuantity.isPositive {
      throw .invalid(
        "INVALID_QUANTITY", field: "quote_quantity",
        "quote_quantity must be above 0, but is \(quoteQuantity).")
    }
    instructions = OrderInstructions()
    instructions.trigger = try InstructionFields.trigger(fields, type, triggerNames)
    instructions.expiresAt = expiry?.value
    instructions.isReduceOnly = try fields.flag("reduce_only")
    instructions.quoteQuantity = quoteQuantity
    instructions.stopLoss = try fields.price("stop_loss")
    instructions.takeProfit = try fields.price("take_profit")
    instructions.group = try fields.label("oco_group")
    switch try AlgorithmFields(fields) {
    case .timeWeighted(let time): instructions.timeWeighting = time
    case .routed(let accounts): instructions.route = accounts
    case nil: break
    }
    instructions.displayQuantity = try fields.first(
      of: ["display_quantity", "iceberg_quantity"], fields.quantity)?.value
  }

  /// Fields that would change what the order does, and the types that they are for.
  private static func refuseForeign(_ fields: BodyFields, _ type: OrderType) throws(APIError) {
    let isTrailing = type == .trailingStop
    let hasStopPrice = type.isConditional && !isTrailing
    let uses: [(names: [String], isUsed: Bool, by: String)] = [
      (["stop_price", "trigger_price"], hasStopPrice, "STOP and TAKE_PROFIT orders"),
      (["trail_amount", "trail_percent", "activation_price"], isTrailing, "TRAILING_STOP orders"),
      (["quote_quantity"], type == .market, "MARKET orders"),
      (["display_quantity", "iceberg_quantity"], type == .limit, "LIMIT orders"),
      (["trailing_delta"], false, "nothing here; send trail_amount or trail_percent"),
    ]
    for use in uses where !use.isUsed {
      for name in use.names where fields.has(name) {
        // Bridges fill in 0 for what they do not mean.
        if (try? fields.decimal(name))?.isZero == true { continue }
        throw .invalid(
          "FIELD_NOT_FOR_TYPE", field: name,
          "\(name) is for \(use.by), and this is a \(type.rawValue) order.")
      }
    }
  }

  private static func trigger(
    _ fields: BodyFields, _ type: OrderType, _ names: [String]
  ) throws(APIError) -> Trigger? {
    guard type.isConditional else { return nil }
    guard type == .trailingStop else {
      guard let price = try fields.first(of: names, fields.price) else {
        throw .invalid(
          "MISSING_STOP_PRICE", field: "stop_price",
          "A \(type.rawValue) order needs a stop_price above 0.")
      }
      return .price(price.value)
    }
    return .trailing(try offset(fields), activationPrice: try fields.price("activation_price"))
  }

  private static func offset(_ fields: BodyFields) throws(APIError) -> TrailingOffset {
    let amount = try fields.price("trail_amount")
    let percent = try fields.price("trail_percent")
    switch (amount, percent) {
    case (let amount?, nil): return .amount(amount.amount)
    case (nil, let percent?):
      guard percent.amount < Decimal(100) else {
        throw .invalid(
          "INVALID_TRAIL", field: "trail_percent",
          "trail_percent must be below 100, but is \(percent).")
      }
      return .percent(percent.amount)
    case (nil, nil), (.some, .some):
      throw .invalid(
        "INVALID_TRAIL", field: "trail_amount",
        "A TRAILING_STOP order needs trail_amount or trail_percent, one of them, above 0.")
    }
  }

  // MARK: Time in force

  private static func timeInForce(
    _ fields: BodyFields, _ type: OrderType, _ expiryName: String?, _ isPostOnly: inout Bool
  ) throws(APIError) -> TimeInForce? {
    let given = try fields.first(of: ["time_in_force", "tif"], fields.text)
    let text = given?.value.uppercased()
    var timeInForce: TimeInForce? = expiryName == nil ? nil : .goodTillDate
    if let text {
      // GTX is what exchanges call a post-only GTC.
      timeInForce = text == "GTX" ? .goodTillCanceled : TimeInForce(rawValue: text)
      isPostOnly = isPostOnly || text == "GTX"
      guard timeInForce != nil else {
        throw .invalid(
          "INVALID_TIME_IN_FORCE", field: given?.name ?? "time_in_force",
          "time_in_force must be GTC, IOC, FOK, GTD or GTX, but is \(BodyFields.shown(text)).")
      }
    }
    if let expiryName, timeInForce != .goodTillDate {
      throw .invalid(
        "CONTRADICTION", field: expiryName,
        "\(expiryName) is for GTD orders, and this one is \(text ?? "").")
    }
    try check(timeInForce, isPostOnly, type)
    // A MARKET order never rests: GTC says nothing about it, and IOC is what it does.
    return type == .market && timeInForce == .goodTillCanceled ? nil : timeInForce
  }

  private static func check(
    _ timeInForce: TimeInForce?, _ isPostOnly: Bool, _ type: OrderType
  ) throws(APIError) {
    let rests = timeInForce?.rests ?? (type != .market)
    if isPostOnly, type != .limit || !rests {
      throw .invalid(
        "INVALID_POST_ONLY", field: "post_only",
        "post_only is for LIMIT orders with GTC or GTD only.")
    }
    if type.isConditional, !rests {
      throw .invalid(
        "INVALID_TIME_IN_FORCE", field: "time_in_force",
        "A \(type.rawValue) order waits for its trigger, so its time_in_force is GTC or GTD.")
    }
    if type == .market, timeInForce == .goodTillDate {
      throw .invalid(
        "INVALID_TIME_IN_FORCE", field: "time_in_force",
        "A MARKET order never rests, so it cannot be good till a date.")
    }
  }
}
