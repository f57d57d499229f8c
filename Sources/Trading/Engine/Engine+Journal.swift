// The engine's side of the journal: entries go out numbered, and what has to wait for one of them
// (sending, answering, leaving memory) goes on when it is acknowledged.

extension Engine {
  /// Appends an entry about a live order to the journal.
  @discardableResult
  mutating func record(
    _ events: consuming [OrderEvent], of live: LiveOrder, position: consuming Position? = nil,
    beginsOrder: Bool = false, measured: consuming [MeasuredLimit] = []
  ) -> UInt64 {
    let number = nextEntry
    nextEntry += 1
    live.lastEntry = number
    actions.append(
      .record(
        JournalEntry(
          number: number, at: now, events: events, order: live.order, position: position,
          beginsOrder: beginsOrder, measured: measured)))
    return number
  }

  mutating func journal(isAvailable: Bool) {
    isJournalAvailable = isAvailable
    if !isAvailable { answerPendingChanges() }
  }

  mutating func recorded(through entry: UInt64) {
    durableEntry = max(durableEntry, entry)
    tradingStatesRecorded(through: entry)
    while let due = afterRecord.front, due.entry <= entry {
      afterRecord.removeFront()
      due.live.isDurable = true
      switch due.step {
      case .send: intentIsDurable(due.live)
      case .replace: continueReplace(due.live)
      case .settleDown:
        cancelHeldIfQueued(due.live)
        if let run = due.live.run { wake(run) }
        answerWaiters(due.live)
        leaveMemoryIfFinished(due.live)
      }
    }
  }

  private mutating func intentIsDurable(_ live: LiveOrder) {
    if live.isCancelQueued {
      live.isCancelQueued = false
      return cancelUnsent(live, reason: Engine.unsentSentence)
    }
    let denial = tradingStateDenial(
      of: live.order.terms, in: live.instrument, ownLeaves: ownLeaves(of: live))
    if let denial { return cancelUnsent(live, reason: denial.sentence) }
    live.isSent = true
    command(.submit, live)
    actions.append(.send(live.order))
  }

  private mutating func cancelHeldIfQueued(_ live: LiveOrder) {
    guard live.isCancelQueued, live.order.phase == .held else { return }
    live.isCancelQueued = false
    requestCancel(of: live)
  }

  /// Ends an order that was never sent, which needs no venue.
  mutating func cancelUnsent(_ live: LiveOrder, reason: String) {
    abandonProbe(live)
    stopWatching(live)
    applyAndRecord([.cancelRequested, .canceled(reason: reason)], to: live)
  }

  /// Notes that a command is on its way to the venue.
  mutating func command(_ command: LiveOrder.InFlight, _ live: LiveOrder) {
    let isWaiting = !live.inFlight.isEmpty
    live.inFlight.insert(command)
    // A newer command gives an older one no more time: lookups in a row would keep a lost cancel.
    if isWaiting, let deadline = live.commandDeadline, deadline > now { return }
    let deadline = now.adding(milliseconds: configuration.outcomeTimeoutMilliseconds)
    live.commandDeadline = deadline
    sent.append(Deadline(at: deadline, id: live.order.id))
  }

  /// Gives the breaker's permission back for an order that was not sent, if it had one.
  private func abandonProbe(_ live: LiveOrder) {
    guard live.holdsProbe else { return }
    live.holdsProbe = false
    live.account.breaker.abandoned()
  }

  /// Entries that begin orders and could not be written: the orders never existed.
  mutating func notRecorded(_ entries: [UInt64]) {
    let dropped = Set(entries)
    for lost in afterRecord.removeAll(where: { dropped.contains($0.entry) }) {
      forget(lost.live)
    }
  }

  private mutating func forget(_ live: LiveOrder) {
    for waiter in live.waiters {
      switch waiter.command {
      case .submit:
        refuse(
          waiter.request, .unavailable(retryAfterMilliseconds: Engine.storeRetryMilliseconds),
          code: "STORE_UNAVAILABLE",
          "The store could not record the order; nothing was sent. Send it again in a moment.")
      case .cancel, .replace:
        refuse(
          waiter.request, .notFound, code: "ORDER_NOT_FOUND",
          "Order \(live.order.id) was not recorded.")
      }
    }
    if !live.order.state.isSealed {
      abandonProbe(live)
      live.account.openOrders -= 1
      live.instrument.exposure.change(
        side: live.order.terms.side, from: live.order.exposedLeaves, to: .zero)
    }
    stopWatching(live)
    if let link = live.order.terms.protects, let protection = protections[link.parent] {
      protection.forget(live.order.id, link)
      wake(protection)
    }
    forgetRun(of: live)
    if let protection = live.protection {
      protections[live.order.id] = nil
      live.instrument.protections.removeAll { $0 === protection }
    }
    leaveMemory(live.order.id)
  }

  /// Lets go of an order that has ended, that nobody waits for, and whose every fact is durable.
  mutating func leaveMemoryIfFinished(_ live: LiveOrder) {
    if live.isFinished, live.lastEntry <= durableEntry { leaveMemory(live.order.id) }
  }

  private mutating func leaveMemory(_ id: OrderID) {
    guard let live = orders.removeValue(forKey: id) else { return }
    for key in live.order.terms.uniqueKeys { keys.removeValue(forKey: key) }
    if let group = live.order.terms.group {
      groups[group]?.remove(id)
      if groups[group]?.isEmpty == true { groups[group] = nil }
    }
    if !live.account.catchingUp.isEmpty { live.account.catchingUp.remove(id) }
    guard let link = live.order.terms.sliceOf, let run = runs[link.parent] else { return }
    run.inMemory.remove(id)
    wake(run)
  }
}
