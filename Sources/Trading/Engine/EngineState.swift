// What the engine keeps in memory: live orders, and one record per account and instrument. Orders
// that have ended, are settled and are durable leave memory; the store has them. These are classes
// so that a decision costs one look-up and no copies; the engine that owns them cannot be copied.

/// An order in memory and what is under way for it.
final class LiveOrder {
  var order: Order
  let instrument: InstrumentState
  let account: AccountState
  /// Whether the journal has acknowledged the order's first entry.
  var isDurable = false
  /// Whether it was handed to the plugin.
  var isSent = false
  /// Commands to the venue without an answer.
  var inFlight: InFlight = []
  /// When the oldest command without an answer counts as unanswered.
  var commandDeadline: Timestamp?
  /// Whether the submission has been doubted already: one silence is one fault of the venue.
  var isOverdue = false
  /// When the plugin gave up the submission; the order may have reached the venue until then.
  var submissionEndedAt: Timestamp?
  /// When it was taken over from an earlier process; nil if it was submitted by this one.
  var restoredAt: Timestamp?
  /// A cancel that arrived before the order could be sent.
  var isCancelQueued = false
  /// Callers that wait for an answer, longest first.
  var waiters: [Waiter] = []
  /// Lookups that came back negative, in a row.
  var negativeLookups = 0
  /// Lookups that were made, for the retry schedule.
  var lookups = 0
  /// When the next lookup is due; there is never more than one.
  var lookupAt: Timestamp?
  /// When the newest lookup was sent.
  var askedAt: Timestamp?
  /// The most that the venue said it has ever traded of the order.
  var reportedQuantity = Quantity.zero
  /// Whether it waits for its instrument's position to agree with the venue's.
  var isUnsettled = false
  /// Its trigger, as long as the gateway watches it.
  var watch: TriggerWatch?
  /// Whether the breaker let it through and waits to hear how it went.
  var holdsProbe = false
  /// The protection of its fills, as long as they need one.
  var protection: Protection?
  /// What it is worked in slices by.
  var run: AlgorithmRun?
  /// The last journal entry about it; it leaves memory only once this one is durable.
  var lastEntry: UInt64 = 0

  init(_ order: Order, instrument: InstrumentState, account: AccountState) {
    self.order = order
    self.instrument = instrument
    self.account = account
  }

  struct InFlight: OptionSet, Sendable {
    let rawValue: UInt8
    static let submit = InFlight(rawValue: 1)
    static let cancel = InFlight(rawValue: 2)
    static let query = InFlight(rawValue: 4)
    static let amend = InFlight(rawValue: 8)
    /// What changes the order at the venue.
    static let changes: InFlight = [.submit, .cancel, .amend]
  }

  /// Whether somebody waits for the outcome of a cancel.
  var isCancelAwaited: Bool { waiters.contains { $0.command == .cancel } }

  /// Lets go of those who wait for the outcome of a command.
  func takeWaiters(for command: Waiter.Command) -> [RequestID] {
    let taken = waiters.lazy.filter { $0.command == command }.map(\.request)
    defer { waiters.removeAll { $0.command == command } }
    return Array(taken)
  }

  /// Whether the venue has traded more of it than it has told trades of.
  var isMissingFills: Bool {
    order.filledQuantity + (order.busts?.quantity ?? .zero) < reportedQuantity
  }

  /// Whether the order can leave memory once it is durable.
  var isFinished: Bool {
    inFlight.isEmpty && !isUnsettled && waiters.isEmpty && order.state.isSealed && !isMissingFills
      && protection == nil && run == nil
  }
}

extension Order {
  /// What the order may still trade; nothing once it has ended.
  var liveLeaves: Quantity { facts.liveLeaves }
  /// What the order may still add to a position: nothing if it may only reduce one.
  var exposedLeaves: Quantity { facts.exposedLeaves }
}

extension OrderFacts {
  /// What the order may still trade; nothing once it has ended.
  @inline(__always)
  var liveLeaves: Quantity { state.isSealed ? .zero : leavesQuantity }

  /// What the order may still add to a position: nothing if it may only reduce one. Of what is
  /// worked in slices they may, and what none of them has yet is counted apart.
  @inline(__always)
  var exposedLeaves: Quantity {
    guard terms.hasInstructions else { return liveLeaves }
    return terms.isReduceOnly || algorithm != nil ? .zero : liveLeaves
  }
}

/// A caller that waits for an answer about an order.
struct Waiter: Sendable {
  /// What it waits for the outcome of.
  enum Command: Equatable {
    /// Whether its own request made the order.
    case submit(isFirst: Bool)
    case cancel
    case replace
  }

  var request: RequestID
  var command: Command
  /// When it is told that the outcome is not known yet.
  var until: Timestamp
}

/// When something is due for an order.
struct Deadline: Sendable {
  var at: Timestamp
  var id: OrderID
}

/// One instrument on one account.
final class InstrumentState {
  let key: PositionKey
  /// Nil as long as the account is not configured.
  var account: AccountState?
  var instrument: Instrument?
  var marketPrice: Price?
  /// When the venue had that price.
  var quotedAt: Timestamp?
  /// Live orders whose triggers are watched here, oldest first.
  var watched: [LiveOrder] = []
  /// Protections of what was opened here.
  var protections: [Protection] = []
  var position: Position?
  var exposure = Exposure()
  /// Filled orders whose position has not been compared with the venue's yet, oldest first.
  var unsettled = Queue<OrderID>()

  init(_ key: PositionKey, account: AccountState?) {
    self.key = key
    self.account = account
  }

  func takeBack(_ fill: Fill, side: Side, at now: Timestamp) {
    position?.takeBack(fill, side: side, at: now)
  }

  func count(_ fill: Fill, side: Side, at now: Timestamp) {
    if position == nil { position = Position(at: now) }
    position?.apply(fill, side: side, at: now)
  }
}

/// One account.
final class AccountState {
  let name: AccountID
  var rules = VenueRules(canBeAskedLater: false, visibilityWindowMilliseconds: 0)
  var breaker: CircuitBreaker
  var isConnected = false
  /// Orders whose state at the venue must be known before new ones may go there.
  var catchingUp: Set<OrderID> = []
  /// Whether the venue's open orders were compared since the last connect.
  var isCompared = false
  /// Open orders, external ones included.
  var openOrders = 0
  /// What others have placed on the account, as it was last heard.
  var externalOrders: [ExternalOrder] = []

  init(_ name: AccountID, breaker: CircuitBreaker) {
    self.name = name
    self.breaker = breaker
  }

  /// Whether new orders may go to the venue.
  var isGateOpen: Bool { isConnected && isCompared && catchingUp.isEmpty }
}
