// Orders that wait: for a price, while the gateway watches their triggers, or for their last hour.
// A trigger fires once, by a fresh quote, and its intent goes to the journal like any other.

extension Engine {
  // MARK: Holding

  /// Whether the gateway has to watch the order's trigger.
  func isEmulated(_ terms: OrderTerms, _ account: AccountState) -> Bool {
    terms.type.isConditional
      && !venueTakes(terms, account, instruments[terms.positionKey]?.instrument)
  }

  /// Whether the venue takes orders of this type and trigger for this instrument.
  func venueTakes(
    _ terms: OrderTerms, _ account: AccountState, _ instrument: Instrument?
  ) -> Bool {
    account.rules.orderTypes.contains(terms.type) && instrument?.takes(terms) != false
  }

  /// Whether an order stays with the gateway: until its trigger is reached, or as the parent of
  /// slices.
  func waitsHere(_ terms: OrderTerms, _ account: AccountState) -> Bool {
    isEmulated(terms, account) || algorithm(of: terms, account) != nil
  }

  static let heldSentence =
    "The gateway watches the trigger of this order, because its venue does not. While the service "
    + "is stopped or has no fresh prices, nothing is triggered."

  /// Records an order that waits here for its trigger, or that is worked in slices.
  mutating func hold(
    _ terms: OrderTerms, of instrument: InstrumentState, id: OrderID, waiters: [Waiter],
    _ measured: [MeasuredLimit] = []
  ) {
    guard let account = instrument.account else { return }
    let reason = heldReason(of: terms, account)
    var order = OrderFacts(id: id, terms: terms, at: now)
    _ = order.apply(.held(reason: reason), at: now)
    guard let live = enter(Order(consume order), of: instrument) else { return }
    beginRun(of: live)
    watch(live)
    // A trailing stop follows from where the market is now.
    if let price = freshPrice(of: instrument) { _ = live.watch?.isElected(by: price) }
    live.waiters = waiters
    let entry = record(
      [.received(terms), .held(reason: reason)], of: live, beginsOrder: true, measured: measured)
    afterRecord.append(AfterRecord(entry: entry, step: .settleDown, live: live))
  }

  /// Begins to watch the trigger of an order that is held.
  func watch(_ live: LiveOrder) {
    let terms = live.order.terms
    guard live.order.phase == .held, let trigger = terms.trigger else { return }
    live.watch = TriggerWatch(
      side: terms.side, type: terms.type, trigger: trigger, best: live.order.trailedPrice)
    live.instrument.watched.append(live)
  }

  func stopWatching(_ live: LiveOrder) {
    guard live.watch != nil else { return }
    live.watch = nil
    live.instrument.watched.removeAll { $0 === live }
  }

  // MARK: Prices

  mutating func priced(_ key: PositionKey, _ price: Price, quotedAt: Timestamp?) {
    let state = instrument(of: key)
    state.marketPrice = price
    state.quotedAt = quotedAt ?? now
    guard !state.watched.isEmpty, isJournalAvailable, freshPrice(of: state) != nil else { return }
    for live in state.watched { look(at: price, for: live) }
  }

  /// The market's price, unless it is too old to act by.
  func freshPrice(of state: InstrumentState) -> Price? {
    guard let quotedAt = state.quotedAt,
      now.milliseconds(since: quotedAt) <= configuration.maxQuoteAgeMilliseconds
    else { return nil }
    return state.marketPrice
  }

  private mutating func look(at price: Price, for live: LiveOrder) {
    guard live.isDurable, var watch = live.watch, live.account.isConnected else { return }
    let isElected = watch.isElected(by: price)
    live.watch = watch
    guard isElected else { return noteBestPrice(of: live, watch) }
    // While trading is halted the order goes on waiting; the next price after it fires.
    let denial = tradingStateDenial(
      of: live.order.terms, in: live.instrument, ownLeaves: live.order.exposedLeaves)
    if denial == nil, mayFire(live) { fire(live) }
  }

