// An account behind a terminal, such as MetaTrader 5 or NinjaTrader 8: the terminal's program calls
// this service, takes commands and tells what happens. docs/BRIDGES.md has the protocol. The plugin
// keeps no orders; the engine does, and so does the terminal.

internal import Crypto
public import Network
public import Trading
internal import Wire

/// An account that a terminal trades.
@LoopActor public final class BridgePlugin: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// Whether a terminal is connected and could trade.
  public private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// What terminals can do.
  public let capabilities: PluginCapabilities
  let settings: BridgeSettings
  private var report: (@LoopActor (PluginReport) -> Void)?

  /// The time with the terminal that is connected.
  var session: BridgeSession?
  /// Who waits for the answer to a command, by ticket.
  private var waiting: [Int: @LoopActor (BridgeResult) -> Void] = [:]
  /// The poll that waits for commands.
  var poll: BridgeWait?
  /// Whether nothing is handed over any more.
  var isTurningAway = false
  var contracts = BridgeContracts()
  /// Whether the terminal has told its instruments and could trade.
  private var isConnected = false
  private var watched: Set<Symbol> = []
  private var quotes: [Symbol: MarketData] = [:]
  private var isConnecting = false
  /// Why the terminal could not trade now; nil if it could.
  private var hindrance: String?
  private var hasChores = false

  /// An account whose terminal is known by `settings`.
  public init(name: AccountID, settings: BridgeSettings) {
    self.name = name
    self.settings = settings
    capabilities = PluginCapabilities(
      isLive: !settings.isDemo,
      rules: VenueRules(
        canBeAskedLater: true,
        visibilityWindowMilliseconds: BridgePlugin.visibilityWindowMilliseconds,
        orderTypes: [.market, .limit, .stop, .stopLimit],
        timesInForce: [.goodTillCanceled, .immediateOrCancel], hasPostOnly: false,
        hasReduceOnly: false, hasDisplayQuantity: false, canAmend: false))
  }

  /// How long an order may still arrive after it was sent: it may be begun for ten seconds from its
  /// handing over, and a terminal gives up a request of its own after half a minute.
  private static let visibilityWindowMilliseconds: Int64 = 60_000

  // MARK: Start and end

  /// Begins to let a terminal in.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    self.report = report
    isTurningAway = false
    setHealth(isHealthy: false, "No terminal has connected yet.")
    if !hasChores { doChores() }
  }

  /// Lets the terminal go.
  public func stop() async {
    end(reason: "The service stops.")
    report = nil
    setHealth(isHealthy: false, "Stopped.")
  }

  /// Whether it was started and not stopped.
  var isRunning: Bool { report != nil }

  func tell(_ news: PluginReport) { report?(news) }

  func setHealth(isHealthy: Bool, _ detail: String) {
    health = PluginHealth(isHealthy: isHealthy, detail: detail)
  }

  var steadyNow: Timestamp { Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds) }
  var now: Int64 { Int64(EventLoop.shared.monotonicNanoseconds() / 1_000_000) }

  /// How often it is looked whether the terminal is silent.
  private static let choreMilliseconds = 1_000

  private func doChores() {
    hasChores = true
    _ = EventLoop.shared.schedule(afterMilliseconds: Self.choreMilliseconds) { [weak self] in
      guard let self else { return }
      guard isRunning else {
        hasChores = false
        return
      }
      if session?.isSilent(at: now) == true {
        end(reason: "The terminal was not heard any more.")
      }
      doChores()
    }
  }

  /// Ends the time with a terminal: what waits is answered with what is known.
  func end(reason: String) {
    let left = session?.end() ?? []
    session = nil
    letPollGo()
    disconnect(reason: reason)
    for (ticket, isHandedOver) in left {
      finish(
        ticket,
        isHandedOver
          ? .silence(reason: reason) : .notSent(reason: "\(reason) Nothing was sent to it."))
    }
  }

  /// The terminal could not trade now, or is gone.
  func disconnect(reason: String) {
    setHealth(isHealthy: false, reason)
    quotes = [:]
    guard isConnected else { return }
    isConnected = false
    tell(.disconnected(reason: reason))
  }

  // MARK: Commands

  /// How long a command may take, from the asking to the answer.
  var patienceMilliseconds = 15_000

  /// Has the terminal do something; comes back in bounded time.
  func ask(_ command: BridgeCommand) async -> BridgeResult {
    guard let id = session?.id, let ticket = session?.ask(command, at: now) else {
      return .notSent(
        reason: "No terminal is connected to \(name), so nothing was sent. Start the terminal and "
          + "its program.")
    }
    handOver()
    return await withCheckedContinuation { continuation in
      waiting[ticket] = { continuation.resume(returning: $0) }
      if command.isSubmit {
        expire(ticket, of: id, after: Int(BridgeSession.submitValidMilliseconds)) { session in
          !session.isHandedOver(ticket)
        }
      }
      expire(ticket, of: id, after: patienceMilliseconds) { _ in true }
    }
  }

  /// Gives a command up after a while, if it is still without an answer.
  private func expire(
    _ ticket: Int, of session: String, after milliseconds: Int,
    if condition: @escaping @LoopActor (BridgeSession) -> Bool
  ) {
    _ = EventLoop.shared.schedule(afterMilliseconds: milliseconds) { [weak self] in
      guard let self, self.session?.id == session, waiting[ticket] != nil,
        self.session.map(condition) == true
      else { return }
      let wasHandedOver = self.session?.withdraw(ticket) ?? true
      let sentence = "The terminal did not answer within \(milliseconds) ms."
      finish(
        ticket,
        wasHandedOver
          ? .silence(reason: sentence)
          : .notSent(reason: "The terminal did not ask for commands; nothing was sent to it."))
    }
  }

  func finish(_ ticket: Int, _ result: BridgeResult) {
    waiting.removeValue(forKey: ticket)?(result)
  }

  // MARK: Connecting

  /// Takes up the work with the terminal unless that is done, or cannot be now.
  func takeUp(hindrance: String?) {
    self.hindrance = hindrance
    if let hindrance {
      disconnect(reason: "The terminal cannot trade now: \(hindrance)")
    } else if !isConnected, !isConnecting {
      isConnecting = true
      LoopActor.task { [self] in
        await connect()
        isConnecting = false
      }
    }
  }

  /// What was told cannot be read, and may be about an order: all of them are compared.
  func compareAnew() {
    disconnect(reason: "The terminal sent an event that cannot be read.")
    takeUp(hindrance: hindrance)
  }

  /// Asks for the instruments, then for their prices; the rest is compared by who listens.
  private func connect() async {
    guard let id = session?.id else { return }
    let result = await ask(.instruments)
    guard session?.id == id, hindrance == nil else { return }
    guard case .answer(let answer) = result, let list = answer["instruments"] else {
      return setHealth(isHealthy: false, "The terminal tells no instruments: \(result.reason)")
    }
    contracts = BridgeContracts(list.elements.compactMap { BridgeContract($0) })
    guard !contracts.list.isEmpty else {
      return setHealth(
        isHealthy: false, "The terminal has no instrument that can be traded. Add some to it.")
    }
    isConnected = true
    setHealth(isHealthy: true, "Connected. \(leftOut(list.elements.count))")
    tell(.connected)
    if !watched.isEmpty { watchAll() }
    await quote()
  }

  private func leftOut(_ count: Int) -> String {
    let missing = count - contracts.list.count
    return missing == 0
      ? "\(count) instruments."
      : "\(contracts.list.count) instruments; \(missing) more cannot be read, or have a name that "
        + "another one has already."
  }

  /// How often the prices of all instruments are asked for.
  private static let quoteMilliseconds = 60_000

  /// Asks for the prices of all instruments, now and every minute.
  private func quote() async {
    guard let id = session?.id, isConnected else { return }
    if case .answer(let answer) = await ask(.prices(contracts.list.map(\.name))),
      let prices = answer["prices"]
    {
      take(MarketData.list(bridge: prices, of: contracts, at: steadyNow))
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: Self.quoteMilliseconds) { [weak self] in
      guard let self, session?.id == id else { return }
      LoopActor.task { await self.quote() }
    }
  }

  /// Takes in prices.
  func take(_ prices: [MarketData]) {
    for data in prices {
      quotes[data.symbol] = data
      tell(.price(data.symbol, data.last, quotedAt: data.quotedAt))
    }
  }

  // MARK: Markets

  /// The instruments of the terminal; none while there is no terminal.
  public func instruments() async throws(PluginError) -> [Instrument] {
    contracts.list.map(\.instrument)
  }

  /// The middle of the best prices; nil if there is no such instrument.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard let contract = contracts[symbol] else { return nil }
    if watched.contains(symbol), let data = quotes[symbol] { return data }
    let answer = try await answer(to: .prices([contract.name]), "a price")
    let prices =
      answer["prices"].map { MarketData.list(bridge: $0, of: contracts, at: steadyNow) } ?? []
    guard let data = prices.first(where: { $0.symbol == symbol }) else {
      throw PluginError("The terminal of \(name) has no price of \(symbol) now.")
    }
    return data
  }

  /// Has the terminal tell prices of an instrument as they move.
  public func watch(_ symbol: Symbol) {
    guard watched.insert(symbol).inserted, isConnected else { return }
    watchAll()
  }

  private func watchAll() {
    let names = watched.compactMap { contracts[$0]?.name }.sorted()
    LoopActor.task { [self] in _ = await ask(.watch(names)) }
  }

  /// An answer that is needed.
  func answer(
    to command: BridgeCommand, _ what: String
  ) async throws(PluginError) -> JSONValue {
    let result = await ask(command)
    guard case .answer(let answer) = result else {
      throw PluginError("The terminal of \(name) does not tell \(what): \(result.reason)")
    }
    return answer
  }

  func unreadable(_ what: String) -> PluginError {
    PluginError("\(name) cannot read what the terminal answered: \(what).")
  }
}
