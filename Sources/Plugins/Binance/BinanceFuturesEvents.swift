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
        let report = OrderReport(futures: order, of: id, venueID, isTriggered: parent != nil)
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

extension OrderReport {
  /// Reads an order update; nil if it cannot be read.
  fileprivate init?(
    futures order: JSONValue, of id: OrderID, _ venueID: VenueOrderID, isTriggered: Bool
  ) {
    guard let word = order.text("X"),
      let status = BinanceOrderAnswer.status(
        word, reason: order.text("er"), isTriggered: isTriggered),
      let filled = order.quantity("z"), let quantity = order.quantity("q")
    else { return nil }
    // A trade without the asset of its fee is left out: as it is missing, it will be asked for.
    let fills = order.text("x") == "TRADE" ? [Fill(futures: order)].compactMap(\.self) : []
    self.init(
      orderID: id, venueOrderID: venueID, status: status, filledQuantity: filled, fills: fills,
      terms: ReportedTerms(
        quantity: quantity, limitPrice: order.price("p"), triggerPrice: order.price("sp")))
  }
}

extension Fill {
  fileprivate init?(futures order: JSONValue) {
    guard let number = order["t"]?.integer, number > 0, let quantity = order.quantity("l"),
      !quantity.isZero, let price = order.price("L"), let fee = order.decimal("n"),
      let feeAsset = order.text("N").flatMap({ Asset($0) }), let isMaker = order["m"]?.bool,
      let at = order.moment("T")
    else { return nil }
    self.init(
      tradeID: TradeID("", Int64(number)), quantity: quantity, price: price, fee: fee,
      feeAsset: feeAsset, isMaker: isMaker, tradedAt: at)
  }
}
