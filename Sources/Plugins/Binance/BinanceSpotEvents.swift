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
      let rejectReason = event.text("r").flatMap { $0 == "NONE" ? nil : $0 }
      guard
        let report = OrderReport(
          event, of: orderID, reason: event.text("eR") ?? rejectReason,
          isTriggered: event.isElected, triggerPrice: event.price("P"), noTradeID: -1)
      else { return nil }
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
