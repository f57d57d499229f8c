// The requests of USD-M Futures about orders and trades.

import Trading

extension StandIn {
  static let futuresWeights = [
    "GET /fapi/v1/time": 1, "GET /fapi/v1/exchangeInfo": 1, "GET /fapi/v1/ticker/bookTicker": 5,
    "GET /fapi/v3/account": 5, "GET /fapi/v3/balance": 5, "GET /fapi/v3/positionRisk": 5,
    "POST /fapi/v1/order": 0, "GET /fapi/v1/order": 1, "DELETE /fapi/v1/order": 1,
    "GET /fapi/v1/openOrders": 40, "GET /fapi/v1/userTrades": 5, "POST /fapi/v1/algoOrder": 0,
    "GET /fapi/v1/algoOrder": 1, "DELETE /fapi/v1/algoOrder": 1,
    "GET /fapi/v1/openAlgoOrders": 40, "POST /fapi/v1/listenKey": 1,
    "PUT /fapi/v1/listenKey": 1, "GET /fapi/v1/positionSide/dual": 30,
    "POST /fapi/v1/leverage": 1, "POST /fapi/v1/marginType": 1,
    "POST /fapi/v1/countdownCancelAll": 10,
  ]

  func futuresBody(
    of route: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    futures.expire(at: milliseconds)
    if route.contains("/order") || route.contains("lgoOrder") {
      return try orderBody(of: route, &parameters)
    }
    switch route {
    case "GET /fapi/v1/time": return serverTime
    case "GET /fapi/v1/exchangeInfo": return exchangeInfo(of: futures)
    case "GET /fapi/v1/ticker/bookTicker": return try bookTicker(&parameters, at: futures)
    case "GET /fapi/v1/openOrders":
      try parameters.finish()
      return array(futures.openOrders.map(\.futuresJSON))
    case "GET /fapi/v1/userTrades":
      return try trades(&parameters, at: futures) { $0.futuresTradeListJSON }
    default: return try accountBody(of: route, &parameters)
    }
  }

  private func orderBody(
    of route: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    switch route {
    case "POST /fapi/v1/order":
      let request = try StandInRequest(futures: &parameters, at: milliseconds)
      try parameters.finish()
      try futures.markets[request.symbol]?.check(request, at: .futures)
      return try futures.place(request, at: milliseconds).futuresJSON
    case "POST /fapi/v1/algoOrder":
      let request = try StandInRequest(conditional: &parameters)
      try parameters.finish()
      try futures.markets[request.symbol]?.check(request, at: .futures)
      return try futures.placeConditional(request, at: milliseconds).placedJSON
    case "GET /fapi/v1/order": return try order(&parameters).futuresJSON
    case "DELETE /fapi/v1/order":
      let order = try order(&parameters, orElse: -2011, "Unknown order sent.")
      return try futures.cancel(order.clientID, order.symbol, cancelID: "", at: milliseconds)
        .futuresJSON
    case "GET /fapi/v1/algoOrder":
      return try futures.conditional(try parameters.required("clientAlgoId")).queriedJSON
    case "DELETE /fapi/v1/algoOrder":
      return try futures.cancelConditional(
        try parameters.required("clientAlgoId"), at: milliseconds
      ).canceledJSON
    default:
      try parameters.finish()
      return array(futures.conditionals.filter { $0.status == "NEW" }.map(\.queriedJSON))
    }
  }

  /// The order that a request names by its client order id or by the venue's id.
  private func order(
    _ parameters: inout StandInParameters, orElse code: Int = -2013,
    _ message: String = "Order does not exist."
  ) throws(StandInRefusal) -> StandInOrder {
    let symbol = try parameters.required("symbol")
    let id = parameters.optional("orderId").flatMap { Int($0) }
    let clientID = parameters.optional("origClientOrderId")
    try parameters.finish()
    let found =
      id.map { futures.orders[$0] } ?? clientID.flatMap { try? futures.order($0, symbol) }
    guard let found, found.symbol == symbol else {
      throw StandInRefusal(code: code, message: message)
    }
    return found
  }
}
