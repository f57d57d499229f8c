// Trading on paper as a plugin: it looks at a market, and executes orders in it that nobody else
// sees. The rule to keep: nothing here can reach the source's orders; it is asked for its market
// and for nothing else.

public import Network
public import Trading

/// A paper account in the market of another plugin, or in a recorded one.
@LoopActor public final class PaperPlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// All order types; nobody sees the orders, so there is nothing to show a part of.
  public let capabilities: PluginCapabilities
  /// Whether its ledger is open and its market can be seen.
  public private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// What it assumes.
  public let model: [String]

  private let source: any MarketSource
  private let path: String
  private let latencyMilliseconds: Int
  private let connectedHealth: PluginHealth
  private var exchange: PaperExchange
  private var ledger: SimulatedLedger?
  private var report: (@LoopActor (PluginReport) -> Void)?
  /// The markets as they were seen last: each change of one counts once.
  private var seen: [Symbol: MarketData] = [:]

  /// How often the market is looked at: a moment for a person, and little work for a machine.
  static let lookMilliseconds = 500

  /// A paper account in the market of `source`, which is called `market` in its sentences. Its
  /// ledger lies in `directory`.
  public init(
    name: AccountID, directory: String, settings: PaperSettings, source: any MarketSource,
    market: String
  ) {
    self.name = name
    self.source = source
    capabilities = PluginCapabilities(
      isLive: false,
      rules: VenueRules(
        canBeAskedLater: true, visibilityWindowMilliseconds: 0,
        timesInForce: [.goodTillCanceled, .immediateOrCancel, .fillOrKill],
        hasDisplayQuantity: false, takerFeeBasisPoints: settings.feeBasisPoints))
    path = "\(directory)/\(name).db"
    latencyMilliseconds = settings.latencyMilliseconds
    exchange = PaperExchange(settings: settings)
    model = PaperPlugin.model(settings, market: market)
    connectedHealth = PluginHealth(
      isHealthy: true, detail: "Executes on paper, in the market of \(market).")
  }

  /// Opens the ledger, takes over what it has and begins to look at the market.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    guard !(try await instruments().isEmpty) else {
      throw PluginError("The market of \(name) is not there yet. It is tried again.")
    }
    let path = path
    let opened = await withCheckedContinuation { continuation in
      SimulatedLedgerWriter.open(path: path, prefix: "paper") { continuation.resume(returning: $0) }
    }
    switch opened {
    case .failure(let error):
      health = PluginHealth(isHealthy: false, detail: "Its ledger \(path) cannot be opened.")
      throw PluginError(
        "\(name) cannot open its ledger \(path): \(error). Check that the directory may be "
          + "written, or restore the file.")
    case .success(let (writer, state)):
      exchange.restore(state)
      for order in exchange.account.openOrders.values { source.watch(order.symbol) }
      ledger = SimulatedLedger(writer)
      self.report = report
      health = connectedHealth
      look()
    }
  }

  /// The order as it would be executed.
  public func request(for order: Order) -> VenueRequest {
    let price = seen[order.terms.symbol]?.last ?? order.terms.ownPrice
    return VenueRequest(
      to: name,
      price.map {
        SimulatedOrder(order, venueOrderID: VenueOrderID("PAPER-", 0), marketPrice: $0)
      })
  }

  // MARK: The market

  private func look() {
    LoopActor.task { [self] in
      await lookAtAll()
      guard ledger != nil else { return }
      _ = EventLoop.shared.schedule(afterMilliseconds: PaperPlugin.lookMilliseconds) {
        [weak self] in self?.look()
      }
    }
  }

  /// Looks at every market once. A source that cannot be seen is a lost connection: nothing is
  /// executed in a market that may have been another one for a while.
  private func lookAtAll() async {
    for symbol in exchange.account.instruments.keys {
      do throws(PluginError) {
        guard let market = try await source.marketData(symbol) else { continue }
        await take(market)
      } catch {
        guard ledger != nil, health.isHealthy else { return }
        health = PluginHealth(isHealthy: false, detail: error.description)
        report?(.disconnected(reason: error.description))
        return
      }
    }
    guard ledger != nil, !health.isHealthy else { return }
    health = connectedHealth
    report?(.connected)
  }

  private func take(_ market: MarketData) async {
    guard let ledger else { return }
    report?(.price(market.symbol, market.last, quotedAt: market.quotedAt))
    guard seen.updateValue(market, forKey: market.symbol) != market else { return }
    let changed = exchange.move(to: market, at: now)
    guard !changed.isEmpty else { return }
    ledger.take(exchange.account.change(by: changed))
    await ledger.settle()
    for order in changed { report?(.order(order.report)) }
  }

  /// The market in which an order is executed; nil if it cannot be seen.
  private func market(of order: Order) async -> MarketData? {
    try? await source.marketData(order.terms.symbol)
  }

  private static let noMarket = Rejection(
    code: "NO_MARKET",
    sentence: "The market in which the order was to be executed on paper cannot be seen now.")

  // MARK: Requests

  /// Executes an order in the market as it is after the latency, and answers once the ledger has
  /// it.
  public func submit(_ order: Order) async -> SubmitOutcome {
    guard let ledger else { return .unknown(reason: "\(name) is not started.") }
    source.watch(order.terms.symbol)
    await delay()
    guard let market = await market(of: order) else { return .rejected(PaperPlugin.noMarket) }
    switch exchange.submit(order, on: market, at: now) {
    case .rejected(let rejection):
      return .rejected(rejection)
    case .accepted(let taken):
      let position = exchange.account.position(taken.symbol)
      ledger.take(exchange.account.change(by: [taken]))
      await ledger.settle()
      return .accepted(taken.report, position: position)
    }
  }

  /// Cancels an order if it is open.
  public func cancel(_ order: Order) async -> CancelOutcome {
    guard let ledger else { return .unknown(reason: "\(name) is not started.") }
    await delay()
    let canceled = exchange.cancel(order.id)
    if let canceled { ledger.take(exchange.account.change(by: [canceled])) }
    await ledger.settle()
    guard let canceled else {
      return .refused(isGone: true, reason: "There is no open order with this id.")
    }
    return .canceled(canceled.report)
  }

  /// Changes an order if it is open.
  public func amend(_ order: Order) async -> AmendOutcome {
    guard let ledger, let amendment = order.amendment else {
      return .unknown(reason: "\(name) is not started.")
    }
    source.watch(order.terms.symbol)
    await delay()
    guard let market = await market(of: order) else {
      return .refused(isGone: false, reason: PaperPlugin.noMarket.sentence)
    }
    switch exchange.amend(order.id, amendment, on: market, at: now) {
    case nil:
      await ledger.settle()
      return .refused(isGone: true, reason: "There is no open order with this id.")
    case .rejected(let rejection):
      return .refused(isGone: false, reason: rejection.sentence)
    case .accepted(let amended):
      ledger.take(exchange.account.change(by: [amended]))
      await ledger.settle()
      return .amended(amended.report)
    }
  }

  /// Looks an order up among the open ones and in history.
  public func query(_ order: Order) async -> QueryOutcome {
    guard let ledger else { return .unavailable(reason: "\(name) is not started.") }
    await delay()
    return await ledger.query(order.id, in: exchange.account)
  }

  // MARK: Information

  /// The orders that rest.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    try await settled { $0.openOrders.values.map(\.report) }
  }

  /// The positions that were ever held.
  public func positions() async throws(PluginError) -> [PositionReport] {
    try await settled { account in account.positions.keys.map { account.position($0) } }
  }

  /// The balances of all assets that were ever held.
  public func balances() async throws(PluginError) -> [Balance] {
    try await settled(\.allBalances)
  }

  /// The instruments of the market.
  public func instruments() async throws(PluginError) -> [Instrument] {
    let instruments = try await source.instruments()
    exchange.take(instruments)
    return instruments
  }

  /// The market itself.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    try await source.marketData(symbol)
  }

  /// Closes the ledger.
  public func stop() async {
    await ledger?.close()
    ledger = nil
    health = PluginHealth(isHealthy: false, detail: "Stopped.")
  }

  private func settled<Answer>(
    _ answer: (SimulatedAccount) -> Answer
  ) async throws(PluginError) -> Answer {
    guard let ledger else { throw PluginError("\(name) is not started.") }
    let answer = answer(exchange.account)
    await ledger.settle()
    return answer
  }

  private var now: Timestamp { Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds) }

  private func delay() async { await EventLoop.shared.pause(milliseconds: latencyMilliseconds) }
}
