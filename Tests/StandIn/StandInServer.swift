// A stand-in for Binance Spot over HTTP: it checks requests as the venue does, matches orders, and
// has accidents when it is asked to. It is for tests and for trying the service without an account.

public import Network
public import Trading
internal import Wire

/// A request that the stand-in has received.
public struct StandInReceived: Sendable {
  /// The method.
  public let method: String
  /// When it was there, by the monotonic clock.
  public let nanoseconds: UInt64
  /// Path and query.
  public let target: String
}

/// The stand-in.
@LoopActor public final class StandIn {
  /// The name of the one API key.
  public nonisolated static let keyName = "stand-in-key"
  /// The secret that its requests are signed with.
  public nonisolated static let secret = "stand-in-secret"
  /// The weight that may be used in a minute.
  public var weightMax = 6_000
  /// How far its clock is ahead of this process's, in milliseconds.
  public var clockOffsetMilliseconds: Int64 = 0
  /// Every request so far.
  public private(set) var received: [StandInReceived] = []

  var exchange: StandInExchange
  var streams: [(stream: HTTPStream, open: StandInStream)] = []
  private var faults = StandInFaults()
  let access = StandInAccess(keyName: StandIn.keyName, secret: StandIn.secret)
  private var usedWeight = 0
  private var minute: Int64 = 0
  private var server: HTTPServer?

  /// A stand-in with BTCUSDT at 67,500 and ETHUSDT at 3,500.
  public init() {
    func market(_ base: String, _ price: Int) -> StandInMarket {
      StandInMarket(
        base: base, quote: "USDT", tickSize: Decimal(units: 1, scale: 2),
        lotStep: Decimal(units: 1, scale: 5), minNotional: Decimal(5), price: Decimal(price),
        available: nil)
    }
    exchange = StandInExchange(
      markets: ["BTCUSDT": market("BTC", 67_500), "ETHUSDT": market("ETH", 3_500)],
      balances: ["USDT": Decimal(1_000_000), "BTC": Decimal(10), "ETH": Decimal(100)])
  }

  /// Starts to listen; the port is a free one for 0.
  public func listen(host: String = "127.0.0.1", port: UInt16 = 0) throws(NetworkError) -> UInt16 {
    let server = HTTPServer(metrics: nil) { [self] request, responder in
      answer(request, responder)
    }
    self.server = server
    return try server.listen(host: host, port: port)
  }

  /// Lets the next request to a path have an accident.
  public func add(_ fault: StandInFault, to method: String, _ path: String) {
    faults.add(fault, to: method, path)
  }

  /// Moves a price; what rests there trades. False if there is no such symbol.
  @discardableResult
  public func setPrice(_ symbol: String, _ price: Decimal, available: Decimal? = nil) -> Bool {
    guard exchange.setPrice(symbol, price, available: available, at: milliseconds) else {
      return false
    }
    tellPrice(of: symbol)
    tellStreams()
    return true
  }

  /// Has somebody else place an order on the account, which rests.
  public func placeExternal(
    _ clientID: String, _ symbol: String, _ quantity: Decimal, at price: Decimal
  ) {
    _ = try? exchange.place(
      StandInRequest(
        clientID: clientID, symbol: symbol, type: "LIMIT", quantity: quantity, price: price),
      at: milliseconds)
    tellStreams()
  }

  /// How many orders the matching engine has ever taken with a client order id.
  public func orderCount(clientID: String) -> Int {
    exchange.orders.values.count { $0.clientID == clientID }
  }

  /// What the account holds of an asset.
  public func holding(of asset: String) -> Decimal {
    exchange.balances[asset].map { $0.free + $0.locked } ?? .zero
  }

  /// The client order ids of all orders that the matching engine has ever taken.
  public var clientIDs: [String] { exchange.orders.values.map(\.clientID) }

  /// How many orders the matching engine has ever taken.
  public var orderCount: Int { exchange.orders.count }

  private var milliseconds: Int64 {
    EventLoop.shared.wallClockMicroseconds / 1_000 + clockOffsetMilliseconds
  }

  // MARK: Answers

