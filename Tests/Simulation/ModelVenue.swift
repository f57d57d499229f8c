// A venue with a matching engine that trades when it likes. It is the truth of a simulated world:
// what the engine believes in the end is compared with it.

import Trading

final class ModelVenue {
  struct Entry {
    var terms: OrderTerms
    var status: VenueOrderStatus
    var fills: [Fill] = []
    /// Trades that it took back.
    var busts: [Fill] = []
    /// How much it traded after it had ended.
    var lateQuantity = Quantity.zero
    /// Lookups before this moment do not see it.
    let visibleFrom: Timestamp
    /// Its trigger, until it is elected.
    var watch: TriggerWatch?

    var filled: Quantity { fills.reduce(.zero) { $0 + $1.quantity } }
    var leaves: Quantity { fills.reduce(terms.quantity) { $0 - $1.quantity } }
    /// What was ever traded of it, taken back or not.
    var everFilled: Quantity { busts.reduce(filled) { $0 + $1.quantity } }
    /// Whether all of it was traded at some time.
    var wasFilled: Bool { busts.reduce(leaves) { $0 - $1.quantity }.isZero }
    var isWorking: Bool { status == .working || status == .triggered }
    var canTrade: Bool { isWorking && watch == nil }
  }

  let hasReduceOnly: Bool
  private(set) var entries: [OrderID: Entry] = [:]
  private(set) var rejected: Set<OrderID> = []
  private(set) var arrivals: [OrderID: Int] = [:]
  private var trades = 0

  init(hasReduceOnly: Bool) { self.hasReduceOnly = hasReduceOnly }

  /// The orders in the order of their ids, so that every run of a seed is the same.
  var all: [(id: OrderID, entry: Entry)] {
    entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func report(_ id: OrderID) -> OrderReport? {
    guard let entry = entries[id] else { return nil }
    return OrderReport(
      orderID: id, venueOrderID: VenueOrderID("V-\(id)"), status: entry.status,
      filledQuantity: entry.filled, fills: entry.fills,
      busts: entry.busts,
      terms: ReportedTerms(
        quantity: entry.terms.quantity, limitPrice: entry.terms.limitPrice,
        triggerPrice: entry.terms.triggerPrice))
  }

  /// The sum of the fills of one instrument on one account, signed.
  func position(_ key: PositionKey) -> Decimal {
    entries.values.reduce(.zero) { sum, entry in
      guard entry.terms.positionKey == key else { return sum }
      let filled = entry.filled.amount
      return entry.terms.side == .buy ? sum + filled : sum - filled
    }
  }

  /// An order arrives. Returns false if it is rejected.
  func receive(_ order: Order, at now: Timestamp, _ random: inout SeededGenerator) -> Bool {
    arrivals[order.id, default: 0] += 1
    guard !random.chance(12) else {
      rejected.insert(order.id)
      return false
    }
    let terms = order.terms
    let trigger = order.isEmulated ? nil : terms.trigger
    entries[order.id] = Entry(
      terms: terms, status: .working,
      visibleFrom: now.adding(milliseconds: Int64(random.number(0...400))),
      watch: trigger.map { TriggerWatch(side: terms.side, type: terms.type, trigger: $0) })
    while random.chance(50) { trade(order.id, at: now, &random) }
    if terms.timeInForce == .immediateOrCancel, entries[order.id]?.isWorking == true {
      entries[order.id]?.status = .canceled(reason: nil)
    }
    return true
  }

  /// Trades a part of an order, or all that is left of it.
  func trade(
    _ id: OrderID, at now: Timestamp, isLate: Bool = false, _ random: inout SeededGenerator
  ) {
    guard var entry = entries[id], entry.canTrade || isLate, !entry.leaves.isZero else { return }
    let thousandths = entry.leaves.amount.rounded(toScale: 3).units
    let part = Decimal(units: Int128(random.number(1...max(1, Int(thousandths)))), scale: 3)
    var size = random.chance(30) ? entry.leaves.amount : min(part, entry.leaves.amount)
    if entry.terms.isReduceOnly, hasReduceOnly {
      size = min(size, reducible(by: entry.terms))
      guard size.isPositive else {
        if entry.isWorking { entries[id]?.status = .canceled(reason: "Nothing to reduce.") }
        return
      }
    }
    trades += 1
    let market = entry.terms.limitPrice ?? price("100")
    entry.fills.append(
      Fill(
        tradeID: tradeID("T\(trades)"), quantity: valid(Quantity(size), "size"), price: market,
        fee: decimal("0.01"), feeAsset: usdt, isMaker: false, tradedAt: now))
    if !entry.isWorking { entry.lateQuantity = entry.lateQuantity + valid(Quantity(size), "size") }
    if entry.leaves.isZero, entry.isWorking { entry.status = .filled }
    entries[id] = entry
  }

  /// Takes the last trade of an order that has ended back; one that was filled has ended with less.
  func bust(_ id: OrderID) {
    guard var entry = entries[id], !entry.isWorking, let fill = entry.fills.popLast() else {
      return
    }
    entry.busts.append(fill)
    if entry.status == .filled { entry.status = .canceled(reason: "A trade was taken back.") }
    entries[id] = entry
  }

  private func reducible(by terms: OrderTerms) -> Decimal {
    let position = position(terms.positionKey)
    return position.isNegative == (terms.side == .buy) ? position.magnitude : .zero
  }

  /// The market moves; returns the orders that it elects.
  func moveMarket(_ symbol: Symbol, to price: Price) -> [OrderID] {
    var elected: [OrderID] = []
    for (id, entry) in all where entry.terms.symbol == symbol && entry.isWorking {
      guard var watch = entry.watch else { continue }
      let isElected = watch.isElected(by: price)
      entries[id]?.watch = isElected ? nil : watch
      guard isElected else { continue }
      entries[id]?.status = .triggered
      elected.append(id)
    }
    return elected
  }

  /// Changes an order; false if it is not there any more or has traded as much.
  func amend(_ id: OrderID, _ amendment: Amendment) -> Bool {
    guard let entry = entries[id], entry.isWorking, amendment.quantity > entry.filled else {
      return false
    }
    let terms = entry.terms.amended(by: amendment)
    entries[id]?.terms = terms
    if let watch = entry.watch, let price = amendment.triggerPrice {
      entries[id]?.watch = TriggerWatch(
        side: watch.side, type: watch.type, trigger: .price(price))
    }
    return true
  }

  func cancel(_ id: OrderID) -> Bool {
    guard entries[id]?.isWorking == true else { return false }
    entries[id]?.status = .canceled(reason: "Asked for.")
    return true
  }

  func isVisible(_ id: OrderID, at now: Timestamp) -> Bool {
    entries[id].map { $0.visibleFrom <= now } ?? false
  }
}
