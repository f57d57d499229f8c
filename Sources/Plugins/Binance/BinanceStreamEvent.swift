// What Binance tells an account by itself, in our terms.

internal import Trading
internal import Wire

/// Something that the venue tells by itself.
enum BinanceStreamEvent: Equatable {
  /// Something happened to an order of ours.
  case order(OrderReport)
  /// A conditional order of ours was triggered, and has become this one.
  case triggered(OrderReport, child: BinanceChild?)
  /// Something happened to an order that was not sent from here.
  case externalOrder
  /// The stream ends; what happens from now on is not told any more.
  case ended(reason: String)
  /// Nothing that matters here.
  case other

  /// Reads an event; nil if it cannot be read. `children` are what conditional orders have become.
  init?(_ message: JSONValue, of venue: BinanceVenue, children: [VenueOrderID: OrderID]) {
    switch venue {
    case .spot: self.init(spot: message)
    case .futures: self.init(futures: message, children: children)
    }
  }
}

extension OrderReport {
  /// Reads what happened to an order, in the letters that both venues use; nil if it cannot be
  /// read. `noTradeID` stands where an event is about no trade.
  init?(
    _ event: JSONValue, of id: OrderID, reason: String?, isTriggered: Bool, triggerPrice: Price?,
    noTradeID: Int
  ) {
    guard let word = event.text("X"),
      let status = BinanceOrderAnswer.status(word, reason: reason, isTriggered: isTriggered),
      let venueID = event["i"]?.integer, let filled = event.quantity("z"),
      let quantity = event.quantity("q")
    else { return nil }
    // A trade without the asset of its fee is left out: as it is missing, it will be asked for.
    let fills =
      event.text("x") == "TRADE" ? [Fill(event, noTradeID: noTradeID)].compactMap(\.self) : []
    self.init(
      orderID: id, venueOrderID: VenueOrderID("", Int64(venueID)), status: status,
      filledQuantity: filled, fills: fills,
      terms: ReportedTerms(
        quantity: quantity, limitPrice: event.price("p"), triggerPrice: triggerPrice))
  }
}

extension Fill {
  /// The trade that an event is about; nil if it cannot be read.
  fileprivate init?(_ event: JSONValue, noTradeID: Int) {
    guard let number = event["t"]?.integer, number > noTradeID, let quantity = event.quantity("l"),
      !quantity.isZero, let price = event.price("L"), let fee = event.decimal("n"),
      let feeAsset = event.text("N").flatMap({ Asset($0) }), let isMaker = event["m"]?.bool,
      let at = event.moment("T")
    else { return nil }
    self.init(
      tradeID: TradeID("", Int64(number)), quantity: quantity, price: price, fee: fee,
      feeAsset: feeAsset, isMaker: isMaker, tradedAt: at)
  }
}
