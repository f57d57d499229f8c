// A journal with tables, as far as the engine can tell: it works in order, commits in batches,
// may have a full disk, and forgets in a crash what it has not committed.

import Testing
import Trading

final class ModelStore {
  enum Job {
    case entry(JournalEntry)
    case lookUp(LookUp)
  }

  private(set) var orders: [OrderID: Order] = [:]
  private(set) var positions: [PositionKey: Position] = [:]
  private(set) var usedKeys: Set<UInt64> = []
  private var idsByKey: [IdempotencyKey: OrderID] = [:]
  private var waiting: [Job] = []
  private var kept: [JournalEntry] = []
  /// Whether the disk is full: entries that begin orders are given back, all others kept.
  var isFull = false
  /// Whether reading fails.
  var isUnreadable = false
  let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  func add(_ job: Job) { waiting.append(job) }

  func crash() {
    waiting = []
    kept = []
  }

  /// Does the first `count` jobs and returns what is to be told about them, in order.
  func work(_ count: Int) -> [Input] {
    var answers: [Input] = []
    if !isFull, !kept.isEmpty {
      for entry in kept { commit(entry) }
      answers += [.recorded(through: kept[kept.count - 1].number), .journal(isAvailable: true)]
      kept = []
    }
    for job in waiting.prefix(count) {
      switch job {
      case .entry(let entry):
        if !isFull {
          commit(entry)
          answers.append(.recorded(through: entry.number))
        } else if entry.beginsOrder {
          answers += [.notRecorded([entry.number]), .journal(isAvailable: false)]
        } else {
          kept.append(entry)
        }
      case .lookUp(let lookUp):
        answers.append(isUnreadable ? .lookUpFailed(lookUp) : .lookedUp(lookUp, found(lookUp)))
      }
    }
    waiting.removeFirst(min(count, waiting.count))
    return answers
  }

  private func found(_ lookUp: LookUp) -> Order? {
    switch lookUp {
    case .key(let key, _, _, _): idsByKey[key].flatMap { orders[$0] }
    case .cancel(.id(let id), _): orders[id]
    case .cancel(.client(let id), _):
      idsByKey[IdempotencyKey(clientOrderID: id)].flatMap { orders[$0] }
    case .report(let report): orders[report.orderID]
    }
  }

  /// What a new engine takes over.
  var live: [Order] {
    orders.values.filter { !$0.state.isSealed || $0.state == .filled }.sorted { $0.id < $1.id }
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
      #expect(idsByKey[key] == nil || idsByKey[key] == id, "a key has two orders, seed \(seed)")
      idsByKey[key] = id
      usedKeys.insert(key.fingerprint)
    }
  }

  /// The order that an entry holds has to be the fold of the order before it and its events.
  private func expectFold(_ entry: JournalEntry) {
    var events = entry.events[...]
    var order = orders[entry.order.id]
    #expect(entry.beginsOrder == (order == nil), "seed \(seed)")
    if case .received(let terms) = events.first {
      order = Order(id: entry.order.id, terms: terms, at: entry.at)
      events = events.dropFirst()
    }
    for event in events {
      let result = order?.apply(event, at: entry.at)
      #expect(result == .applied || result == .appliedAnomalous, "\(event), seed \(seed)")
    }
    #expect(order == entry.order, "seed \(seed)")
  }
}

extension OrderTerms {
  /// The keys under which no second order may exist.
  var keys: [IdempotencyKey] {
    [idempotencyKey, clientOrderID.map(IdempotencyKey.init(clientOrderID:))].compactMap { $0 }
  }
}
