// Orders without an account of their own: the parent is routed to the account where it costs least,
// by fresh prices and with fees. Accounts that are down, halted or of which nobody knows the price
// are not chosen; what comes back is routed again, and never while something of it may still trade.

extension Engine {
  // MARK: Admission

  /// Takes in an order that is routed, if any of its accounts would take it whole.
  mutating func admitRouted(_ terms: OrderTerms, id: OrderID, request: RequestID) {
    var measured: [MeasuredLimit] = []
    if let (refusal, gate) = routeRefusal(of: terms, noting: &measured) {
      guard gate == .limits else { return refuse(request, refusal.kind, refusal.denial) }
      return deny(
        terms, of: routedInstrument(of: terms), id: id, refusal.denial,
        waiters: [newWaiter(request, .submit(isFirst: true), for: id)], measured)
    }
    guard passesBudget(request) else { return }
    hold(
      terms, of: routedInstrument(of: terms), id: id,
      waiters: [newWaiter(request, .submit(isFirst: true), for: id)], measured)
  }

  /// Where a routed parent lives: an account that is no venue's, so that nothing of it is counted
  /// twice.
  mutating func routedInstrument(of terms: OrderTerms) -> InstrumentState {
    if accounts[terms.account] == nil {
      accounts[terms.account] = AccountState(
        terms.account, breaker: CircuitBreaker(configuration.breaker))
    }
    return instrument(of: terms.positionKey)
  }

  /// Why none of its accounts would take an order, by the first of them; nil if one would.
  private func routeRefusal(
    of terms: OrderTerms, noting measured: inout [MeasuredLimit]
  ) -> (Refusal, AdmissionGate)? {
    if let broken = brokenRoute(terms) {
      return (Refusal(kind: .invalid, denial: broken), .rules)
    }
    for account in terms.route where accounts[account] == nil {
      return (unknownInstrument(of: terms.routed(to: account)), .rules)
    }
    var first: (Refusal, AdmissionGate)?
    for account in terms.route {
      var here: [MeasuredLimit] = []
      guard let refusal = refusal(of: terms.routed(to: account), noting: &here) else {
        measured = here
        return nil
      }
      if first == nil { (first, measured) = (refusal, here) }
    }
    return first
  }

  private func refusal(
    of terms: OrderTerms, noting measured: inout [MeasuredLimit]
  ) -> (Refusal, AdmissionGate)? {
    guard let state = instruments[terms.positionKey], let instrument = state.instrument,
      let account = state.account
    else { return (unknownInstrument(of: terms), .rules) }
    for gate in AdmissionGate.all {
      if let refusal = refusal(at: gate, of: terms, instrument, state, account, noting: &measured) {
        return (refusal, gate)
      }
    }
    return nil
  }

  private func brokenRoute(_ terms: OrderTerms) -> Denial? {
    let range = Algorithm.routeRange
    let count = Set(terms.route).count
    guard range.contains(count), count == terms.route.count else {
      return Denial(
        code: "ALGORITHM_ROUTE",
        sentence: "exchanges must name from \(range.lowerBound) to \(range.upperBound) different "
          + "accounts, but names \(count).", value: "\(count)",
        limit: "\(count < range.lowerBound ? range.lowerBound : range.upperBound)")
    }
    return brokenCombination(with: .routed(accounts: terms.route), of: terms)
  }

  /// What would become of a routed order now: the checks are those of the account that would be
  /// chosen first, or of the first that was named where none can be.
  mutating func previewRouted(
    _ terms: OrderTerms, id: OrderID, at now: Timestamp
  ) -> Result<OrderPreview, Refusal> {
    if let broken = brokenRoute(terms) {
      return .failure(Refusal(kind: .invalid, denial: broken))
    }
    let account = routes(of: terms, between: terms.route).first?.key.account ?? terms.route[0]
    return preview(terms.routed(to: account), id: id, at: now).map { preview in
      var routed = preview
      var facts = OrderFacts(id: id, terms: terms, at: now)
      _ = facts.apply(.held(reason: Engine.routedSentence), at: now)
      routed.order = Order(facts)
      routed.isHeld = true
      routed.plan =
        preview.denial == nil
        ? [PlannedSlice(at: now, quantity: terms.quantity, account: account)] : []
      return routed
    }
  }

  // MARK: The choice

  /// The instruments that a slice may go to now, the best one first: accounts that have refused it
  /// come after those that have not, and of equal ones the first that was named.
  func routes(
    of terms: OrderTerms, between route: [AccountID], failures: [AccountID: Int] = [:]
  ) -> [InstrumentState] {
    let costs = route.enumerated().compactMap { place, name -> Route? in
      let key = PositionKey(account: name, symbol: terms.symbol)
      guard let state = instruments[key], let account = state.account, account.isGateOpen,
        !account.breaker.isOpen(at: now), let price = freshPrice(of: state)
      else { return nil }
      return Route(
        instrument: state, failures: failures[name] ?? 0,
        cost: account.rules.cost(of: terms.side, at: price), place: place)
    }
    return costs.sorted().map(\.instrument)
  }

  private struct Route: Comparable {
    let instrument: InstrumentState
    let failures: Int
    let cost: Decimal
    let place: Int

    static func < (a: Route, b: Route) -> Bool {
      (a.failures, a.cost, a.place) < (b.failures, b.cost, b.place)
    }

    static func == (a: Route, b: Route) -> Bool { a.place == b.place }
  }

  /// Ends an order of which less is left than any of its accounts takes; false if it has to wait.
  mutating func giveUpRoute(of run: AlgorithmRun, _ rest: Quantity) -> Bool {
    let terms = run.parent.order.terms
    let isTooSmall = run.route.allSatisfy {
      let state = instruments[PositionKey(account: $0, symbol: terms.symbol)]
      guard let state, let rules = state.instrument else { return false }
      return rest.truncated(toMultipleOf: rules.lotStep)
        < rules.minimum(of: terms, state.marketPrice)
    }
    guard isTooSmall else { return false }
    run.givenUp = "What is left is less than any of its accounts takes."
    wake(run)
    return true
  }
}

extension VenueRules {
  /// What a unit costs with the fee, for comparing: the less the better, also for what is sold.
  func cost(of side: Side, at price: Price) -> Decimal {
    let fee = Decimal.quotient(
      price.amount, times: takerFeeBasisPoints, over: Decimal(10_000), scale: Position.priceScale)
    return side == .buy ? price.amount + fee : fee - price.amount
  }
}
