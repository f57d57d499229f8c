// What must be true once the faults have ended and all is quiet: what the engine and the journal
// believe is what the venue knows.

@testable import Trading

extension World {
  /// Whether nobody will ever say what became of an order: it never reached a venue that cannot be
  /// asked, or it was rejected and the answer was lost.
  func isBeyondKnowing(_ order: Order) -> Bool {
    guard !canBeAskedLater else { return false }
    // An order stays as long as it is protected, also by an order that nobody can ask for.
    return order.state == .unknown && venue.entries[order.id] == nil
      || order.state.isSealed && order.terms.asksForProtection
      || order.algorithm != nil
  }
}

func expectTruth(_ world: World) {
  let findings = world.findings
  findings.expect(world.venue.arrivals.values.allSatisfy { $0 == 1 }, "arrived twice")
  findings.expect(world.audit.open.isEmpty, "requests without an answer")
  for id in world.audit.promised {
    findings.expect(world.store.orders[id] != nil, "an order is lost")
  }
  for account in World.accounts {
    for symbol in [bitcoin, ether] {
      let key = PositionKey(account: account, symbol: symbol)
      let truth = world.venue.position(key)
      for position in [world.engine.positions[key], world.store.positions[key]] {
        findings.expect(
          position?.quantity ?? .zero == truth, "the position in \(symbol) is not the venue's")
      }
    }
  }
  for (id, entry) in world.venue.all {
    let stored = world.store.orders[id]
    let filled = entry.fills.reduce(Quantity.zero) { $0 + $1.quantity }
    findings.expect(stored?.filledQuantity == filled, "fills of \(id) are missing")
    findings.expect(
      stored?.state.isSealed == true, "\(id) is \(String(describing: stored?.state))")
    findings.expect(stored?.state != .filled, "\(id) never settled")
  }
  expectNothingClosedTwice(world)
  expectSlicesAddUp(world)
  expectNothingLeft(world)
}

/// What stop and take-profit have closed, less what was given back, is no more than was opened; or
/// somebody was told, because it went into the positions of other orders.
private func expectNothingClosedTwice(_ world: World) {
  var closed: [OrderID: Decimal] = [:]
  for (_, entry) in world.venue.all {
    guard let link = entry.terms.protects else { continue }
    let filled = entry.filled.amount
    closed[link.parent, default: .zero] += link.leg == .flatten ? -filled : filled
  }
  for (parent, amount) in closed {
    let opened = world.venue.entries[parent]?.filled.amount ?? .zero
    let isTold = world.audit.notices.contains {
      if case .overClosed(parent, _) = $0 { true } else { false }
    }
    world.findings.expect(amount <= opened || isTold, "\(parent) was closed twice")
  }
}

/// Nothing live, nothing exposed, nothing kept.
private func expectNothingLeft(_ world: World) {
  let findings = world.findings
  let left = world.engine.liveOrders.filter { !world.isBeyondKnowing($0) }
  findings.expect(left.isEmpty, "\(left.map { ($0.id, $0.state) })")
  for account in World.accounts {
    let isGateOpen = world.engine.isGateOpen(account)
    findings.expect(isGateOpen, "the gate stays closed")
  }
  // Cancels of an order that nobody can know about are repeated, now as well.
  let unrecorded = world.engine.afterRecord.front?.live.order
  findings.expect(
    unrecorded.map(world.isBeyondKnowing) ?? true, "something waits for the journal for ever")
  findings.expect(world.engine.waiting.isEmpty, "somebody waits for ever")
  guard world.canBeAskedLater else { return }
  findings.expect(
    world.engine.accounts.values.allSatisfy { $0.openOrders == 0 }, "open orders are counted")
  findings.expect(world.engine.keys.isEmpty, "keys stay in memory")
  for state in world.engine.instruments.values {
    findings.expect(state.exposure == Exposure(), "exposure is left")
  }
}
