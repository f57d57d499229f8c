// New orders: instrument rules, idempotency, risk, budget, breaker, then the intent goes to the
// journal. Up to the intent nothing is kept of a refused request.

extension Engine {
  mutating func submit(_ terms: OrderTerms, id: OrderID, request: RequestID) {
    // First of all: what was answered once is answered alike, whatever has changed since.
    guard !isRepetition(of: terms, id: id, request: request) else { return }
    admit(terms, id: id, request: request)
  }

  /// Whether the request's keys were used before; if so, it is answered or looked up here.
  private mutating func isRepetition(
    of terms: OrderTerms, id: OrderID, request: RequestID
  ) -> Bool {
    for key in terms.uniqueKeys {
      // The keys of live orders are among the used ones.
      guard usedKeys.contains(key.fingerprint) else { continue }
      if let known = keys[key], let live = orders[known] {
        answerRepetition(live.order, live: live, terms, request: request)
      } else {
        actions.append(.lookUp(.key(key, terms, id: id, request: request)))
      }
      return true
    }
    return false
  }

  /// The store's answer to the look-up of a key.
  mutating func keyLookedUp(
    _ key: IdempotencyKey, _ terms: OrderTerms, id: OrderID, request: RequestID, found: Order?
  ) {
    if let found {
      let live = orders[found.id]
      return answerRepetition(live?.order ?? found, live: live, terms, request: request)
    }
    // While the store was asked, another request may have used the key: memory has the last word.
    for key in terms.uniqueKeys {
      if let known = keys[key], let live = orders[known] {
        return answerRepetition(live.order, live: live, terms, request: request)
      }
    }
    let rest = terms.uniqueKeys.drop { $0 != key }.dropFirst()
    if let next = rest.first(where: { usedKeys.contains($0.fingerprint) }) {
      return actions.append(.lookUp(.key(next, terms, id: id, request: request)))
    }
    admit(terms, id: id, request: request)
  }

  private mutating func answerRepetition(
    _ order: Order, live: LiveOrder?, _ terms: OrderTerms, request: RequestID
  ) {
    guard order.requestedTerms.isRepeated(by: terms) else {
      let denial = Denial(
        code: "IDEMPOTENCY_CONFLICT",
        sentence: "The same idempotency key or client_order_id was used for order \(order.id) with "
          + "another body. Use a new key for a new order.")
      return actions.append(
        .reply(request, .refused(Refusal(kind: .conflict(order), denial: denial))))
    }
    if let live, isOutcomeOpen(live) {
      live.waiters.append(newWaiter(request, .submit(isFirst: false), for: order.id))
      return
    }
    actions.append(.reply(request, submitReply(for: order, isFirst: false)))
  }

  private mutating func admit(_ terms: OrderTerms, id: OrderID, request: RequestID) {
    if terms.hasInstructions, !terms.route.isEmpty {
      return admitRouted(terms, id: id, request: request)
    }
    guard let state = instruments[terms.positionKey], let instrument = state.instrument,
      let account = state.account
    else { return refuseForInstrument(terms, request: request) }
    let terms = terms.quoteQuantity == nil ? terms : resolved(terms, of: state)
    var measured: [MeasuredLimit] = []
    for gate in AdmissionGate.all {
      guard
        let refusal = refusal(
          at: gate, of: terms, instrument, state, account, noting: &measured)
      else { continue }
      guard gate != .limits else {
        return deny(
          terms, of: state, id: id, refusal.denial,
          waiters: [newWaiter(request, .submit(isFirst: true), for: id)], measured)
      }
      return refuse(request, refusal.kind, refusal.denial)
    }
    if terms.purpose == .trade {
      guard passesBudget(request) else { return }
      // What waits here is no question to the venue yet.
      if waitsHere(terms, account) {
        return hold(
          terms, of: state, id: id, waiters: [newWaiter(request, .submit(isFirst: true), for: id)],
          measured)
      }
      guard passesBreaker(request, account: account) else { return }
    }
    begin(
      terms, of: state, id: id, waiters: [newWaiter(request, .submit(isFirst: true), for: id)],
      measured)
  }

  private mutating func refuseForInstrument(_ terms: OrderTerms, request: RequestID) {
    let refusal = unknownInstrument(of: terms)
    refuse(request, refusal.kind, refusal.denial)
  }

  /// Why there is no such instrument, or nobody knows yet.
  func unknownInstrument(of terms: OrderTerms) -> Refusal {
    guard let account = accounts[terms.account] else {
      return Refusal(
        kind: .invalid,
        denial: Denial(
          code: "UNKNOWN_PLUGIN",
          sentence: "There is no plugin named \(terms.account). GET /api/v1/plugins lists those "
            + "there are."))
    }
    guard account.isConnected else { return Engine.gateRefusal(of: terms.account) }
    return Refusal(
      kind: .invalid,
      denial: Denial(
        code: "UNKNOWN_SYMBOL",
        sentence: "\(terms.account) has no instrument \(terms.symbol). Check the symbol."))
  }