  private func answer(_ request: HTTPRequest, _ responder: HTTPResponder) {
    if let answer = control(request) { return responder.respond(answer) }
    if openStream(request, responder) { return }
    defer { tellStreams() }
    received.append(
      StandInReceived(
        method: request.method.rawValue, nanoseconds: EventLoop.shared.monotonicNanoseconds(),
        target: request.target))
    let fault = faults.take(request.method.rawValue, request.path)
    switch fault {
    case nil: responder.respond(carryOut(request))
    case .lostRequest: hangUp(responder)
    case .lostAnswer:
      _ = carryOut(request)
      hangUp(responder)
    case .halfAnswer:
      let answer = carryOut(request)
      hangUp(responder, after: Array(answer.body.prefix(answer.body.count / 2)))
    case .late(let delay):
      let answer = carryOut(request)
      _ = EventLoop.shared.schedule(afterMilliseconds: delay) { responder.respond(answer) }
    case .answer(let status, let body, let isCarriedOut, let retryAfterSeconds):
      if isCarriedOut { _ = carryOut(request) }
      var answer = response(status, body)
      if let retryAfterSeconds { answer.headers.append(("Retry-After", "\(retryAfterSeconds)")) }
      responder.respond(answer)
    }
  }

  /// Ends the connection in the middle of an answer.
  private func hangUp(_ responder: HTTPResponder, after bytes: [UInt8] = []) {
    responder.stream(HTTPResponse(status: 200, contentType: "application/json")) { stream, event in
      guard case .began = event else { return }
      stream.write(bytes)
      _ = EventLoop.shared.schedule(afterMilliseconds: 1) { stream.abort() }
    }
  }

