// A stand-in for Binance over HTTP, Spot and USD-M Futures in one place: it checks requests as the
// venue does, matches orders, and has accidents when it is asked to. It is for tests and for trying
// the service without an account.

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

  var spot: StandInExchange
  var futures: StandInExchange
  /// What only Futures have of an account.
  var futuresAccount = StandInFuturesAccount()
  var streams: [(stream: HTTPStream, open: StandInStream)] = []
  private var faults = StandInFaults()
  let access = StandInAccess(keyName: StandIn.keyName, secret: StandIn.secret)
  private var usedWeight = 0
  private var minute: Int64 = 0
  private var server: HTTPServer?

  /// A stand-in with BTCUSDT at 67,500 and ETHUSDT at 3,500, at Spot and as perpetual contracts.
  public init() {
    func market(_ base: String, _ price: Int) -> StandInMarket {
      StandInMarket(
        base: base, quote: "USDT", tickSize: Decimal(units: 1, scale: 2),
        lotStep: Decimal(units: 1, scale: 5), minNotional: Decimal(5), price: Decimal(price),
        available: nil)
    }
    let markets = ["BTCUSDT": market("BTC", 67_500), "ETHUSDT": market("ETH", 3_500)]
    spot = StandInExchange(
      .spot, markets: markets,
      balances: ["USDT": Decimal(1_000_000), "BTC": Decimal(10), "ETH": Decimal(100)])
    futures = StandInExchange(.futures, markets: markets, balances: ["USDT": Decimal(1_000_000)])
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

  /// Moves a price at both venues; what rests there trades. False if there is no such symbol.
  @discardableResult
  public func setPrice(_ symbol: String, _ price: Decimal, available: Decimal? = nil) -> Bool {
    guard spot.setPrice(symbol, price, available: available, at: milliseconds),
      futures.setPrice(symbol, price, available: available, at: milliseconds)
    else { return false }
    tellPrice(of: symbol)
    tellStreams()
    return true
  }

  /// Has somebody else place an order on both accounts, which rests.
  public func placeExternal(
    _ clientID: String, _ symbol: String, _ quantity: Decimal, at price: Decimal
  ) {
    let request = StandInRequest(
      clientID: clientID, symbol: symbol, type: "LIMIT", quantity: quantity, price: price)
    _ = try? spot.place(request, at: milliseconds)
    _ = try? futures.place(request, at: milliseconds)
    tellStreams()
  }

  private var orders: [StandInOrder] { Array(spot.orders.values) + futures.orders.values }

  /// What the spot account holds of an asset.
  public func holding(of asset: String) -> Decimal {
    spot.account.balances[asset].map { $0.free + $0.locked } ?? .zero
  }

  /// The client order ids of all orders that the matching engines have ever taken.
  public var clientIDs: [String] { orders.map(\.clientID) }

  /// How many orders the matching engines have ever taken with a client order id.
  public func orderCount(clientID: String) -> Int { orders.count { $0.clientID == clientID } }

  /// How many orders the matching engines have ever taken.
  public var orderCount: Int { orders.count }

  var milliseconds: Int64 {
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
    guard let weight = StandIn.spotWeights[route] ?? StandIn.futuresWeights[route] else {
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
      if request.path.hasSuffix("/listenKey") {
        try access.checkKey(request)
      } else if !StandIn.openPaths.contains(where: { request.path.hasSuffix($0) }) {
        try access.check(request, &parameters, at: milliseconds)
      }
      return response(
        200,
        StandIn.spotWeights[route] == nil
          ? try futuresBody(of: route, &parameters) : try spotBody(of: route, &parameters))
    } catch {
      return response(error.status, #"{"code":\#(error.code),"msg":"\#(error.message)"}"#)
    }
  }

  /// What needs no key, at either venue.
  private static let openPaths = ["/time", "/exchangeInfo", "/ticker/bookTicker"]
}
