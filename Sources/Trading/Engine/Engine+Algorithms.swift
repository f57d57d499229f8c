// Orders that are worked in slices. The parent waits here; what is to be done for it is worked out
// anew after every change of it or a slice, and when a time has come. Whatever may still trade
// counts as traded, so that all slices together never ask for more than the parent.

extension Engine {
  /// How long a slice waits after one that came to nothing, at first and at most.
  private static let sliceRetry = RetrySchedule(
    firstMilliseconds: 1_000, longestMilliseconds: 30_000)

  // MARK: Keeping track

  mutating func beginRun(of live: LiveOrder) {
    guard live.run == nil, let algorithm = live.order.algorithm else { return }
    let run = AlgorithmRun(of: live, algorithm)
    live.run = run
    runs[live.order.id] = run
    recount(run)
    wake(run)
  }

  /// Takes in a slice that came into memory.
  func noteSlice(_ live: LiveOrder) {
    guard let link = live.order.terms.sliceOf, let run = runs[link.parent] else { return }
    run.inMemory.insert(live.order.id)
    _ = run.note(live.order.facts, link)
    recount(run)
  }

  /// A slice is about to change. Its parent is recorded before it: of two records, a crash may lose
  /// the second one only, and what a slice has traded is told by its venue again.
  mutating func progress(_ link: SliceLink, becoming slice: OrderFacts) {
    guard let run = runs[link.parent] else { return }
    if run.note(slice, link) { noteEnd(of: slice, in: run) }
    recordProgress(of: run)
    recount(run)
    wake(run)
  }

  /// A slice that came to nothing is not sent again at once, but to an account that has not refused
  /// it yet.
  private mutating func noteEnd(of slice: OrderFacts, in run: AlgorithmRun) {
    let account = slice.terms.account
    guard slice.filledQuantity.isZero else {
      run.failures = 0
      run.failuresOfAccount[account] = 0
      return
    }
    run.failures += 1
    run.failuresOfAccount[account, default: 0] += 1
    let delay = Engine.sliceRetry.delayMilliseconds(
      attempt: run.failures - 1, random: random.next())
    let hasAlternative = run.route.contains { run.failuresOfAccount[$0] ?? 0 == 0 }
    run.blockedUntil = hasAlternative ? nil : now.adding(milliseconds: delay)
  }

  /// After a restart: parents whose records were written, and those of their slices were not.
  mutating func recordLostProgress() {
    for id in runs.keys.sorted() {
      if let run = runs[id] { recordProgress(of: run) }
    }
  }

  private mutating func recordProgress(of run: AlgorithmRun) {
    let progress = run.progress
    guard progress != AlgorithmProgress(of: run.parent.order.facts) else { return }
    applyAndRecord([.progressed(progress)], to: run.parent)
  }

  /// What no slice has yet is the parent's own exposure.
  private func recount(_ run: AlgorithmRun) {
    let order = run.parent.order
    let rest = order.state.isSealed || order.terms.isReduceOnly ? .zero : run.rest
    run.parent.instrument.exposure.change(
      side: order.terms.side, from: run.exposed, to: rest)
    run.exposed = rest
  }

  /// What of the exposure an order may do itself: a slice also what its parent has left.
  func ownLeaves(of live: LiveOrder) -> Quantity {
    let own = live.order.exposedLeaves
    guard let link = live.order.terms.sliceOf, let run = runs[link.parent],
      run.parent.instrument === live.instrument
    else { return own }
    return own + run.exposed
  }

  /// A slice, or a parent, that never existed after all.
  mutating func forgetRun(of live: LiveOrder) {
    if let link = live.order.terms.sliceOf, let run = runs[link.parent] {
      run.forget(live.order.id)
      recount(run)
      wake(run)
    }
    guard let run = live.run else { return }
    live.instrument.exposure.change(side: live.order.terms.side, from: run.exposed, to: .zero)
    runs[live.order.id] = nil
  }

  /// A slice comes back from the store, and with it its parent and all the others: what it trades
  /// is worked out with all there was.
  mutating func takeBack(parent: Order, slices: [Order]) {
    guard runs[parent.id] == nil, let live = orders[parent.id] ?? enterFromStore(parent) else {
      return
    }
    beginRun(of: live)
    for slice in slices {
      guard let link = slice.terms.sliceOf else { continue }
      _ = live.run?.note((orders[slice.id]?.order ?? slice).facts, link)
    }
  }

  // MARK: Looking after them

  mutating func wake(_ run: AlgorithmRun?) {
    guard let run, !run.isDirty else { return }
    run.isDirty = true
    dirtyRuns.append(run)
  }

  mutating func wakeDueRuns() {
    while let id = runDeadlines.takeDue(at: now) {
      runs[id]?.wakesAt = nil
      wake(runs[id])
    }
  }

  private mutating func lookAgain(at run: AlgorithmRun, when due: Timestamp) {
    if let wakesAt = run.wakesAt, wakesAt <= due { return }
    run.wakesAt = due
    runDeadlines.add(Deadline(at: due, id: run.parent.order.id))
  }

  private mutating func lookAgain(at run: AlgorithmRun) {
    lookAgain(at: run, when: now.adding(milliseconds: AlgorithmRun.retryMilliseconds))
  }

  mutating func workRuns() {
    while let run = dirtyRuns.popLast() {
      run.isDirty = false
      work(run)
    }
  }

  private mutating func work(_ run: AlgorithmRun) {
    let parent = run.parent
    guard runs[parent.order.id] === run, parent.isDurable else { return }
    recordProgress(of: run)
    let instrument = parent.instrument.instrument
    let minimum = instrument?.minimum(of: parent.order.terms, parent.instrument.marketPrice)
    switch run.step(at: now, lotStep: instrument?.lotStep, minimum: minimum) {
    case .none: break
    case .wait(let due): lookAgain(at: run, when: due)
    case .cancel(let slices): cancel(slices, of: run)
    case .place(let quantity, let number):
      if !place(quantity, number: number, of: run, minimum: minimum) { lookAgain(at: run) }
    case .end(let event):
      applyAndRecord([event], to: parent)
      recount(run)
      wake(run)
    case .leave: leave(run)
    }
  }

  private mutating func cancel(_ slices: [OrderID], of run: AlgorithmRun) {
    // A venue that refuses is not asked again at once.
    if let until = run.cancelsBlockedUntil, now < until { return lookAgain(at: run, when: until) }
    for id in slices {
      guard let live = orders[id], !live.order.pending.contains(.cancel), !live.isCancelQueued
      else { continue }
      requestCancel(of: live)
      run.cancelsBlockedUntil = now.adding(milliseconds: AlgorithmRun.retryMilliseconds)
      lookAgain(at: run)
    }
  }

  /// A run stays as long as one of its slices is in memory: what they trade late is its parent's.
  private mutating func leave(_ run: AlgorithmRun) {
    guard run.inMemory.isEmpty else { return }
    // No venue has its account, to agree with: its slices were compared with theirs.
    if !run.route.isEmpty, run.parent.order.state == .filled {
      applyAndRecord([.settled], to: run.parent)
    }
    runs[run.parent.order.id] = nil
    run.parent.run = nil
    leaveMemoryIfFinished(run.parent)
  }
}
