// What must hold of every history, checked while it happens.

@testable import Trading

final class Audit {
  private let findings: Findings
  private let slices: SliceAudit
  var notices: [Notice] = []
  private(set) var sends: [OrderID: Int] = [:]
  /// The requests of the present process that have no reply yet.
  private(set) var open: Set<RequestID> = []
  /// The id that a submission brought along, and its terms.
  private var submissions: [RequestID: (id: OrderID, terms: OrderTerms)] = [:]
  /// When a caller asked for an order, by the world's clock.
  private var askedAt: [OrderID: Timestamp] = [:]
  private var orderOfKey: [IdempotencyKey: OrderID] = [:]
  private var refused: Set<OrderID> = []
  /// The orders that callers were promised.
  private(set) var promised: Set<OrderID> = []

  init(_ findings: Findings) {
    self.findings = findings
    slices = SliceAudit(findings)
  }

  func asked(_ request: RequestID) { open.insert(request) }

  func asked(_ request: RequestID, id: OrderID, terms: OrderTerms, at now: Timestamp) {
    open.insert(request)
    askedAt[id] = now
    submissions[request] = (id, terms)
  }

  func crashed() { open = [] }

  /// A leg closes no more than its parent has opened, and where the venue would let both close, it
  /// is alone there.
  private func expectFits(_ order: Order, _ link: ProtectiveLink, _ world: World) {
    guard link.leg != .flatten else { return }
    // Of what was taken back a moment ago nobody may know yet.
    let opened = world.venue.entries[link.parent]?.everFilled ?? .zero
    findings.expect(order.terms.quantity <= opened, "a leg is larger than what was opened")
    guard !world.rules.hasReduceOnly else { return }
    let sibling = world.venue.all.first {
      $0.entry.isWorking && $0.entry.terms.protects?.parent == link.parent
        && $0.entry.terms.protects?.leg != .flatten && $0.id != order.id
    }
    findings.expect(
      sibling == nil,
      "two legs are at a venue that would fill both: \(order.id) \(String(describing: sibling?.id))"
    )
  }

  private func sent(_ order: Order, _ store: ModelStore) {
    sends[order.id, default: 0] += 1
    findings.expect(sends[order.id] == 1, "sent twice")
    findings.expect(store.orders[order.id] != nil, "sent before it was durable")
    findings.expect(!refused.contains(order.id), "sent although refused")
    findings.expect(
      store.tradingStates.state(of: .service) < .halted, "sent although trading is halted")
  }

  /// Of a replaced order and its successor one is alive; an emulated order was elected by a price
  /// that was fresh.
  func sent(_ order: Order, _ world: World) {
    sent(order, world.store)
    if let replaced = order.terms.replaces {
      findings.expect(
        world.venue.entries[replaced]?.isWorking != true, "an order and its successor are alive")
    }
    if let link = order.terms.protects { expectFits(order, link, world) }
    if let link = order.terms.sliceOf { slices.sent(order, link, world) }
    guard order.isEmulated, let trigger = order.terms.trigger else { return }
    var watch = TriggerWatch(side: order.terms.side, type: order.terms.type, trigger: trigger)
    let since = askedAt[order.id] ?? start
    let quotes = world.quotes[order.terms.positionKey, default: []]
    // A trailing stop begins at the price that was told last.
    let prices = quotes[(quotes.lastIndex { $0.at < since } ?? 0)...]
    findings.expect(
      prices.contains { watch.isElected(by: $0.price) } || order.requestedTerms != order.terms,
      "triggered without a fresh price that reaches it")
  }

  /// What is recorded of an order, the venue has said: no end without its proof.
  func recorded(_ entry: JournalEntry, _ world: World) {
    if entry.beginsOrder, let link = entry.order.terms.sliceOf {
      slices.begun(entry.order, link, world)
    }
    expectTrue(entry.order, world)
  }

  func replied(_ request: RequestID, _ reply: Reply, _ world: World) {
    findings.expect(open.remove(request) != nil, "answered twice")
    let submission = submissions[request]
    switch reply {
    case .created(let order), .repeated(let order), .rejected(let order):
      expectTrue(order, world)
      expectTold(order, isOutcome: true, world)
      expectOneOrderPerKey(order, submission?.terms)
    case .pending(let order):
      expectTold(order, isOutcome: false, world)
      expectOneOrderPerKey(order, submission?.terms)
    case .replaced(let order):
      expectTrue(order, world)
      expectTold(order, isOutcome: false, world)
    case .canceled(let order):
      expectTrue(order, world)
      expectTold(order, isOutcome: true, world)
      findings.expect(order.state == .canceled, "called canceled and is not")
    case .notCanceled(let order, _):
      expectTold(order, isOutcome: order.state.isSealed, world)
    case .tradingState(let change, let isDurable):
      findings.expect(
        !isDurable || world.store.tradingStates.state(of: change.scope) == change.state
          || world.store.hasNewer(than: change),
        "a trading state was told before it was durable")
    case .refused(let refusal):
      if let submission { refused.insert(submission.id) }
      findings.expect(!refusal.denial.sentence.isEmpty, "a refusal says nothing")
    }
  }

  /// What was told must survive a crash: the order always, its outcome where nobody can be asked.
  private func expectTold(_ order: Order, isOutcome: Bool, _ world: World) {
    promised.insert(order.id)
    let stored = world.store.orders[order.id]
    findings.expect(stored != nil, "told before it was durable")
    guard isOutcome, !world.canBeAskedLater else { return }
    findings.expect(stored?.state == order.state, "an outcome was told too early")
  }

  /// Nothing is invented: what is known of an order, the venue has said.
  private func expectTrue(_ order: Order, _ world: World) {
    guard order.algorithm == nil else { return slices.expectTrue(order, world) }
    let entry = world.venue.entries[order.id]
    switch order.state {
    case .rejected:
      findings.expect(world.venue.rejected.contains(order.id), "a rejection was made up")
    case .notFound: findings.expect(entry == nil, "not found although it is there")
    case .canceled:
      findings.expect(
        sends[order.id] == nil || entry?.isWorking == false,
        "a cancel was made up")
    case .filled, .settled:
      findings.expect(entry?.wasFilled == true, "a fill of \(order.id) was made up")
    case .working, .triggered, .suspended, .partiallyFilled, .pendingCancel, .pendingReplace:
      findings.expect(entry != nil, "an order was made up")
    case .expired, .replaced:
      findings.expect(entry?.isWorking != true, "an end was made up")
    case .received, .denied, .held, .submitting, .unknown: break
    }
  }

  private func expectOneOrderPerKey(_ order: Order, _ terms: OrderTerms?) {
    guard let terms else { return }
    findings.expect(order.requestedTerms == terms, "the answer is about another order")
    for key in terms.keys {
      findings.expect(
        orderOfKey[key] == nil || orderOfKey[key] == order.id,
        "two orders under one key")
      orderOfKey[key] = order.id
    }
  }
}
