// What a plugin process says about orders, in our terms. Money is a decimal in a string: a number
// may have been a binary fraction on its way. What cannot be read whole is nil, and the caller
// takes it for silence.

internal import Trading
internal import Wire

extension OrderReport {
  /// Reads an order; nil if a member is missing, unknown or contradicts another one.
  init?(plugin order: JSONValue) {
    guard let id = order.text("client_order_id").flatMap({ OrderID(text: $0) }),
      let status = VenueOrderStatus(plugin: order),
      let filled = order.amount("filled_quantity").flatMap({ Quantity($0) }),
      let venueOrderID = order.optional(
        "venue_order_id", { $0.string.flatMap { VenueOrderID($0) } }),
      let trades = order["trades"], trades.kind == .array,
      let quantity = order.amount("quantity").flatMap({ Quantity($0) }),
      let limitPrice = order.optional("price", { $0.exact.flatMap { Price($0) } }),
      let triggerPrice = order.optional("trigger_price", { $0.exact.flatMap { Price($0) } })
    else { return nil }
    let fills = trades.elements.compactMap { Fill(plugin: $0) }
    let traded = fills.reduce(Quantity.zero) { $0 + $1.quantity }
    guard fills.count == trades.elements.count, traded <= filled, filled <= quantity,
      status != .filled || filled == quantity
    else { return nil }
    self.init(
      orderID: id, venueOrderID: venueOrderID.value, status: status, filledQuantity: filled,
      fills: fills,
      terms: ReportedTerms(
        quantity: quantity, limitPrice: limitPrice.value, triggerPrice: triggerPrice.value))
  }

  /// Reads an answer about an order that was asked for; nil if it is about another one.
  init?(plugin answer: JSONValue, of order: Order) {
    guard let value = answer["order"], let report = OrderReport(plugin: value),
      report.orderID == order.id, value.text("symbol") == order.terms.symbol.text,
      value.text("side") == order.terms.side.rawValue
    else { return nil }
    self = report
  }
}

extension VenueOrderStatus {
  fileprivate init?(plugin order: JSONValue) {
    let reason = order.text("reason")
    switch order.text("status") {
    case "WORKING": self = .working
    case "TRIGGERED": self = .triggered
    case "SUSPENDED": self = .suspended(reason: reason)
    case "FILLED": self = .filled
    case "CANCELED": self = .canceled(reason: reason)
    case "EXPIRED": self = .expired(reason: reason)
    case "REJECTED":
      self = .rejected(
        Rejection(code: "PLUGIN_REJECTED", sentence: reason ?? "The venue rejected the order."))
    default: return nil
    }
  }
}

extension Fill {
  fileprivate init?(plugin trade: JSONValue) {
    guard let id = trade.text("trade_id").flatMap({ TradeID($0) }),
      let quantity = trade.amount("quantity").flatMap({ Quantity($0) }), !quantity.isZero,
      let price = trade.amount("price").flatMap({ Price($0) }), let fee = trade.amount("fee"),
      let feeAsset = trade.text("fee_asset").flatMap({ Asset($0) }),
      let isMaker = trade["is_maker"]?.bool, let at = trade.moment("traded_at")
    else { return nil }
    self.init(
      tradeID: id, quantity: quantity, price: price, fee: fee, feeAsset: feeAsset,
      isMaker: isMaker, tradedAt: at)
  }
}

extension ExternalOrder {
  /// Reads an open order that was not sent from here.
  init?(plugin order: JSONValue) {
    guard let id = order.text("venue_order_id").flatMap({ VenueOrderID($0) }),
      let symbol = order.text("symbol").flatMap({ Symbol($0) }),
      let side = order.text("side").flatMap({ Side(rawValue: $0) }),
      let leaves = order.amount("leaves_quantity").flatMap({ Quantity($0) })
    else { return nil }
    self.init(venueOrderID: id, symbol: symbol, side: side, leavesQuantity: leaves)
  }
}

extension PositionReport {
  /// Reads a position.
  init?(plugin position: JSONValue) {
    guard let symbol = position.text("symbol").flatMap({ Symbol($0) }),
      let quantity = position.amount("quantity")
    else { return nil }
    self.init(symbol: symbol, quantity: quantity)
  }
}

extension Balance {
  /// Reads a balance.
  init?(plugin balance: JSONValue) {
    guard let asset = balance.text("asset").flatMap({ Asset($0) }),
      let free = balance.amount("free"), let locked = balance.amount("locked")
    else { return nil }
    self.init(asset: asset, free: free, locked: locked)
  }
}

/// A member that may be left out or null.
struct OptionalMember<Value> {
  let value: Value?
}

extension JSONValue {
  /// A decimal in a string; nil for anything else, bare numbers included.
  var exact: Decimal? { string.flatMap { try? Decimal(text: $0) } }

  /// A member that is a decimal in a string.
  func amount(_ name: StaticString) -> Decimal? { self[name]?.exact }

  /// A member that may be missing or null; nil if it is there and cannot be read.
  func optional<Value>(
    _ name: StaticString, _ read: (JSONValue) -> Value?
  ) -> OptionalMember<Value>? {
    guard let member = self[name], member.kind != .null else { return OptionalMember(value: nil) }
    return read(member).map { OptionalMember(value: $0) }
  }
}
