// Applying an event to an order. The law is `OrderState.move(on:)`; this file carries it out.

/// What became of an event.
public enum EventResult: Equatable, Sendable {
  /// It changed the order and belongs in the journal.
  case applied
  /// It changed the order, belongs in the journal, and somebody should look.
  case appliedAnomalous
  /// It changed nothing.
  case ignored
  /// It contradicts what is known, changed nothing, and somebody should look.
  case anomaly
  /// A command that the order's state does not take; nothing changed.
  case refused
}

extension OrderEvent {
  /// The column of the transition table in which the event stands for an order that still wants
  /// `leaves`. An order's first event has none: it makes the order.
  func kind(leaves: Quantity) -> OrderEventKind? {
    switch self {
    case .received: nil
    case .denied: .denied
    case .held: .held
    case .trailed: .trailed
    case .submitting: .submitting
    case .accepted: .accepted
    case .rejected: .rejected
    case .becameUnknown: .becameUnknown
    case .filled(let fill): fill.quantity < leaves ? .partlyFilled : .lastFilled
    case .busted: .busted
    case .progressed: .progressed
    case .completed: .completed
    case .cancelRequested: .cancelRequested
    case .canceled: .canceled
    case .cancelRefused(let isGone, _): isGone ? .cancelRefusedGone : .cancelRefused
    case .expired: .expired
    case .notFound: .notFound
    case .triggered: .triggered
    case .suspended: .suspended
    case .replaceRequested: .replaceRequested
    case .amended: .amended
    case .replaced: .replaced
    case .replaceRefused: .replaceRefused
    case .protectionWaived: .protectionWaived
    case .protectionEnded: .protectionEnded
    case .settled: .settled
    }
  }
}

extension Order {
  /// The column of the transition table in which `event` stands for this order.
  public func kind(of event: OrderEvent) -> OrderEventKind? {
    event.kind(leaves: facts.fillableQuantity)
  }

  /// Applies one event. A fill whose trade id has counted before is ignored, and so is a bust of a
  /// trade that does not count.
  public mutating func apply(_ event: OrderEvent, at now: Timestamp) -> EventResult {
    var facts = facts
    let result = facts.apply(event, at: now)
    self = Order(facts)
    return result
  }
}

extension OrderFacts {
  mutating func apply(_ event: OrderEvent, at now: Timestamp) -> EventResult {
    guard let kind = event.kind(leaves: fillableQuantity) else { return .anomaly }
    if case .filled(let fill) = event, knows(fill.tradeID) { return .ignored }
    if case .busted(let fill) = event, !tradeIDs.contains(fill.tradeID) { return .ignored }
    switch lawfulState(for: kind).move(on: kind) {
    case .become(let next):
      carryOut(event, at: now)
      enter(next)
      return .applied
    case .becomeAnomalous(let next):
      carryOut(event, at: now)
      enter(next)
      return .appliedAnomalous
    case .apply:
      carryOut(event, at: now)
      return .applied
    case .applyAnomalous:
      carryOut(event, at: now)
      return .appliedAnomalous
    case .ignore: return .ignored
    case .anomaly, .impossible: return .anomaly
    case .refuse: return .refused
    }
  }

  /// The row of the transition table. A pending request hides that there are fills, but a venue
  /// that "rejects" an order with fills has only ended its remainder.
  @inline(__always)
  private func lawfulState(for kind: OrderEventKind) -> OrderState {
    if kind == .rejected, case .venue = phase, !filledQuantity.isZero { return .partiallyFilled }
    return state
  }

  private mutating func enter(_ next: OrderPhase) {
    phase = next
    switch next {
    case .received, .held, .wire: break
    case .venue: uncertainty = nil
    case .sealed(let ending):
      pending = []
      if rare != nil { amendment = nil }
      // A verdict of "not found" stays marked: it is the one ending that no venue has stated.
      if ending != .notFound { uncertainty = nil }
    }
  }

