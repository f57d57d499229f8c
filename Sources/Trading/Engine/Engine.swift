// The engine: decides everything about orders, does nothing itself. It has no clock, randomness or
// I/O: the same inputs give the same actions, always. The shell calls `handle` from one owner and
// carries the actions out in order.
//
// The rules that shape it: an order is sent only after the journal acknowledged its intent; silence
// is UNKNOWN and never an outcome; a fill always counts; cancels pass every gate.

/// All orders, positions and decisions of one process. It has one owner and cannot be copied.
public struct Engine: ~Copyable {
  /// The settings.
  public let configuration: EngineConfiguration

  var orders: [OrderID: LiveOrder] = [:]
  var keys: [IdempotencyKey: OrderID] = [:]
  var instruments: [PositionKey: InstrumentState] = [:]
  var accounts: [AccountID: AccountState] = [:]
  /// Fingerprints of every key and client order id that was ever used. A hit is looked up.
  var usedKeys: Set<UInt64> = []

  var lossMark: LossMark?
  /// The peak as the journal has it.
  var recordedPeak = Decimal.zero
  var nextLossCheck: Timestamp
  /// By parent.
  var protections: [OrderID: Protection] = [:]
  /// Protections that something happened to.
  var dirtyProtections: [Protection] = []
  /// Parents whose protection is needed again and could not be read.
  var unreadProtections: Set<OrderID> = []
  /// Orders that are worked in slices, by parent.
  var runs: [OrderID: AlgorithmRun] = [:]
  /// Runs that something happened to.
  var dirtyRuns: [AlgorithmRun] = []
  /// Live orders that cancel one another.
  var groups: [Label: Set<OrderID>] = [:]
  var ids: OrderIDSequence

  var submitBudget: TokenBucket?
  var random: SeededGenerator
  var isJournalAvailable = true

  var nextEntry: UInt64 = 1
  /// All entries up to and including this one are durable.
  var durableEntry: UInt64 = 0
  var afterRecord = Queue<AfterRecord>()
  var tradingStates = TradingStates()
  /// Changes of the trading state that the journal does not have yet, oldest first.
  var pendingChanges: [PendingChange] = []

  // All waits of one of these queues are equally long, so the oldest is always in front. Entries
  // that have become pointless are dropped when they come to the front.
  var waiting = Queue<Deadline>()
  var sent = Queue<Deadline>()
  /// Lookups are spaced by chance, so they are in no order.
  var lookups: [Deadline] = []
  /// When orders are over.
  var expiries = DeadlineQueue()
  /// When protections are looked after again, by parent.
  var protectionRetries = DeadlineQueue()
  /// When runs are looked after next, by parent.
  var runDeadlines = DeadlineQueue()

  var actions: [Action] = []
  var now: Timestamp

  /// What follows once an entry is durable. The order is still in memory then: it leaves only after
  /// its last entry.
  struct AfterRecord {
    enum Step {
      case send
      case replace
      case settleDown
    }

    var entry: UInt64
    var step: Step
    var live: LiveOrder
  }

  /// An engine without orders. `accounts` names the plugin instances; none is connected yet. New
  /// ids are above `lastOrderID`.
  public init(
    configuration: EngineConfiguration, accounts names: [AccountID], seed: UInt64,
    lastOrderID: OrderID? = nil, at now: Timestamp
  ) {
    self.configuration = configuration
    ids = OrderIDSequence(after: lastOrderID)
    self.now = now
    nextLossCheck = now
    random = SeededGenerator(seed: seed)
    submitBudget = configuration.submitRate.map {
      TokenBucket(perSecond: $0.perSecond, burst: $0.burst, at: now)
    }
    for name in names { add(name) }
  }

  /// Adds a plugin instance that is not connected yet; nothing if it is there.
  private mutating func add(_ account: AccountID) {
    guard accounts[account] == nil else { return }
    let state = AccountState(account, breaker: CircuitBreaker(configuration.breaker))
    accounts[account] = state
    for instrument in instruments.values where instrument.key.account == account {
      instrument.account = state
    }
  }

