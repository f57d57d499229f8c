// Changes of price and quantity. A venue that can change an order in place is asked to; elsewhere
// the order is cancelled, and only when the venue has said that it is gone, what is left of it goes
// out as a new one: the two are never alive together. What waits here is changed here.

extension Engine {
  mutating func replace(
    _ reference: OrderReference, _ change: OrderChange, id: OrderID, request: RequestID
  ) {
    guard let live = liveOrder(reference) else {
      return actions.append(.lookUp(.replace(reference, change, id: id, request: request)))
    }
    if let refusal = whyNotReplaceable(live) {
      return refuse(request, .conflict(live.order), refusal)
    }
    let terms = live.order.terms
    if let foreign = foreignChange(change, of: live.order) {
      return refuse(request, .invalid, foreign)
    }
    let amendment = Amendment(of: terms, change, successor: id)
    guard !amendment.isCarriedOut(in: terms) else {
      return actions.append(.reply(request, .replaced(live.order)))
    }
    if let denial = denial(of: amendment, for: live) { return refuse(request, .invalid, denial) }
    guard isJournalAvailable else {
      return refuse(
        request, .unavailable(retryAfterMilliseconds: Engine.storeRetryMilliseconds),
        code: "STORE_UNAVAILABLE",
        "The store cannot record the change now, so the order stays. Try again in a moment."
      )
    }
    guard live.account.isConnected || live.order.phase == .held else {
      return refuseForGate(request, account: terms.account)
    }
    live.waiters.append(newWaiter(request, .replace, for: live.order.id))
    begin(amendment, of: live)
  }

  mutating func replaceLookedUp(
    _ reference: OrderReference, _ change: OrderChange, id: OrderID, request: RequestID,
    found: Order?
  ) {
    if liveOrder(reference) != nil {
      return replace(reference, change, id: id, request: request)
    }
    guard let found else { return refuseUnknown(reference, request: request) }
    refuse(request, .conflict(found), Engine.endedDenial(found))
  }

  /// Records a change and carries it out once that is durable.
  mutating func begin(_ amendment: Amendment, of live: LiveOrder) {
    guard live.order.phase == .held else {
      applyAndRecord([.replaceRequested(amendment)], to: live)
      return afterRecord.append(
        AfterRecord(entry: live.lastEntry, step: .replace, live: live))
    }
    applyAndRecord([.replaceRequested(amendment), .amended], to: live)
    stopWatching(live)
    watch(live)
    afterRecord.append(AfterRecord(entry: live.lastEntry, step: .settleDown, live: live))
  }

  // MARK: What may be changed

  static func endedDenial(_ order: Order) -> Denial {
    let next = order.successor.map { " Order \($0) took its place." } ?? ""
    return Denial(
      code: "ORDER_ENDED",
      sentence: "Order \(order.id) has ended as \(order.state.rawValue), so it cannot be changed."
        + next)
  }

  private func whyNotReplaceable(_ live: LiveOrder) -> Denial? {
    let order = live.order
    guard live.isDurable else { return Engine.tooEarly(order) }
    switch order.state {
    case .denied, .filled, .settled, .canceled, .expired, .rejected, .notFound, .replaced:
      return Engine.endedDenial(order)
    case .received, .submitting, .unknown: return Engine.tooEarly(order)
    case .pendingCancel, .pendingReplace:
      return Denial(
        code: "CHANGE_PENDING",
        sentence:
          "Order \(order.id) is \(order.state.rawValue): an earlier request is not answered "
          + "yet. Look at the order, and try again in a moment.")
    case .held, .working, .triggered, .suspended, .partiallyFilled:
      if let denial = whySlicesStay(live) { return denial }
      // A trigger that has fired is on its way to the venue.
      return order.phase == .held && live.watch == nil ? Engine.tooEarly(order) : nil
    }
  }

  private func whySlicesStay(_ live: LiveOrder) -> Denial? {
    let id = live.order.id
    if live.run != nil {
      return Denial(
        code: "ALGORITHM_RUNNING",
        sentence: "Order \(id) is being worked in slices, which cannot be changed. Cancel it, and "
          + "send another one for what is left.")
    }
    guard let link = live.order.terms.sliceOf else { return nil }
    return Denial(
      code: "ALGORITHM_SLICE",
      sentence: "Order \(id) is a slice of order \(link.parent), which decides its size and price. "
        + "Cancel that one, and send another one for what is left.")
  }

  private static func tooEarly(_ order: Order) -> Denial {
    Denial(
      code: "OUTCOME_UNKNOWN",
      sentence: "It is not known yet whether the venue has order \(order.id), so it cannot be "
        + "changed. Try again in a moment.")
  }

  /// A change of something that the order does not have.
  private func foreignChange(_ change: OrderChange, of order: Order) -> Denial? {
    if change.limitPrice != nil, order.terms.limitPrice == nil {
      return Denial(
        code: "FIELD_NOT_FOR_TYPE",
        sentence: "A \(order.terms.type.rawValue) order has no price that could be changed.")
    }
    if change.triggerPrice != nil, order.terms.triggerPrice == nil || order.state == .triggered {
      return Denial(
        code: "FIELD_NOT_FOR_TYPE",
        sentence: "Order \(order.id) has no stop price that could be changed: it is a "
          + "\(order.terms.type.rawValue) order that is \(order.state.rawValue).")
    }
    return nil
  }

