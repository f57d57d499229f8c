// An engine with a hand on every wire: a test tells it what happened and looks at what it wants
// done. Nothing is recorded, sent or answered unless the test says so.

import Trading

@testable import Simulation

final class Desk {
  private(set) var engine: Engine
  var now = start
  /// Everything that the engine wanted recorded, oldest first.
  private(set) var entries: [JournalEntry] = []
  /// Every mark of profit that it wanted recorded.
  private(set) var recordedMarks: [LossMark] = []
  /// The number of the last entry, of whatever kind.
  private var lastEntry: UInt64 = 0
  private var nextID: UInt64 = 100
  private var nextRequest: RequestID = 0

  /// An engine with BTCUSDT and ETHUSDT on a connected and compared `binance`.
  init(
    limits: RiskLimits = RiskLimits(), lossLimits: LossLimits = LossLimits(),
    submitRate: EngineConfiguration.SubmitRate? = nil,
    breakerThreshold: Int = 3, isConnected: Bool = true, canBeAskedLater: Bool = true,
    windowMilliseconds: Int64 = 0, emulatesTriggers: Bool = true
  ) {
    engine = Engine(
      configuration: EngineConfiguration(
        limits: limits, lossLimits: lossLimits, submitRate: submitRate,
        breaker: .init(threshold: breakerThreshold, openMilliseconds: 10_000, probesMax: 1),
        emulatesTriggers: emulatesTriggers),
      accounts: [binance, kraken], seed: 1, at: start)
    guard isConnected else { return }
    connect(canBeAskedLater: canBeAskedLater, windowMilliseconds: windowMilliseconds)
    tell(.openOrdersReported(binance, []))
    tell(.priced(bitcoinOnBinance, price("100")))
  }

  func connect(canBeAskedLater: Bool = true, windowMilliseconds: Int64 = 0) {
    connect(
      VenueRules(
        canBeAskedLater: canBeAskedLater, visibilityWindowMilliseconds: windowMilliseconds))
  }

  func connect(_ rules: VenueRules) {
    tell(
      .connected(
        binance, instruments: [instrument(bitcoin), instrument(ether)], rules: rules))
  }

  /// An engine that takes over `orders` after a restart, with what it wants done at once.
  static func restarted(
    _ orders: [Order], positions: [PositionKey: Position] = [:], usedKeys: Set<UInt64> = [],
    tradingStates: [TradingStateChange] = [], lossLimits: LossLimits = LossLimits(),
    lossMark: LossMark? = nil
  ) -> (desk: Desk, actions: [Action]) {
    let desk = Desk(lossLimits: lossLimits, isConnected: false)
    let actions = desk.engine.restore(
      orders: orders, positions: positions, usedKeys: usedKeys, tradingStates: tradingStates,
      lossMark: lossMark, at: desk.now)
    desk.entries += actions.entries
    desk.lastEntry = actions.lastEntry ?? 0
    return (desk, actions)
  }

  @discardableResult
  func tell(_ input: Input) -> [Action] {
    let actions = engine.handle(input, at: now)
    entries += actions.entries
    recordedMarks += actions.compactMap {
      if case .recordLossMark(let mark, _, _) = $0 { mark } else { nil }
    }
    lastEntry = actions.lastEntry ?? lastEntry
    return actions
  }

  @discardableResult
  func set(
    _ state: TradingState, for scope: TradingScope = .service
  ) -> (request: RequestID, actions: [Action]) {
    nextRequest += 1
    let change = TradingStateChange(
      scope: scope, state: state, reason: "a test", author: "tests", at: now)
    return (nextRequest, tell(.setTradingState(change, request: nextRequest)))
  }

  /// The journal has everything.
  @discardableResult
  func record() -> [Action] { tell(.recorded(through: lastEntry)) }

  @discardableResult
  func pass(milliseconds: Int64) -> [Action] {
    now = now.adding(milliseconds: milliseconds)
    return tell(.tick)
  }

  /// A submission, with its id and request.
  @discardableResult
  func submit(_ terms: OrderTerms = terms()) -> (id: OrderID, request: RequestID, actions: [Action])
  {
    nextID += 1
    nextRequest += 1
    let id = orderID(nextID)
    return (id, nextRequest, tell(.submit(terms, id: id, request: nextRequest)))
  }

  /// An order that is recorded and on its way to the venue.
  func sent(_ terms: OrderTerms = terms()) -> OrderID {
    let id = submit(terms).id
    record()
    return id
  }

  /// An order that the venue has acknowledged.
  func working(_ terms: OrderTerms = terms()) -> OrderID {
    let id = sent(terms)
    tell(.submitted(id, .accepted(report(id, .working), position: nil)))
    record()
    return id
  }

  /// An order whose outcome is unknown.
  func unknown(_ terms: OrderTerms = terms()) -> OrderID {
    let id = sent(terms)
    tell(.submitted(id, .unknown(reason: "HTTP 502")))
    record()
    return id
  }

