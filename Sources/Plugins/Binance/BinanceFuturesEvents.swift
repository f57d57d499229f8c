// What USD-M Futures tell by themselves over the stream that a listen key names. Source: "Event:
// Order Update", "Event: Algo Order Update" and "Event: User Data Stream Expired" of the
// documentation.

internal import Trading
internal import Wire

extension BinanceStreamEvent {
  /// Reads an event; nil if it cannot be read.
  init?(futures event: JSONValue, children: [VenueOrderID: OrderID]) {
    guard let kind = event.text("e") else { return nil }
    switch kind {
    case "ORDER_TRADE_UPDATE":
      guard let order = event["o"], let number = order["i"]?.integer else { return nil }
      let venueID = VenueOrderID("", Int64(number))
      let parent = children[venueID]
      guard let id = order.text("c").flatMap({ OrderID(text: $0) }) ?? parent else {
        self = .externalOrder
        return
      }
      guard
        let report = OrderReport(
          order, of: id, reason: order.text("er"), isTriggered: parent != nil,
          triggerPrice: order.price("sp"), noTradeID: 0)
      else { return nil }
      self = .order(report)
    case "ALGO_UPDATE":
      guard let order = event["o"] else { return nil }
      guard let id = order.text("caid").flatMap({ OrderID(text: $0) }) else {
        self = .externalOrder
        return
      }
      guard let answer = BinanceAlgoAnswer(update: order, of: id) else { return nil }
      self =
        answer.report.status == .triggered
        ? .triggered(answer.report, child: answer.child) : .order(answer.report)
    case "listenKeyExpired": self = .ended(reason: "Its listen key has expired.")
    default: self = .other
    }
  }
}