  private mutating func carryOut(_ event: OrderEvent, at now: Timestamp) {
    updatedAt = now
    switch event {
    case .received, .submitting, .notFound, .triggered, .completed: break
    case .denied(let denial): explanation = denial
    case .held(let why):
      isEmulated = true
      explain("HELD", why)
    case .trailed(let best): trailedPrice = best
    case .accepted(let id): venueOrderID = id ?? venueOrderID
    case .rejected(let rejection): explain(rejection.code, rejection.sentence)
    case .becameUnknown(let why): uncertainty = Uncertainty(since: now, reason: why)
    case .filled(let fill): count(fill)
    case .busted(let fill): takeBack(fill)
    case .progressed(let progress): take(progress)
    case .cancelRequested: pending.insert(.cancel)
    case .canceled(let why): explain("CANCELED", why)
    case .expired(let why): explain("EXPIRED", why)
    case .suspended(let why): explain("SUSPENDED", why)
    case .cancelRefused(let isGone, let why):
      explain("CANCEL_REFUSED", why)
      if !isGone { pending.remove(.cancel) }
    case .replaceRequested(let wanted):
      pending.insert(.replace)
      amendment = wanted
    case .amended: amend()
    case .replaced(let successor):
      self.successor = successor
      explain("REPLACED", "Replaced by \(successor).")
    case .replaceRefused(let why):
      explain("REPLACE_REFUSED", why)
      pending.remove(.replace)
      amendment = nil
      endIfFilled()
    case .protectionWaived(let leg): waivedLegs.insert(leg)
    case .protectionEnded: isProtectionOver = true
    case .settled: isSettled = true
    }
  }

  /// What slices trade after the order has ended counts, and what is taken back does not any more.
  private mutating func take(_ progress: AlgorithmProgress) {
    filledQuantity = progress.filledQuantity
    filledNotional = progress.filledNotional
    fee = progress.fee
    feeAsset = progress.feeAsset
    isSettled = false
    if phase == .sealed(.filled), !leavesQuantity.isZero { enter(.sealed(.canceled)) }
  }

  private mutating func amend() {
    guard let amendment else { return }
    requestedTerms = requestedTerms ?? terms
    terms = terms.amended(by: amendment)
    pending.remove(.replace)
    self.amendment = nil
    endIfFilled()
  }

  /// Trades that crossed a change may have filled all that it left.
  private mutating func endIfFilled() {
    if case .venue = phase, leavesQuantity.isZero { enter(.sealed(.filled)) }
  }

  private mutating func explain(_ code: String, _ sentence: String?) {
    guard let sentence else { return }
    explanation = Denial(code: code, sentence: sentence)
  }

  private mutating func count(_ fill: Fill) {
    tradeIDs.append(fill.tradeID)
    filledQuantity = filledQuantity + fill.quantity
    filledNotional += fill.quantity * fill.price
    if feeAsset == nil { feeAsset = fill.feeAsset }
    if feeAsset == fill.feeAsset { fee += fill.fee }
    // A late or excess fill changes the position again: agreement and protection begin anew.
    isSettled = false
    if rare != nil { isProtectionOver = false }
  }
  /// Whether a trade counts, or was taken back.
  func knows(_ trade: TradeID) -> Bool {
    tradeIDs.contains(trade) || busts?.tradeIDs.contains(trade) == true
  }

  /// The order does not go on because of it: one that was filled has ended with less.
  private mutating func takeBack(_ fill: Fill) {
    tradeIDs.removeAll { $0 == fill.tradeID }
    busts = Busts(
      tradeIDs: (busts?.tradeIDs ?? []) + [fill.tradeID],
      quantity: (busts?.quantity ?? .zero) + fill.quantity)
    filledQuantity = filledQuantity - fill.quantity
    filledNotional -= fill.quantity * fill.price
    if feeAsset == fill.feeAsset { fee -= fill.fee }
    isSettled = false
    explain("BUSTED", "The venue took back trade \(fill.tradeID).")
    if phase == .sealed(.filled), !leavesQuantity.isZero { enter(.sealed(.canceled)) }
  }
}
