// The one place where events reach an order: it keeps position, exposure and counts in step,
// records what changed, and releases who waited.

extension Engine {
  /// Applies events to a live order and records those that changed it, as one entry. `position` is
  /// the venue's statement after the events, if it made one.
  mutating func applyAndRecord(
    _ events: consuming [OrderEvent], to live: LiveOrder,
    position venuePosition: PositionReport? = nil
  ) {
    let wasSealed = live.order.state.isSealed
    let leavesBefore = live.liveLeaves
    let filledBefore = live.order.filledQuantity
    var facts = events
    facts.removeAll { !applies($0, to: live) }
    guard !facts.isEmpty else { return }
    if live.order.state == .filled, agrees(with: venuePosition, live.instrument),
      live.order.apply(.settled, at: now) == .applied
    {
      facts.append(.settled)
    }
    keepCounts(live, wasSealed: wasSealed, leavesBefore: leavesBefore)
    let movesPosition = live.order.filledQuantity != filledBefore
    let entry = record(facts, of: live, position: movesPosition ? live.instrument.position : nil)
    settleDown(live, entry: entry)
  }

  /// Applies one event; true if it belongs in the journal.
  private mutating func applies(_ event: OrderEvent, to live: LiveOrder) -> Bool {
    let state = live.order.state
    let leaves = live.order.leavesQuantity
    let result = live.order.apply(event, at: now)
    switch result {
    case .ignored, .refused: return false
    case .applied: break
    case .anomaly, .appliedAnomalous:
      if let kind = event.kind(leaves: leaves) {
        actions.append(.notice(.anomaly(live.order.id, state: state, event: kind)))
      }
      if result == .anomaly { return false }
    }
    if case .filled(let fill) = event {
      if state.isSealed { actions.append(.notice(.lateFill(live.order.id))) }
      live.instrument.count(fill, side: live.order.terms.side, at: now)
    }
    return true
  }

  private func agrees(with report: PositionReport?, _ instrument: InstrumentState) -> Bool {
    guard let report, let position = instrument.position else { return false }
    return report.symbol == instrument.key.symbol && report.quantity == position.quantity
  }

  private func keepCounts(_ live: LiveOrder, wasSealed: Bool, leavesBefore: Quantity) {
    live.instrument.exposure.change(
      side: live.order.terms.side, from: leavesBefore, to: live.liveLeaves)
    switch (wasSealed, live.order.state.isSealed) {
    case (false, true): live.account.openOrders -= 1
    case (true, false): live.account.openOrders += 1
    case (true, true), (false, false): break
    }
  }

  private mutating func settleDown(_ live: LiveOrder, entry: UInt64) {
    let state = live.order.state
    if state == .filled {
      awaitSettlement(live)
    } else {
      live.isUnsettled = false
    }
    answerWaiters(live)
    if state.isSealed || !live.account.rules.canBeAskedLater {
      afterRecord.append(AfterRecord(entry: entry, step: .settleDown, live: live))
    }
  }

  private mutating func awaitSettlement(_ live: LiveOrder) {
    guard !live.isUnsettled else { return }
    live.isUnsettled = true
    live.instrument.unsettled.append(live.order.id)
    // Where the venue never agrees (somebody trades by hand), the oldest leave memory as FILLED.
    guard live.instrument.unsettled.count > Engine.unsettledMax,
      let oldest = live.instrument.unsettled.front
    else { return }
    live.instrument.unsettled.removeFront()
    guard let oldest = orders[oldest] else { return }
    oldest.isUnsettled = false
    leaveMemoryIfFinished(oldest)
  }

  /// Filled orders of one instrument that wait in memory for the venue's agreement: enough for a
  /// burst between two comparisons, at most 1 MB.
  static let unsettledMax = 1_000

  /// Settles the filled orders of an instrument whose position agrees with the venue.
  mutating func settleAll(of instrument: InstrumentState) {
    for id in instrument.unsettled.removeAll() {
      guard let live = orders[id] else { continue }
      live.isUnsettled = false
      applyAndRecord([.settled], to: live)
    }
  }

  mutating func noticeBreaker(_ account: AccountState, before: CircuitBreaker.State) {
    let after = account.breaker.state
    guard after.name != before.name else { return }
    actions.append(.notice(.breaker(account.name, from: before.name, to: after.name)))
  }
}
