// What venues say: outcomes, answers to queries, reports and positions. Silence schedules a lookup
// and changes nothing else; only a venue's own words end an order.

extension Engine {
  mutating func submitted(_ id: OrderID, _ outcome: SubmitOutcome) {
    guard let live = orders[id] else {
      if case .accepted(let report, _) = outcome { reported(report) }
      return
    }
    let account = live.account
    let breaker = account.breaker.state
    live.inFlight.remove(.submit)
    switch outcome {
    case .accepted(let report, let position):
      account.breaker.answered()
      apply(report, to: live, position: position)
    case .rejected(let rejection):
      account.breaker.answered()
      applyAndRecord([.rejected(rejection)], to: live)
    case .unknown(let reason):
      if !live.isOverdue { account.breaker.failed(at: now) }
      // What was seen before this moment does not prove that the order never arrives.
      live.submissionEndedAt = now
      live.negativeLookups = 0
      becomeUnknown(live, reason: reason)
    }
    noticeBreaker(account, before: breaker)
    continueCancel(live)
    answerWaiters(live)
    leaveMemoryIfFinished(live)
  }

  mutating func becomeUnknown(_ live: LiveOrder, reason: String) {
    guard live.order.state == .submitting else { return }
    actions.append(.notice(.outcomeUnknown(live.order.id, reason: reason)))
    applyAndRecord([.becameUnknown(reason: reason)], to: live)
    scheduleLookup(live)
  }

  mutating func cancelAnswered(_ id: OrderID, _ outcome: CancelOutcome) {
    guard let live = orders[id] else {
      if case .canceled(let report) = outcome { reported(report) }
      return
    }
    live.inFlight.remove(.cancel)
    switch outcome {
    case .canceled(let report):
      apply(report, to: live)
    case .refused(let isGone, let reason):
      if live.order.pending == .replace {
        // It was cancelled to be replaced.
        isGone ? scheduleLookup(live) : refuseReplace(of: live, reason: reason)
        return leaveMemoryIfFinished(live)
      }
      applyAndRecord([.cancelRefused(isGone: isGone, reason: reason)], to: live)
      if isGone {
        scheduleLookup(live)
      } else if live.order.state.isSealed {
        answerWaiters(live)
      } else {
        refuseCancel(of: live, reason: reason)
      }
    case .unknown:
      scheduleLookup(live)
    }
    leaveMemoryIfFinished(live)
  }

  mutating func queryAnswered(_ id: OrderID, _ outcome: QueryOutcome) {
    guard let live = orders[id] else {
      if case .found(let report) = outcome { reported(report) }
      return
    }
    live.inFlight.remove(.query)
    switch outcome {
    case .found(let report): found(live, report)
    case .notFound: notFound(live)
    case .unavailable: scheduleLookup(live)
    }
    leaveMemoryIfFinished(live)
  }

  private mutating func found(_ live: LiveOrder, _ report: OrderReport) {
    live.account.catchingUp.remove(live.order.id)
    live.negativeLookups = 0
    apply(report, to: live)
    compareAmendment(of: live, with: report)
    // A cancel of an order that counted as refused; now it turns out to be alive.
    if live.isCancelAwaited, live.order.state.mayBeAtVenue,
      !live.order.pending.contains(.cancel)
    {
      applyAndRecord([.cancelRequested], to: live)
    }
    continueCancel(live)
    continueReplace(live)
    answerWaiters(live)
  }

  private mutating func notFound(_ live: LiveOrder) {
    live.account.catchingUp.remove(live.order.id)
    live.negativeLookups += 1
    if live.order.state.isSealed {
      answerWaiters(live)
      scheduleLookup(live)
    } else if isVerdictDue(live) {
      applyAndRecord([.notFound], to: live)
    } else {
      scheduleLookup(live)
    }
  }

  /// Whether enough lookups failed for long enough to say that the venue does not have the order.
  /// Never while its submission is under way: the venue may simply not have read it yet. The last
  /// lookup has to be asked, not only answered, after the window.
  private func isVerdictDue(_ live: LiveOrder) -> Bool {
    let rules = live.account.rules
    guard rules.canBeAskedLater, !live.inFlight.contains(.submit), let askedAt = live.askedAt,
      live.negativeLookups >= configuration.lookupsBeforeNotFound
    else { return false }
    let doubted = live.order.uncertainty?.since ?? live.order.updatedAt
    // Times of an earlier process may be by another clock, so its orders wait from the restart on.
    let since = live.submissionEndedAt.map { max(doubted, $0) } ?? live.restoredAt ?? doubted
    return askedAt.milliseconds(since: since) >= rules.visibilityWindowMilliseconds
  }

