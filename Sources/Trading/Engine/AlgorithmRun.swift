// What the engine keeps about an order that is worked in slices, and what is to be done for it
// next. All of it is worked out from the parent and its slices, so that a restart finds it again;
// only what is under way now lives here alone.

/// The slices of one parent.
final class AlgorithmRun {
  /// One slice, as far as its parent is concerned.
  struct Slice {
    let id: OrderID
    let number: Int
    var progress = AlgorithmProgress()
    /// What it may still trade; nothing once it has ended.
    var leaves = Quantity.zero
    var isLive = true
    /// Whether the venue has said that it has it.
    var isConfirmed = false
  }

  /// What to do next.
  enum Step: Equatable {
    /// Nothing until a slice changes.
    case none
    /// Nothing before that time.
    case wait(until: Timestamp)
    /// These slices have to end first.
    case cancel([OrderID])
    /// The next slice is due.
    case place(Quantity, number: Int)
    /// The parent has come to its end.
    case end(OrderEvent)
    /// The parent had ended before, and so have its slices.
    case leave
  }

  let parent: LiveOrder
  let algorithm: Algorithm
  /// In the order of their ids.
  private(set) var slices: [Slice] = []
  /// The slices that are in memory.
  var inMemory: Set<OrderID> = []
  /// What of the instrument's exposure is the parent's own: what no slice has yet.
  var exposed = Quantity.zero
  /// Slices in a row that ended without a trade.
  var failures = 0
  /// How often in a row an account has ended a slice without a trade.
  var failuresOfAccount: [AccountID: Int] = [:]
  /// Until when no slice is placed, because the last one came to nothing.
  var blockedUntil: Timestamp?
  /// Until when slices that do not end are not asked to again.
  var cancelsBlockedUntil: Timestamp?
  /// Why no more is sent, if the engine has found a reason.
  var givenUp: String?
  /// When it is looked after next, if nothing happens before.
  var wakesAt: Timestamp?
  /// Whether it waits to be looked after.
  var isDirty = false

  /// How often a slice that cannot be sent now is tried: the venue is away, trading is halted.
  static let retryMilliseconds: Int64 = 1_000
  /// Slices in a row that may come to nothing before an iceberg is given up: with the pauses
  /// between them that is minutes, after which the reason will not go away by itself.
  static let failuresMax = 10

  init(of parent: LiveOrder, _ algorithm: Algorithm) {
    self.parent = parent
    self.algorithm = algorithm
  }

  /// The accounts that its slices may go to; empty if they have their parent's.
  var route: [AccountID] { if case .routed(let accounts) = algorithm { accounts } else { [] } }

  private var quantity: Quantity { parent.order.terms.quantity }

  /// What the slices have traded.
  var progress: AlgorithmProgress {
    slices.reduce(into: AlgorithmProgress()) { $0.add($1.progress) }
  }

  /// What the slices have traded or may still trade.
  var committed: Quantity {
    slices.reduce(.zero) { $0 + $1.progress.filledQuantity + $1.leaves }
  }

  /// What slices may still trade.
  var leaves: Quantity { slices.reduce(.zero) { $0 + $1.leaves } }

  /// What no slice has traded or may still trade.
  var rest: Quantity { quantity - committed }

  /// Takes in how a slice stands; true if it has just ended.
  func note(_ order: OrderFacts, _ link: SliceLink) -> Bool {
    let place = slices.lastIndex { $0.id <= order.id }
    var index = place ?? 0
    if place.map({ slices[$0].id }) != order.id {
      index = place.map { $0 + 1 } ?? 0
      slices.insert(Slice(id: order.id, number: link.number), at: index)
    }
    let wasLive = slices[index].isLive
    slices[index].progress = AlgorithmProgress(of: order)
    slices[index].leaves = order.liveLeaves
    slices[index].isLive = !order.state.isSealed
    if case .venue = order.phase { slices[index].isConfirmed = true }
    return wasLive && !slices[index].isLive
  }

  /// A slice that never existed after all.
  func forget(_ id: OrderID) {
    slices.removeAll { $0.id == id }
    inMemory.remove(id)
  }