  /// An order that bought or sold all it wanted.
  @discardableResult
  func filled(_ terms: OrderTerms = terms()) -> OrderID {
    let id = sent(terms)
    let fill = fill("T-\(id)", terms.quantity.description)
    tell(.submitted(id, .accepted(report(id, .filled, [fill]), position: nil)))
    record()
    return id
  }

  @discardableResult
  func cancel(_ id: OrderID) -> (request: RequestID, actions: [Action]) {
    nextRequest += 1
    return (nextRequest, tell(.cancel(.id(id), request: nextRequest)))
  }

  func replace(
    _ id: OrderID, _ change: OrderChange
  ) -> (successor: OrderID, request: RequestID, actions: [Action]) {
    nextID += 1
    nextRequest += 1
    let successor = orderID(nextID)
    return (
      successor, nextRequest,
      tell(.replace(.id(id), change, id: successor, request: nextRequest))
    )
  }

  @discardableResult
  func close(_ key: PositionKey = bitcoinOnBinance) -> (id: OrderID, actions: [Action]) {
    nextID += 1
    nextRequest += 1
    let id = orderID(nextID)
    return (id, tell(.close(key, id: id, request: nextRequest)))
  }

  func order(_ id: OrderID) -> Order? { engine.order(.id(id)) }
  func state(_ id: OrderID) -> OrderState? { order(id)?.state }

  var breaker: CircuitBreaker.State? { engine.breakerState(of: binance) }
  var isGateOpen: Bool { engine.isGateOpen(binance) }
  var liveCount: Int { engine.liveOrders.count }
  var unknownCount: Int { engine.unknownOrders.count }
  var submitBudgetLeft: Int? { engine.submitBudgetLeft(at: now) }

  func position(_ key: PositionKey = bitcoinOnBinance) -> Decimal? {
    engine.positions[key]?.quantity
  }

  /// Lets time go by until the engine asks for an order.
  @discardableResult
  func passUntilQuery() -> [OrderID] {
    for _ in 0..<400 {
      let queries = pass(milliseconds: 100).queries
      if !queries.isEmpty { return queries }
    }
    return []
  }

  /// Lets time go by until the engine asks for an order, and answers with `outcome`; false if it
  /// does not ask.
  @discardableResult
  func answerNextQuery(_ outcome: QueryOutcome, of id: OrderID) -> Bool {
    guard passUntilQuery().contains(id) else { return false }
    tell(.queryAnswered(id, outcome))
    return true
  }
}

extension [Action] {
  var entries: [JournalEntry] {
    compactMap { if case .record(let entry) = $0 { entry } else { nil } }
  }
  var lastEntry: UInt64? {
    compactMap { action -> UInt64? in
      switch action {
      case .record(let entry): entry.number
      case .recordTradingState(_, let entry), .recordLossMark(_, _, let entry): entry
      default: nil
      }
    }.last
  }
  var sends: [OrderID] { compactMap { if case .send(let order) = $0 { order.id } else { nil } } }
  var cancels: [OrderID] {
    compactMap { if case .cancel(let order) = $0 { order.id } else { nil } }
  }
  var amends: [OrderID] { compactMap { if case .amend(let order) = $0 { order.id } else { nil } } }
  var queries: [OrderID] { compactMap { if case .query(let order) = $0 { order.id } else { nil } } }
  var lookUps: [LookUp] { compactMap { if case .lookUp(let lookUp) = $0 { lookUp } else { nil } } }
  var notices: [Notice] { compactMap { if case .notice(let notice) = $0 { notice } else { nil } } }
  var replies: [Reply] { compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } } }

  func replies(to request: RequestID) -> [Reply] {
    compactMap { if case .reply(request, let reply) = $0 { reply } else { nil } }
  }

  /// The code of the only refusal among them.
  var refusalCode: String? {
    let refusals = replies.compactMap {
      if case .refused(let refusal) = $0 { refusal } else { nil }
    }
    return refusals.count == 1 ? refusals[0].denial.code : nil
  }
}

extension Reply {
  var order: Order? {
    switch self {
    case .created(let order), .repeated(let order), .pending(let order), .rejected(let order),
      .replaced(let order), .canceled(let order), .notCanceled(let order, _):
      order
    case .tradingState, .refused: nil
    }
  }

  /// The kind of answer in one word.
  var word: String {
    switch self {
    case .created: "created"
    case .repeated: "repeated"
    case .pending: "pending"
    case .rejected: "rejected"
    case .replaced: "replaced"
    case .canceled: "canceled"
    case .notCanceled: "not canceled"
    case .tradingState(let change, let isDurable):
      "\(change.state.rawValue)\(isDurable ? "" : ", not durable")"
    case .refused(let refusal): "refused: \(refusal.denial.code)"
    }
  }
}
