// Protective orders: what an order has filled gets a stop and a take-profit, as far as they were
// asked for, that follow the filled quantity and close no more than is open. The wanted state is
// worked out anew after every change, so that it does not matter what was lost in between.

extension Engine {
  /// How long a leg waits after one that came to nothing, at first and at most.
  private static let legRetry = RetrySchedule(firstMilliseconds: 1_000, longestMilliseconds: 30_000)
  /// How often a leg that cannot be placed now is tried: the venue is away, trading is halted.
  private static let placeMilliseconds: Int64 = 1_000
  /// How long a protection that is done stays, for fills of its legs that come late.
  private static let lateFillMilliseconds: Int64 = 60_000

  // MARK: Keeping track

  /// Takes in an order that came into memory: as a parent, or as a leg. One that has traded may
  /// have had legs that are not in memory: its protection begins with all of them or not at all.
  mutating func noteProtection(of live: LiveOrder) {
    let order = live.order
    guard order.terms.hasInstructions else { return }
    if order.isProtecting, live.protection == nil, !order.hasTraded { beginProtection(of: live) }
    if let link = order.terms.protects, let protection = protections[link.parent] {
      protection.note(order, link)
    }
  }

  mutating func beginProtection(of live: LiveOrder) {
    let protection = Protection(of: live)
    live.protection = protection
    protections[live.order.id] = protection
    live.instrument.protections.append(protection)
  }

  /// A leg traded although its protection had ended: what that means is worked out with all there
  /// was.
  mutating func reopenProtection(of parent: Order, legs: [Order]) {
    guard protections[parent.id] == nil, let live = orders[parent.id] ?? enterFromStore(parent)
    else { return }
    if live.protection == nil { beginProtection(of: live) }
    guard let protection = live.protection else { return }
    for leg in legs {
      guard let link = leg.terms.protects else { continue }
      protection.note(orders[leg.id]?.order ?? leg, link)
    }
    wake(protection)
  }

  /// After a restart: legs whose protection had ended before one of them traded again.
  mutating func lookUpLostProtections() {
    let lost = orders.values.compactMap { live -> OrderID? in
      guard let link = live.order.terms.protects, protections[link.parent] == nil,
        !live.order.state.isSealed
      else { return nil }
      return link.parent
    }
    for parent in Set(lost).sorted() { actions.append(.lookUp(.protection(parent))) }
  }

  /// What a change of an order means for protections: its own, its parent's, and those that share a
  /// position that it moved.
  mutating func protectAfterChange(of live: LiveOrder, movedPosition: Bool) {
    noteProtection(of: live)
    if movedPosition, live.protection == nil, live.order.terms.asksForProtection {
      // Its protection had ended; what its legs have closed is in the store.
      actions.append(.lookUp(.protection(live.order.id)))
    }
    if let link = live.order.terms.protects {
      if let protection = protections[link.parent] {
        noteFailure(live, of: protection)
        wake(protection)
      } else if movedPosition {
        actions.append(.lookUp(.protection(link.parent)))
      }
    }
    wake(live.protection)
    guard movedPosition else { return }
    for protection in live.instrument.protections { wake(protection) }
  }

  /// A leg that ends without having been asked to is not placed again at once.
  private mutating func noteFailure(_ live: LiveOrder, of protection: Protection) {
    switch live.order.state {
    case .denied, .rejected, .notFound, .canceled, .expired:
      let delay = Engine.legRetry.delayMilliseconds(
        attempt: protection.failures, random: random.next())
      protection.failures += 1
      protection.blockedUntil = now.adding(milliseconds: delay)
      lookAgain(at: protection, inMilliseconds: delay)
    case .held, .working, .triggered, .partiallyFilled, .filled, .settled:
      protection.failures = 0
    case .received, .submitting, .unknown, .suspended, .pendingCancel, .pendingReplace, .replaced:
      break
    }
  }

  mutating func wake(_ protection: Protection?) {
    guard let protection, !protection.isDirty else { return }
    protection.isDirty = true
    dirtyProtections.append(protection)
  }

  /// Looks after every protection that something happened to.
  mutating func lookAfterProtections() {
    while let protection = dirtyProtections.popLast() {
      protection.isDirty = false
      lookAfter(protection)
    }
  }

  mutating func retryProtections() {
    while let id = protectionRetries.takeDue(at: now) {
      wake(protections[id])
      if unreadProtections.remove(id) != nil { actions.append(.lookUp(.protection(id))) }
    }
  }

  /// The store could not be read: it is asked again in a moment.
  mutating func lookUpProtection(of parent: OrderID) {
    unreadProtections.insert(parent)
    protectionRetries.add(
      Deadline(at: now.adding(milliseconds: Engine.placeMilliseconds), id: parent))
  }

  private mutating func lookAgain(at protection: Protection, inMilliseconds delay: Int64) {
    protectionRetries.add(
      Deadline(at: now.adding(milliseconds: delay), id: protection.parent.order.id))
  }

  // MARK: The wanted state

  private mutating func lookAfter(_ protection: Protection) {
    guard protections[protection.parent.order.id] === protection else { return }
    flattenExcess(of: protection)
    let target = target(of: protection)
    var isWaiting = false
    for leg in [ProtectiveLink.Leg.stopLoss, .takeProfit] {
      let isWanted = protection.wantedLegs.contains(leg)
      isWaiting = adjust(leg, of: protection, to: isWanted ? target : .zero) || isWaiting
    }
    isWaiting = fireElected(protection) || isWaiting
    noteUnprotected(protection, target)
    if isWaiting { lookAgain(at: protection, inMilliseconds: Engine.placeMilliseconds) }
    endIfDone(protection, target)
  }

