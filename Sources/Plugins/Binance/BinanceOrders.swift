// Orders in the words of Binance. What a venue lacks (dates of expiry and reduce-only orders at
// Spot, trailing amounts) never gets here: the gateway does it. Conditional orders of Futures are
// in BinanceAlgoOrders. Sources: "New order", "Query order", "Cancel order" and "Account trade
// list" of both venues' documentation.

internal import Trading
internal import Wire

extension BinanceVenue {
  /// What all paths of the venue begin with.
  var prefix: String { self == .spot ? "/api/v3" : "/fapi/v1" }

  /// The request that places an order.
  func place(_ order: Order, at now: Timestamp) -> BinanceRequest {
    switch self {
    case .spot: placeAtSpot(order)
    case .futures:
      order.executedType.isConditional
        ? BinanceAlgoOrders.place(order) : placeAtFutures(order, at: now)
    }
  }

  private func placeAtSpot(_ order: Order) -> BinanceRequest {
    let terms = order.terms
    let type = order.executedType
    var request = BinanceRequest(.post, "\(prefix)/order", weight: 1)
    request.add("symbol", terms.symbol)
    request.add("side", terms.side.rawValue)
    request.add("type", terms.isPostOnly && type == .limit ? "LIMIT_MAKER" : spotWord(of: type))
    if type.hasLimitPrice, !terms.isPostOnly {
      // An order till a date rests until the gateway cancels it.
      let timeInForce = terms.timeInForce == .goodTillDate ? .goodTillCanceled : terms.timeInForce
      request.add("timeInForce", timeInForce.rawValue)
    }
    request.add("quantity", terms.quantity)
    if type.hasLimitPrice { request.add("price", terms.limitPrice) }
    request.add("newClientOrderId", order.id)
    if type.isConditional { addTrigger(of: terms, to: &request) }
    request.add("icebergQty", type == .limit ? terms.displayQuantity : nil)
    // Without this, all types but MARKET and LIMIT are answered without a status.
    request.add("newOrderRespType", "FULL")
    return request
  }

  private func addTrigger(of terms: OrderTerms, to request: inout BinanceRequest) {
    switch terms.trigger {
    case .price(let price): request.add("stopPrice", price)
    case .trailing(.percent(let percent), let activationPrice):
      request.add("stopPrice", activationPrice)
      // Counts hundredths of a percent.
      request.add("trailingDelta", percent * Decimal(100))
    case .trailing(.amount, _), nil: break
    }
  }

  private func spotWord(of type: OrderType) -> String {
    switch type {
    case .market: "MARKET"
    case .limit: "LIMIT"
    case .stop, .trailingStop: "STOP_LOSS"
    case .stopLimit: "STOP_LOSS_LIMIT"
    case .takeProfit: "TAKE_PROFIT"
    case .takeProfitLimit: "TAKE_PROFIT_LIMIT"
    }
  }

  private func placeAtFutures(_ order: Order, at now: Timestamp) -> BinanceRequest {
    let terms = order.terms
    let type = order.executedType
    var request = BinanceRequest(.post, "\(prefix)/order", weight: 0)
    request.add("symbol", terms.symbol)
    request.add("side", terms.side.rawValue)
    request.add("type", type.rawValue)
    let goodTill = BinanceVenue.goodTillDate(of: terms, at: now)
    if type == .limit {
      request.add("timeInForce", BinanceVenue.futuresWord(of: terms, goodTill))
    }
    request.add("quantity", terms.quantity)
    if type == .limit { request.add("price", terms.limitPrice) }
    request.add("newClientOrderId", order.id)
    request.add("reduceOnly", BinanceVenue.reduces(terms) ? "true" : nil)
    request.add("goodTillDate", goodTill)
    // The answer has then what became of an order that does not rest.
    request.add("newOrderRespType", "RESULT")
    return request
  }

  /// Whether an order of Futures may only make a position smaller.
  static func reduces(_ terms: OrderTerms) -> Bool {
    terms.isReduceOnly || terms.purpose != .trade
  }

  /// The word for how long an order of Futures stays.
  static func futuresWord(of terms: OrderTerms, _ goodTill: Int64?) -> String {
    if terms.isPostOnly { return "GTX" }
    if terms.timeInForce == .goodTillDate, goodTill == nil { return "GTC" }
    return terms.timeInForce.rawValue
  }

  /// What is over sooner is cancelled by the gateway: the venue takes dates from ten minutes ahead.
  private static let goodTillMillisecondsMin: Int64 = 610_000

  /// The date of expiry in milliseconds, whole seconds, if the venue can keep it.
  static func goodTillDate(of terms: OrderTerms, at now: Timestamp) -> Int64? {
    guard let expiresAt = terms.expiresAt, !terms.isPostOnly,
      expiresAt.milliseconds(since: now) >= goodTillMillisecondsMin
    else { return nil }
    return (expiresAt.microseconds + 999_999) / 1_000_000 * 1_000
  }

  /// The request that asks for an order.
  func query(_ order: Order) -> BinanceRequest {
    BinanceRequest(.get, "\(prefix)/order", weight: self == .spot ? 4 : 1)
      .with("symbol", order.terms.symbol).with("origClientOrderId", order.id)
  }

  /// The request that cancels an order.
  func cancel(_ order: Order) -> BinanceRequest {
    BinanceRequest(.delete, "\(prefix)/order", weight: 1)
      .with("symbol", order.terms.symbol).with("origClientOrderId", order.id)
  }

  /// The request for trades of one order, which the venue knows by its own id, from a trade on.
  func trades(
    of venueOrderID: VenueOrderID, _ symbol: Symbol, from tradeID: Int?
  ) -> BinanceRequest {
    var request = BinanceRequest(
      .get, self == .spot ? "/api/v3/myTrades" : "/fapi/v1/userTrades", weight: 5)
    request.add("symbol", symbol)
    request.add("orderId", venueOrderID)
    request.add("fromId", tradeID)
    request.add("limit", BinanceVenue.tradesMax)
    return request
  }

  /// The most trades that one answer has, which the venues allow.
  static let tradesMax = 1_000

  /// The request for all open orders.
  var openOrders: BinanceRequest {
    BinanceRequest(.get, "\(prefix)/openOrders", weight: self == .spot ? 80 : 40)
  }
}
