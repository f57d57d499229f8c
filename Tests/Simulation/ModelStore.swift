// A journal with tables, as far as the engine can tell: it works in order, commits in batches,
// may have a full disk, and forgets in a crash what it has not committed.

import Trading

final class ModelStore {
  enum Job {
    case entry(JournalEntry)
    case tradingState(TradingStateChange, entry: UInt64)
    case lossMark(entry: UInt64)
    case lookUp(LookUp)
  }

  private(set) var orders: [OrderID: Order] = [:]
  private(set) var positions: [PositionKey: Position] = [:]
  private(set) var usedKeys: Set<UInt64> = []
  private var idsByKey: [IdempotencyKey: OrderID] = [:]
  private var waiting: [Job] = []
  private var kept: [Job] = []
  private(set) var tradingStates = TradingStates()
  /// Entries that a bug acknowledged before they were committed.
  private var late: [JournalEntry] = []
  /// Whether the disk is full: entries that begin orders are given back, all others kept.
  var isFull = false
  /// Whether reading fails.
  var isUnreadable = false
  private let findings: Findings
  private let bug: PlantedBug?

  init(_ findings: Findings, bug: PlantedBug?) {
    self.findings = findings
    self.bug = bug
  }

  func add(_ job: Job) { waiting.append(job) }

  func crash() {
    waiting = []
    kept = []
    late = []
  }

  /// Does the first `count` jobs and returns what is to be told about them, in order.
  func work(_ count: Int) -> [Input] {
    var answers: [Input] = []
    for entry in late { commit(entry) }
    late = []
    if !isFull, !kept.isEmpty {
      answers += kept.compactMap(commit) + [.journal(isAvailable: true)]
      kept = []
    }
    for job in waiting.prefix(count) {
      switch job {
      case .entry(let entry) where isFull && entry.beginsOrder:
        answers += [.notRecorded([entry.number]), .journal(isAvailable: false)]
      case .entry, .tradingState, .lossMark:
        if isFull { kept.append(job) } else { answers += [commit(job)].compactMap(\.self) }
      case .lookUp(let lookUp):
        answers.append(isUnreadable ? .lookUpFailed(lookUp) : answer(to: lookUp))
      }
    }
    waiting.removeFirst(min(count, waiting.count))
    return answers
  }

  /// Makes a job durable; what is to be told about it.
  private func commit(_ job: Job) -> Input? {
    switch job {
    case .entry(let entry):
      if bug == .acknowledgeEarly { late.append(entry) } else { commit(entry) }
      return .recorded(through: entry.number)
    case .tradingState(let change, let entry):
      tradingStates.apply(change)
      return .recorded(through: entry)
    case .lossMark(let entry): return .recorded(through: entry)
    case .lookUp: return nil
    }
  }

  private func answer(to lookUp: LookUp) -> Input {
    if case .protection(let id) = lookUp, let parent = orders[id] {
      return .protectionLookedUp(
        parent: parent, legs: bug == .forgetProtection ? [] : children(of: id))
    }
    let found = found(lookUp)
    guard let found, let id = found.terms.sliceOf?.parent, let parent = orders[id],
      bug != .forgetParent
    else { return .lookedUp(lookUp, found) }
    return .sliceLookedUp(lookUp, found, parent: parent, slices: children(of: id))
  }

  private func children(of id: OrderID) -> [Order] {
    orders.values.filter { $0.terms.parent == id }.sorted { $0.id < $1.id }
  }

  private func found(_ lookUp: LookUp) -> Order? {
    switch lookUp {
    case .key(let key, _, _, _): idsByKey[key].flatMap { orders[$0] }
    case .cancel(.id(let id), _), .replace(.id(let id), _, _, _): orders[id]
    case .cancel(.client(let id), _), .replace(.client(let id), _, _, _):
      idsByKey[IdempotencyKey(clientOrderID: id)].flatMap { orders[$0] }
    case .report(let report): orders[report.orderID]
    case .protection(let id): orders[id]
    }
  }

  /// Whether a later change of the same scope is durable.
  func hasNewer(than change: TradingStateChange) -> Bool {
    tradingStates.all.contains { $0.scope == change.scope && $0.at > change.at }
  }

  var lastOrderID: OrderID? { orders.keys.max() }

  /// What a new engine takes over.
  var live: [Order] {
    let live = orders.values.filter {
      let parent = $0.terms.protects.flatMap { orders[$0.parent] }
      let isOfProtection = $0.isProtecting || parent?.isProtecting == true
      return !$0.state.isSealed || $0.state == .filled
        || (isOfProtection && bug != .forgetProtection)
    }
    let families = Set(live.compactMap { $0.algorithm == nil ? $0.terms.sliceOf?.parent : $0.id })
    let slices = orders.values.filter {
      families.contains($0.id)
        || $0.terms.sliceOf.map { families.contains($0.parent) } == true && bug != .forgetSlices
    }
    return Dictionary((live + slices).map { ($0.id, $0) }) { $1 }.values.sorted { $0.id < $1.id }
  }

  private func commit(_ entry: JournalEntry) {
    let id = entry.order.id
    expectFold(entry)
    orders[id] = entry.order
    if let position = entry.position {
      let terms = entry.order.terms
      positions[PositionKey(account: terms.account, symbol: terms.symbol)] = position
    }
    for key in entry.order.terms.keys {
      findings.expect(idsByKey[key] == nil || idsByKey[key] == id, "a key has two orders")
      idsByKey[key] = id
      usedKeys.insert(key.fingerprint)
    }
  }

  /// The order that an entry holds has to be the fold of the order before it and its events.
  private func expectFold(_ entry: JournalEntry) {
    var events = entry.events[...]
    if bug == .loseEvent, events.count > 2 { events.removeLast() }
    var order = orders[entry.order.id]
    findings.expect(
      entry.beginsOrder == (order == nil), "an entry begins what is there, or goes on with nothing")
    if case .received(let terms) = events.first {
      order = Order(id: entry.order.id, terms: terms, at: entry.at)
      events = events.dropFirst()
    }
    for event in events {
      let result = order?.apply(event, at: entry.at)
      findings.expect(result == .applied || result == .appliedAnomalous, "\(event)")
    }
    findings.expect(
      order == entry.order, "the journal's events do not give \(entry.order.id) as it is")
  }
}

extension OrderTerms {
  /// The keys under which no second order may exist.
  var keys: [IdempotencyKey] {
    [idempotencyKey, clientOrderID.map(IdempotencyKey.init(clientOrderID:))].compactMap { $0 }
  }
}
