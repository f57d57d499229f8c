// Orders in the words of Binance Spot. What the venue lacks (dates of expiry, reduce-only orders,
// trailing amounts) never gets here: the gateway does it. Source: "New order", "Query order",
// "Cancel order" and "Account trade list" in binance-spot-api-docs/rest-api.md.

internal import Trading
internal import Wire

/// The requests about orders of Binance Spot.
enum BinanceSpotOrders {
  /// The request that places an order.
  static func place(_ order: Order) -> BinanceRequest {
    let terms = order.terms
    let type = order.executedType
    var request = BinanceRequest(.post, "/api/v3/order", weight: 1)
    request.add("symbol", terms.symbol)
    request.add("side", terms.side.rawValue)
    request.add("type", terms.isPostOnly && type == .limit ? "LIMIT_MAKER" : word(of: type))
    if type.hasLimitPrice, !terms.isPostOnly {
      request.add("timeInForce", word(of: terms.timeInForce))
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

  private static func addTrigger(of terms: OrderTerms, to request: inout BinanceRequest) {
    switch terms.trigger {
    case .price(let price): request.add("stopPrice", price)
    case .trailing(.percent(let percent), let activationPrice):
      request.add("stopPrice", activationPrice)
      request.add("trailingDelta", percent * Decimal(BinanceSpotOrders.basisPointsPerPercent))
    case .trailing(.amount, _), nil: break
    }
  }

  /// `trailingDelta` counts hundredths of a percent.
  static let basisPointsPerPercent = 100

  /// The request that asks for an order.
  static func query(_ order: Order) -> BinanceRequest {
    BinanceRequest(.get, "/api/v3/order", weight: 4)
      .with("symbol", order.terms.symbol).with("origClientOrderId", order.id)
  }

  /// The request that cancels an order.
  static func cancel(_ order: Order) -> BinanceRequest {
    BinanceRequest(.delete, "/api/v3/order", weight: 1)
      .with("symbol", order.terms.symbol).with("origClientOrderId", order.id)
  }

  /// The request for the trades of one order, which the venue knows by its own id.
  static func trades(of venueOrderID: VenueOrderID, _ symbol: Symbol) -> BinanceRequest {
    BinanceRequest(.get, "/api/v3/myTrades", weight: 5)
      .with("symbol", symbol).with("orderId", venueOrderID).with("limit", tradesMax)
  }

  /// The most trades that one answer has, which the venue allows.
  static let tradesMax = 1_000

  /// The request for all open orders.
  static let openOrders = BinanceRequest(.get, "/api/v3/openOrders", weight: 80)

  private static func word(of type: OrderType) -> String {
    switch type {
    case .market: "MARKET"
    case .limit: "LIMIT"
    case .stop, .trailingStop: "STOP_LOSS"
    case .stopLimit: "STOP_LOSS_LIMIT"
    case .takeProfit: "TAKE_PROFIT"
    case .takeProfitLimit: "TAKE_PROFIT_LIMIT"
    }
  }

  /// An order till a date rests until the gateway cancels it.
  private static func word(of timeInForce: TimeInForce) -> String {
    timeInForce == .goodTillDate ? TimeInForce.goodTillCanceled.rawValue : timeInForce.rawValue
  }
}
