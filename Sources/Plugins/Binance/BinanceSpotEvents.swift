// What Binance Spot tells by itself over its WebSocket API. Source: user-data-stream.md of
// binance-spot-api-docs.

internal import Trading
internal import Wire

extension BinanceStreamEvent {
  /// Reads an event, with or without the envelope of a subscription; nil if it cannot be read.
  init?(spot message: JSONValue) {
    let event = message["event"] ?? message
    guard let kind = event.text("e") else { return nil }
    switch kind {
    case "executionReport":
      guard let id = event.originalClientID else { return nil }
      guard let orderID = OrderID(text: id) else {
        self = .externalOrder
        return
      }
      guard let report = OrderReport(spot: event, of: orderID) else { return nil }
      self = .order(report)
    case "eventStreamTerminated", "serverShutdown": self = .ended(reason: "Binance said \(kind).")
    default: self = .other
    }
  }
}

extension JSONValue {
  /// The id under which the order was sent: when it is cancelled, `c` is the cancel's own id.
  fileprivate var originalClientID: String? {
    if let original = text("C"), !original.isEmpty { return original }
    return text("c")
  }

  /// Whether an event is about an order whose trigger the market has reached.
  fileprivate var isElected: Bool {
    let type = text("o") ?? ""
    return self["w"]?.bool == true && (type.hasPrefix("STOP") || type.hasPrefix("TAKE"))
  }
}

extension OrderReport {
  /// Reads an execution report; nil if it cannot be read.
  fileprivate init?(spot event: JSONValue, of id: OrderID) {
    let rejectReason = event.text("r").flatMap { $0 == "NONE" ? nil : $0 }
    guard let word = event.text("X"),
      let status = BinanceOrderAnswer.status(
        word, reason: event.text("eR") ?? rejectReason, isTriggered: event.isElected),
      let venueID = event["i"]?.integer, let filled = event.quantity("z"),
      let quantity = event.quantity("q")
    else { return nil }
    // A trade without the asset of its fee is left out: as it is missing, it will be asked for.
    let fills = event.text("x") == "TRADE" ? [Fill(spot: event)].compactMap(\.self) : []
    self.init(
      orderID: id, venueOrderID: VenueOrderID("", Int64(venueID)), status: status,
      filledQuantity: filled, fills: fills,
      terms: ReportedTerms(
        quantity: quantity, limitPrice: event.price("p"), triggerPrice: event.price("P")))
  }
}

extension Fill {
  fileprivate init?(spot event: JSONValue) {
    guard let number = event["t"]?.integer, number >= 0, let quantity = event.quantity("l"),
      !quantity.isZero, let price = event.price("L"), let fee = event.decimal("n"),
      let feeAsset = event.text("N").flatMap({ Asset($0) }), let isMaker = event["m"]?.bool,
      let at = event.moment("T")
    else { return nil }
    self.init(
      tradeID: TradeID("", Int64(number)), quantity: quantity, price: price, fee: fee,
      feeAsset: feeAsset, isMaker: isMaker, tradedAt: at)
  }
}
