// Where an alert is traded: the strategy's entry comes first, then the instrument's, then what the
// alert says, then the default plugin.

internal import Network
internal import Plugins
internal import Trading

struct AlertTarget {
  let position: PositionKey
  let strategy: AlertStrategy?
  /// Whether neither the alert nor the owner has named the account.
  let isAccountChosen: Bool

  @LoopActor init(
    _ alert: Alert, _ source: WebhookSource, _ plan: WebhookPlan, _ gateway: Gateway
  ) throws(APIError) {
    strategy = try AlertTarget.strategy(of: alert, source, plan)
    let mapped = alert.ticker.flatMap { plan.instruments[$0.text] }
    guard let symbol = mapped?.symbol ?? alert.ticker?.symbol ?? strategy?.symbol else {
      throw BodyFields.missing("symbol")
    }
    if let only = strategy?.symbol, only != symbol {
      throw .invalid(
        "SYMBOL_MISMATCH", field: "symbol",
        "The strategy trades \(only) only, and the alert is about \(symbol). If both are the same, "
          + "say so under symbols in config/strategies.json5.")
    }
    let chosen = strategy?.account ?? mapped?.account
    isAccountChosen = chosen == nil && alert.account == nil
    let destination = Destination(
      named: chosen ?? alert.account, symbol: symbol, strategy: alert.strategy,
      isReduceOnly: alert.isAboutPosition)
    let name = destination.named ?? gateway.registry.preferred(for: symbol, of: alert.strategy)
    let venue = name.flatMap { gateway.registry.instance($0) }
    if alert.ticker?.isPerpetual == true, chosen == nil,
      venue?.capabilities.rules.statesHoldings == true
    {
      throw .invalid(
        "SYMBOL_NOT_MAPPED", field: "symbol",
        "\(symbol) is a perpetual future in the alert, and \(name?.text ?? "the account") trades "
          + "spot. Name an account for it in config/strategies.json5.")
    }
    let account = try gateway.account(of: alert, destination, preferring: name)
    position = PositionKey(account: account, symbol: symbol)
  }

  private static func strategy(
    of alert: Alert, _ source: WebhookSource, _ plan: WebhookPlan
  ) throws(APIError) -> AlertStrategy? {
    guard let name = alert.strategy, !plan.strategies.isEmpty else { return nil }
    guard let strategy = plan.strategies[name],
      (strategy.source ?? source.name) == source.name
    else {
      throw .invalid(
        "UNKNOWN_STRATEGY", field: "strategy",
        "config/strategies.json5 has no strategy \(BodyFields.shown(name.text)) for this source.")
    }
    return strategy
  }

  /// The instrument's rules, or why there are none.
  @LoopActor func instrument(_ gateway: Gateway) throws(APIError) -> Instrument {
    if let instrument = gateway.instrument(position) { return instrument }
    // A preview says why in the words of a submission.
    let probe = OrderTerms(
      account: position.account, symbol: position.symbol, side: .buy, type: .market,
      quantity: .zero)
    if case .failure(let refusal) = gateway.preview(probe) { throw APIError(refusal) }
    throw .internalFault
  }

  func labels(_ alert: Alert) -> OrderLabels {
    OrderLabels(
      strategyID: alert.strategy, signalID: alert.id, category: alert.category,
      confidence: alert.confidence, signaledAt: alert.sentAt)
  }

  /// The terms of an alert's order. A close is what the engine makes of one.
  func terms(
    _ alert: Alert, _ side: Side, _ quantity: Quantity, key: IdempotencyKey?,
    purpose: OrderPurpose = .trade
  ) -> OrderTerms {
    guard purpose == .trade else {
      return OrderTerms(
        account: position.account, isAccountChosen: isAccountChosen, symbol: position.symbol,
        side: side, type: .market, quantity: quantity, idempotencyKey: key, purpose: purpose,
        labels: labels(alert))
    }
    return OrderTerms(
      account: position.account, isAccountChosen: isAccountChosen, symbol: position.symbol,
      side: side, type: alert.type, quantity: quantity, timeInForce: alert.timeInForce,
      isPostOnly: alert.isPostOnly,
      limitPrice: alert.type.hasLimitPrice ? alert.price : nil,
      referencePrice: alert.type.hasLimitPrice ? nil : alert.price, idempotencyKey: key,
      instructions: alert.instructions, labels: labels(alert))
  }
}

extension Alert {
  /// Whether it is about a position that there is, which is on one account.
  fileprivate var isAboutPosition: Bool {
    switch action {
    case .buy, .sell, .heartbeat: false
    case .close, .reverse, .reach: true
    }
  }
}

extension Gateway {
  /// The account of an alert. What is about a position goes where the position is, also if orders
  /// have taken another way since.
  fileprivate func account(
    of alert: Alert, _ destination: Destination, preferring name: AccountID?
  ) throws(APIError) -> AccountID {
    guard alert.isAboutPosition, let name else { return try account(for: destination) }
    let preferred =
      alert.action.isBrake ? try account(closingOn: name) : try account(naming: name)
    let holders = positions.filter { key, position in
      key.symbol == destination.symbol && !position.quantity.isZero
        && registry.account(executing: key.account) == key.account
    }.map(\.key.account)
    guard destination.named == nil, !holders.isEmpty, !holders.contains(preferred) else {
      return preferred
    }
    guard holders.count == 1 else {
      throw .invalid(
        "AMBIGUOUS_POSITION", field: "exchange",
        "\(destination.symbol) is held on several accounts. Name one in exchange.")
    }
    return holders[0]
  }
}
