// The one place where events reach an order: it keeps position, exposure and counts in step,
// records what changed, and releases who waited.

extension Engine {
  /// Applies events to a live order and records those that changed it, as one entry. `position` is
  /// the venue's statement after the events, if it made one.
  mutating func applyAndRecord(
    _ events: consuming [OrderEvent], to live: LiveOrder,
    position venuePosition: PositionReport? = nil
  ) {
    var order = live.order.facts
    var facts = events
    facts.removeAll { !applies($0, to: &order, of: live.instrument) }
    guard !facts.isEmpty else { return }
    if order.state == .filled, agrees(with: venuePosition, live.instrument),
      order.apply(.settled, at: now) == .applied
    {
      facts.append(.settled)
    }
    keepCounts(live, becoming: order)
    let amendment = live.order.amendment
    let movesPosition = facts.contains(where: \.movesPosition)
    let isReplaced = order.phase == .sealed(.replaced)
    if let link = live.order.terms.sliceOf { progress(link, becoming: order) }
    live.order = Order(consume order)
    let entry = record(facts, of: live, position: movesPosition ? live.instrument.position : nil)
    if isReplaced, let amendment { succeed(live, amendment) }
    settleDown(live, entry: entry)
    protectAfterChange(of: live, movedPosition: movesPosition)
    if live.order.terms.group != nil { cancelGroup(of: live) }
  }

  /// The first order of a group that trades, or is triggered, cancels the others.
  private mutating func cancelGroup(of live: LiveOrder) {
    guard let group = live.order.terms.group, let members = groups[group],
      !live.order.filledQuantity.isZero || live.order.state == .triggered
    else { return }
    for id in members.sorted() where id != live.order.id {
      guard let other = orders[id], !other.order.state.isSealed,
        !other.order.pending.contains(.cancel)
      else { continue }
      requestCancel(of: other)
    }
  }

  /// Applies one event; true if it belongs in the journal.
  private mutating func applies(
    _ event: OrderEvent, to order: inout OrderFacts, of instrument: InstrumentState
  ) -> Bool {
    let state = order.state
    let leaves = order.fillableQuantity
    let result = order.apply(event, at: now)
    switch result {
    case .ignored, .refused: return false
    case .applied: break
    case .anomaly, .appliedAnomalous:
      if let kind = event.kind(leaves: leaves) {
        actions.append(.notice(.anomaly(order.id, state: state, event: kind)))
      }
      if result == .anomaly { return false }
    }
    if case .filled(let fill) = event {
      if state.isSealed { actions.append(.notice(.lateFill(order.id))) }
      instrument.count(fill, side: order.terms.side, at: now)
    }
    if case .busted(let fill) = event {
      actions.append(.notice(.busted(order.id, fill.tradeID)))
      instrument.takeBack(fill, side: order.terms.side, at: now)
    }
    return true
  }

  private func agrees(with report: PositionReport?, _ instrument: InstrumentState) -> Bool {
    guard let report, let position = instrument.position else { return false }
    return report.symbol == instrument.key.symbol && report.quantity == position.quantity
  }

  private func keepCounts(_ live: LiveOrder, becoming order: OrderFacts) {
    live.instrument.exposure.change(
      side: order.terms.side, from: live.order.exposedLeaves, to: order.exposedLeaves)
    switch (live.order.state.isSealed, order.state.isSealed) {
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
      // A trade that was taken back has ended the wait.
      guard let live = orders[id], live.isUnsettled else { continue }
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

extension OrderEvent {
  fileprivate var movesPosition: Bool {
    switch self {
    case .filled, .busted: true
    default: false
    }
  }
}
