// Conditional orders of USD-M Futures, which have endpoints of their own since December 2025: on
// the others they are refused with -4120. When one is triggered, the venue places an order with an
// id of the venue's; the conditional order tells that id. Source: "New Algo Order" and "Query Algo
// Order" of the USD-M Futures documentation.

internal import Trading
internal import Wire

/// The requests about conditional orders of Futures.
enum BinanceAlgoOrders {
  private static let path = "/fapi/v1/algoOrder"

  /// The request that places a conditional order.
  static func place(_ order: Order) -> BinanceRequest {
    let terms = order.terms
    var request = BinanceRequest(.post, path, weight: 0)
    request.add("algoType", "CONDITIONAL")
    request.add("symbol", terms.symbol)
    request.add("side", terms.side.rawValue)
    request.add("type", word(of: terms.type))
    if terms.type.hasLimitPrice {
      request.add("timeInForce", BinanceVenue.futuresWord(of: terms, nil))
    }
    request.add("quantity", terms.quantity)
    if terms.type.hasLimitPrice { request.add("price", terms.limitPrice) }
    switch terms.trigger {
    case .price(let price): request.add("triggerPrice", price)
    case .trailing(.percent(let percent), let activationPrice):
      request.add("activatePrice", activationPrice)
      request.add("callbackRate", percent)
    case .trailing(.amount, _), nil: break
    }
    request.add("reduceOnly", BinanceVenue.reduces(terms) ? "true" : nil)
    request.add("clientAlgoId", order.id)
    return request
  }

  /// The type in the words of Futures.
  static func word(of type: OrderType) -> String {
    switch type {
    case .market, .limit: type.rawValue
    case .stop: "STOP_MARKET"
    case .stopLimit: "STOP"
    case .takeProfit: "TAKE_PROFIT_MARKET"
    case .takeProfitLimit: "TAKE_PROFIT"
    case .trailingStop: "TRAILING_STOP_MARKET"
    }
  }

  /// The request that asks for a conditional order.
  static func query(_ order: Order) -> BinanceRequest {
    BinanceRequest(.get, path, weight: 1).with("clientAlgoId", order.id)
  }

  /// The request that cancels a conditional order that is not triggered.
  static func cancel(_ order: Order) -> BinanceRequest {
    BinanceRequest(.delete, path, weight: 1).with("clientAlgoId", order.id)
  }

  /// The request for all conditional orders that wait.
  static let openOrders = BinanceRequest(.get, "/fapi/v1/openAlgoOrders", weight: 40)

  /// The request about the order that a triggered one has become.
  static func child(_ method: HTTPMethod, _ child: BinanceChild) -> BinanceRequest {
    BinanceRequest(method, "/fapi/v1/order", weight: 1)
      .with("symbol", child.symbol).with("orderId", child.venueOrderID)
  }
}

/// An order that a conditional one has become.
struct BinanceChild: Equatable {
  let symbol: Symbol
  let venueOrderID: VenueOrderID
}

/// A conditional order as an answer states it.
struct BinanceAlgoAnswer {
  /// The report, as far as the answer goes: what it has become when triggered is asked for.
  let report: OrderReport
  /// The order that it has become.
  let child: BinanceChild?

  /// Reads a conditional order; nil if it is not one of ours, or cannot be read.
  init?(_ order: JSONValue) {
    guard let id = order.text("clientAlgoId").flatMap({ OrderID(text: $0) }),
      let algoID = order["algoId"]?.integer, let quantity = order.quantity("quantity"),
      let symbol = order.text("symbol").flatMap({ Symbol($0) }),
      let status = order.text("algoStatus").flatMap({ BinanceAlgoAnswer.status($0) })
    else { return nil }
    child = order.text("actualOrderId").flatMap { VenueOrderID($0) }
      .map { BinanceChild(symbol: symbol, venueOrderID: $0) }
    report = OrderReport(
      orderID: id, venueOrderID: VenueOrderID("algo-", Int64(algoID)), status: status,
      filledQuantity: .zero, fills: [],
      terms: ReportedTerms(
        quantity: quantity, limitPrice: order.price("price"),
        triggerPrice: order.price("triggerPrice")))
  }

  /// Reads a conditional order as the stream tells of it.
  init?(update order: JSONValue, of id: OrderID) {
    guard let algoID = order["aid"]?.integer,
      let symbol = order.text("s").flatMap({ Symbol($0) }),
      let status = order.text("X").flatMap({ BinanceAlgoAnswer.status($0) })
    else { return nil }
    child = order.text("ai").flatMap { VenueOrderID($0) }
      .map { BinanceChild(symbol: symbol, venueOrderID: $0) }
    report = OrderReport(
      orderID: id, venueOrderID: VenueOrderID("algo-", Int64(algoID)), status: status,
      filledQuantity: .zero, fills: [])
  }

  private static func status(_ word: String) -> VenueOrderStatus? {
    switch word {
    case "NEW", "TRIGGERING": .working
    case "TRIGGERED", "FINISHED": .triggered
    case "CANCELED": .canceled(reason: nil)
    case "EXPIRED": .expired(reason: nil)
    // It was there, and came to nothing when its price was reached.
    case "REJECTED": .canceled(reason: "Binance refused the order when it was triggered.")
    default: nil
    }
  }
}
