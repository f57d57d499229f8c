// What an order that is to be worked in slices has to fulfil: everything that would keep its slices
// from being sent later is refused now, with what would do.

extension Engine {
  /// How the gateway would work an order on an account; nil if it would be sent whole.
  func algorithm(of terms: OrderTerms, _ account: AccountState) -> Algorithm? {
    if let time = terms.timeWeighting { return .timeWeighted(time) }
    if !terms.route.isEmpty { return .routed(accounts: terms.route) }
    guard let quantity = terms.displayQuantity, !account.rules.hasDisplayQuantity else {
      return nil
    }
    return .iceberg(displayQuantity: quantity)
  }

  static let routedSentence =
    "The gateway sends this order to the account with the best price. While the service is "
    + "stopped, none is chosen."

  /// Why an order that waits here does.
  func heldReason(of terms: OrderTerms, _ account: AccountState) -> String {
    switch algorithm(of: terms, account) {
    case nil: Engine.heldSentence
    case .timeWeighted:
      "The gateway sends this order in slices over time. While the service is stopped, none is "
        + "sent."
    case .routed: Engine.routedSentence
    case .iceberg:
      "The gateway sends this order in slices of its display_quantity, because its venue has no "
        + "iceberg orders. While the service is stopped, none is sent."
    }
  }

  /// Why an order cannot be worked as it asks; nil if it can.
  func brokenAlgorithm(
    _ algorithm: Algorithm, of terms: OrderTerms, _ state: InstrumentState
  ) -> Denial? {
    if let broken = brokenCombination(with: algorithm, of: terms) { return broken }
    guard let instrument = state.instrument else { return nil }
    let minimum = instrument.minimum(of: terms, state.marketPrice)
    switch algorithm {
    case .timeWeighted(let time):
      return brokenTime(time)
        ?? brokenSlices(time.slices, of: terms, instrument, minimum: minimum)
    case .routed: return nil
    case .iceberg(let displayQuantity):
      return brokenDisplay(displayQuantity, of: terms, instrument, minimum: minimum)
    }
  }

  /// What the parent has and its slices could not keep.
  func brokenCombination(with algorithm: Algorithm, of terms: OrderTerms) -> Denial? {
    let isIceberg = if case .iceberg = algorithm { true } else { false }
    let isRouted = !terms.route.isEmpty
    let culprits: [(String, Bool)] = [
      ("order_type \(terms.type.rawValue)", terms.type.isConditional),
      ("stop_loss", terms.stopLoss != nil), ("take_profit", terms.takeProfit != nil),
      ("oco_group", terms.group != nil),
      ("display_quantity", !isIceberg && terms.displayQuantity != nil),
      ("another algorithm", isRouted && terms.timeWeighting != nil),
      ("reduce_only", isRouted && terms.isReduceOnly),
      ("quote_quantity", isRouted && terms.quoteQuantity != nil),
      (
        "time_in_force \(terms.timeInForce.rawValue)",
        terms.type == .limit && terms.timeInForce != .goodTillCanceled
          || terms.type == .market && terms.timeInForce != .immediateOrCancel
      ),
    ]
    guard let culprit = culprits.first(where: \.1)?.0 else { return nil }
    return Denial(
      code: "ALGORITHM_COMBINATION",
      sentence: "An order that the gateway sends in slices (\(algorithm.name)) cannot have "
        + "\(culprit). Leave it out, or send the order whole.",
      value: culprit, limit: nil)
  }

  private func brokenTime(_ time: TimeWeighting) -> Denial? {
    let (duration, slices) = (time.durationMilliseconds, time.slices)
    let durations = TimeWeighting.durationMillisecondsRange
    guard durations.contains(duration) else {
      let (least, most) = (durations.lowerBound / 1_000, durations.upperBound / 1_000)
      let seconds = Decimal(units: Int128(duration), scale: 3)
      return Denial(
        code: "ALGORITHM_DURATION",
        sentence: "duration_seconds must be from \(least) to \(most), but is \(seconds).",
        value: "\(seconds)", limit: "\(duration < durations.lowerBound ? least : most)")
    }
    let range = Algorithm.slicesRange
    guard range.contains(slices) else {
      let bound = slices < range.lowerBound ? range.lowerBound : range.upperBound
      return Denial(
        code: "ALGORITHM_SLICES",
        sentence: "slices must be from \(range.lowerBound) to \(range.upperBound), but is "
          + "\(slices).", value: "\(slices)", limit: "\(bound)")
    }
    let interval = duration / Int64(slices)
    guard interval < TimeWeighting.intervalMillisecondsMin else { return nil }
    return Denial(
      code: "ALGORITHM_INTERVAL",
      sentence: "\(slices) slices in \(duration) ms are \(interval) ms apart, less than the "
        + "\(TimeWeighting.intervalMillisecondsMin) ms that a venue needs to end one before the "
        + "next. Send fewer slices or a longer duration.",
      value: "\(interval)", limit: "\(TimeWeighting.intervalMillisecondsMin)")
  }

  /// The smallest slice of a time-weighted order, held to what the venue takes.
  private func brokenSlices(
    _ count: Int, of terms: OrderTerms, _ instrument: Instrument, minimum: Quantity
  ) -> Denial? {
    let share = Decimal.quotient(
      terms.quantity.amount, over: Decimal(count), scale: Position.priceScale)
    let least = (Quantity(share) ?? .zero).truncated(toMultipleOf: instrument.lotStep)
    guard least < minimum else { return nil }
    let most = Decimal.quotient(terms.quantity.amount, over: minimum.amount, scale: 0)
    let remedy =
      terms.quantity < minimum + minimum
      ? "Send the order whole."
      : "Send fewer slices (about \(most)) or a larger quantity."
    return Denial(
      code: "SLICE_TOO_SMALL",
      sentence: "\(count) slices of \(terms.quantity) are \(least) each, less than the \(minimum) "
        + "that \(terms.account) takes of \(terms.symbol) at least. \(remedy)",
      value: "\(least)", limit: "\(minimum)")
  }

  private func brokenDisplay(
    _ displayQuantity: Quantity, of terms: OrderTerms, _ instrument: Instrument, minimum: Quantity
  ) -> Denial? {
    guard displayQuantity.amount.isMultiple(of: instrument.lotStep) else {
      return Denial(
        code: "LOT_STEP",
        sentence: "display_quantity must be a multiple of \(instrument.lotStep), but is "
          + "\(displayQuantity).", value: "\(displayQuantity)", limit: "\(instrument.lotStep)")
    }
    guard displayQuantity >= minimum else {
      return Denial(
        code: "SLICE_TOO_SMALL",
        sentence: "display_quantity is \(displayQuantity), less than the \(minimum) that "
          + "\(terms.account) takes of \(terms.symbol) at least. Send a larger one.",
        value: "\(displayQuantity)", limit: "\(minimum)")
    }
    let most = Algorithm.slicesRange.upperBound
    let slices = Decimal.quotient(
      terms.quantity.amount, over: displayQuantity.amount, scale: Position.priceScale)
    guard slices > Decimal(most) else { return nil }
    return Denial(
      code: "ALGORITHM_SLICES",
      sentence: "display_quantity \(displayQuantity) makes \(slices.rounded(toScale: 1)) slices of "
        + "\(terms.quantity), more than \(most). Send a larger one.",
      value: "\(slices.rounded(toScale: 1))", limit: "\(most)")
  }
}
