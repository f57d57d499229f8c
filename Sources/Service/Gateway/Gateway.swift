// The driver of the engine: feeds it what happens, in order, and carries out what it decides. It
// owns no rule about orders. Everything here runs on the loop.

internal import Network
internal import Plugins
internal import Storage
internal import Telemetry
internal import Trading

/// The engine with its journal and its plugins.
@LoopActor final class Gateway {
  private(set) var engine: Engine
  let registry: PluginRegistry
  /// The default plugin of the settings.
  let configuredDefault: AccountID?
  let metrics: ServiceMetrics
  let log: Logger
  let pageTurns = PageTurns()
  let audit = AuditLog()

  private(set) var store: Store?
  /// Whoever follows the journal.
  weak var streams: StreamHub?
  private(set) var storeProblem: String?
  /// What is known of the writer while that is another process.
  private(set) var standby: Standby?
  /// Called once another process has become the writer instead of this one.
  var onSuperseded: @LoopActor () -> Void = {}
  let reconcileSeconds: Int
  private var outbox: [JournalRecord] = []
  /// Whether the outbox goes to the store at the end of this turn.
  private var isFlushDue = false
  /// Whether a timer will send what nobody waits for.
  private var isLateFlushDue = false
  /// The last entry of every flush that is not acknowledged, and when it went out.
  private var unacknowledged: [(entry: UInt64, sentAt: UInt64)] = []

  private var random = SystemRandomNumberGenerator()
  var nextRequest: RequestID = 1
  var waiters: [RequestID: CallWaiter] = [:]
  /// Whose command is being handled.
  private var caller: Provenance.Caller?
  private var spareActions: [Action] = []
  /// Inputs that arrived while actions were being carried out.
  private var deferred: [Input] = []
  private var isPerforming = false

  /// How often the engine is told that time went by: the grain of its deadlines.
  private static let tickMilliseconds = 50

  init(
    configuration: EngineConfiguration, registry: PluginRegistry, metrics: ServiceMetrics,
    log: Logger, reconcileSeconds: Int
  ) {
    self.registry = registry
    configuredDefault = registry.defaultName
    self.metrics = metrics
    self.log = log
    self.reconcileSeconds = reconcileSeconds
    engine = Engine(
      configuration: configuration, accounts: registry.instances.map(\.name),
      seed: random.next(), lastOrderID: nil, at: Gateway.now)
    metrics.registry.onRender { [weak self] in
      LoopActor.assumeIsolated { self?.refreshGauges() }
    }
  }