  mutating func reported(_ report: OrderReport) {
    guard let live = orders[report.orderID] else {
      return actions.append(.lookUp(.report(report)))
    }
    reported(report, of: live)
    leaveMemoryIfFinished(live)
  }

  /// A report that nobody asked for. If it is the first proof that the venue has the order, a
  /// cancel that waited for one goes out.
  mutating func reported(_ report: OrderReport, of live: LiveOrder) {
    let wasOnTheWire = live.order.phase == .wire
    apply(report, to: live)
    if wasOnTheWire { continueCancel(live) }
  }

  /// A statement takes the place of what the venue has said: nobody waits for trades beyond it.
  mutating func stated(_ report: OrderReport, request: RequestID) {
    guard let live = orders[report.orderID] else {
      return refuseUnknown(.id(report.orderID), request: request)
    }
    // Answered like somebody who submits the order again: with what has become of it.
    live.waiters.append(newWaiter(request, .submit(isFirst: false), for: live.order.id))
    live.reportedQuantity = .zero
    reported(report, of: live)
    answerWaiters(live)
    leaveMemoryIfFinished(live)
  }

  /// Compares a venue's statement about a live order with what is known and records the difference.
  mutating func apply(
    _ report: OrderReport, to live: LiveOrder, position: PositionReport? = nil
  ) {
    live.reportedQuantity = max(live.reportedQuantity, report.everFilledQuantity)
    applyAndRecord(live.events(toAgreeWith: report, at: now), to: live, position: position)
    if live.isMissingFills {
      actions.append(.notice(.fillsMissing(live.order.id)))
      scheduleLookup(live)
    }
  }

  // MARK: Positions and open orders

  /// How young a change may be to be left out of a comparison: the venue's answer may be older.
  static let localActivityMilliseconds: Int64 = 5_000

  mutating func compare(_ account: AccountID, _ reports: [PositionReport]) {
    var venues: [Symbol: Decimal] = [:]
    for state in instruments.values where state.key.account == account && state.position != nil {
      venues[state.key.symbol] = .zero
    }
    for report in reports { venues[report.symbol] = report.quantity }
    for (symbol, theirs) in venues.sorted(by: { $0.key.text < $1.key.text }) {
      compare(PositionKey(account: account, symbol: symbol), venues: theirs)
    }
  }

  private mutating func compare(_ key: PositionKey, venues theirs: Decimal) {
    let state = instruments[key]
    let ours = state?.position?.quantity ?? .zero
    let areHoldings = accounts[key.account]?.rules.statesHoldings == true
    if areHoldings ? theirs >= ours : theirs == ours {
      if let state { settleAll(of: state) }
      return
    }
    if let position = state?.position,
      now.milliseconds(since: position.updatedAt) <= Engine.localActivityMilliseconds
    {
      return
    }
    actions.append(.notice(.positionDiffers(key, ours: ours, venues: theirs)))
  }

  mutating func connected(_ account: AccountID, _ list: [Instrument], _ rules: VenueRules) {
    accounts[account]?.rules = rules
    accounts[account]?.isConnected = true
    accounts[account]?.isCompared = false
    for entry in list {
      instrument(of: PositionKey(account: account, symbol: entry.symbol)).instrument = entry
    }
  }

  mutating func disconnected(_ account: AccountID) {
    accounts[account]?.isConnected = false
    accounts[account]?.isCompared = false
  }

  mutating func compareOpenOrders(_ name: AccountID, _ reports: [OrderReport]) {
    guard let account = accounts[name] else { return }
    // The first comparison after a connect says anew which orders have to be asked for.
    if !account.isCompared { account.catchingUp = [] }
    let listed = Set(reports.map(\.orderID))
    for report in reports {
      reported(report)
      // A cancel that was outstanding when the connection or the process was lost.
      guard let live = orders[report.orderID] else { continue }
      continueCancel(live)
      // A change may have been made; only a query says so.
      if live.order.pending == .replace { lookUp(live, at: now) }
    }
    let unlisted = orders.values.filter {
      $0.account === account && $0.order.state.mayBeAtVenue && $0.isSent
        && !$0.inFlight.contains(.submit) && !listed.contains($0.order.id)
    }
    for live in unlisted.sorted(by: { $0.order.id < $1.order.id }) {
      lookUp(live, at: now)
      // A gate that waited for a venue that cannot be asked would never open.
      if !account.isCompared, account.rules.canBeAskedLater {
        account.catchingUp.insert(live.order.id)
      }
    }
    account.isCompared = true
  }
}

