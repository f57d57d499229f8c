// Binance as a plugin: one account at Spot or at USD-M Futures, by REST for what is asked and by a
// stream for what the venue tells. It keeps no orders; the engine does.

public import Network
public import Trading
internal import Wire

/// An account at Binance.
@LoopActor public final class BinancePlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// Whether the account and its stream are there.
  public private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// What the venue can do; the instruments say more.
  public let capabilities: PluginCapabilities
  let venue: BinanceVenue
  let connection: BinanceConnection
  let settings: BinanceSettings
  private var list: [Instrument] = []
  private var bySymbol: [Symbol: Instrument] = [:]
  private var report: (@LoopActor (PluginReport) -> Void)?

  /// The stream of what happens to the account, and whether it is heard.
  var accountStream: BinanceStream?
  var isAccountHeard = false
  /// Waits for the stream's first word: nil, or why there is none.
  var onAccountStream: ((String?) -> Void)?
  private var waitingChores: Set<Chore> = []
  /// What conditional orders have become when they were triggered, by the venue's ids.
  var algoChildren: [VenueOrderID: OrderID] = [:]
  /// What cancels open orders of Futures when this process is gone; nil if it is not wanted.
  var countdown: BinanceCountdown?
  /// The stream of prices, and whose.
  var priceStream: BinanceStream?
  var watched: Set<Symbol> = []
  var streamed: [Symbol: MarketData] = [:]
  /// The prices of all instruments as they were at most a minute ago.
  var quotes: [Symbol: MarketData] = [:]
  var unsubscribed: [Symbol] = []
  var isSubscribing = false

  /// An account at `venue` that is reached with `settings`.
  public init(name: AccountID, at venue: BinanceVenue, settings: BinanceSettings) {
    self.name = name
    self.venue = venue
    self.settings = settings
    capabilities = PluginCapabilities(
      isLive: !settings.isTestnet, hasLeverage: venue == .futures,
      rules: venue.rules(takerFee: settings.takerFeeBasisPoints))
    connection = BinanceConnection(
      venue, at: settings.address(of: venue).requests, by: settings.client, key: settings.key)
  }

  /// How far Binance's clock is ahead of ours, as it was last asked.
  public var clockOffsetMilliseconds: Int64? { connection.clock.offsetMicroseconds / 1_000 }

  /// The weight of requests that Binance grants an address in a minute.
  public var requestBudget: RequestBudget? {
    RequestBudget(
      usedShare: connection.budget.usedShare(at: connection.now), limitHits: connection.limitHits)
  }

  // MARK: Start

  /// Sets the clock, loads the rules, proves the key and listens to the account.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    self.report = report
    connection.onBan = { [weak self] in self?.banned(seconds: $0) }
    do throws(PluginError) {
      if let failure = await connection.setClock() { throw problem("tell its time", failure) }
      try await loadRules()
      _ = try await balances()
      if venue == .futures { try await prepareFutures() }
      if let reason = await openAccountStream() {
        throw PluginError("Binance does not let \(name) listen to its account: \(reason)")
      }
    } catch {
      setHealth(isHealthy: false, error.description)
      throw error
    }
    await quoteAll()
    refreshRegularly()
    if venue == .futures { await startCountdown() }
  }

  /// How often the rules are loaded again, and the clock is set: both change without a word.
  private static let refreshMilliseconds = 15 * 60_000

  private func refreshRegularly() {
    later(.refresh, milliseconds: Self.refreshMilliseconds) { plugin in
      _ = await plugin.connection.setClock()
      if (try? await plugin.loadRules()) != nil, plugin.isAccountHeard { plugin.tell(.connected) }
      plugin.refreshRegularly()
    }
  }

  /// What is done after a while.
  enum Chore {
    case refresh
    case quote
    case renewListenKey
    case listExternalOrders
  }

  /// Does a chore after a while, unless the plugin is stopped by then; nothing if it waits already.
  func later(
    _ chore: Chore, milliseconds: Int,
    _ work: @escaping @LoopActor (BinancePlugin) async -> Void
  ) {
    guard waitingChores.insert(chore).inserted else { return }
    _ = EventLoop.shared.schedule(afterMilliseconds: milliseconds) { [weak self] in
      guard let self else { return }
      waitingChores.remove(chore)
      guard isRunning else { return }
      LoopActor.task { await work(self) }
    }
  }

  /// The venue refuses this address: nothing may be sent, and nobody may think otherwise.
  private func banned(seconds: Int64) {
    let reason = "Binance has banned this address for \(seconds) s. Send fewer requests."
    accountStream?.restart(reason: reason)
  }

  /// Whether it was started and not stopped.
  var isRunning: Bool { report != nil }

  func tell(_ news: PluginReport) { report?(news) }

  func setHealth(isHealthy: Bool, _ detail: String) {
    health = PluginHealth(isHealthy: isHealthy, detail: detail)
  }

  func loadRules() async throws(PluginError) {
    let request = BinanceRequest(.get, "\(venue.prefix)/exchangeInfo", .open, weight: 20)
    let answer = try await ask(request, comparing, doing: "list its instruments")
    guard let info = BinanceExchangeInfo(answer, of: venue) else {
      throw unreadable("its list of instruments")
    }
    list = info.instruments
    bySymbol = Dictionary(list.map { ($0.symbol, $0) }) { first, _ in first }
    if let weight = info.weight.first(where: { $0.seconds == 60 }) {
      connection.setWeight(weight.limit)
    }
  }

  /// How urgent it is to know how the account is: after a start in a busy minute orders are waiting
  /// to be looked after, and later a comparison can wait.
  var comparing: BinanceUrgency { isAccountHeard ? .routine : .brake }

  func ask(
    _ request: BinanceRequest, _ urgency: BinanceUrgency, doing what: String
  ) async throws(PluginError) -> JSONValue {
    let result = await connection.send(request, urgency)
    guard case .answer(let answer) = result else { throw problem(what, result) }
    return answer
  }

  private func problem(_ what: String, _ result: BinanceResult) -> PluginError {
    PluginError("Binance did not \(what) for \(name): \(result.reason)")
  }

  func unreadable(_ what: String) -> PluginError {
    PluginError("\(name) cannot read what Binance answered: \(what).")
  }

  /// Ends what is under way.
  public func stop() async {
    report = nil
    isAccountHeard = false
    await countdown?.stop()
    countdown = nil
    accountStream?.stop()
    priceStream?.stop()
    setHealth(isHealthy: false, "Stopped.")
  }

  // MARK: Markets

  func isTraded(_ symbol: Symbol) -> Bool { bySymbol[symbol] != nil }

  /// The instruments that are traded.
  public func instruments() async throws(PluginError) -> [Instrument] { list }

  // MARK: The account

  /// What is held: positions at Futures, and at Spot the base asset of each instrument.
  public func positions() async throws(PluginError) -> [PositionReport] {
    switch venue {
    case .spot:
      var held: [Asset: Decimal] = [:]
      for balance in try await balances() { held[balance.asset] = balance.total }
      return list.compactMap { instrument in
        held[instrument.baseAsset].map { PositionReport(symbol: instrument.symbol, quantity: $0) }
      }
    case .futures:
      let request = BinanceRequest(.get, "/fapi/v3/positionRisk", weight: 5)
      let answer = try await ask(request, comparing, doing: "list positions")
      guard answer.kind == .array else { throw unreadable("the positions") }
      return answer.elements.compactMap { position in
        guard let symbol = position.text("symbol").flatMap({ Symbol($0) }),
          let quantity = position.decimal("positionAmt")
        else { return nil }
        return PositionReport(symbol: symbol, quantity: quantity)
      }
    }
  }

  /// The balances that are not nothing.
  public func balances() async throws(PluginError) -> [Balance] {
    switch venue {
    case .spot:
      let request = BinanceRequest(.get, "/api/v3/account", weight: 20)
        .with("omitZeroBalances", "true")
      let account = try await ask(request, comparing, doing: "show the account")
      guard let balances = account["balances"], balances.kind == .array else {
        throw unreadable("the balances")
      }
      return balances.elements.compactMap { Balance(spot: $0) }
    case .futures:
      let request = BinanceRequest(.get, "/fapi/v3/balance", weight: 5)
      let balances = try await ask(request, comparing, doing: "show the balances")
      guard balances.kind == .array else { throw unreadable("the balances") }
      return balances.elements.compactMap { Balance(futures: $0) }
    }
  }
}