  private func denial(of amendment: Amendment, for live: LiveOrder) -> Denial? {
    let (order, state) = (live.order, live.instrument)
    guard amendment.quantity > order.filledQuantity else {
      return Denial(
        code: "REPLACE_BELOW_FILLED",
        sentence:
          "\(order.filledQuantity) of order \(order.id) are filled already, so its quantity "
          + "cannot become \(amendment.quantity). Send a larger one, or cancel the order.",
        value: "\(amendment.quantity)", limit: "\(order.filledQuantity)")
    }
    let amended = order.terms.amended(by: amendment)
    if let broken = state.instrument?.firstBrokenRule(by: amended, marketPrice: state.marketPrice) {
      return broken
    }
    let left = amended.with(amendment.quantity - order.filledQuantity)
    if order.state != .triggered, let broken = brokenInstruction(of: left, state, live.account) {
      return broken
    }
    let own = order.exposedLeaves
    if amendment.quantity > order.terms.quantity,
      let denial = tradingStateDenial(of: left, in: state, ownLeaves: own)
    {
      return denial
    }
    guard amended.worth > order.terms.worth, order.terms.purpose == .trade else { return nil }
    var exposure = state.exposure
    exposure.change(side: amended.side, from: own, to: .zero)
    return configuration.limits.firstDenial(
      of: left,
      in: RiskContext(
        marketPrice: state.marketPrice, positionQuantity: state.position?.quantity ?? .zero,
        exposure: exposure, openOrders: live.account.openOrders - 1))
  }

  // MARK: At the venue

  /// Sends a change whose request is durable.
  mutating func continueReplace(_ live: LiveOrder) {
    guard live.order.pending == .replace, live.isDurable, live.inFlight.isDisjoint(with: .changes)
    else { return }
    if live.account.rules.canAmend {
      command(.amend, live)
      actions.append(.amend(live.order))
    } else {
      sendCancel(live)
    }
  }

  mutating func amendAnswered(_ id: OrderID, _ outcome: AmendOutcome) {
    guard let live = orders[id] else { return }
    live.inFlight.remove(.amend)
    switch outcome {
    case .amended(let report): amended(live, report)
    case .refused(let isGone, let reason):
      // An order that is gone ended in another way, which a query tells.
      if isGone { scheduleLookup(live) } else { refuseReplace(of: live, reason: reason) }
    case .unknown:
      // What was asked for before this moment does not show whether the change was made.
      live.askedAt = nil
      scheduleLookup(live)
    }
    continueCancel(live)
    leaveMemoryIfFinished(live)
  }

  /// The answer to a change that a report has shown before says nothing about a later change, which
  /// waits for it.
  private mutating func amended(_ live: LiveOrder, _ report: OrderReport) {
    let events = live.events(toAgreeWith: report, at: now)
    if let terms = report.terms, let wanted = live.order.amendment, !terms.matches(wanted) {
      applyAndRecord(events, to: live)
      if live.lastEntry <= durableEntry { continueReplace(live) }
    } else {
      applyAndRecord([.amended] + events, to: live)
    }
  }

  mutating func refuseReplace(of live: LiveOrder, reason: String) {
    let requests = live.takeWaiters(for: .replace)
    applyAndRecord([.replaceRefused(reason: reason)], to: live)
    for request in requests {
      refuse(request, .conflict(live.order), code: "REPLACE_REFUSED", reason)
    }
  }

  /// A change whose answer was lost, and that the venue's statement about the order does not show.
  mutating func compareAmendment(of live: LiveOrder, with report: OrderReport) {
    guard live.order.amendment != nil, live.account.rules.canAmend, report.terms != nil,
      !live.inFlight.contains(.amend), !live.order.state.isSealed
    else { return }
    guard live.askedAt != nil else { return scheduleLookup(live) }
    refuseReplace(of: live, reason: "The venue did not make the change.")
  }

  /// The order is gone from the venue: what is left of it goes out under new terms.
  mutating func succeed(_ live: LiveOrder, _ amendment: Amendment) {
    let order = live.order
    // They wait anew, for the order that takes its place.
    var waiters: [Waiter] = []
    for request in live.takeWaiters(for: .replace) {
      waiters.append(newWaiter(request, .submit(isFirst: true), for: amendment.successor))
    }
    let left = amendment.quantity - order.filledQuantity
    let terms = order.terms.amended(by: amendment).succeeding(order.id, quantity: left)
    var denial = tradingStateDenial(of: terms, in: live.instrument, ownLeaves: .zero)
    if denial == nil {
      denial = live.instrument.instrument?.firstBrokenRule(
        by: terms, marketPrice: live.instrument.marketPrice)
    }
    if let denial {
      deny(terms, of: live.instrument, id: amendment.successor, denial, waiters: waiters)
    } else {
      begin(terms, of: live.instrument, id: amendment.successor, waiters: waiters)
    }
  }
}

extension OrderTerms {
  /// What the order is worth at its own price; its quantity, where it has none.
  fileprivate var worth: Decimal { ownPrice.map { quantity * $0 } ?? quantity.amount }
}
