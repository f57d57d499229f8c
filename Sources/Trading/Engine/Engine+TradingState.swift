// The operator's brake in the engine: a stricter state is in force at once, a looser one when the
// journal has it, and both are answered when they are durable. Orders whose intent was recorded
// before, and that are not sent yet, are held to it as well.

extension Engine {
  /// A change that the journal does not have yet.
  struct PendingChange: Sendable {
    var entry: UInt64
    var change: TradingStateChange
    /// Nil once the caller has its answer.
    var request: RequestID?
  }

  /// `request` is nil where the engine itself brakes.
  mutating func setTradingState(_ change: TradingStateChange, request: RequestID?) {
    let isStricter = change.state > tradingStates.state(of: change.scope)
    guard isJournalAvailable || isStricter else {
      guard let request else { return }
      return refuse(
        request, .unavailable(retryAfterMilliseconds: Engine.storeRetryMilliseconds),
        code: "STORE_UNAVAILABLE",
        "The store cannot record the change now, so trading stays as it is. Try again in a moment.")
    }
    let entry = nextEntry
    nextEntry += 1
    actions.append(.recordTradingState(change, entry: entry))
    if isStricter { tradingStates.apply(change) }
    var waiting = request
    if !isJournalAvailable, let request {
      // The brake holds; that it outlives a restart cannot be promised.
      actions.append(.reply(request, .tradingState(change, isDurable: false)))
      waiting = nil
    }
    // Also what nobody waits for: an earlier change that becomes durable must not undo it.
    pendingChanges.append(PendingChange(entry: entry, change: change, request: waiting))
  }

  mutating func tradingStatesRecorded(through entry: UInt64) {
    while let due = pendingChanges.first, due.entry <= entry {
      pendingChanges.removeFirst()
      // A stricter change may have come meanwhile, and is in force already.
      let isOvertaken = pendingChanges.contains {
        $0.change.scope == due.change.scope && $0.change.state > due.change.state
      }
      if !isOvertaken { tradingStates.apply(due.change) }
      if let request = due.request {
        actions.append(.reply(request, .tradingState(due.change, isDurable: true)))
      }
    }
  }

  /// Tells everybody who waits for a change how it stands when the journal stops taking entries:
  /// nobody knows when it goes on. What was handed to it may still be written.
  mutating func answerPendingChanges() {
    for index in pendingChanges.indices {
      guard let request = pendingChanges[index].request else { continue }
      pendingChanges[index].request = nil
      let change = pendingChanges[index].change
      guard tradingStates.state(of: change.scope) > change.state else {
        actions.append(.reply(request, .tradingState(change, isDurable: false)))
        continue
      }
      refuse(
        request, .unavailable(retryAfterMilliseconds: Engine.storeRetryMilliseconds),
        code: "STORE_UNAVAILABLE",
        "The store stopped while it recorded the change, so trading stays as it is until the store "
          + "has it. Look at GET /trading-state, and try again in a moment.")
    }
  }

  /// Why an order may not be sent now; nil if it may. `ownLeaves` is what of the exposure is its
  /// own.
  func tradingStateDenial(
    of terms: OrderTerms, in instrument: InstrumentState, ownLeaves: Quantity
  ) -> Denial? {
    guard let change = tradingStates.strictest(for: terms) else { return nil }
    switch change.state {
    case .active: return nil
    case .halted:
      return Denial(
        code: "TRADING_HALTED",
        sentence: "Trading is halted (\(change.reason)); nothing but cancels is sent until it is "
          + "set to ACTIVE or REDUCING.")
    case .reducing:
      guard terms.purpose == .trade, !terms.isReduceOnly, !reduces(terms, instrument, ownLeaves)
      else { return nil }
      return Denial(
        code: "TRADING_REDUCING",
        sentence: "Trading is reducing (\(change.reason)); only orders that make a position "
          + "smaller, closes and cancels are sent.",
        value: terms.quantity.description,
        limit: freelyReducible(terms.side, instrument, ownLeaves).description)
    }
  }

  private func reduces(
    _ terms: OrderTerms, _ instrument: InstrumentState, _ ownLeaves: Quantity
  ) -> Bool {
    terms.quantity.amount <= freelyReducible(terms.side, instrument, ownLeaves)
  }

  /// What of the position orders of that side may still take, beyond those that are alive.
  private func freelyReducible(
    _ side: Side, _ instrument: InstrumentState, _ ownLeaves: Quantity
  ) -> Decimal {
    let others = instrument.exposure.leaves(on: side).amount - ownLeaves.amount
    return max(.zero, reducibleQuantity(side, instrument).amount - others)
  }
}