  /// Takes one input and hands out what is to be done, by exchange: `actions` comes in empty and
  /// goes out filled, so that a caller can reuse its buffer.
  public mutating func handle(
    _ input: consuming Input, at now: Timestamp, into actions: inout [Action]
  ) {
    self.now = now
    swap(&self.actions, &actions)
    switch consume input {
    case .submit(let terms, let id, let request): submit(terms, id: id, request: request)
    case .cancel(let reference, let request): cancel(reference, request: request)
    case .replace(let reference, let change, let id, let request):
      replace(reference, change, id: id, request: request)
    case .close(let key, let id, let request, let terms):
      close(key, terms, id: id, request: request)
    case .recorded(let entry): recorded(through: entry)
    case .notRecorded(let entries): notRecorded(entries)
    case .journal(let isAvailable): journal(isAvailable: isAvailable)
    case .lookedUp(let lookUp, let order): lookedUp(lookUp, found: order)
    case .protectionLookedUp(let parent, let legs): reopenProtection(of: parent, legs: legs)
    case .sliceLookedUp(let lookUp, let slice, let parent, let slices):
      takeBack(parent: parent, slices: slices)
      lookedUp(lookUp, found: slice)
    case .lookUpFailed(let lookUp): lookUpFailed(lookUp)
    case .submitted(let id, let outcome): submitted(id, outcome)
    case .cancelAnswered(let id, let outcome): cancelAnswered(id, outcome)
    case .amendAnswered(let id, let outcome): amendAnswered(id, outcome)
    case .queryAnswered(let id, let outcome): queryAnswered(id, outcome)
    case .reported(let report): reported(report)
    case .stated(let report, let request): stated(report, request: request)
    case .positionsReported(let account, let reports): compare(account, reports)
    case .priced(let key, let price, let quotedAt): priced(key, price, quotedAt: quotedAt)
    case .added(let account): add(account)
    case .connected(let account, let list, let rules): connected(account, list, rules)
    case .openOrdersReported(let account, let reports): compareOpenOrders(account, reports)
    case .externalOrdersReported(let account, let orders): takeExternal(account, orders)
    case .disconnected(let account): disconnected(account)
    case .setTradingState(let change, let request): setTradingState(change, request: request)
    case .tick: tick()
    }
    while !dirtyProtections.isEmpty || !dirtyRuns.isEmpty {
      lookAfterProtections()
      workRuns()
    }
    swap(&self.actions, &actions)
  }

  /// `handle(_:at:into:)` with a buffer of its own.
  public mutating func handle(_ input: consuming Input, at now: Timestamp) -> [Action] {
    var actions: [Action] = []
    handle(input, at: now, into: &actions)
    return actions
  }

  /// A new order's id, above all before it.
  public mutating func newOrderID(at now: Timestamp) -> OrderID {
    ids.next(at: now, random: random.next())
  }

  mutating func instrument(of key: PositionKey) -> InstrumentState {
    if let state = instruments[key] { return state }
    let state = InstrumentState(key, account: accounts[key.account])
    instruments[key] = state
    return state
  }
}

// MARK: What the shell may read

extension Engine {
  /// A live order.
  public func order(_ reference: OrderReference) -> Order? {
    switch reference {
    case .id(let id): orders[id]?.order
    case .client(let id): keys[IdempotencyKey(clientOrderID: id)].flatMap { orders[$0]?.order }
    }
  }

  /// The last change of the trading state of every scope that ever had one, in no order.
  public var tradingStateChanges: [TradingStateChange] { tradingStates.all }

  /// The live orders, in no order.
  public var liveOrders: [Order] { orders.values.map(\.order) }

  /// All positions, flat ones included.
  public var positions: [PositionKey: Position] { instruments.compactMapValues(\.position) }

  /// The market price of an instrument.
  public func marketPrice(of key: PositionKey) -> Price? { instruments[key]?.marketPrice }

  /// The rules of an instrument.
  public func instrument(_ key: PositionKey) -> Instrument? { instruments[key]?.instrument }

  /// What is left of the budget of new orders; nil without one.
  public mutating func submitBudgetLeft(at now: Timestamp) -> Int? {
    submitBudget?.refill(at: now)
    return submitBudget?.left
  }

  /// The breaker of an account.
  public func breakerState(of account: AccountID) -> CircuitBreaker.State? {
    accounts[account]?.breaker.state
  }

  /// Whether an order in an instrument could leave for its venue now, as far as that does not
  /// depend on the order.
  public func takesOrders(_ key: PositionKey) -> Bool {
    guard let instrument = instruments[key], instrument.instrument != nil,
      let account = instrument.account
    else { return false }
    if case .open(let until) = account.breaker.state, until > now { return false }
    return account.isGateOpen && tradingStates.state(of: .account(key.account)) == .active
  }

  /// Whether anything of an instrument is held or on order on an account.
  public func isEngaged(_ key: PositionKey) -> Bool {
    guard let instrument = instruments[key] else { return false }
    return instrument.position.map { !$0.quantity.isZero } ?? false
      || instrument.exposure != Exposure()
  }

  /// Whether new orders may go to an account's venue.
  public func isGateOpen(_ account: AccountID) -> Bool { accounts[account]?.isGateOpen ?? false }

  /// Whether filled orders of an account wait for the venue's positions.
  public func hasUnsettledOrders(_ account: AccountID) -> Bool {
    instruments.values.contains { $0.key.account == account && !$0.unsettled.isEmpty }
  }

  /// How many live orders are in each state.
  public var liveOrderStates: [OrderState: Int] {
    orders.values.reduce(into: [:]) { $0[$1.order.state, default: 0] += 1 }
  }

  /// The orders whose outcome is unknown, and since when the oldest of them is.
  public var unknownOrders: (count: Int, oldest: Timestamp?) {
    var count = 0
    var oldest: Timestamp?
    for live in orders.values where live.order.state == .unknown {
      count += 1
      guard let since = live.order.uncertainty?.since else { continue }
      oldest = oldest.map { min($0, since) } ?? since
    }
    return (count, oldest)
  }
}
