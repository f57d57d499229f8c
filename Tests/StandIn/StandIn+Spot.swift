// The requests of Binance Spot.

import Trading

extension StandIn {
  static let spotWeights = [
    "GET /api/v3/time": 1, "GET /api/v3/exchangeInfo": 20, "GET /api/v3/ticker/bookTicker": 2,
    "GET /api/v3/account": 20, "POST /api/v3/order": 1, "GET /api/v3/order": 4,
    "DELETE /api/v3/order": 1, "GET /api/v3/openOrders": 80, "GET /api/v3/myTrades": 5,
  ]

  func spotBody(
    of route: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    switch route {
    case "GET /api/v3/time": return serverTime
    case "GET /api/v3/exchangeInfo": return exchangeInfo(of: spot)
    case "GET /api/v3/ticker/bookTicker": return try bookTicker(&parameters, at: spot)
    case "GET /api/v3/account": return account(&parameters)
    case "POST /api/v3/order": return try place(&parameters)
    case "DELETE /api/v3/order": return try cancel(&parameters)
    case "GET /api/v3/openOrders":
      let symbol = parameters.optional("symbol")
      try parameters.finish()
      return array(
        spot.openOrders.filter { symbol ?? $0.symbol == $0.symbol }.map(\.queriedJSON))
    case "GET /api/v3/order":
      let order = try order(&parameters)
      try parameters.finish()
      return order.queriedJSON
    default: return try trades(&parameters, at: spot) { $0.tradeListJSON }
    }
  }

  private func place(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let request = try StandInRequest(spot: &parameters)
    try parameters.finish()
    try spot.markets[request.symbol]?.check(request, at: .spot)
    return try spot.place(request, at: milliseconds).placedJSON
  }

  private func order(_ parameters: inout StandInParameters) throws(StandInRefusal) -> StandInOrder {
    try spot.order(try clientID(&parameters), try parameters.required("symbol"))
  }

  /// An order may be named by either id.
  private func clientID(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    guard let id = parameters.optional("orderId") else {
      return try parameters.required("origClientOrderId")
    }
    return Int(id).flatMap { spot.orders[$0] }?.clientID ?? ""
  }

  private func cancel(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let cancelID = "cancel-\(received.count)"
    let order = try spot.cancel(
      try clientID(&parameters), try parameters.required("symbol"),
      cancelID: cancelID, at: milliseconds)
    return order.canceledJSON(cancelID: cancelID)
  }

  /// The trades of an order, from one on, in a venue's shape.
  func trades(
    _ parameters: inout StandInParameters, at exchange: StandInExchange,
    shape: (StandInOrder) -> [String]
  ) throws(StandInRefusal) -> String {
    let symbol = try parameters.required("symbol")
    let id = Int(try parameters.required("orderId")) ?? 0
    let first = Int(parameters.optional("fromId") ?? "0") ?? 0
    let most = Int(parameters.optional("limit") ?? "500") ?? 0
    try parameters.finish()
    guard let order = exchange.orders[id], order.symbol == symbol else { return "[]" }
    let trades = zip(order.trades, shape(order)).filter { $0.0.id >= first }
    return array(trades.prefix(most).map(\.1))
  }

  private func account(_ parameters: inout StandInParameters) -> String {
    _ = parameters.optional("omitZeroBalances")
    let balances = spot.account.balances.sorted { $0.key < $1.key }.map { asset, balance in
      object([
        ("asset", quoted(asset)), ("free", quoted(balance.free)),
        ("locked", quoted(balance.locked)),
      ])
    }
    return object([
      ("canTrade", "true"), ("accountType", quoted("SPOT")), ("balances", array(balances)),
      ("permissions", array([quoted("SPOT")])),
    ])
  }
}
