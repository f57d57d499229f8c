// What must hold of every history, checked while it happens.

import Testing

@testable import Trading

final class Audit {
  let seed: UInt64
  var notices: [Notice] = []
  private(set) var sends: [OrderID: Int] = [:]
  /// The requests of the present process that have no reply yet.
  private(set) var open: Set<RequestID> = []
  /// The id that a submission brought along, and its terms.
  private var submissions: [RequestID: (id: OrderID, terms: OrderTerms)] = [:]
  private var orderOfKey: [IdempotencyKey: OrderID] = [:]
  private var refused: Set<OrderID> = []
  /// The orders that callers were promised.
  private(set) var promised: Set<OrderID> = []

  init(seed: UInt64) { self.seed = seed }

  func asked(_ request: RequestID) { open.insert(request) }

  func asked(_ request: RequestID, id: OrderID, terms: OrderTerms) {
    open.insert(request)
    submissions[request] = (id, terms)
  }

  func crashed() { open = [] }

  func sent(_ order: Order, _ store: ModelStore) {
    sends[order.id, default: 0] += 1
    #expect(sends[order.id] == 1, "sent twice, seed \(seed)")
    #expect(store.orders[order.id] != nil, "sent before it was durable, seed \(seed)")
    #expect(!refused.contains(order.id), "sent although refused, seed \(seed)")
  }

  func replied(_ request: RequestID, _ reply: Reply, _ world: World) {
    #expect(open.remove(request) != nil, "answered twice, seed \(seed)")
    let submission = submissions[request]
    switch reply {
    case .created(let order), .repeated(let order), .rejected(let order):
      expectTrue(order, world)
      expectTold(order, isOutcome: true, world)
      expectOneOrderPerKey(order, submission?.terms)
    case .pending(let order):
      expectTold(order, isOutcome: false, world)
      expectOneOrderPerKey(order, submission?.terms)
    case .canceled(let order):
      expectTrue(order, world)
      expectTold(order, isOutcome: true, world)
      #expect(order.state == .canceled, "seed \(seed)")
    case .notCanceled(let order, _):
      expectTold(order, isOutcome: order.state.isSealed, world)
    case .refused(let refusal):
      if let submission { refused.insert(submission.id) }
      #expect(!refusal.denial.sentence.isEmpty, "seed \(seed)")
    }
  }

  /// What was told must survive a crash: the order always, its outcome where nobody can be asked.
  private func expectTold(_ order: Order, isOutcome: Bool, _ world: World) {
    promised.insert(order.id)
    let stored = world.store.orders[order.id]
    #expect(stored != nil, "told before it was durable, seed \(seed)")
    guard isOutcome, !world.canBeAskedLater else { return }
    #expect(stored?.state == order.state, "an outcome was told too early, seed \(seed)")
  }

  /// Nothing is invented: what is told of an order, the venue has said.
  private func expectTrue(_ order: Order, _ world: World) {
    let entry = world.venue.entries[order.id]
    switch order.state {
    case .rejected:
      #expect(world.venue.rejected.contains(order.id), "a rejection was made up, seed \(seed)")
    case .notFound: #expect(entry == nil, "not found although it is there, seed \(seed)")
    case .canceled:
      #expect(
        sends[order.id] == nil || entry?.isWorking == false,
        "a cancel was made up, seed \(seed)")
    case .filled, .settled:
      #expect(entry?.leaves.isZero == true, "a fill was made up, seed \(seed)")
    case .working, .triggered, .suspended, .partiallyFilled, .pendingCancel, .pendingReplace:
      #expect(entry != nil, "an order was made up, seed \(seed)")
    case .received, .denied, .held, .submitting, .unknown, .expired, .replaced: break
    }
  }

  private func expectOneOrderPerKey(_ order: Order, _ terms: OrderTerms?) {
    guard let terms else { return }
    #expect(order.terms == terms, "the answer is about another order, seed \(seed)")
    for key in terms.keys {
      #expect(
        orderOfKey[key] == nil || orderOfKey[key] == order.id,
        "two orders under one key, seed \(seed)")
      orderOfKey[key] = order.id
    }
  }
}
