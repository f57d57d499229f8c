// The legs of a protection as orders: what they look like, when they may be placed and sent, and
// what keeps both of them from closing the same position.

extension Engine {
  // MARK: Placing

  mutating func place(
    _ leg: ProtectiveLink.Leg, of protection: Protection, _ quantity: Quantity
  ) -> Bool {
    let (parent, instrument) = (protection.parent, protection.parent.instrument)
    guard parent.account.isConnected, isJournalAvailable, parent.isDurable,
      let rules = instrument.instrument,
      let terms = legTerms(leg, of: protection, quantity),
      tradingStateDenial(of: terms, in: instrument, ownLeaves: .zero) == nil,
      rules.firstBrokenRule(by: terms, marketPrice: instrument.marketPrice) == nil
    else { return false }
    let id = newOrderID(at: now)
    if terms.type.isConditional,
      isEmulated(terms, parent.account)
        || (leg == .takeProfit && !parent.account.rules.hasReduceOnly)
    {
      hold(terms, of: instrument, id: id, waiters: [])
    } else {
      begin(terms, of: instrument, id: id, waiters: [])
    }
    return true
  }

  /// A leg as an order. Where a venue does not keep the two from closing twice, the gateway watches
  /// the take-profit, so that one leg at most is at the venue. A stop that the market has passed
  /// already is a MARKET order.
  private func legTerms(
    _ leg: ProtectiveLink.Leg, of protection: Protection, _ quantity: Quantity
  ) -> OrderTerms? {
    let terms = protection.terms
    guard let tick = protection.parent.instrument.instrument?.tickSize,
      let price = (leg == .stopLoss ? terms.stopLoss : terms.takeProfit)?
        .rounded(to: tick, up: (leg == .stopLoss) == (terms.side == .buy))
    else { return nil }
    var instructions = OrderInstructions()
    instructions.isReduceOnly = true
    instructions.protects = ProtectiveLink(parent: protection.parent.order.id, leg: leg)
    var type: OrderType
    if leg == .stopLoss {
      type = .stop
    } else {
      type = protection.parent.account.rules.hasReduceOnly ? .limit : .takeProfit
    }
    if type != .limit {
      var watch = TriggerWatch(side: protection.exitSide, type: type, trigger: .price(price))
      let market = freshPrice(of: protection.parent.instrument)
      if leg == .stopLoss, let market, watch.isElected(by: market) {
        type = .market
      } else {
        instructions.trigger = .price(price)
      }
    }
    return OrderTerms(
      account: terms.account, symbol: terms.symbol, side: protection.exitSide, type: type,
      quantity: quantity, limitPrice: type == .limit ? price : nil, purpose: .protect,
      instructions: instructions,
      labels: OrderLabels(
        strategyID: terms.labels.strategyID, signalID: nil, category: terms.labels.category,
        confidence: nil))
  }

  // MARK: One closes, the other ends

  /// Whether a leg whose trigger was reached may go now. Where the venue would let both legs close
  /// the position, the other one has to be gone first.
  mutating func mayFire(_ live: LiveOrder) -> Bool {
    guard let link = live.order.terms.protects, !live.account.rules.hasReduceOnly else {
      return true
    }
    // Of a leg alone nobody can say whether the other one is there.
    guard let protection = protections[link.parent] else { return false }
    let other: ProtectiveLink.Leg = link.leg == .stopLoss ? .takeProfit : .stopLoss
    guard let sibling = protection.orders[other].flatMap({ orders[$0] }),
      !sibling.order.state.isSealed
    else { return true }
    protection.elected = link.leg
    if !sibling.order.pending.contains(.cancel) { requestCancel(of: sibling) }
    return sibling.order.state.isSealed
  }

  /// Sends the leg that was elected once the other one is gone; true if it has to be tried again
  /// later.
  mutating func fireElected(_ protection: Protection) -> Bool {
    guard let leg = protection.elected else { return false }
    guard let live = protection.orders[leg].flatMap({ orders[$0] }), !live.order.state.isSealed
    else {
      protection.elected = nil
      return false
    }
    guard live.watch != nil, mayFire(live) else { return false }
    guard live.isDurable, isJournalAvailable else { return true }
    fire(live)
    return false
  }

  /// Gives back what the two legs have closed too much, as far as it stands on the other side now.
  /// What it took from other orders' positions in the instrument is told and left: buying it back
  /// would open something that nobody asked for.
  mutating func flattenExcess(of protection: Protection) {
    let excess = protection.closed - protection.opened - protection.flattened
    if excess > protection.reportedExcess {
      protection.reportedExcess = excess
      actions.append(.notice(.overClosed(protection.parent.order.id, quantity: excess)))
    }
    let known = protection.orders[.flatten].flatMap { orders[$0] }
    guard known?.order.state.isSealed ?? true, mayPlace(.flatten, of: protection) else { return }
    let instrument = protection.parent.instrument
    let quantity = flattenable(excess, of: protection)
    guard !quantity.isZero, protection.parent.account.isConnected, isJournalAvailable else {
      return
    }
    var instructions = OrderInstructions()
    instructions.isReduceOnly = true
    instructions.protects = ProtectiveLink(parent: protection.parent.order.id, leg: .flatten)
    let terms = OrderTerms(
      account: protection.terms.account, symbol: protection.terms.symbol,
      side: protection.terms.side, type: .market, quantity: quantity, purpose: .protect,
      instructions: instructions)
    guard tradingStateDenial(of: terms, in: instrument, ownLeaves: .zero) == nil else { return }
    begin(terms, of: instrument, id: newOrderID(at: now), waiters: [])
  }

  func flattenable(_ excess: Quantity, of protection: Protection) -> Quantity {
    let instrument = protection.parent.instrument
    return lots(
      min(excess, reducibleQuantity(protection.terms.side, instrument)), of: instrument)
  }
}

extension Price {
  /// The nearest multiple of a tick in one direction.
  func rounded(to tick: Decimal, up: Bool) -> Price? {
    let lower = amount.truncated(toMultipleOf: tick)
    return Price(lower == amount || !up ? lower : lower + tick)
  }
}
