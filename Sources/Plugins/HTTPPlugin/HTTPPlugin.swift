// A venue in a process of its own, in any language, by the contract of docs/PLUGINS.md. This side
// asks, and that side answers: what happens to the account is asked for too, by a request that
// waits for news. It keeps no orders; the engine does.

public import Network
public import Trading
internal import Wire

/// An account at a venue that another process speaks to.
@LoopActor public final class HTTPPlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// Whether the process answers, and says that it reaches its venue.
  public private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// What the venue can do, as the process says; nothing before it has said so.
  public private(set) var capabilities: PluginCapabilities
  let connection: HTTPPluginConnection
  private let isTestnet: Bool
  private var list: [Instrument] = []
  private(set) var symbols: Set<Symbol> = []
  private var report: (@LoopActor (PluginReport) -> Void)?

  /// Which start it is: what was begun by an earlier one ends when it sees another number.
  private(set) var run = 0
  /// Where the news go on that were heard last.
  var cursor = ""
  /// The prices as they were told last.
  var quotes: [Symbol: MarketData] = [:]
  var watched: Set<Symbol> = []

  /// An account that is reached with `settings`.
  public init(name: AccountID, settings: HTTPPluginSettings) {
    self.name = name
    isTestnet = settings.isTestnet
    connection = HTTPPluginConnection(settings)
    capabilities = PluginCapabilities(
      isLive: !settings.isTestnet,
      rules: VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0))
  }

  // MARK: Start

  /// Learns what the process can do, and begins to hear its news.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    run += 1
    try await connect()
    self.report = report
    await quoteAll()
    repeatedly(afterMilliseconds: 0) { await $0.follow() }
    repeatedly(afterMilliseconds: Self.watchMilliseconds) { await $0.quoteWatched() }
    repeatedly(afterMilliseconds: Self.quoteMilliseconds) { await $0.quoteAll() }
    repeatedly(afterMilliseconds: Self.refreshMilliseconds) { await $0.refresh() }
  }

  /// Does something again and again, with a pause before each time, until the plugin is stopped,
  /// started again or gone.
  private func repeatedly(
    afterMilliseconds pause: Int, _ work: @escaping @LoopActor (HTTPPlugin) async -> Void
  ) {
    let run = self.run
    _ = EventLoop.shared.schedule(afterMilliseconds: pause) { [weak self] in
      guard let self, run == self.run else { return }
      LoopActor.task { [self] in
        await work(self)
        if run == self.run { repeatedly(afterMilliseconds: pause, work) }
      }
    }
  }

  /// Learns everything anew, and where news begin.
  func connect() async throws(PluginError) {
    do throws(PluginError) {
      try await describe()
      try await loadInstruments()
      try await beginNews()
    } catch {
      throw lost(PluginError("\(name) cannot use its plugin process. \(error)"))
    }
  }

  private func lost(_ error: PluginError) -> PluginError {
    setHealth(isHealthy: false, error.description)
    return error
  }

  private func describe() async throws(PluginError) {
    let description = try HTTPPluginDescription(try await ask("/describe", for: "describe itself"))
    guard description.isLive != isTestnet else {
      throw PluginError(
        description.isLive
          ? "It trades with real money, and the settings say that it is a test network. Set its "
            + "…_TESTNET to false if that is meant."
          : "It trades on a test network, and the settings say that it is real money. Correct one "
            + "of them.")
    }
    capabilities = PluginCapabilities(isLive: description.isLive, rules: description.rules)
  }

  func loadInstruments() async throws(PluginError) {
    let answer = try await ask("/instruments", for: "list its instruments")
    // One that cannot be read cannot be traded, and the others can.
    let all = answer["instruments"]?.elements.compactMap { Instrument(plugin: $0) } ?? []
    list = Dictionary(grouping: all, by: \.symbol).values
      .compactMap { $0.count == 1 ? $0[0] : nil }.sorted { $0.symbol.text < $1.symbol.text }
    symbols = Set(list.map(\.symbol))
    guard !list.isEmpty else { throw unreadable("the instruments") }
  }

  /// How often rules are loaded again: they change without a word.
  private static let refreshMilliseconds = 15 * 60_000

  private func refresh() async {
    if (try? await loadInstruments()) != nil, health.isHealthy { tell(.connected) }
  }

  func tell(_ news: PluginReport) { report?(news) }

  func setHealth(isHealthy: Bool, _ detail: String) {
    health = PluginHealth(isHealthy: isHealthy, detail: detail)
  }

  /// Asks for information.
  func ask(_ path: String, for what: String) async throws(PluginError) -> JSONValue {
    let result = await connection.send(.get, path)
    guard case .answer(let answer) = result else {
      throw PluginError("The plugin process of \(name) did not \(what): \(result.reason)")
    }
    return answer
  }

  func unreadable(_ what: String) -> PluginError {
    PluginError("\(name) cannot read what its plugin process answered: \(what).")
  }

  /// Asks for a list of which every element has to be readable: one that is left out would be taken
  /// for one that is not there.
  func list<Element>(
    _ path: String, _ name: StaticString, _ read: (JSONValue) -> Element?
  ) async throws(PluginError) -> [Element] {
    let answer = try await ask(path, for: "list \(name)")
    return try elements(of: answer, name, read)
  }

  private func elements<Element>(
    of answer: JSONValue, _ name: StaticString, _ read: (JSONValue) -> Element?
  ) throws(PluginError) -> [Element] {
    guard let list = answer[name], list.kind == .array else { throw unreadable("\(name)") }
    let elements = list.elements.compactMap(read)
    guard elements.count == list.elements.count else { throw unreadable("\(name)") }
    return elements
  }

  /// Ends what is under way.
  public func stop() async {
    run += 1
    report = nil
    setHealth(isHealthy: false, "Stopped.")
  }

  // MARK: The account

  /// The instruments that can be traded.
  public func instruments() async throws(PluginError) -> [Instrument] { list }

  /// The open orders that were sent from here; those of others are told.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    let answer = try await ask("/orders", for: "list its open orders")
    let reports = try elements(of: answer, "orders") { OrderReport(plugin: $0) }
    let external = try elements(of: answer, "external") { ExternalOrder(plugin: $0) }
    tell(.externalOrders(external))
    return reports
  }

  /// The positions, or what is held.
  public func positions() async throws(PluginError) -> [PositionReport] {
    try await list("/positions", "positions") { PositionReport(plugin: $0) }
  }

  /// The balances.
  public func balances() async throws(PluginError) -> [Balance] {
    try await list("/balances", "balances") { Balance(plugin: $0) }
  }

  // MARK: Orders

  /// What would be sent for an order, without its signature.
  public func request(for order: Order) -> VenueRequest {
    let body = HTTPPluginOrders.placing(order, by: capabilities.rules)
    return VenueRequest(
      method: "POST", target: "\(HTTPPluginConnection.prefix)/orders",
      body: String(decoding: body, as: UTF8.self))
  }

  /// Sends an order, once.
  public func submit(_ order: Order) async -> SubmitOutcome {
    watch(order.terms.symbol)
    let result = await connection.send(
      .post, "/orders", body: HTTPPluginOrders.placing(order, by: capabilities.rules),
      isUrgent: order.terms.purpose != .trade)
    return HTTPPluginOrders.submitOutcome(of: order, result)
  }

  /// Asks for a cancel.
  public func cancel(_ order: Order) async -> CancelOutcome {
    let path = HTTPPluginOrders.path(of: order) + HTTPPluginOrders.query(of: order)
    let result = await connection.send(.delete, path, isUrgent: true)
    return HTTPPluginOrders.cancelOutcome(of: order, result)
  }

  /// Asks for a change.
  public func amend(_ order: Order) async -> AmendOutcome {
    guard let amendment = order.amendment else {
      return .refused(isGone: false, reason: "There is no change to ask for.")
    }
    let result = await connection.send(
      .patch, HTTPPluginOrders.path(of: order),
      body: HTTPPluginOrders.amending(order, by: amendment), isUrgent: true)
    return HTTPPluginOrders.amendOutcome(of: order, result)
  }

  /// Asks for an order, where it can be asked for at all.
  public func query(_ order: Order) async -> QueryOutcome {
    guard capabilities.rules.canBeAskedLater else {
      return .unavailable(reason: "\(name) cannot be asked for an order. Look at the venue itself.")
    }
    let path = HTTPPluginOrders.path(of: order) + HTTPPluginOrders.query(of: order)
    let result = await connection.send(.get, path, isUrgent: true)
    return HTTPPluginOrders.queryOutcome(of: order, result)
  }
}
