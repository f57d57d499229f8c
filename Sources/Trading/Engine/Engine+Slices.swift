// The slices of an order as orders: what they look like, and what they have to pass when they are
// due.

extension Engine {
  /// Begins a slice where it is best placed; false if it has to wait.
  mutating func place(
    _ due: Quantity, number: Int, of run: AlgorithmRun, minimum: Quantity?
  ) -> Bool {
    guard isJournalAvailable else { return false }
    guard !run.route.isEmpty else {
      return place(due, number: number, of: run, in: run.parent.instrument, minimum: minimum)
    }
    let terms = run.parent.order.terms
    for instrument in routes(of: terms, between: run.route, failures: run.failuresOfAccount) {
      let least = instrument.instrument?.minimum(of: terms, instrument.marketPrice)
      if place(due, number: number, of: run, in: instrument, minimum: least) { return true }
    }
    return giveUpRoute(of: run, due)
  }

  private mutating func place(
    _ due: Quantity, number: Int, of run: AlgorithmRun, in instrument: InstrumentState,
    minimum: Quantity?
  ) -> Bool {
    guard let account = instrument.account, account.isGateOpen, let rules = instrument.instrument
    else { return false }
    let order = run.parent.order
    var quantity = due.truncated(toMultipleOf: rules.lotStep)
    if order.terms.isReduceOnly {
      // What slices that are alive may take is not there any more.
      let reducible = reducibleQuantity(order.terms.side, instrument) - run.leaves
      quantity = min(quantity, lots(reducible, of: instrument))
      guard !quantity.isZero, minimum.map({ quantity >= $0 }) ?? true else {
        guard run.leaves.isZero else { return false }
        run.givenUp = "The position that the order was to reduce is closed."
        wake(run)
        return true
      }
    }
    let terms = order.sliceTerms(quantity, number: number, on: account.name)
    // What of the exposure there is the parent's own.
    let own = instrument === run.parent.instrument ? run.exposed : .zero
    var measured: [MeasuredLimit] = []
    guard tradingStateDenial(of: terms, in: instrument, ownLeaves: own) == nil,
      rules.firstBrokenRule(by: terms, marketPrice: instrument.marketPrice) == nil,
      configuration.limits.firstDenial(
        of: terms, in: context(of: run, in: instrument, account, own), noting: &measured) == nil,
      submitBudget?.take(at: now) == nil
    else { return false }
    let before = account.breaker.state
    let wait = account.breaker.admit(at: now)
    noticeBreaker(account, before: before)
    guard wait == nil else { return false }
    begin(terms, of: instrument, id: newOrderID(at: now), waiters: [], measured)
    return true
  }

  /// What a slice is measured against: everything but its own parent.
  private func context(
    of run: AlgorithmRun, in instrument: InstrumentState, _ account: AccountState, _ own: Quantity
  ) -> RiskContext {
    var exposure = instrument.exposure
    exposure.change(side: run.parent.order.terms.side, from: own, to: .zero)
    return RiskContext(
      marketPrice: instrument.marketPrice,
      positionQuantity: instrument.position?.quantity ?? .zero, exposure: exposure,
      openOrders: account.openOrders - (account === run.parent.account ? 1 : 0))
  }
}

extension Order {
  /// The terms of a slice.
  fileprivate func sliceTerms(
    _ quantity: Quantity, number: Int, on account: AccountID
  ) -> OrderTerms {
    var instructions = OrderInstructions()
    instructions.sliceOf = SliceLink(parent: id, number: number)
    instructions.isReduceOnly = terms.isReduceOnly
    return OrderTerms(
      account: account, symbol: terms.symbol, side: terms.side, type: terms.type,
      quantity: quantity, timeInForce: terms.timeInForce, isPostOnly: terms.isPostOnly,
      limitPrice: terms.limitPrice, referencePrice: terms.referencePrice,
      instructions: instructions,
      labels: OrderLabels(
        strategyID: terms.labels.strategyID, signalID: nil, category: terms.labels.category,
        confidence: nil))
  }
}

extension Instrument {
  /// The least that the venue takes of an order with these terms, in whole lots.
  func minimum(of terms: OrderTerms, _ marketPrice: Price?) -> Quantity {
    var least = minQuantity
    if let price = terms.ownPrice ?? marketPrice ?? terms.referencePrice, !terms.isReduceOnly {
      least = max(
        least, Decimal.quotient(minNotional, over: price.amount, scale: Position.priceScale))
    }
    let lower = least.truncated(toMultipleOf: lotStep)
    return Quantity(lower < least ? lower + lotStep : lower) ?? .zero
  }
}
