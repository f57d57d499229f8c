// A venue with a matching engine that trades when it likes. It is the truth of a simulated world:
// what the engine believes in the end is compared with it.

import Trading

final class ModelVenue {
  struct Entry {
    let terms: OrderTerms
    var status: VenueOrderStatus
    var fills: [Fill] = []
    /// Lookups before this moment do not see it.
    let visibleFrom: Timestamp

    var leaves: Quantity { fills.reduce(terms.quantity) { $0 - $1.quantity } }
    var isWorking: Bool { status == .working }
  }

  private(set) var entries: [OrderID: Entry] = [:]
  private(set) var rejected: Set<OrderID> = []
  private(set) var arrivals: [OrderID: Int] = [:]
  private var trades = 0

  /// The orders in the order of their ids, so that every run of a seed is the same.
  var all: [(id: OrderID, entry: Entry)] {
    entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func report(_ id: OrderID) -> OrderReport? {
    guard let entry = entries[id] else { return nil }
    let filled = entry.fills.reduce(Quantity.zero) { $0 + $1.quantity }
    return OrderReport(
      orderID: id, venueOrderID: VenueOrderID("V-\(id)"), status: entry.status,
      filledQuantity: filled, fills: entry.fills)
  }

  /// The sum of the fills of one instrument, signed.
  func position(_ symbol: Symbol) -> Decimal {
    entries.values.reduce(.zero) { sum, entry in
      guard entry.terms.symbol == symbol else { return sum }
      let filled = entry.fills.reduce(Quantity.zero) { $0 + $1.quantity }.amount
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
    entries[order.id] = Entry(
      terms: order.terms, status: .working,
      visibleFrom: now.adding(milliseconds: Int64(random.number(0...400))))
    while random.chance(50) { trade(order.id, at: now, &random) }
    if order.terms.timeInForce == .immediateOrCancel, entries[order.id]?.isWorking == true {
      entries[order.id]?.status = .canceled(reason: nil)
    }
    return true
  }

  /// Trades a part of an order, or all that is left of it.
  func trade(
    _ id: OrderID, at now: Timestamp, isLate: Bool = false, _ random: inout SeededGenerator
  ) {
    guard var entry = entries[id], entry.isWorking || isLate, !entry.leaves.isZero else { return }
    let thousandths = entry.leaves.amount.rounded(toScale: 3).units
    let part = Decimal(units: Int128(random.number(1...max(1, Int(thousandths)))), scale: 3)
    let size = random.chance(30) ? entry.leaves.amount : min(part, entry.leaves.amount)
    trades += 1
    let market = entry.terms.limitPrice ?? price("100")
    entry.fills.append(
      Fill(
        tradeID: tradeID("T\(trades)"), quantity: valid(Quantity(size), "size"), price: market,
        fee: decimal("0.01"), feeAsset: usdt, isMaker: false, tradedAt: now))
    if entry.leaves.isZero, entry.isWorking { entry.status = .filled }
    entries[id] = entry
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
