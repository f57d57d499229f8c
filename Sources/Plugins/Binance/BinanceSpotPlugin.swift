// Binance Spot as a plugin: one account, by REST for what is asked and by a stream for what the
// venue tells. It keeps no orders; the engine does.

public import Network
public import Trading
internal import Wire

/// A spot account at Binance.
@LoopActor public final class BinanceSpotPlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// Whether the account and its stream are there.
  public private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// What Binance Spot can do; the instruments say more.
  public let capabilities: PluginCapabilities
  private let connection: BinanceConnection
  private var list: [Instrument] = []

  /// How long Binance may say "no such order" about one that it has: a request may wait for its
  /// window and then ten seconds in the matching engine, and what is asked for is read from a copy
  /// that follows later.
  private static let visibilityWindowMilliseconds: Int64 = 30_000

  /// An account that is reached with `settings`.
  public init(name: AccountID, settings: BinanceSettings) {
    self.name = name
    capabilities = PluginCapabilities(
      isLive: !settings.isTestnet,
      rules: VenueRules(
        canBeAskedLater: true,
        visibilityWindowMilliseconds: BinanceSpotPlugin.visibilityWindowMilliseconds,
        timesInForce: [.goodTillCanceled, .immediateOrCancel, .fillOrKill], hasReduceOnly: false,
        canAmend: false, takerFeeBasisPoints: settings.takerFeeBasisPoints, statesHoldings: true))
    connection = BinanceConnection(
      .spot, at: settings.origin, by: settings.client, key: settings.key)
  }

  // MARK: Start

  /// Sets the clock, loads the rules and proves the key.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    do throws(PluginError) {
      if let failure = await connection.setClock() { throw problem("tell its time", failure) }
      try await loadRules()
      _ = try await account()
    } catch {
      health = PluginHealth(isHealthy: false, detail: error.description)
      throw error
    }
    health = PluginHealth(isHealthy: true, detail: "Connected.")
  }

  private func loadRules() async throws(PluginError) {
    let request = BinanceRequest(.get, "/api/v3/exchangeInfo", .open, weight: 20)
    let answer = try await ask(request, .routine, doing: "list its instruments")
    guard let info = BinanceExchangeInfo(answer, of: .spot) else {
      throw PluginError("\(name) cannot read Binance's list of instruments.")
    }
    list = info.instruments
    if let weight = info.weight.first(where: { $0.seconds == 60 }) {
      connection.setWeight(weight.limit)
    }
  }

  private func account() async throws(PluginError) -> JSONValue {
    let request = BinanceRequest(.get, "/api/v3/account", weight: 20).with(
      "omitZeroBalances", "true")
    return try await ask(request, .routine, doing: "show the account")
  }

  private func ask(
    _ request: BinanceRequest, _ urgency: BinanceUrgency, doing what: String
  ) async throws(PluginError) -> JSONValue {
    let result = await connection.send(request, urgency)
    guard case .answer(let answer) = result else { throw problem(what, result) }
    return answer
  }

  private func problem(_ what: String, _ result: BinanceResult) -> PluginError {
    PluginError("Binance did not \(what) for \(name): \(result.reason)")
  }

  /// Ends what is under way.
  public func stop() async {
    health = PluginHealth(isHealthy: false, detail: "Stopped.")
  }

  // MARK: Orders

  /// What would be sent for an order, without time and signature.
  public func request(for order: Order) -> VenueRequest {
    let request = BinanceSpotOrders.place(order)
    return VenueRequest(method: request.method.rawValue, target: request.target, body: "")
  }

  /// Sends an order, once.
  public func submit(_ order: Order) async -> SubmitOutcome {
    let urgency: BinanceUrgency = order.terms.purpose == .trade ? .order : .brake
    let result = await connection.send(BinanceSpotOrders.place(order), urgency)
    return BinanceVenue.spot.submitOutcome(of: order, result)
  }

  /// Asks for a cancel.
  public func cancel(_ order: Order) async -> CancelOutcome {
    let result = await connection.send(BinanceSpotOrders.cancel(order), .brake)
    return BinanceVenue.spot.cancelOutcome(of: order, result)
  }

  /// Never asked for: the rules say that orders are cancelled and placed anew.
  public func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "\(name) changes no orders.")
  }

  /// Asks for an order, and for its trades if it has any.
  public func query(_ order: Order) async -> QueryOutcome {
    let result = await connection.send(BinanceSpotOrders.query(order), .brake)
    guard case .answer(let value) = result else {
      return BinanceVenue.spot.queryFailure(result)
    }
    guard var answer = BinanceOrderAnswer(value), answer.report.orderID == order.id,
      let venueOrderID = answer.report.venueOrderID
    else { return .unavailable(reason: result.reason) }
    guard !answer.report.filledQuantity.isZero else { return .found(answer.report) }
    let trades = await connection.send(
      BinanceSpotOrders.trades(of: venueOrderID, answer.symbol), .brake)
    guard case .answer(let list) = trades, list.kind == .array, answer.addFills(list) else {
      return .unavailable(reason: "The order's trades are unknown: \(trades.reason)")
    }
    return .found(answer.report)
  }

  // MARK: The account

  /// The open orders that were sent from here.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    let answer = try await ask(BinanceSpotOrders.openOrders, .routine, doing: "list open orders")
    guard answer.kind == .array else {
      throw PluginError("\(name) cannot read Binance's list of open orders.")
    }
    return answer.elements.compactMap { BinanceOrderAnswer($0)?.report }
  }

  /// What is held of the base asset of each instrument.
  public func positions() async throws(PluginError) -> [PositionReport] {
    var held: [Asset: Decimal] = [:]
    for balance in try await balances() { held[balance.asset] = balance.total }
    return list.compactMap { instrument in
      held[instrument.baseAsset].map { PositionReport(symbol: instrument.symbol, quantity: $0) }
    }
  }

  /// The balances that are not nothing.
  public func balances() async throws(PluginError) -> [Balance] {
    guard let balances = try await account()["balances"], balances.kind == .array else {
      throw PluginError("\(name) cannot read Binance's list of balances.")
    }
    return balances.elements.compactMap { balance in
      guard let asset = balance.text("asset").flatMap({ Asset($0) }),
        let free = balance.decimal("free"), let locked = balance.decimal("locked")
      else { return nil }
      return Balance(asset: asset, free: free, locked: locked)
    }
  }

  // MARK: Markets

  /// The instruments that are traded.
  public func instruments() async throws(PluginError) -> [Instrument] { list }

  /// The best prices of an instrument; nil if there is no such instrument.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard list.contains(where: { $0.symbol == symbol }) else { return nil }
    let request = BinanceRequest(.get, "/api/v3/ticker/bookTicker", .open, weight: 2)
      .with("symbol", symbol)
    let answer = try await ask(request, .routine, doing: "tell a price")
    guard let data = MarketData(bookTicker: answer) else {
      throw PluginError("\(name) cannot read Binance's price of \(symbol).")
    }
    return data
  }
}

extension MarketData {
  /// Reads the best bid and ask; nil if one is missing.
  init?(bookTicker ticker: JSONValue) {
    guard let symbol = (ticker.text("symbol") ?? ticker.text("s")).flatMap({ Symbol($0) }),
      let bid = ticker.price("bidPrice") ?? ticker.price("b"),
      let ask = ticker.price("askPrice") ?? ticker.price("a"),
      let bidQuantity = ticker.quantity("bidQty") ?? ticker.quantity("B"),
      let askQuantity = ticker.quantity("askQty") ?? ticker.quantity("A"),
      let middle = Price(
        Decimal.quotient(bid.amount + ask.amount, over: Decimal(2), scale: Position.priceScale))
    else { return nil }
    self.init(
      symbol: symbol, last: middle, bids: [BookLevel(price: bid, quantity: bidQuantity)],
      asks: [BookLevel(price: ask, quantity: askQuantity)])
  }
}