  mutating func passesBudget(_ request: RequestID) -> Bool {
    guard let wait = submitBudget?.take(at: now) else { return true }
    refuse(
      request, .tooMany(retryAfterMilliseconds: wait), code: "RATE_LIMITED",
      "More new orders than MAX_ORDERS_PER_SECOND allows; nothing was recorded or sent. "
        + "Send it again in \(wait) ms, or raise the limit.")
    return false
  }

  private mutating func passesBreaker(_ request: RequestID, account: AccountState) -> Bool {
    let before = account.breaker.state
    let wait = account.breaker.admit(at: now)
    noticeBreaker(account, before: before)
    guard let wait else { return true }
    refuse(
      request, .unavailable(retryAfterMilliseconds: wait), code: "CIRCUIT_OPEN",
      "\(account.name) did not answer several orders in a row, so new ones wait; nothing was "
        + "recorded or sent. Send it again in \(wait) ms.")
    return false
  }

  /// Records the intent. The order leaves once the journal has it.
  mutating func begin(
    _ terms: OrderTerms, of instrument: InstrumentState, id: OrderID, waiters: [Waiter],
    _ measured: [MeasuredLimit] = []
  ) {
    var order = OrderFacts(id: id, terms: terms, at: now)
    _ = order.apply(.submitting, at: now)
    guard let live = enter(Order(consume order), of: instrument) else { return }
    live.waiters = waiters
    live.holdsProbe = terms.purpose == .trade && terms.replaces == nil
    let entry = record(
      [.received(terms), .submitting], of: live, beginsOrder: true, measured: measured)
    afterRecord.append(AfterRecord(entry: entry, step: .send, live: live))
  }

  mutating func deny(
    _ terms: OrderTerms, of instrument: InstrumentState, id: OrderID, _ denial: Denial,
    waiters: [Waiter], _ measured: [MeasuredLimit] = []
  ) {
    actions.append(.notice(.denied(code: denial.code)))
    var order = OrderFacts(id: id, terms: terms, at: now)
    _ = order.apply(.denied(denial), at: now)
    guard let live = enter(Order(consume order), of: instrument) else { return }
    live.waiters = waiters
    let entry = record(
      [.received(terms), .denied(denial)], of: live, beginsOrder: true, measured: measured)
    afterRecord.append(AfterRecord(entry: entry, step: .settleDown, live: live))
  }

  /// Takes an order into memory; nil if its account is not configured.
  mutating func enter(_ order: Order, of instrument: InstrumentState) -> LiveOrder? {
    guard let account = instrument.account else { return nil }
    let live = LiveOrder(order, instrument: instrument, account: account)
    orders[order.id] = live
    // Also above ids that were given by a clock which has been set back since.
    ids.pass(order.amendment?.successor ?? order.id)
    for key in order.terms.uniqueKeys {
      keys[key] = order.id
      usedKeys.insert(key.fingerprint)
    }
    noteProtection(of: live)
    noteSlice(live)
    guard !order.state.isSealed else { return live }
    if let group = order.terms.group { groups[group, default: []].insert(order.id) }
    watchExpiry(live)
    account.openOrders += 1
    instrument.exposure.change(side: order.terms.side, from: .zero, to: order.exposedLeaves)
    return live
  }

  /// Closes a position with a market order of its size, less what other closes are still doing.
  mutating func close(
    _ key: PositionKey, _ wanted: CloseTerms, id: OrderID, request: RequestID
  ) {
    guard let state = instruments[key], let position = state.position, !position.quantity.isZero
    else {
      return refuse(
        request, .notFound, code: "NO_POSITION",
        "There is no open position in \(key.symbol) on \(key.account), so nothing is to be closed.")
    }
    let side: Side = position.quantity.isNegative ? .buy : .sell
    let closing = orders.values.reduce(Quantity.zero) { sum, live in
      let terms = live.order.terms
      let counts =
        terms.purpose == .close && terms.symbol == key.symbol
        && terms.account == key.account && terms.side == side
      return counts ? sum + live.order.liveLeaves : sum
    }
    // What one order may not do is left for the next: half a close is better than none.
    let largest = state.instrument?.maxQuantity ?? position.quantity.magnitude
    let wish = wanted.quantity?.amount ?? largest
    let open = min(position.quantity.magnitude - closing.amount, largest, wish)
    let step = state.instrument?.lotStep ?? open
    guard open.isPositive, let quantity = Quantity(open.truncated(toMultipleOf: step)),
      !quantity.isZero
    else {
      let sentence =
        closing.isZero
        ? "The position in \(key.symbol) is smaller than the lot step, so it cannot be closed."
        : "The position in \(key.symbol) is being closed already. Ask for it again in a moment."
      return refuse(
        request, .invalid, code: closing.isZero ? "DUST" : "ALREADY_CLOSING", sentence)
    }
    let terms = OrderTerms(
      account: key.account, symbol: key.symbol, side: side, type: .market, quantity: quantity,
      idempotencyKey: wanted.idempotencyKey, purpose: .close, labels: wanted.labels)
    submit(terms, id: id, request: request)
  }
}
