// What Binance says about an order, in our terms; the same words at Spot and at USD-M Futures. An
// answer that cannot be read proves nothing: the caller takes it for silence.

internal import Trading
internal import Wire

/// An order as an answer states it.
struct BinanceOrderAnswer {
  /// The report, as far as the answer goes.
  var report: OrderReport
  /// When the venue made the statement.
  let statedAt: Timestamp?
  /// The instrument.
  let symbol: Symbol

  /// Reads an order; nil if it is not one of ours, or cannot be read.
  ///
  /// - Parameter isCancel: Whether it answers a cancel, which has a `clientOrderId` of its own.
  init?(_ order: JSONValue, isCancel: Bool = false) {
    let name: StaticString = isCancel ? "origClientOrderId" : "clientOrderId"
    guard let id = order.text(name).flatMap({ OrderID(text: $0) }) else { return nil }
    self.init(order, as: id)
  }

  /// Reads an order that one of our conditional ones has become; it has an id of the venue's.
  init?(_ order: JSONValue, childOf id: OrderID) {
    self.init(order, as: id)
    if report.status == .working { report.status = .triggered }
  }

  private init?(_ order: JSONValue, as id: OrderID) {
    guard let symbol = order.text("symbol").flatMap({ Symbol($0) }),
      let venueID = order["orderId"]?.integer,
      let filled = order.quantity("executedQty"),
      let status = BinanceOrderAnswer.status(order)
    else { return nil }
    self.symbol = symbol
    statedAt =
      order.moment("updateTime") ?? order.moment("transactTime") ?? order.moment("time")
    report = OrderReport(
      orderID: id, venueOrderID: VenueOrderID("", Int64(venueID)), status: status,
      filledQuantity: filled, fills: [], terms: BinanceOrderAnswer.terms(order))
  }

  private static func terms(_ order: JSONValue) -> ReportedTerms? {
    guard let quantity = order.quantity("origQty") else { return nil }
    return ReportedTerms(
      quantity: quantity, limitPrice: order.price("price"), triggerPrice: order.price("stopPrice"))
  }

  private static func status(_ order: JSONValue) -> VenueOrderStatus? {
    guard let word = order.text("status") else { return nil }
    // A conditional order works once its stop was elected.
    let isConditional = order.price("stopPrice") != nil || order["trailingDelta"] != nil
    return status(
      word, reason: order.text("expiryReason"),
      isTriggered: isConditional && order["isWorking"]?.bool == true)
  }

  /// A status in our terms; nil for a word that is not known.
  static func status(_ word: String, reason: String?, isTriggered: Bool) -> VenueOrderStatus? {
    switch word {
    case "NEW", "PARTIALLY_FILLED", "PENDING_NEW", "PENDING_CANCEL":
      isTriggered ? .triggered : .working
    case "FILLED": .filled
    case "CANCELED": .canceled(reason: reason)
    case "EXPIRED": .expired(reason: reason)
    case "EXPIRED_IN_MATCH":
      .expired(reason: "It would have traded with another order of the same account.")
    case "REJECTED":
      .rejected(
        Rejection(
          code: reason ?? "REJECTED",
          sentence: "Binance rejected the order\(reason.map { " (\($0))" } ?? "")."))
    default: nil
    }
  }

  /// Adds the trades that stand in the answer to a new order; false if one cannot be read.
  mutating func addFills(in order: JSONValue) -> Bool {
    guard let at = statedAt else { return false }
    for trade in order["fills"]?.elements ?? [] {
      guard let fill = Fill(binance: trade, id: "tradeId", tradedAt: at, isMaker: false) else {
        return false
      }
      report.fills.append(fill)
    }
    return true
  }
}

extension [Fill] {
  /// Reads a list of trades; nil if one cannot be read.
  init?(binanceTrades list: JSONValue) {
    self.init()
    for trade in list.elements {
      guard let at = trade.moment("time"),
        let isMaker = trade["isMaker"]?.bool ?? trade["maker"]?.bool,
        let fill = Fill(binance: trade, id: "id", tradedAt: at, isMaker: isMaker)
      else { return nil }
      append(fill)
    }
  }
}

extension ExternalOrder {
  /// An order that was placed by somebody else; nil if it cannot be read, or is one of ours.
  init?(binance order: JSONValue) {
    guard let clientID = order.text("clientOrderId"), OrderID(text: clientID) == nil,
      let number = order["orderId"]?.integer,
      let symbol = order.text("symbol").flatMap({ Symbol($0) }),
      let side = order.text("side").flatMap({ Side(rawValue: $0) }),
      let quantity = order.quantity("origQty"), let filled = order.quantity("executedQty"),
      quantity >= filled
    else { return nil }
    self.init(
      venueOrderID: VenueOrderID("", Int64(number)), symbol: symbol, side: side,
      leavesQuantity: quantity - filled)
  }
}

extension Fill {
  /// A trade as Binance states it; nil if it cannot be read.
  fileprivate init?(
    binance trade: JSONValue, id: StaticString, tradedAt: Timestamp, isMaker: Bool
  ) {
    guard let number = trade[id]?.integer,
      let quantity = trade.quantity("qty"), !quantity.isZero, let price = trade.price("price"),
      let fee = trade.decimal("commission"),
      let feeAsset = trade.text("commissionAsset").flatMap({ Asset($0) })
    else { return nil }
    self.init(
      tradeID: TradeID("", Int64(number)), quantity: quantity, price: price, fee: fee,
      feeAsset: feeAsset, isMaker: isMaker, tradedAt: tradedAt)
  }
}

extension JSONValue {
  /// The text of a member.
  func text(_ name: StaticString) -> String? { self[name]?.string }

  /// A member that is a decimal number, as a text or bare.
  func decimal(_ name: StaticString) -> Decimal? {
    guard let value = self[name], let text = value.string ?? value.numberText else { return nil }
    return try? Decimal(text: text)
  }

  /// A member that is a quantity, zero included.
  func quantity(_ name: StaticString) -> Quantity? { decimal(name).flatMap { Quantity($0) } }

  /// A member that is a price; nil for zero, which stands for none.
  func price(_ name: StaticString) -> Price? { decimal(name).flatMap { Price($0) } }

  /// A member that counts milliseconds since 1970 in UTC, up to the year 9999.
  func moment(_ name: StaticString) -> Timestamp? {
    guard let milliseconds = self[name]?.integer, (1..<253_402_300_800_000).contains(milliseconds)
    else { return nil }
    return Timestamp(microseconds: Int64(milliseconds) * 1_000)
  }
}
