// Journal entries by chance, as an engine could have recorded them, and what must become of them:
// the orders, positions and fills that a store has to have afterwards. Orders take any event that
// their state takes, so there are late fills, overfills and refused orders that turn out to live.

import Trading

struct EntryStream {
  private var random: SeededGenerator
  private var ids = OrderIDSequence()
  private var now = start
  private var tradeCount = 0
  private var begunOrders: [OrderID] = []

  /// The orders as they are now.
  private(set) var orders: [OrderID: Order] = [:]
  private(set) var positions: [PositionKey: Position] = [:]
  /// The fills that counted, oldest first.
  private(set) var fills: [(order: OrderID, fill: Fill)] = []
  /// All entries there were.
  private(set) var entries: [JournalEntry] = []

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// The stream of a seed after so many entries.
  init(seed: UInt64, entries count: Int) {
    self.init(seed: seed)
    _ = next(count)
  }

  var lastNumber: UInt64 { UInt64(entries.count) }

  /// An entry that begins an order.
  var begun: JournalEntry {
    var copy = self
    return copy.begin()
  }

  /// The next entries.
  mutating func next(_ count: Int) -> [JournalEntry] { (0..<count).map { _ in next() } }

  /// The next entry.
  mutating func next() -> JournalEntry {
    now = Timestamp(microseconds: now.microseconds + Int64(random.number(0...3_000)))
    let isNew = orders.isEmpty || random.chance(35)
    return isNew ? begin() : goOn()
  }

  /// The next entry, which begins an order.
  mutating func begin() -> JournalEntry {
    let id = ids.next(at: now, random: random.next())
    let terms = random.terms(unique: entries.count)
    var order = Order(id: id, terms: terms, at: now)
    let first: OrderEvent =
      random.chance(80)
      ? .submitting
      : valid(random.event(random.pick(["denied", "held"]), unique: 0), "event")
    _ = order.apply(first, at: now)
    begunOrders.append(id)
    return add([.received(terms), first], order, beginsOrder: true)
  }

  /// The next entry, about an order that there is; where none takes an event any more (all are
  /// denied), a new one begins.
  mutating func goOn() -> JournalEntry {
    for _ in 0..<100 {
      var order = valid(orders[random.pick(begunOrders)], "order")
      var applied: [OrderEvent] = []
      for _ in 0..<random.number(1...3) {
        tradeCount += 1
        let name = random.chance(40) ? "filled" : random.pick(eventNames)
        let trade = fills.last { $0.0 == order.id && order.tradeIDs.contains($0.1.tradeID) }
        guard name != "received",
          let event = name == "busted"
            ? trade.map({ .busted($0.1) }) : random.event(name, unique: tradeCount)
        else { continue }
        switch order.apply(event, at: now) {
        case .applied, .appliedAnomalous: applied.append(event)
        case .ignored, .refused, .anomaly: break
        }
      }
      guard applied.isEmpty else { return add(applied, order, beginsOrder: false) }
    }
    return begin()
  }

  private mutating func add(
    _ events: [OrderEvent], _ order: Order, beginsOrder: Bool
  ) -> JournalEntry {
    let key = PositionKey(account: order.terms.account, symbol: order.terms.symbol)
    var movesPosition = false
    for event in events {
      switch event {
      case .filled(let fill):
        positions[key, default: Position(at: now)].apply(fill, side: order.terms.side, at: now)
        fills.append((order.id, fill))
      case .busted(let fill):
        positions[key]?.takeBack(fill, side: order.terms.side, at: now)
        fills.removeAll { $0.0 == order.id && $0.1.tradeID == fill.tradeID }
      default: continue
      }
      movesPosition = true
    }
    orders[order.id] = order
    let entry = JournalEntry(
      number: lastNumber + 1, at: now, events: events, order: order,
      position: movesPosition ? positions[key] : nil, beginsOrder: beginsOrder)
    entries.append(entry)
    return entry
  }

  /// The orders that a restart has to take into memory.
  var unfinishedOrders: [Order] {
    orders.values.filter { order in
      let parent = order.terms.protects.flatMap { orders[$0.parent] }
      return !order.state.isSealed || order.state == .filled || order.isProtecting
        || parent?.isProtecting == true
    }.sorted { $0.id < $1.id }
  }

  /// The fingerprints of all keys.
  var usedKeys: Set<UInt64> {
    var keys: Set<UInt64> = []
    for order in orders.values {
      if let id = order.terms.clientOrderID {
        keys.insert(IdempotencyKey(clientOrderID: id).fingerprint)
      }
      if let key = order.terms.idempotencyKey { keys.insert(key.fingerprint) }
    }
    return keys
  }
}

extension JournalEntry {
  /// The same entry under another number.
  func renumbered(_ number: UInt64) -> JournalEntry {
    JournalEntry(
      number: number, at: at, events: events, order: order, position: position,
      beginsOrder: beginsOrder, measured: measured)
  }
}