  /// The part of a trailing stop's offset by which a restart may set it back: each step is an entry
  /// in the journal.
  private static let trailedStepShare = 10

  private mutating func noteBestPrice(of live: LiveOrder, _ watch: TriggerWatch) {
    guard case .trailing(let offset, _) = watch.trigger, let best = watch.best else { return }
    if let noted = live.order.trailedPrice {
      let moved = (best.amount - noted.amount).magnitude
      let step = offset.distance(from: best)
      guard moved * Decimal(Engine.trailedStepShare) >= step else { return }
    }
    applyAndRecord([.trailed(best)], to: live)
  }

  /// The trigger is reached: the order becomes what it was to become, and leaves once that is
  /// durable.
  mutating func fire(_ live: LiveOrder) {
    stopWatching(live)
    var events: [OrderEvent] = [.triggered, .submitting]
    if live.order.terms.isReduceOnly {
      let reducible = reducibleQuantity(live.order.terms.side, live.instrument)
      guard !reducible.isZero else {
        return cancelUnsent(live, reason: "The position that the order was to reduce is closed.")
      }
      if reducible < live.order.terms.quantity {
        let clip = Amendment(
          of: live.order.terms, OrderChange(quantity: reducible), successor: live.order.id)
        events = [.replaceRequested(clip), .amended] + events
      }
    }
    applyAndRecord(events, to: live)
    afterRecord.append(AfterRecord(entry: live.lastEntry, step: .send, live: live))
  }

  // MARK: Reduce-only

  /// What of a position orders of one side could take.
  func reducibleQuantity(_ side: Side, _ instrument: InstrumentState) -> Quantity {
    let position = instrument.position?.quantity ?? .zero
    guard position.isNegative == (side == .buy) else { return .zero }
    return Quantity(position.magnitude) ?? .zero
  }

  /// Why a reduce-only order may not be sent now; nil if it may.
  func reduceOnlyDenial(of terms: OrderTerms, in instrument: InstrumentState) -> Denial? {
    let position = instrument.position?.quantity ?? .zero
    let reducible = reducibleQuantity(terms.side, instrument)
    if reducible.isZero {
      return Denial(
        code: "REDUCE_ONLY_NO_POSITION",
        sentence: "There is no position in \(terms.symbol) that a \(terms.side.rawValue) would "
          + "make smaller, so a reduce-only order has nothing to do.",
        value: "\(position)", limit: nil)
    }
    guard terms.quantity > reducible else { return nil }
    return Denial(
      code: "REDUCE_ONLY_TOO_LARGE",
      sentence: "The position in \(terms.symbol) is \(position), so a reduce-only "
        + "\(terms.side.rawValue) can be for at most \(reducible).",
      value: "\(terms.quantity)", limit: "\(reducible)")
  }

  // MARK: Good till date

  /// Takes down when an order is over, if the gateway has to end it.
  mutating func watchExpiry(_ live: LiveOrder) {
    guard let expiresAt = live.order.terms.expiresAt else { return }
    let isKeptByVenue =
      live.account.rules.timesInForce.contains(.goodTillDate) && live.order.phase != .held
    // What the venue keeps is looked after a moment later, in case that it does not.
    let at =
      isKeptByVenue ? expiresAt.adding(milliseconds: Engine.expiryGraceMilliseconds) : expiresAt
    expiries.add(Deadline(at: at, id: live.order.id))
  }

  /// How long a venue that keeps expiry times itself is given before it is asked to cancel.
  static let expiryGraceMilliseconds: Int64 = 5_000

  mutating func endExpiredOrders() {
    while let id = expiries.takeDue(at: now) {
      guard let live = orders[id], !live.order.state.isSealed else { continue }
      if live.order.phase == .held {
        stopWatching(live)
        applyAndRecord([.expired(reason: Engine.expiredSentence)], to: live)
      } else if live.isDurable {
        requestCancel(of: live)
      }
    }
  }

  static let expiredSentence = "Its time was over."
}