  // MARK: What is next

  /// What to do at a moment. A slice is a multiple of `lotStep` and at least `minimum`, which is
  /// what the venue takes at least; nil where that is not known now.
  func step(at now: Timestamp, lotStep: Decimal?, minimum: Quantity?) -> Step {
    let live = slices.filter(\.isLive)
    if parent.order.state.isSealed {
      return live.isEmpty ? .leave : .cancel(live.map(\.id))
    }
    if let ending = ending(at: now) {
      return live.isEmpty ? .end(ending) : .cancel(live.map(\.id))
    }
    // A trade that came late, or a slice that was given up and lives.
    if committed > quantity { return live.isEmpty ? .none : .cancel(live.map(\.id)) }
    if case .routed = algorithm { return nextOfRoute(live, at: now) }
    guard let lotStep, let minimum else {
      return .wait(until: now.adding(milliseconds: AlgorithmRun.retryMilliseconds))
    }
    switch algorithm {
    case .iceberg(let displayQuantity):
      guard live.isEmpty else { return .none }
      return nextOfIceberg(displayQuantity, at: now, lotStep, minimum)
    case .timeWeighted(let time):
      let schedule = Schedule(time: time, start: parent.order.createdAt)
      return nextOfTime(schedule, live, at: now, lotStep, minimum)
    case .routed: return .none
    }
  }

  /// How the parent ends, if there is nothing more to be sent for it.
  private func ending(at now: Timestamp) -> OrderEvent? {
    let filled = progress.filledQuantity
    if filled >= quantity { return .completed }
    let told = "\(filled) of \(quantity) were filled."
    if let givenUp { return .canceled(reason: "\(givenUp) \(told)") }
    if parent.order.pending.contains(.cancel) { return .canceled(reason: "Cancelled; \(told)") }
    switch algorithm {
    case .timeWeighted(let time):
      let end = parent.order.createdAt.adding(milliseconds: time.durationMilliseconds)
      guard now >= end else { return nil }
      return .expired(reason: "Its time is over; \(told)")
    case .iceberg, .routed:
      guard failures >= AlgorithmRun.failuresMax else { return nil }
      return .canceled(reason: "\(failures) slices in a row came to nothing; \(told)")
    }
  }

  /// What came back is sent again once nothing of it may still trade.
  private func nextOfRoute(_ live: [Slice], at now: Timestamp) -> Step {
    guard live.isEmpty else { return .none }
    if let blockedUntil, now < blockedUntil { return .wait(until: blockedUntil) }
    return .place(rest, number: (slices.last?.number ?? 0) + 1)
  }

  private func nextOfIceberg(
    _ displayQuantity: Quantity, at now: Timestamp, _ lotStep: Decimal, _ minimum: Quantity
  ) -> Step {
    if let blockedUntil, now < blockedUntil { return .wait(until: blockedUntil) }
    let left = rest.truncated(toMultipleOf: lotStep)
    guard let slice = Algorithm.icebergSlice(of: left, displayQuantity, minimum) else {
      return .end(
        .canceled(
          reason:
            "What is left, \(rest) of \(quantity), is less than the \(minimum) that the venue "
            + "takes at least."))
    }
    return .place(slice, number: (slices.last?.number ?? 0) + 1)
  }

  /// Slices that the venue has end before the next one goes, so that it carries what they leave.
  /// One that nobody knows about counts as filled, and its time is not waited for.
  private func nextOfTime(
    _ schedule: Schedule, _ live: [Slice], at now: Timestamp, _ lotStep: Decimal,
    _ minimum: Quantity
  ) -> Step {
    let number = schedule.number(at: now)
    let next = schedule.begin(of: number + 1)
    guard number > slices.lazy.map(\.number).max() ?? 0 else { return .wait(until: next) }
    let ending = live.filter(\.isConfirmed)
    guard ending.isEmpty else { return .cancel(ending.map(\.id)) }
    let due = (schedule.target(number, of: quantity, lotStep) - committed)
      .truncated(toMultipleOf: lotStep)
    return due.isZero || due < minimum ? .wait(until: next) : .place(due, number: number)
  }
}