  private func response(_ status: Int, _ body: String) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "application/json;charset=UTF-8",
      headers: [("X-MBX-USED-WEIGHT-1M", "\(usedWeight)")], body: Array(body.utf8))
  }

  private func carryOut(_ request: HTTPRequest) -> HTTPResponse {
    let route = "\(request.method.rawValue) \(request.path)"
    guard let weight = StandIn.weights[route] else {
      return response(404, #"{"code":-1000,"msg":"There is no such path."}"#)
    }
    if minute != milliseconds / 60_000 { (minute, usedWeight) = (milliseconds / 60_000, 0) }
    usedWeight += weight
    guard usedWeight <= weightMax else {
      var answer = response(429, #"{"code":-1003,"msg":"Too much request weight used."}"#)
      answer.headers.append(("Retry-After", "\(60 - milliseconds / 1_000 % 60)"))
      return answer
    }
    do throws(StandInRefusal) {
      var parameters = StandInParameters(request)
      if !StandIn.openRoutes.contains(route) {
        try access.check(request, &parameters, at: milliseconds)
      }
      return response(200, try body(of: route, &parameters))
    } catch {
      return response(error.status, #"{"code":\#(error.code),"msg":"\#(error.message)"}"#)
    }
  }

  private static let openRoutes: Set = [
    "GET /api/v3/time", "GET /api/v3/exchangeInfo", "GET /api/v3/ticker/bookTicker",
  ]

  private static let weights = [
    "GET /api/v3/time": 1, "GET /api/v3/exchangeInfo": 20, "GET /api/v3/ticker/bookTicker": 2,
    "GET /api/v3/account": 20, "POST /api/v3/order": 1, "GET /api/v3/order": 4,
    "DELETE /api/v3/order": 1, "GET /api/v3/openOrders": 80, "GET /api/v3/myTrades": 5,
  ]

  private func body(
    of route: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    switch route {
    case "GET /api/v3/time": return object([("serverTime", "\(milliseconds)")])
    case "GET /api/v3/exchangeInfo": return exchangeInfo
    case "GET /api/v3/ticker/bookTicker": return try bookTicker(&parameters)
    case "GET /api/v3/account": return account(&parameters)
    case "POST /api/v3/order": return try place(&parameters)
    case "DELETE /api/v3/order": return try cancel(&parameters)
    case "GET /api/v3/openOrders":
      try parameters.finish()
      return array(exchange.openOrders.map(\.queriedJSON))
    case "GET /api/v3/order":
      let order = try order(&parameters)
      try parameters.finish()
      return order.queriedJSON
    default: return try trades(&parameters)
    }
  }

  private func place(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let request = try StandInRequest(spot: &parameters)
    try parameters.finish()
    try exchange.markets[request.symbol]?.check(request)
    return try exchange.place(request, at: milliseconds).placedJSON
  }

  private func order(_ parameters: inout StandInParameters) throws(StandInRefusal) -> StandInOrder {
    try exchange.order(
      try parameters.required("origClientOrderId"), try parameters.required("symbol"))
  }

  private func cancel(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let cancelID = "cancel-\(received.count)"
    let order = try exchange.cancel(
      try parameters.required("origClientOrderId"), try parameters.required("symbol"),
      cancelID: cancelID, at: milliseconds)
    return order.canceledJSON(cancelID: cancelID)
  }

  private func trades(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let symbol = try parameters.required("symbol")
    let id = Int(try parameters.required("orderId")) ?? 0
    let first = Int(parameters.optional("fromId") ?? "0") ?? 0
    let most = Int(parameters.optional("limit") ?? "500") ?? 0
    try parameters.finish()
    guard let order = exchange.orders[id], order.symbol == symbol else { return "[]" }
    let trades = zip(order.trades, order.tradeListJSON).filter { $0.0.id >= first }
    return array(trades.prefix(most).map(\.1))
  }

  private func account(_ parameters: inout StandInParameters) -> String {
    _ = parameters.optional("omitZeroBalances")
    let balances = exchange.balances.sorted { $0.key < $1.key }.map { asset, balance in
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

  // MARK: Markets

  private func bookTicker(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let symbol = parameters.optional("symbol")
    try parameters.finish()
    guard let symbol else {
      return array(exchange.markets.keys.sorted().map { ticker(of: $0) })
    }
    guard exchange.markets[symbol] != nil else {
      throw StandInRefusal(code: -1121, message: "Invalid symbol.")
    }
    return ticker(of: symbol)
  }

  private func ticker(of symbol: String) -> String {
    let price = exchange.markets[symbol]?.price
    return object([
      ("symbol", quoted(symbol)), ("bidPrice", quoted(price)), ("bidQty", quoted(Decimal(1))),
      ("askPrice", quoted(price)), ("askQty", quoted(Decimal(1))),
    ])
  }

  private var exchangeInfo: String {
    let symbols = exchange.markets.sorted { $0.key < $1.key }.map { name, market in
      object([
        ("symbol", quoted(name)), ("status", quoted("TRADING")),
        ("baseAsset", quoted(market.base)), ("quoteAsset", quoted(market.quote)),
        ("orderTypes", array(StandIn.orderTypes.map { quoted($0) })),
        ("allowTrailingStop", "true"), ("isSpotTradingAllowed", "true"),
        ("filters", array(filters(of: market))),
      ])
    }
    let limit = object([
      ("rateLimitType", quoted("REQUEST_WEIGHT")), ("interval", quoted("MINUTE")),
      ("intervalNum", "1"), ("limit", "\(weightMax)"),
    ])
    return object([
      ("serverTime", "\(milliseconds)"), ("rateLimits", array([limit])),
      ("symbols", array(symbols)),
    ])
  }

  private static let orderTypes = [
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT",
  ]

  private func filters(of market: StandInMarket) -> [String] {
    [
      object([
        ("filterType", quoted("PRICE_FILTER")), ("minPrice", quoted(market.tickSize)),
        ("maxPrice", quoted(Decimal(1_000_000))), ("tickSize", quoted(market.tickSize)),
      ]),
      object([
        ("filterType", quoted("LOT_SIZE")), ("minQty", quoted(market.lotStep)),
        ("maxQty", quoted(Decimal(9_000))), ("stepSize", quoted(market.lotStep)),
      ]),
      object([
        ("filterType", quoted("NOTIONAL")), ("minNotional", quoted(market.minNotional)),
        ("applyMinToMarket", "true"), ("maxNotional", quoted(Decimal(9_000_000))),
        ("applyMaxToMarket", "false"), ("avgPriceMins", "5"),
      ]),
    ]
  }
}