extension BinanceVenue {
  /// How long Binance may say "no such order" about one that it has: a request may wait for its
  /// window and then ten seconds in the matching engine, and what is asked for is read from a copy
  /// that follows later.
  private static let visibilityWindowMilliseconds: Int64 = 30_000

  fileprivate func rules(takerFee: Decimal) -> VenueRules {
    let isSpot = self == .spot
    return VenueRules(
      canBeAskedLater: true,
      visibilityWindowMilliseconds: BinanceVenue.visibilityWindowMilliseconds,
      timesInForce: isSpot
        ? [.goodTillCanceled, .immediateOrCancel, .fillOrKill] : TimeInForce.allCases,
      hasReduceOnly: !isSpot, hasDisplayQuantity: isSpot, canAmend: false,
      takerFeeBasisPoints: takerFee, statesHoldings: isSpot)
  }
}

extension Balance {
  fileprivate init?(spot balance: JSONValue) {
    guard let asset = balance.text("asset").flatMap({ Asset($0) }),
      let free = balance.decimal("free"), let locked = balance.decimal("locked")
    else { return nil }
    self.init(asset: asset, free: free, locked: locked)
  }

  /// What margin and open orders hold back is what is not available.
  fileprivate init?(futures balance: JSONValue) {
    guard let asset = balance.text("asset").flatMap({ Asset($0) }),
      let total = balance.decimal("balance"), let free = balance.decimal("availableBalance"),
      !(total.isZero && free.isZero)
    else { return nil }
    self.init(asset: asset, free: free, locked: total - free)
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
