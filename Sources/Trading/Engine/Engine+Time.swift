// What follows from time alone: callers are told that an order is pending, silent venues are asked,
// lookups are repeated. And what follows from a restart.

extension Engine {
  /// Queries that one tick sends at most, so that a large catch-up does not exhaust a venue's
  /// budget at once.
  static let queriesPerTickMax = 200

  mutating func tick() {
    answerLateWaiters()
    doubtSilentVenues()
    askForDueOrders()
    endExpiredOrders()
    retryProtections()
    wakeDueRuns()
    checkLosses()
  }

  private mutating func answerLateWaiters() {
    while let front = waiting.front {
      guard let live = orders[front.id], !live.waiters.isEmpty else {
        waiting.removeFront()
        continue
      }
      guard front.at <= now else { return }
      waiting.removeFront()
      guard live.isDurable else {
        // Nothing may be promised that a crash could undo; the journal answers soon, either way.
        let later = now.adding(milliseconds: configuration.submitWaitMilliseconds)
        waiting.append(Deadline(at: later, id: front.id))
        continue
      }
      for waiter in live.waiters where waiter.until <= now {
        actions.append(.reply(waiter.request, .pending(live.order)))
      }
      live.waiters.removeAll { $0.until <= now }
      leaveMemoryIfFinished(live)
    }
  }

  private mutating func doubtSilentVenues() {
    while let front = sent.front {
      if let live = orders[front.id], live.commandDeadline == front.at, !live.inFlight.isEmpty {
        guard front.at <= now else { return }
        doubt(live)
      }
      sent.removeFront()
    }
  }

  /// A late answer still counts. Cancels and queries may be repeated meanwhile, a submission not.
  private mutating func doubt(_ live: LiveOrder) {
    if live.inFlight.contains(.submit), !live.isOverdue {
      live.isOverdue = true
      let before = live.account.breaker.state
      live.account.breaker.failed(at: now)
      noticeBreaker(live.account, before: before)
      becomeUnknown(
        live, reason: "No answer within \(configuration.outcomeTimeoutMilliseconds) ms.")
    }
    live.inFlight.subtract([.cancel, .query, .amend])
    scheduleLookup(live)
    continueCancel(live)
    leaveMemoryIfFinished(live)
  }

  private mutating func askForDueOrders() {
    guard !lookups.isEmpty else { return }
    var asked = 0
    var later: [Deadline] = []
    for lookup in lookups {
      guard let live = orders[lookup.id], live.lookupAt == lookup.at else { continue }
      guard lookup.at <= now, asked < Engine.queriesPerTickMax else {
        later.append(lookup)
        continue
      }
      live.lookupAt = nil
      guard !live.inFlight.contains(.query) else { continue }
      asked += 1
      live.lookups += 1
      live.askedAt = now
      command(.query, live)
      actions.append(.query(live.order))
    }
    lookups = later
  }

  /// Asks for an order later, if there is still something to be learnt about it.
  mutating func scheduleLookup(_ live: LiveOrder) {
    guard !live.order.state.isSealed || live.isMissingFills || live.isCancelAwaited else {
      return
    }
    let delay = configuration.lookupSchedule.delayMilliseconds(
      attempt: live.lookups, random: random.next())
    lookUp(live, at: now.adding(milliseconds: delay))
  }

  /// Lookups of one order stay apart: an earlier one replaces a later one.
  mutating func lookUp(_ live: LiveOrder, at due: Timestamp) {
    if let known = live.lookupAt, known <= due { return }
    live.lookupAt = due
    lookups.append(Deadline(at: due, id: live.order.id))
  }

  // MARK: Restart

  /// Takes over what the store has: once, before anything else. Orders that were being sent have
  /// an unknown outcome from here on, which is recorded by the actions that are handed out.
  /// Orders of accounts that are not configured any more stay in the store as they are.
  public mutating func restore(
    orders restored: [Order], positions: [PositionKey: Position],
    usedKeys fingerprints: Set<UInt64>, tradingStates changes: [TradingStateChange],
    lossMark: LossMark? = nil, at now: Timestamp
  ) -> [Action] {
    self.now = now
    self.lossMark = lossMark
    recordedPeak = lossMark?.peakPnL ?? .zero
    usedKeys = fingerprints
    for change in changes { tradingStates.apply(change) }
    for (key, position) in positions { instrument(of: key).position = position }
    // Legs and slices after their parents, which know what they are for.
    for order in restored.filter({ $0.terms.parent == nil })
      + restored.filter({ $0.terms.parent != nil })
    {
      guard let live = enterFromStore(order) else { continue }
      live.restoredAt = now
      if order.isProtecting, live.protection == nil { beginProtection(of: live) }
      beginRun(of: live)
      if order.state == .filled {
        live.isUnsettled = true
        live.instrument.unsettled.append(order.id)
      }
      becomeUnknown(live, reason: "The service stopped while the order was being sent.")
      // The catch-up after the connect asks for it; earlier lookups would reach no venue.
      live.lookupAt = nil
      // Legs and slices that have ended come along for what they have filled.
      if order.terms.parent != nil, order.state.isSealed { leaveMemoryIfFinished(live) }
    }
    lookups = []
    recordLostProgress()
    lookUpLostProtections()
    for id in protections.keys.sorted() {
      protectionRetries.add(Deadline(at: now, id: id))
    }
    let actions = self.actions
    self.actions = []
    return actions
  }
}