extension LiveOrder {
  /// The events after which the order agrees with a venue's statement.
  func events(toAgreeWith report: OrderReport, at now: Timestamp) -> [OrderEvent] {
    var events: [OrderEvent] = []
    // One for the acknowledgement, one for the end, and one for the settlement that may follow.
    events.reserveCapacity(report.fills.count + 3)
    let state = order.state
    switch report.status {
    case .working, .triggered, .suspended, .filled, .canceled, .expired:
      if order.phase == .wire || state == .suspended || state == .rejected || state == .notFound {
        events.append(.accepted(report.venueOrderID))
      }
    case .rejected: break
    }
    let isAmended = isAmended(in: report)
    if isAmended { events.append(.amended) }
    for var fill in report.fills where !order.tradeIDs.contains(fill.tradeID) {
      fill.isFeeHeldBack = isHeldBack(fill)
      events.append(.filled(fill))
    }
    // A trade that is told only now that it is gone has happened all the same.
    for var bust in report.busts where order.busts?.tradeIDs.contains(bust.tradeID) != true {
      bust.isFeeHeldBack = isHeldBack(bust)
      if !order.tradeIDs.contains(bust.tradeID) { events.append(.filled(bust)) }
      events.append(.busted(bust))
    }
    switch report.status {
    case .working: break
    case .filled:
      if order.amendment != nil, !isAmended {
        events.append(.replaceRefused(reason: "The order was filled before it could be changed."))
      }
      if !isAmended, isFilledShort(report, events) {
        events.append(.canceled(reason: LiveOrder.filledShortSentence))
      }
    case .triggered: events.append(.triggered)
    case .suspended(let reason): events.append(.suspended(reason: reason))
    case .canceled(let reason):
      if mayEnd(report, events) { events.append(ending(reason, at: now)) }
    case .expired(let reason):
      if mayEnd(report, events) { events.append(.expired(reason: reason)) }
    case .rejected(let rejection): events.append(.rejected(rejection))
    }
    return events
  }

  /// Whether the fee of a trade made less of what is held of the base asset.
  private func isHeldBack(_ fill: Fill) -> Bool {
    account.rules.statesHoldings && !fill.fee.isZero
      && fill.feeAsset == instrument.instrument?.baseAsset
  }

  /// Whether the venue calls filled what is less than was asked for, because it has made a change
  /// that counts as refused here. Only once all its trades are known: it is the end of the order.
  private func isFilledShort(_ report: OrderReport, _ events: [OrderEvent]) -> Bool {
    let traded = report.everFilledQuantity
    guard report.terms?.quantity == traded, traded < order.terms.quantity else { return false }
    return traded == tradedQuantity(after: events)
  }

  /// Whether an order that the venue has ended may end here. A slice only once all its trades are
  /// known: what it has not traded is sent again.
  private func mayEnd(_ report: OrderReport, _ events: [OrderEvent]) -> Bool {
    order.terms.sliceOf == nil || tradedQuantity(after: events) >= report.everFilledQuantity
  }

  /// How much of the order was ever traded, as far as it is known with some more events.
  private func tradedQuantity(after events: [OrderEvent]) -> Quantity {
    events.reduce(order.filledQuantity + (order.busts?.quantity ?? .zero)) {
      if case .filled(let fill) = $1 { $0 + fill.quantity } else { $0 }
    }
  }

  private static let filledShortSentence =
    "The venue filled the order to a smaller quantity: a change was made after its answer was lost."

  /// Whether a report proves a change that the venue has not confirmed yet.
  private func isAmended(in report: OrderReport) -> Bool {
    guard let amendment = order.amendment, account.rules.canAmend else { return false }
    if let terms = report.terms { return terms.matches(amendment) }
    // What it was filled to says whether the change was made before.
    return report.status == .filled && report.filledQuantity == amendment.quantity
  }

  /// What a cancel at the venue is for the order: most are asked for here, for one of three
  /// reasons.
  private func ending(_ reason: String?, at now: Timestamp) -> OrderEvent {
    if order.pending == .replace, !account.rules.canAmend, let amendment = order.amendment {
      return .replaced(by: amendment.successor)
    }
    // Where the venue keeps no expiry times, the gateway's cancel is what ends the order in time.
    if let expiresAt = order.terms.expiresAt, expiresAt <= now {
      return .expired(reason: Engine.expiredSentence)
    }
    return .canceled(reason: reason)
  }
}
