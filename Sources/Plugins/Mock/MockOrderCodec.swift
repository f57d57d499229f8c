// An order of the simulated exchange as JSON and back, for its ledger.

internal import Trading
internal import Wire

enum MockOrderCodec {
  static func encode(_ order: MockOrder) -> [UInt8] {
    var json = JSONWriter(reserving: 320)
    json.beginObject()
    member(&json, "venue_order_id", order.venueOrderID.text)
    member(&json, "symbol", order.symbol.text)
    member(&json, "side", order.side.rawValue)
    member(&json, "quantity", order.quantity.description)
    if let price = order.limitPrice { member(&json, "price", price.description) }
    member(&json, "status", word(for: order.status))
    json.key("fills")
    json.beginArray()
    for fill in order.fills {
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
    json.endObject()
    return json.bytes
  }

  private static func member(_ json: inout JSONWriter, _ name: StaticString, _ value: String) {
    json.key(name)
    json.string(value)
  }

  /// The exchange knows four states only; reasons are not kept.
  private static func word(for status: VenueOrderStatus) -> String {
    switch status {
    case .working, .triggered, .suspended: "working"
    case .filled: "filled"
    case .canceled: "canceled"
    case .expired, .rejected: "expired"
    }
  }

  static func decode(_ body: [UInt8], id: OrderID) -> MockOrder? {
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
    case "filled": status = .filled
    case "canceled": status = .canceled(reason: nil)
    case "expired": status = .expired(reason: nil)
    default: return nil
    }
    let fills = list.compactMap { fill($0) }
    guard fills.count == list.count else { return nil }
    return MockOrder(
      id: id, venueOrderID: venueOrderID, symbol: symbol, side: side, quantity: quantity,
      limitPrice: decimal(root["price"]).flatMap { Price($0) }, status: status,
      filled: fills.reduce(.zero) { $0 + $1.quantity }, fills: fills)
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