  /// The engine's time. An hour that somebody puts the wall clock forward must not end the window
  /// in which a venue may not show an order yet, and an hour back must not keep callers waiting.
  static var now: Timestamp {
    Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds)
  }

  /// Begins to work with the store that the state came from; what is not there yet is taken up as
  /// soon as the plugins are.
  func start(_ store: Store, _ state: RestoredState) {
    self.store = store
    (standby, storeProblem) = (nil, nil)
    renewEngine(lastOrderID: state.lastOrderID)
    perform(
      engine.restore(
        orders: state.orders, positions: state.positions, usedKeys: state.usedKeys,
        tradingStates: state.tradingStates, lossMark: state.lossMark, at: Gateway.now))
    restoreDefault(state.documents)
    audit.flush = { [weak self] in self?.flush() }
    flush()
    tick()
    startPlugins()
  }

  /// Shows what another process has written, and does nothing.
  func standBy(_ store: Store, _ standby: Standby) {
    self.store = store
    (self.standby, storeProblem) = (standby, standby.sentence)
    guard standby.problem == nil else { return }
    renewEngine(lastOrderID: nil)
    _ = engine.restore(
      orders: [], positions: standby.positions, usedKeys: [],
      tradingStates: standby.tradingStates, lossMark: nil, at: Gateway.now)
  }

  private func renewEngine(lastOrderID: OrderID?) {
    engine = Engine(
      configuration: engine.configuration, accounts: registry.instances.map(\.name),
      seed: random.next(), lastOrderID: lastOrderID, at: Gateway.now)
  }

  private func tick() {
    feed(.tick)
    _ = EventLoop.shared.schedule(afterMilliseconds: Gateway.tickMilliseconds) { [weak self] in
      self?.tick()
    }
  }

  // MARK: Inputs

  /// Tells the engine what happened and does what it wants. What a plugin answers at once waits
  /// until all actions before it are carried out, so that the journal keeps the engine's order.
  func feed(_ input: Input) {
    guard !isPerforming else { return deferred.append(input) }
    isPerforming = true
    handle(input)
    while !deferred.isEmpty {
      let inputs = deferred
      deferred.removeAll(keepingCapacity: true)
      for input in inputs { handle(input) }
    }
    isPerforming = false
  }

  private func handle(_ input: Input) {
    var actions = spareActions
    spareActions = []
    caller = caller(of: input)
    engine.handle(input, at: Gateway.now, into: &actions)
    perform(actions)
    actions.removeAll(keepingCapacity: true)
    spareActions = actions
  }

  /// What would become of an order now; nothing is recorded or sent.
  func preview(_ terms: OrderTerms) -> Result<OrderPreview, Refusal> {
    engine.preview(terms, id: newOrderID(), at: Gateway.now)
  }

  func newOrderID() -> OrderID { engine.newOrderID(at: Gateway.now) }

  // MARK: Actions

  private func perform(_ actions: [Action]) {
    for action in actions {
      switch action {
      case .record(let entry): record(entry)
      case .recordTradingState(let change, let entry): record(change, entry)
      case .recordLossMark(let mark, let at, let entry):
        outbox.append(.lossMark(mark, at: at, number: entry))
        flushThisTurn()
      case .send(let order): send(order)
      case .cancel(let order): cancelAtVenue(order)
      case .amend(let order): amend(order)
      case .query(let order): query(order)
      case .lookUp(let lookUp): self.lookUp(lookUp)
      case .reply(let request, let reply): waiters.removeValue(forKey: request)?.reply(reply)
      case .notice(let notice): report(notice)
      }
    }
  }

  /// How long an entry that nobody waits for may lie here before it goes to the store. It is
  /// what a crash may cost: the venue has to be asked for the outcome again.
  private static let lateFlushMilliseconds = 5

  /// Entries of one turn of the loop go to the store together. Entries that nobody waits for go
  /// with the next ones that somebody does, so that they cost no commit of their own.
  private func record(_ entry: JournalEntry) {
    let plugin = registry.instance(entry.order.terms.account)
    outbox.append(.order(entry, entry.provenance(caller, plugin)))
    metrics.count(entry)
    streams?.decided(entry)
    guard !isFlushDue else { return }
    let canBeAskedLater = plugin?.capabilities.rules.canBeAskedLater
    if entry.beginsOrder || entry.letsSomethingLeave || canBeAskedLater != true {
      flushThisTurn()
    } else if !isLateFlushDue {
      isLateFlushDue = true
      _ = EventLoop.shared.schedule(afterMilliseconds: Gateway.lateFlushMilliseconds) { [self] in
        isLateFlushDue = false
        flush()
      }
    }
  }

  private func record(_ change: TradingStateChange, _ entry: UInt64) {
    outbox.append(.tradingState(change, number: entry))
    log.warning(
      "The trading state is set.",
      [
        ("scope", change.scope.text), ("state", change.state.rawValue),
        ("reason", change.reason), ("author", change.author),
      ])
    flushThisTurn()
  }

  private func flushThisTurn() {
    guard !isFlushDue else { return }
    isFlushDue = true
    EventLoop.shared.atEndOfTurn { [self] in flush() }
  }

  /// Hands to the store what waits here. A stop calls it last: an entry that nobody waits for would
  /// otherwise never be written.
  func flush() {
    isFlushDue = false
    guard let store else { return }
    let commands = audit.take()
    if let last = outbox.last {
      unacknowledged.append((last.number, EventLoop.shared.monotonicNanoseconds()))
    } else if commands.isEmpty {
      return
    }
    store.append(outbox, audit: commands)
    outbox.removeAll(keepingCapacity: true)
  }

  private func send(_ order: Order) {
    guard let plugin = registry.instance(order.terms.account) else { return }
    let start = EventLoop.shared.monotonicNanoseconds()
    if let denial = denial(of: plugin) ?? writerDenial {
      return feed(.submitted(order.id, .rejected(denial)))
    }
    Task.immediate(executorPreference: EventLoop.shared) { @LoopActor in
      let outcome = await plugin.submit(order)
      metrics.venueAnswered(order, outcome, start: start)
      feed(.submitted(order.id, outcome))
    }
  }

  private func lookUp(_ lookUp: LookUp) {
    flush()
    store?.read { reader in
      // A look-up that fails must not be taken for "there is none": the engine is told apart.
      let answer = Result { () throws(StoreError) in try reader.answer(to: lookUp) }
      EventLoop.shared.post { [self] in
        switch answer {
        case .success(let input): feed(input)
        case .failure(let error):
          log.error("A look-up in the store failed.", [("reason", error.description)])
          feed(.lookUpFailed(lookUp))
        }
      }
    }
  }

  /// What the store says.
  func storeSays(_ message: StoreMessage) {
    switch message {
    case .recorded(let entry, let count, let seconds):
      metrics.journal.committed(entries: count, seconds: seconds)
      let now = EventLoop.shared.monotonicNanoseconds()
      while let first = unacknowledged.first, first.entry <= entry {
        metrics.journaled(nanoseconds: now - first.sentAt)
        unacknowledged.removeFirst()
      }
      feed(.recorded(through: entry))
      streams?.recorded(through: entry)
    case .notRecorded(let entries):
      feed(.notRecorded(entries))
    case .available(let isAvailable, let reason):
      if storeProblem == nil || isAvailable {
        isAvailable
          ? log.info("The store takes orders again.")
          : log.error("The store cannot take orders.", [("reason", reason)])
      }
      storeProblem = isAvailable ? nil : reason
      feed(.journal(isAvailable: isAvailable))
    case .standsBy(let standby):
      if let store { standBy(store, standby) }
    case .becameWriter(let state):
      log.warning("This process is the writer now.", [("orders", "\(state.orders.count)")])
      if let store { start(store, state) }
    case .superseded(let reason):
      log.error("This process is not the writer any more.", [("reason", reason)])
      onSuperseded()
    }
  }

  // MARK: What the API reads

  /// Reads from the store after everything that was recorded before.
  func read<R: Sendable>(
    _ body: @escaping @Sendable (borrowing Reader) throws(StoreError) -> R
  ) async -> Result<R, StoreError> {
    flush()
    guard let store else {
      return .failure(StoreError(code: "STORE_UNAVAILABLE", "The store is not open."))
    }
    return await withCheckedContinuation { continuation in
      store.read { reader in
        do throws(StoreError) {
          continuation.resume(returning: .success(try body(reader)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }

  /// Reads the journal as it is durable, with everything that was recorded before.
  func readJournal<R: Sendable>(
    _ body: @escaping @Sendable (borrowing JournalReader) throws(StoreError) -> R,
    answer: @escaping @Sendable @LoopActor (Result<R, StoreError>) -> Void
  ) {
    flush()
    store?.readJournal { reader in
      let result = Result { () throws(StoreError) in try body(reader) }
      EventLoop.shared.post { answer(result) }
    }
  }

  var queueDepth: Int { (store?.queueDepth ?? 0) + outbox.count }

  private func refreshGauges() {
    let unknown = engine.unknownOrders
    metrics.doubts.unknown(
      count: unknown.count,
      oldestSeconds: unknown.oldest.map { Double(Gateway.now.milliseconds(since: $0)) / 1_000 } ?? 0
    )
    let unprotected = engine.unprotectedOrders
    let since = unprotected.map(\.since).min()
    metrics.doubts.unprotected(
      count: unprotected.count,
      oldestSeconds: since.map { Double(Gateway.now.milliseconds(since: $0)) / 1_000 } ?? 0)
    if let profit = engine.totalProfit { metrics.profit(profit) }
    if let left = engine.submitBudgetLeft(at: Gateway.now) {
      metrics.rateBudgetLeft.only.set(Double(left))
    }
    metrics.orderStates(engine.liveOrderStates)
    metrics.tradingStates(engine.tradingStateChanges)
    for plugin in registry.instances {
      metrics.venues.look(at: plugin)
      if let state = engine.breakerState(of: plugin.name) {
        metrics.venues.breaker(plugin.name, state)
      }
    }
    let oldest = unacknowledged.first.map { EventLoop.shared.monotonicNanoseconds() - $0.sentAt }
    metrics.journal.waiting(queueDepth, oldestSeconds: Double(oldest ?? 0) / 1e9)
    metrics.isHealthy.with("fks_execution").set(storeProblem == nil ? 1 : 0)
    metrics.journal.role(role)
  }

  private func report(_ notice: Notice) {
    metrics.count(notice)
    guard let line = notice.logLine else { return }
    log.warning(line.message, line.fields)
  }
}
