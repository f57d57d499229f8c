// A seeded world around one engine: clients, a venue, a store and the wires between them, which
// delay, lose, repeat and reorder, and a power switch. One seed is one history, always the same.

@testable import Trading

final class World {
  let seed: UInt64
  let bug: PlantedBug?
  let findings = Findings()
  let canBeAskedLater: Bool
  /// Whether trades are told by polling only.
  let hasStream: Bool
  /// What the venue can do.
  let rules: VenueRules
  /// The prices that the engine was told while they were fresh.
  var quotes: [PositionKey: [(at: Timestamp, price: Price)]] = [:]
  /// The accounts whose plugins are connected.
  private(set) var connected: Set<AccountID> = []
  let store: ModelStore
  let venue: ModelVenue
  var random: SeededGenerator
  private(set) var engine: Engine
  private(set) var now = start
  /// The process's clock against the true one; somebody may set it between two processes.
  private var clockErrorMilliseconds: Int64 = 0
  /// Counts the processes; what was on its way to an earlier one is lost.
  private(set) var generation = 0
  let audit: Audit
  /// Told of everything that the engine hears and wants.
  let trace: ((String) -> Void)?
  /// Everything that the engine ever wanted done, counted.
  private(set) var actionsCount = 0

  private var agenda = Agenda()
  private var happened = 0
  private var storeAnswersAt = start
  private(set) var ids = OrderIDSequence()
  /// The process dies before it carries out so many more actions.
  private var actionsUntilCrash: Int?
  /// How often a crash is followed by another one during the recovery.
  private static let secondCrashPercent = 30

  /// How long the venue may not see an order that it has, in its worst case.
  static let windowMilliseconds: Int64 = 6_000

  init(seed: UInt64, bug: PlantedBug? = nil, trace: ((String) -> Void)? = nil) {
    self.seed = seed
    self.bug = bug
    self.trace = trace
    random = SeededGenerator(seed: seed)
    canBeAskedLater = seed % 4 != 3
    hasStream = seed % 5 != 4
    rules = VenueRules(
      canBeAskedLater: canBeAskedLater, visibilityWindowMilliseconds: World.windowMilliseconds,
      orderTypes: seed % 2 == 0 ? OrderType.allCases : [.market, .limit],
      timesInForce: [.goodTillCanceled, .immediateOrCancel, .fillOrKill],
      hasReduceOnly: seed % 7 < 4, hasDisplayQuantity: seed % 11 < 3, canAmend: seed % 3 != 0)
    venue = ModelVenue(hasReduceOnly: rules.hasReduceOnly)
    store = ModelStore(findings, bug: bug)
    audit = Audit(findings)
    engine = World.newEngine(seed: seed, at: start)
    connect()
  }

  private static func newEngine(
    seed: UInt64, after lastOrderID: OrderID? = nil, at now: Timestamp
  ) -> Engine {
    let limits = RiskLimits(
      maxOrderNotional: decimal("1000"), maxPositionNotional: decimal("3000"), maxOpenOrders: 12)
    return Engine(
      configuration: EngineConfiguration(
        limits: limits, submitRate: .init(perSecond: 5, burst: 20),
        breaker: .init(threshold: 3, openMilliseconds: 3_000, probesMax: 1)),
      accounts: World.accounts, seed: seed, lastOrderID: lastOrderID, at: now)
  }

  /// The second one is traded on by orders only that are routed.
  static let accounts = [binance, kraken]

  // MARK: Time

  func later(
    _ range: ClosedRange<Int>, survivesCrash: Bool = false, _ run: @escaping (World) -> Void
  ) {
    happened += 1
    agenda.add(
      Happening(
        at: now.adding(milliseconds: Int64(random.number(range))), number: happened,
        generation: survivesCrash ? nil : generation, run: run))
  }

  func tell(_ input: Input, in range: ClosedRange<Int>) {
    later(range) { $0.tell(input) }
  }

  /// Lets so much time go by, with everything that happens in it, and tells the engine of the time
  /// every so often.
  func pass(milliseconds: Int64, tickMilliseconds: Int64 = 250) {
    let end = now.adding(milliseconds: milliseconds)
    while now < end {
      let tickAt = min(end, now.adding(milliseconds: tickMilliseconds))
      while let at = agenda.nextAt, at <= tickAt, let next = agenda.takeNext() {
        now = max(now, next.at)
        if next.generation == nil || next.generation == generation { next.run(self) }
      }
      now = tickAt
      tell(.tick)
    }
  }

  // MARK: The shell

  /// The time as the process knows it.
  var processTime: Timestamp { now.adding(milliseconds: clockErrorMilliseconds) }

  func newID() -> OrderID { ids.next(at: processTime, random: random.next()) }

  func tell(_ input: Input) {
    traceInput(input)
    perform(engine.handle(input, at: processTime))
    expectCountsInStep()
  }

  func setTradingState(_ state: TradingState, request: RequestID) {
    audit.asked(request)
    let change = TradingStateChange(
      scope: .service, state: state, reason: "an operator", author: "operator", at: now)
    if bug == .ignoreHalt, state == .halted {
      store.add(.tradingState(change, entry: 0))
      audit.replied(request, .tradingState(change, isDurable: false), self)
    } else {
      tell(.setTradingState(change, request: request))
    }
  }

