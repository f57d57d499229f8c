// The simulated exchange as a plugin, with the levers that tests and users move: prices and faults.

public import Network
internal import SQLite
public import Trading

/// A simulated exchange that keeps its own state, as a venue does.
@LoopActor public final class MockPlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// What the settings let it do; orders can be asked for at once and for ever.
  public let capabilities: PluginCapabilities
  /// Whether its ledger is open and its connection is up.
  public internal(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// The faults that are still to happen.
  public var faults: MockFaults
  /// How long every answer takes.
  public var latencyMilliseconds: Int

  private let path: String
  private var exchange: MockExchange
  private var ledger: SimulatedLedger?
  private(set) var report: (@LoopActor (PluginReport) -> Void)?

  /// An exchange whose ledger lies in `directory`.
  public init(name: AccountID, directory: String, settings: MockSettings) {
    self.name = name
    path = "\(directory)/\(name).db"
    latencyMilliseconds = settings.latencyMilliseconds
    faults = settings.faults
    capabilities = PluginCapabilities(
      isLive: false,
      rules: VenueRules(
        settings.abilities, takerFeeBasisPoints: settings.feeBasisPoints))
    exchange = MockExchange(settings: settings)
  }

  /// Opens the ledger and takes over what it has.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    let path = path
    let opened = await withCheckedContinuation { continuation in
      SimulatedLedgerWriter.open(path: path, prefix: "mock") { continuation.resume(returning: $0) }
    }
    switch opened {
    case .failure(let error):
      health = PluginHealth(isHealthy: false, detail: "Its ledger \(path) cannot be opened.")
      throw PluginError(
        "\(name) cannot open its ledger \(path): \(error). Check that the directory may be "
          + "written, or restore the file.")
    case .success(let (writer, state)):
      exchange.restore(state)
      ledger = SimulatedLedger(writer)
      self.report = report
      health = MockPlugin.connectedHealth
      quote()
    }
  }

  static let connectedHealth = PluginHealth(isHealthy: true, detail: "Simulated exchange.")

  /// Whether it was started and not stopped.
  var isRunning: Bool { ledger != nil }

  /// How often all prices are told, whether or not they moved, as a venue's stream of quotes does.
  private static let quoteMilliseconds = 1_000

  private func quote() {
    guard isRunning else { return }
    for market in exchange.markets.values {
      tell(.price(market.instrument.symbol, market.price))
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: MockPlugin.quoteMilliseconds) { [weak self] in
      self?.quote()
    }
  }

  /// The order as the exchange would take it.
  public func request(for order: Order) -> VenueRequest {
    let price = exchange.markets[order.terms.symbol]?.price ?? order.terms.ownPrice
    return VenueRequest(to: name, price.map { exchange.newOrder(order, at: $0) })
  }

  /// Executes an order and answers once the ledger has it.
  public func submit(_ order: Order) async -> SubmitOutcome {
    guard let ledger else { return .unknown(reason: "\(name) is not started.") }
    await delay()
    if faults.take(.lostOrders) {
      return .unknown(reason: "The request was lost on the way to the exchange.")
    }
    if faults.take(.rejects) { return .rejected(MockPlugin.rehearsedRejection) }
    switch exchange.submit(order, at: now) {
    case .rejected(let rejection):
      return .rejected(rejection)
    case .accepted(var taken):
      if taken.status == .filled, faults.take(.overfills) {
        taken = exchange.overfill(taken, at: now)
      }
      let position = exchange.account.position(taken.symbol)
      ledger.take(exchange.change(by: [taken]))
      await ledger.settle()
      if taken.status == .filled, faults.take(.busts) { takeBack(taken) }
      return await answer(taken.report, position: position)
    }
  }

  private static let rehearsedRejection = Rejection(
    code: "REHEARSED_REJECT", sentence: "The exchange refused the order, as it was asked to.")

  /// Cancels an order if it is open.
  public func cancel(_ order: Order) async -> CancelOutcome {
    guard let ledger else { return .unknown(reason: "\(name) is not started.") }
    await delay()
    guard let canceled = exchange.cancel(order.id) else {
      await ledger.settle()
      return .refused(isGone: true, reason: "The exchange has no open order with this id.")
    }
    ledger.take(exchange.change(by: [canceled]))
    await ledger.settle()
    if faults.take(.fillsAfterCancel) { tradeLate(canceled) }
    return .canceled(canceled.report)
  }

  /// Changes an order if it is open.
  public func amend(_ order: Order) async -> AmendOutcome {
    guard let ledger, let amendment = order.amendment else {
      return .unknown(reason: "\(name) is not started.")
    }
    await delay()
    switch exchange.amend(order.id, amendment, at: now) {
    case nil:
      await ledger.settle()
      return .refused(isGone: true, reason: "The exchange has no open order with this id.")
    case .rejected(let rejection):
      return .refused(isGone: false, reason: rejection.sentence)
    case .accepted(let amended):
      ledger.take(exchange.change(by: [amended]))
      await ledger.settle()
      if faults.take(.lostAnswers) {
        return .unknown(reason: "The exchange's answer was lost on the way back.")
      }
      return .amended(amended.report)
    }
  }

  /// Looks an order up among the open ones and in history.
  public func query(_ order: Order) async -> QueryOutcome {
    guard let ledger else { return .unavailable(reason: "\(name) is not started.") }
    await delay()
    if faults.take(.silentQueries) {
      return .unavailable(reason: "The exchange did not answer.")
    }
    return await ledger.query(order.id, in: exchange.account)
  }

  /// The orders that rest.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    try await settled { $0.openOrders.values.map(\.report) }
  }

  /// The positions that are not flat.
  public func positions() async throws(PluginError) -> [PositionReport] {
    try await settled { account in account.positions.keys.map { account.position($0) } }
  }

  /// The balances of all assets that were ever held.
  public func balances() async throws(PluginError) -> [Balance] {
    try await settled(\.allBalances)
  }

  /// The instruments of the exchange.
  public func instruments() async throws(PluginError) -> [Instrument] {
    exchange.markets.values.map(\.instrument)
  }

  /// The price of an instrument, with the book around it.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    exchange.markets[symbol].map(\.data)
  }

  /// Closes the ledger.
  public func stop() async {
    await ledger?.close()
    ledger = nil
    health = PluginHealth(isHealthy: false, detail: "Stopped.")
  }

  /// Moves a price and trades the resting orders that it reaches. False if there is no such
  /// instrument.
  ///
  /// The parts are one value because Swift 6.3 on x86-64 jumps to a wrong address in an async
  /// function whose arguments do not fit into registers, as two 128-bit numbers do not.
  public func setPrice(_ move: MockPriceMove) async -> Bool {
    let symbol = move.symbol
    guard let ledger,
      let changed = exchange.setPrice(symbol, move.price, available: move.available, at: now)
    else { return false }
    tell(.price(symbol, move.price))
    var change = exchange.change(by: changed)
    change.markets[symbol] = (move.price, move.available)
    ledger.take(change)
    await ledger.settle()
    for order in changed { tell(.order(order.report)) }
    return true
  }

  /// Lets the exchange do something to one order by itself, and tells of it once it is durable.
  func tellTrade(_ happen: (inout MockExchange, Timestamp) -> SimulatedOrder) async {
    guard let ledger else { return }
    let changed = happen(&exchange, now)
    ledger.take(exchange.change(by: [changed]))
    await ledger.settle()
    tell(.order(changed.report))
  }

  /// What the exchange has now, told once the ledger has it. An exchange that does not run says
  /// nothing: silence must not be taken for "none".
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
