// What stands between a request and its order, and a look at all of it without an order. Both go
// through the same gates: what a preview says is what a submission would meet now.

/// What a new order has to pass before it is recorded, in this order.
enum AdmissionGate: String, CaseIterable {
  case rules = "RULES"
  case store = "STORE_UNAVAILABLE"
  case tradingState = "TRADING_STATE"
  case limits = "LIMITS"
  case venue = "VENUE_GATE_CLOSED"

  /// Made once: `allCases` makes a list at every use.
  static let all = allCases
}

/// What would become of an order, and why.
public struct OrderPreview: Sendable {
  /// The order as it would be recorded.
  public var order: Order
  /// Whether the gateway would watch its trigger.
  public var isHeld: Bool
  /// The slices that it would be sent in; empty if it would be sent whole, or refused.
  public var plan: [PlannedSlice]
  /// What it was held to, in order.
  public var checks: [Check]
  /// Why it would be refused; nil if it would not.
  public var denial: Denial? { checks.lazy.compactMap(\.denial).first }

  /// One thing that an order is held to.
  public struct Check: Sendable {
    /// The code that it is refused with, or the name of the gate.
    public var name: String
    /// The measured value, if it is one.
    public var value: Decimal?
    /// The limit; nil if there is none, or it is switched off.
    public var limit: Decimal?
    /// Why it fails; nil if it passes.
    public var denial: Denial?
    /// How much is left until the limit.
    public var headroom: Decimal? {
      guard let value, let limit else { return nil }
      return limit - value
    }
  }
}

extension Engine {
  /// Why an order may not pass a gate now; nil if it may. Notes what its limits were measured to.
  func refusal(
    at gate: AdmissionGate, of terms: OrderTerms, _ instrument: Instrument,
    _ state: InstrumentState, _ account: AccountState, noting measured: inout [MeasuredLimit]
  ) -> Refusal? {
    switch gate {
    case .rules:
      return brokenRule(terms, instrument, state, account).map {
        Refusal(kind: .invalid, denial: $0)
      }
    case .store: return isJournalAvailable ? nil : Engine.storeRefusal
    case .tradingState:
      return tradingStateDenial(of: terms, in: state, ownLeaves: .zero).map {
        Refusal(kind: .invalid, denial: $0)
      }
    case .limits:
      guard terms.purpose == .trade else { return nil }
      return configuration.limits.firstDenial(
        of: terms, in: context(of: state, account), noting: &measured
      ).map { Refusal(kind: .invalid, denial: $0) }
    case .venue:
      let isOpen = terms.purpose == .trade ? account.isGateOpen : account.isConnected
      return isOpen ? nil : Engine.gateRefusal(of: account.name)
    }
  }

  private func context(of state: InstrumentState, _ account: AccountState) -> RiskContext {
    RiskContext(
      marketPrice: state.marketPrice, positionQuantity: state.position?.quantity ?? .zero,
      exposure: state.exposure, openOrders: account.openOrders)
  }

  /// The first rule of the instrument or the venue that an order breaks.
  private func brokenRule(
    _ terms: OrderTerms, _ instrument: Instrument, _ state: InstrumentState,
    _ account: AccountState
  ) -> Denial? {
    if let broken = instrument.firstBrokenRule(by: terms, marketPrice: state.marketPrice) {
      return broken
    }
    guard terms.purpose == .trade else { return nil }
    return brokenCapability(by: terms, account, instrument)
      ?? (terms.hasInstructions ? brokenInstruction(of: terms, state, account) : nil)
  }

  static let storeRefusal = Refusal(
    kind: .unavailable(retryAfterMilliseconds: storeRetryMilliseconds),
    denial: Denial(
      code: "STORE_UNAVAILABLE",
      sentence: "The store cannot take orders now; nothing was sent. Send it again in a moment."))

  static func gateRefusal(of account: AccountID) -> Refusal {
    Refusal(
      kind: .unavailable(retryAfterMilliseconds: gateRetryMilliseconds),
      denial: Denial(
        code: "VENUE_GATE_CLOSED",
        sentence: "\(account) is not connected or is still comparing its orders with the venue; "
          + "nothing was recorded or sent. Cancels pass. Send the order again in a moment."))
  }

  /// What would become of an order now. Nothing is recorded, sent or counted.
  public mutating func preview(
    _ requested: OrderTerms, id: OrderID, at now: Timestamp
  ) -> Result<OrderPreview, Refusal> {
    self.now = now
    if !requested.route.isEmpty { return previewRouted(requested, id: id, at: now) }
    guard let state = instruments[requested.positionKey], let instrument = state.instrument,
      let account = state.account
    else { return .failure(unknownInstrument(of: requested)) }
    let terms = requested.quoteQuantity == nil ? requested : resolved(requested, of: state)
    var checks: [OrderPreview.Check] = []
    var measured: [MeasuredLimit] = []
    for gate in AdmissionGate.all {
      if gate == .limits {
        let context = context(of: state, account)
        checks += RiskRule.allCases.map { rule in
          let measure = configuration.limits.measure(rule, of: terms, in: context)
          return OrderPreview.Check(
            name: rule.rawValue, value: measure.value, limit: measure.limit,
            denial: measure.isBroken
              ? configuration.limits.denial(rule, measure, of: terms, in: context) : nil)
        }
      } else {
        let refusal = refusal(
          at: gate, of: terms, instrument, state, account, noting: &measured)
        checks.append(OrderPreview.Check(name: gate.rawValue, denial: refusal?.denial))
      }
    }
    checks.append(previewOfBudget())
    var facts = OrderFacts(id: id, terms: terms, at: now)
    let isHeld = waitsHere(terms, account)
    let algorithm = self.algorithm(of: terms, account)
    _ = facts.apply(
      isHeld ? .held(reason: heldReason(of: terms, account)) : .submitting, at: now)
    let plan =
      checks.contains { $0.denial != nil }
      ? nil
      : algorithm?.plan(
        of: terms.quantity, from: now, lotStep: instrument.lotStep,
        minimum: instrument.minimum(of: terms, state.marketPrice))
    return .success(
      OrderPreview(order: Order(facts), isHeld: isHeld, plan: plan ?? [], checks: checks))
  }

  private mutating func previewOfBudget() -> OrderPreview.Check {
    guard let left = submitBudgetLeft(at: now), let rate = configuration.submitRate else {
      return OrderPreview.Check(name: "RATE_LIMITED")
    }
    let used = Decimal(rate.burst - left)
    let isSpent = left < 1
    return OrderPreview.Check(
      name: "RATE_LIMITED", value: used, limit: Decimal(rate.burst),
      denial: isSpent
        ? Denial(
          code: "RATE_LIMITED",
          sentence: "More new orders than MAX_ORDERS_PER_SECOND allows have just been sent.")
        : nil)
  }
}
