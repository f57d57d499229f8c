// An exchange behind a CCXT service. Our bridge (config/bridges/ccxt) speaks the contract of plugin
// processes, so it is one; the service before it takes webhooks and nothing else. Which one it is,
// it says in `GET /health`, and everything is handed to the plugin for that.

public import Network
public import Trading
internal import Wire

/// An account behind a CCXT service.
@LoopActor public final class CCXTPlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  private let settings: CCXTSettings
  /// The plugin for the service that was found; for the bridge before one was found.
  private(set) var venue: any ExecutionPlugin
  /// Why it is not known what the service is; nil once it is.
  private var failure: PluginHealth?

  /// An account behind the service that `settings` name.
  public init(name: AccountID, settings: CCXTSettings) {
    self.name = name
    self.settings = settings
    venue = HTTPPlugin(name: name, settings: settings.service)
  }

  /// Asks the service what it is, and starts the plugin for that.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    let health: CCXTHealth
    do throws(PluginError) {
      health = try await CCXTHealth(of: settings)
    } catch {
      failure = PluginHealth(isHealthy: false, detail: error.description)
      throw error
    }
    failure = nil
    switch (health.speaksContract, venue is HTTPPlugin) {
    case (true, false): venue = HTTPPlugin(name: name, settings: settings.service)
    case (false, true): venue = CCXTWebhook(name: name, settings: settings)
    case (true, true), (false, false): break
    }
    try await venue.start(reporting: report)
  }

  // MARK: Handed on

  /// What the service can do.
  public var capabilities: PluginCapabilities { venue.capabilities }
  /// Whether the service can be reached.
  public var health: PluginHealth { failure ?? venue.health }
  /// What is assumed where the service does not say.
  public var model: [String] { venue.model }
  /// What would be sent for an order.
  public func request(for order: Order) -> VenueRequest { venue.request(for: order) }
  /// Sends an order, once.
  public func submit(_ order: Order) async -> SubmitOutcome { await venue.submit(order) }
  /// Asks for a cancel.
  public func cancel(_ order: Order) async -> CancelOutcome { await venue.cancel(order) }
  /// Asks for a change.
  public func amend(_ order: Order) async -> AmendOutcome { await venue.amend(order) }
  /// Asks for an order.
  public func query(_ order: Order) async -> QueryOutcome { await venue.query(order) }
  /// The open orders.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    try await venue.openOrders()
  }
  /// The positions, or what is held.
  public func positions() async throws(PluginError) -> [PositionReport] {
    try await venue.positions()
  }
  /// The balances.
  public func balances() async throws(PluginError) -> [Balance] { try await venue.balances() }
  /// The instruments.
  public func instruments() async throws(PluginError) -> [Instrument] {
    try await venue.instruments()
  }
  /// The market of an instrument.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    try await venue.marketData(symbol)
  }
  /// Follows the market of an instrument.
  public func watch(_ symbol: Symbol) { venue.watch(symbol) }
  /// Ends what is under way.
  public func stop() async { await venue.stop() }
}

/// What a CCXT service says of itself.
struct CCXTHealth {
  /// Whether it speaks the contract of plugin processes.
  let speaksContract: Bool

  /// Asks the service. What it says of its exchange and network has to be what is expected.
  @LoopActor init(of settings: CCXTSettings) async throws(PluginError) {
    let service = settings.service
    let answer: HTTPClientResponse
    do throws(TransportError) {
      answer = try await service.client.send(HTTPClientRequest(.get, service.origin, "/health"))
    } catch {
      throw PluginError(
        "The CCXT service does not answer: \(error.description) Start it, or "
          + "correct CCXT_BASE_URL.")
    }
    guard (200...299).contains(answer.status) else {
      throw PluginError("The CCXT service says that it is not well: status \(answer.status).")
    }
    // The earliest services say nothing of themselves that could be read.
    let document = try? JSONDocument(parsing: answer.body)
    speaksContract = document?.root["contract"] != nil
    if let exchange = document?.root.text("exchange"), exchange != settings.exchange {
      throw PluginError(
        "The CCXT service trades on \(exchange), and CCXT_EXCHANGE is "
          + "\(settings.exchange). Correct one of them.")
    }
    let mode = document?.root.text("mode").map { $0 != "production" }
    if let isTestnet = document?.root["testnet"]?.bool ?? mode, isTestnet != service.isTestnet {
      throw PluginError(
        "The CCXT service says testnet=\(isTestnet), and CCXT_TESTNET is "
          + "\(service.isTestnet). Correct one of them.")
    }
  }
}
