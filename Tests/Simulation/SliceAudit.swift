// What must hold of orders that are worked in slices: together they never ask for more than their
// parent, none goes twice or before its time, and the parent ends after them.

@testable import Trading

final class SliceAudit {
  private let findings: Findings
  /// What was sent, by parent.
  private var sent: [OrderID: [Order]] = [:]

  init(_ findings: Findings) { self.findings = findings }

  func sent(_ slice: Order, _ link: SliceLink, _ world: World) {
    let before = sent[link.parent, default: []]
    findings.expect(
      before.allSatisfy { $0.terms.sliceOf?.number != link.number },
      "slice \(link.number) of \(link.parent) went twice")
    sent[link.parent, default: []].append(slice)
    guard let parent = world.store.orders[link.parent] else {
      return findings.expect(false, "a slice went before its parent was durable")
    }
    let committed = before.reduce(slice.terms.quantity) { $0 + possible($1, world) }
    findings.expect(
      committed <= parent.terms.quantity, "slices of \(link.parent) ask for \(committed)")
    findings.expect(!parent.state.isSealed, "a slice went after its parent had ended")
    switch parent.algorithm {
    case nil: findings.expect(false, "a slice of an order that is not worked in slices")
    case .iceberg(let displayQuantity):
      findings.expect(slice.terms.quantity <= displayQuantity, "a slice shows too much")
      let isAlone = before.allSatisfy { !mayLive($0, world) }
      findings.expect(isAlone, "two slices of an iceberg may be alive")
    case .routed(let accounts):
      findings.expect(
        accounts.contains(slice.terms.account), "an order went where it was not to go")
      let isAlone = before.allSatisfy { !mayLive($0, world) }
      findings.expect(isAlone, "an order may be alive on two accounts")
    case .timeWeighted(let time):
      let schedule = Schedule(time: time, start: parent.createdAt)
      // After a clock was set back the first one goes at once.
      findings.expect(
        link.number == 1 || schedule.begin(of: link.number) <= world.processTime,
        "a slice went before its time")
      let target = schedule.target(
        link.number, of: parent.terms.quantity, decimal("0.001"))
      findings.expect(committed <= target, "a slice is larger than what is due")
    }
  }

  /// A slice is decided on: its account is there, and its price was heard in time.
  func begun(_ slice: Order, _ link: SliceLink, _ world: World) {
    guard case .routed = world.store.orders[link.parent]?.algorithm else { return }
    let key = slice.terms.positionKey
    findings.expect(world.connected.contains(key.account), "routed to an account that is down")
    let newest = world.quotes[key]?.last?.at
    let isFresh = newest.map { world.now.milliseconds(since: $0) <= 5_000 } ?? false
    findings.expect(isFresh, "routed by a price that is too old")
  }

  private func mayLive(_ slice: Order, _ world: World) -> Bool {
    if let entry = world.venue.entries[slice.id] { return entry.isWorking }
    return !possible(slice, world).isZero
  }

  /// What a slice has traded or may still trade, as its venue knows it; but for what it trades
  /// after its end, which nobody can know before.
  private func possible(_ slice: Order, _ world: World) -> Quantity {
    if let entry = world.venue.entries[slice.id] {
      return entry.isWorking ? entry.terms.quantity : entry.filled - entry.lateQuantity
    }
    let isGone = (world.engine.order(.id(slice.id)) ?? world.store.orders[slice.id])?.state
    return world.venue.rejected.contains(slice.id) || isGone == .notFound
      ? .zero : slice.terms.quantity
  }

  /// Nothing is invented: a parent has ended only if its slices have, and has traded what they
  /// have.
  func expectTrue(_ parent: Order, _ world: World) {
    let slices = world.venue.all.filter { $0.entry.terms.sliceOf?.parent == parent.id }
    let ever = slices.reduce(Quantity.zero) { $0 + $1.entry.everFilled }
    findings.expect(parent.filledQuantity <= ever, "\(parent.id) has traded more than its slices")
    findings.expect(
      !parent.state.isSealed || slices.allSatisfy { !$0.entry.isWorking },
      "\(parent.id) has ended before its slices")
    findings.expect(
      sent[parent.id] == nil || parent.state != .rejected && parent.state != .notFound,
      "an end of \(parent.id) was made up")
  }
}

/// In the end a parent counts what its slices have traded, and no more than it asked for; but for
/// what they traded after their end.
func expectSlicesAddUp(_ world: World) {
  var traded: [OrderID: (all: Quantity, late: Quantity)] = [:]
  for (_, entry) in world.venue.all {
    guard let parent = entry.terms.sliceOf?.parent else { continue }
    let known = traded[parent] ?? (.zero, .zero)
    traded[parent] = (known.all + entry.filled, known.late + entry.lateQuantity)
  }
  for (id, sum) in traded {
    guard let parent = world.store.orders[id] else {
      world.findings.expect(false, "the parent \(id) is lost")
      continue
    }
    world.findings.expect(
      parent.filledQuantity == sum.all, "\(id) counts \(parent.filledQuantity) of \(sum.all)")
    world.findings.expect(
      sum.all <= parent.terms.quantity + sum.late, "\(id) was worked too much")
    world.findings.expect(
      parent.state.isSealed || world.isBeyondKnowing(parent), "\(id) goes on for ever")
  }
}
