// An order of the simulated exchange as JSON and back, for its ledger.

internal import Trading
internal import Wire

enum SimulatedOrderCodec {
  static func encode(_ order: SimulatedOrder) -> [UInt8] {
    var json = JSONWriter(reserving: 320)
    json.beginObject()
    member(&json, "venue_order_id", order.venueOrderID.text)
    member(&json, "symbol", order.symbol.text)
    member(&json, "side", order.side.rawValue)
    member(&json, "quantity", order.quantity.description)
    if let price = order.limitPrice { member(&json, "price", price.description) }
    if order.isReduceOnly {
      json.key("reduce_only")
      json.bool(true)
    }
    if let watch = order.watch { write(watch, to: &json) }
    member(&json, "status", word(for: order.status))
    write(order.fills, as: "fills", to: &json)
    if !order.busts.isEmpty { write(order.busts, as: "busts", to: &json) }
    json.endObject()
    return json.bytes
  }

  private static func write(
    _ fills: [Fill], as name: StaticString, to json: inout JSONWriter
  ) {
    json.key(name)
    json.beginArray()
    for fill in fills {
      json.beginObject()
      member(&json, "trade_id", fill.tradeID.text)
      member(&json, "quantity", fill.quantity.description)
      member(&json, "price", fill.price.description)
      member(&json, "fee", fill.fee.description)
      member(&json, "fee_asset", fill.feeAsset.text)
      json.key("is_maker")
      json.bool(fill.isMaker)
      json.key("traded_at")
      json.integer(Int(fill.tradedAt.microseconds))
      json.endObject()
    }
    json.endArray()
  }

  private static func member(_ json: inout JSONWriter, _ name: StaticString, _ value: String) {
    json.key(name)
    json.string(value)
  }

  private static func write(_ watch: TriggerWatch, to json: inout JSONWriter) {
    member(&json, "order_type", watch.type.rawValue)
    switch watch.trigger {
    case .price(let price): member(&json, "stop_price", price.description)
    case .trailing(let offset, let activationPrice):
      switch offset {
      case .amount(let amount): member(&json, "trail_amount", amount.description)
      case .percent(let percent): member(&json, "trail_percent", percent.description)
      }
      if let activationPrice { member(&json, "activation_price", activationPrice.description) }
      if let best = watch.best { member(&json, "best_price", best.description) }
    }
  }

  /// The watch of an order that waits for its trigger; nil if it waits for none.
  private static func watch(_ root: JSONValue, _ side: Side) -> TriggerWatch? {
    guard let type = root["order_type"]?.string.flatMap({ OrderType(rawValue: $0) }) else {
      return nil
    }
    if let price = decimal(root["stop_price"]).flatMap({ Price($0) }) {
      return TriggerWatch(side: side, type: type, trigger: .price(price))
    }
    let offset =
      decimal(root["trail_amount"]).map { TrailingOffset.amount($0) }
      ?? decimal(root["trail_percent"]).map { TrailingOffset.percent($0) }
    let activationPrice = decimal(root["activation_price"]).flatMap { Price($0) }
    return offset.map {
      TriggerWatch(
        side: side, type: type, trigger: .trailing($0, activationPrice: activationPrice),
        best: decimal(root["best_price"]).flatMap { Price($0) })
    }
  }

  /// The exchange knows five states only; reasons are not kept.
  private static func word(for status: VenueOrderStatus) -> String {
    switch status {
    case .working, .suspended: "working"
    case .triggered: "triggered"
    case .filled: "filled"
    case .canceled: "canceled"
    case .expired, .rejected: "expired"
    }
  }

  static func decode(_ body: [UInt8], id: OrderID) -> SimulatedOrder? {
    guard let root = try? JSONDocument(parsing: body).root,
      let venueOrderID = root["venue_order_id"]?.string.flatMap({ VenueOrderID($0) }),
      let symbol = root["symbol"]?.string.flatMap({ Symbol($0) }),
      let side = root["side"]?.string.flatMap({ Side(rawValue: $0) }),
      let quantity = quantity(root["quantity"]),
      let list = root["fills"]?.elements
    else { return nil }
    let status: VenueOrderStatus
    switch root["status"]?.string {
    case "working": status = .working
    case "triggered": status = .triggered
    case "filled": status = .filled
    case "canceled": status = .canceled(reason: nil)
    case "expired": status = .expired(reason: nil)
    default: return nil
    }
    let fills = list.compactMap { fill($0) }
    let bustList = root["busts"]?.elements ?? []
    let busts = bustList.compactMap { fill($0) }
    guard fills.count == list.count, busts.count == bustList.count else { return nil }
    return SimulatedOrder(
      id: id, venueOrderID: venueOrderID, symbol: symbol, side: side, quantity: quantity,
      limitPrice: decimal(root["price"]).flatMap { Price($0) },
      isReduceOnly: root["reduce_only"]?.bool ?? false, watch: watch(root, side), status: status,
      filled: fills.reduce(.zero) { $0 + $1.quantity }, fills: fills, busts: busts)
  }

  private static func fill(_ value: JSONValue) -> Fill? {
    guard let tradeID = value["trade_id"]?.string.flatMap({ TradeID($0) }),
      let quantity = quantity(value["quantity"]),
      let price = decimal(value["price"]).flatMap({ Price($0) }), let fee = decimal(value["fee"]),
      let feeAsset = value["fee_asset"]?.string.flatMap({ Asset($0) }),
      let isMaker = value["is_maker"]?.bool, let tradedAt = value["traded_at"]?.integer
    else { return nil }
    return Fill(
      tradeID: tradeID, quantity: quantity, price: price, fee: fee, feeAsset: feeAsset,
      isMaker: isMaker, tradedAt: Timestamp(microseconds: Int64(tradedAt)))
  }

  /// Read as a caller's number is, and not as a stored one: quantities are summed and compared
  /// while the exchange starts, and one of a damaged file must not overflow there.
  private static func quantity(_ value: JSONValue?) -> Quantity? {
    value?.string.flatMap { try? Decimal(text: $0) }.flatMap { Quantity($0) }
  }

  private static func decimal(_ value: JSONValue?) -> Decimal? {
    value?.string.flatMap { Decimal(storedText: $0) }
  }
}

extension VenueRequest {
  /// What a simulated exchange would take; nothing without a price.
  init(to name: AccountID, _ order: SimulatedOrder?) {
    self.init(
      method: "SUBMIT", target: name.text,
      body: order.map { String(decoding: SimulatedOrderCodec.encode($0), as: UTF8.self) } ?? "")
  }
}
