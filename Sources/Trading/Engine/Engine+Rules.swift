// What a venue cannot do and what makes no sense in its market. Such orders are refused without a
// trace, with the measured value, the limit and the remedy.

extension Engine {
  /// The order with the quantity that its worth in the quote asset comes to at the market's price,
  /// rounded down to the lot step; nothing without a price, which the limits then refuse.
  func resolved(_ terms: OrderTerms, of state: InstrumentState) -> OrderTerms {
    guard let worth = terms.quoteQuantity, let instrument = state.instrument,
      let price = state.marketPrice ?? terms.referencePrice
    else { return terms }
    let exact = Decimal.quotient(worth, over: price.amount, scale: Decimal.scaleMax / 2)
    return terms.with(Quantity(exact.truncated(toMultipleOf: instrument.lotStep)) ?? .zero)
  }

  /// What the venue cannot do, unless the gateway does it.
  func brokenCapability(
    by terms: OrderTerms, _ account: AccountState, _ instrument: Instrument
  ) -> Denial? {
    let rules = account.rules
    if !venueTakes(terms, account, instrument) {
      let isEmulable =
        terms.type.isConditional && configuration.emulatesTriggers
        && rules.orderTypes.contains(terms.type.executed)
      if !isEmulable {
        return unsupported(
          "UNSUPPORTED_ORDER_TYPE", terms.type.rawValue, account,
          terms.type.isConditional && !configuration.emulatesTriggers
            ? " EMULATE_TRIGGERS=true would let the gateway watch its trigger." : "")
      }
    }
    if !rules.timesInForce.contains(terms.timeInForce), terms.timeInForce != .goodTillDate {
      return unsupported(
        "UNSUPPORTED_TIME_IN_FORCE", terms.timeInForce.rawValue, account, "")
    }
    if terms.isPostOnly, !rules.hasPostOnly {
      return unsupported("UNSUPPORTED_POST_ONLY", "post-only", account, "")
    }
    if terms.displayQuantity != nil, !rules.hasDisplayQuantity, !configuration.emulatesTriggers {
      return unsupported(
        "UNSUPPORTED_DISPLAY_QUANTITY", "iceberg", account,
        " EMULATE_TRIGGERS=true would let the gateway send it in slices.")
    }
    return nil
  }

  private func unsupported(
    _ code: String, _ word: String, _ account: AccountState, _ remedy: String
  ) -> Denial {
    Denial(
      code: code,
      sentence: "\(account.name) takes no \(word) orders. GET /api/v1/plugins lists what it takes."
        + remedy,
      value: word, limit: nil)
  }

  /// What makes no sense now.
  func brokenInstruction(
    of terms: OrderTerms, _ state: InstrumentState, _ account: AccountState
  ) -> Denial? {
    if let expiresAt = terms.expiresAt, expiresAt <= now {
      return Denial(
        code: "GTD_IN_PAST",
        sentence: "The order would be over at \(expiresAt.text), and it is \(now.text) already. "
          + "Send a later expire_at.",
        value: expiresAt.text, limit: now.text)
    }
    if let display = terms.displayQuantity, display > terms.quantity {
      return Denial(
        code: "DISPLAY_QUANTITY",
        sentence: "display_quantity is \(display), more than the quantity \(terms.quantity).",
        value: "\(display)", limit: "\(terms.quantity)")
    }
    if let algorithm = self.algorithm(of: terms, account),
      let denial = brokenAlgorithm(algorithm, of: terms, state)
    {
      return denial
    }
    if terms.isReduceOnly, let denial = reduceOnlyDenial(of: terms, in: state) { return denial }
    if terms.asksForProtection, let denial = brokenBracket(of: terms, state) { return denial }
    return terms.trigger.flatMap { brokenTrigger($0, of: terms, state) }
  }

  /// A trigger that the market has reached already would trade at once, which is not what a stop is
  /// for.
  private func brokenTrigger(
    _ trigger: Trigger, of terms: OrderTerms, _ state: InstrumentState
  ) -> Denial? {
    guard let market = state.marketPrice else { return nil }
    if case .trailing(.amount(let amount), _) = trigger, terms.side == .sell,
      amount >= market.amount
    {
      return Denial(
        code: "TRAIL_TOO_WIDE",
        sentence: "trail_amount is \(amount), as much as \(terms.symbol) costs (\(market)), so the "
          + "stop could never be reached. Send a smaller one.",
        value: "\(amount)", limit: "\(market)")
    }
    guard case .price(let price) = trigger else { return nil }
    var watch = TriggerWatch(side: terms.side, type: terms.type, trigger: trigger)
    guard watch.isElected(by: market) else { return nil }
    let direction = watch.isElectedByRise ? "above" : "below"
    return Denial(
      code: "STOP_WRONG_SIDE",
      sentence: "The stop price of a \(terms.type.rawValue) \(terms.side.rawValue) must be "
        + "\(direction) the market's \(market), but is \(price): it would be triggered at once.",
      value: "\(price)", limit: "\(market)")
  }

  /// A stop that loses nothing, or a profit that is none, is on the wrong side of the entry.
  private func brokenBracket(of terms: OrderTerms, _ state: InstrumentState) -> Denial? {
    if terms.isReduceOnly {
      return Denial(
        code: "BRACKET_OF_EXIT",
        sentence: "A reduce-only order opens nothing that stop_loss or take_profit could protect.")
    }
    guard let entry = terms.ownPrice ?? state.marketPrice ?? terms.referencePrice else {
      return nil
    }
    let isBuy = terms.side == .buy
    for (name, price, isBelow) in [
      ("stop_loss", terms.stopLoss, isBuy), ("take_profit", terms.takeProfit, !isBuy),
    ] {
      guard let price, price == entry || (price < entry) != isBelow else { continue }
      return Denial(
        code: "BRACKET_CROSSED",
        sentence: "\(name) of a \(terms.side.rawValue) must be \(isBelow ? "below" : "above") its "
          + "entry at \(entry), but is \(price).",
        value: "\(price)", limit: "\(entry)")
    }
    return nil
  }
}