  /// What the legs should be able to close: what is open of the parent's fills, as far as the
  /// position has not been closed by others. The oldest fills count as closed first.
  private func target(of protection: Protection) -> Quantity {
    let instrument = protection.parent.instrument
    var free = reducibleQuantity(protection.exitSide, instrument)
    let siblings = instrument.protections.filter { $0.exitSide == protection.exitSide }
    for other in siblings.sorted(by: { $0.parent.order.id > $1.parent.order.id }) {
      let open = min(other.opened - other.closed, free)
      if other === protection { return lots(open, of: instrument) }
      free = free - open
    }
    return .zero
  }

  func lots(_ quantity: Quantity, of instrument: InstrumentState) -> Quantity {
    guard let step = instrument.instrument?.lotStep else { return quantity }
    return Quantity(quantity.amount.truncated(toMultipleOf: step)) ?? .zero
  }

  /// Brings a leg to where it should be; true if it has to be tried again later.
  private mutating func adjust(
    _ leg: ProtectiveLink.Leg, of protection: Protection, to target: Quantity
  ) -> Bool {
    let known = protection.orders[leg].flatMap { orders[$0] }
    guard let live = known, !live.order.state.isSealed else {
      guard !target.isZero, mayPlace(leg, of: protection) else { return false }
      return !place(leg, of: protection, target)
    }
    if target.isZero {
      if !live.order.pending.contains(.cancel), !live.isCancelQueued { requestCancel(of: live) }
      return false
    }
    let wanted = live.order.filledQuantity + target
    guard wanted != live.order.terms.quantity else { return false }
    return !resize(live, to: wanted)
  }

  /// Whether a leg may be placed now. Where the venue would let both close the position, none is
  /// while the other one is on its way or about to be.
  func mayPlace(_ leg: ProtectiveLink.Leg, of protection: Protection) -> Bool {
    if let blockedUntil = protection.blockedUntil, now < blockedUntil { return false }
    guard !protection.parent.account.rules.hasReduceOnly, leg == .stopLoss,
      let profit = protection.orders[.takeProfit].flatMap({ orders[$0] }),
      !profit.order.state.isSealed
    else { return true }
    return profit.watch != nil && protection.elected != .takeProfit
  }

  private mutating func resize(_ live: LiveOrder, to quantity: Quantity) -> Bool {
    guard live.isDurable, isJournalAvailable else { return false }
    switch live.order.state {
    case .held where live.watch != nil, .working, .triggered, .partiallyFilled:
      begin(
        Amendment(
          of: live.order.terms, OrderChange(quantity: quantity), successor: newOrderID(at: now)),
        of: live)
      return true
    default: return false
    }
  }

  // MARK: The end

  /// A caller who cancels a leg gives it up; the parent remembers.
  mutating func waive(_ live: LiveOrder) {
    guard let link = live.order.terms.protects, link.leg != .flatten,
      let protection = protections[link.parent],
      !protection.parent.order.waivedLegs.contains(link.leg)
    else { return }
    applyAndRecord([.protectionWaived(link.leg)], to: protection.parent)
  }

  private mutating func noteUnprotected(_ protection: Protection, _ target: Quantity) {
    let isLive = protection.orders.contains { leg, id in
      guard let live = orders[id], !live.order.state.isSealed else { return false }
      // A take-profit that was triggered closes the position as a stop would.
      let isClosing = live.order.terms.type != .limit && live.watch == nil
      return leg == .stopLoss || (leg == .takeProfit && isClosing)
    }
    guard protection.wantedLegs.contains(.stopLoss), !target.isZero, !isLive else {
      protection.unprotectedSince = nil
      return
    }
    guard protection.unprotectedSince == nil else { return }
    protection.unprotectedSince = now
    actions.append(.notice(.unprotected(protection.parent.order.id, quantity: target)))
  }

  private mutating func endIfDone(_ protection: Protection, _ target: Quantity) {
    let parent = protection.parent
    let hasLiveLeg = protection.orders.values.contains {
      orders[$0].map { !$0.order.state.isSealed } ?? false
    }
    let excess = protection.closed - protection.opened - protection.flattened
    let isExcess = !flattenable(excess, of: protection).isZero
    let isWaived = protection.wantedLegs.isEmpty
    guard parent.order.state.isSealed, !parent.isMissingFills, !hasLiveLeg,
      target.isZero || isWaived, !isExcess || isWaived
    else {
      protection.doneSince = nil
      return
    }
    if !parent.order.filledQuantity.isZero {
      guard let since = protection.doneSince else {
        protection.doneSince = now
        return lookAgain(at: protection, inMilliseconds: Engine.lateFillMilliseconds)
      }
      guard now.milliseconds(since: since) >= Engine.lateFillMilliseconds else { return }
    }
    parent.protection = nil
    protections[parent.order.id] = nil
    parent.instrument.protections.removeAll { $0 === protection }
    guard !parent.order.filledQuantity.isZero else { return leaveMemoryIfFinished(parent) }
    applyAndRecord([.protectionEnded], to: parent)
  }

  /// Parents whose fills need a stop and have none, and since when the oldest is without.
  public var unprotectedOrders: [(id: OrderID, since: Timestamp)] {
    protections.values.compactMap { protection in
      protection.unprotectedSince.map { (protection.parent.order.id, $0) }
    }.sorted { $0.id < $1.id }
  }
}