  /// The process dies between two of the next actions.
  func crashSoon() { actionsUntilCrash = random.number(0...6) }

  /// Whether nothing goes wrong any more.
  private(set) var isCalm = false

  /// Nothing that is still to go wrong goes wrong.
  func endFaults() {
    isCalm = true
    actionsUntilCrash = nil
    makeStoreUsable()
    connect()
  }

  /// Whether the process dies here.
  private func diesNow() -> Bool {
    guard let left = actionsUntilCrash else { return false }
    actionsUntilCrash = left - 1
    guard left == 0 else { return false }
    actionsUntilCrash = random.chance(World.secondCrashPercent) ? random.number(0...6) : nil
    return true
  }

  private func perform(_ wanted: [Action]) {
    actionsCount += wanted.count
    for action in wanted {
      traceAction(action)
      if diesNow() { return crash() }
      switch action {
      case .record(let entry):
        audit.recorded(entry, self)
        store.add(.entry(entry))
        letStoreWork()
      case .recordLossMark(_, _, let entry):
        store.add(.lossMark(entry: entry))
        letStoreWork()
      case .recordTradingState(let change, let entry):
        store.add(.tradingState(change, entry: entry))
        letStoreWork()
      case .lookUp(let lookUp):
        store.add(.lookUp(lookUp))
        letStoreWork()
      case .send(let order):
        for _ in 0..<(bug == .sendTwice && random.chance(5) ? 2 : 1) {
          audit.sent(order, self)
          send(order)
        }
      case .cancel(let order): cancel(order.id)
      case .amend(let order): amend(order)
      case .query(let order):
        if bug != .neverAsk { query(order.id) }
      case .reply(let request, let reply):
        if bug == .forgetReply, random.chance(2) { break }
        audit.replied(request, reply, self)
      case .notice(let notice): audit.notices.append(notice)
      }
    }
  }

  /// The store's answers come in the order of its work.
  func letStoreWork() {
    later(0...60) { world in
      let answers = world.store.work(world.random.number(1...4))
      for answer in answers {
        let wait = Int64(world.random.number(0...20))
        world.storeAnswersAt = max(world.storeAnswersAt, world.now.adding(milliseconds: wait))
        let delay = Int(world.storeAnswersAt.milliseconds(since: world.now)) + 1
        world.tell(answer, in: delay...delay)
      }
    }
  }

  func crash() {
    trace?("\(now.text) the process dies")
    generation += 1
    audit.crashed()
    store.crash()
    storeAnswersAt = now
    store.isFull = false
    store.isUnreadable = false
    if random.chance(10) {
      clockErrorMilliseconds = Int64(random.number(-3_600_000...3_600_000))
    }
    ids = OrderIDSequence(after: store.lastOrderID)
    engine = World.newEngine(
      seed: seed &+ UInt64(generation), after: store.lastOrderID, at: processTime)
    perform(
      engine.restore(
        orders: store.live, positions: store.positions, usedKeys: store.usedKeys,
        tradingStates: store.tradingStates.all, at: processTime))
    expectCountsInStep()
    connected = []
    // Now and then the venue is down as well.
    for account in World.accounts {
      later(0...(random.chance(20) ? 600_000 : 3_000)) { $0.connect(account) }
    }
  }

  func connect() {
    for account in World.accounts { connect(account) }
  }

  func connect(_ account: AccountID) {
    connected.insert(account)
    tell(
      .connected(
        account, instruments: [instrument(bitcoin), instrument(ether)], rules: rules))
    sweepOpenOrders(account)
    for symbol in [bitcoin, ether] { quote(symbol, price("100"), on: account) }
  }

  func disconnect(_ account: AccountID) {
    connected.remove(account)
    if bug != .hideDisconnect { tell(.disconnected(account)) }
  }

  func makeStoreUsable() {
    store.isFull = false
    store.isUnreadable = false
    tell(.journal(isAvailable: true))
    letStoreWork()
  }

  /// What an order may still do by itself: of one that is worked in slices, what none of them has.
  private func leaves(of order: Order) -> Quantity {
    guard order.algorithm != nil else { return order.leavesQuantity }
    return engine.liveOrders.reduce(order.leavesQuantity) { left, slice in
      slice.terms.sliceOf?.parent == order.id && !slice.state.isSealed
        ? left - slice.leavesQuantity : left
    }
  }

  /// Exposure and counts are kept by difference; they have to equal what the live orders add up to.
  private func expectCountsInStep() {
    let live = engine.orders.values.filter { !$0.order.state.isSealed }
    for (name, account) in engine.accounts {
      let open = live.count { $0.order.terms.account == name }
      findings.expect(account.openOrders == open, "the count of open orders is off")
    }
    for state in engine.instruments.values {
      for side in Side.allCases {
        let sum = live.reduce(Quantity.zero) { sum, live in
          let counts = live.instrument === state && live.order.terms.side == side
          return counts && !live.order.terms.isReduceOnly ? sum + leaves(of: live.order) : sum
        }
        findings.expect(state.exposure.leaves(on: side) == sum, "the exposure is off")
      }
    }
  }
}
