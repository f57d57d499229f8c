// From an alert to an order. Whatever an alert says about a position is decided at the moment of
// its first copy and kept in the order's terms; a second copy is answered with them. The rule to
// keep: between looking for an earlier copy and handing over the order, nothing waits.

internal import Network
internal import Plugins
internal import Storage
internal import Trading
internal import Wire

@LoopActor final class AlertDesk {
  /// What alerts are held to.
  struct Rules {
    var minConfidence: Decimal
    var riskPercent: Decimal
    var ageMilliseconds: Int64
    var futureMilliseconds: Int64
    var windowSeconds: Int
  }

  private let gateway: Gateway
  private let rules: Rules
  private let plan: WebhookPlan
  private let sequence: AlertSequence
  private let balances = AccountBalances()
  private let metrics: WebhookMetrics

  init(_ rules: Rules, _ plan: WebhookPlan, gateway: Gateway, metrics: WebhookMetrics) {
    self.rules = rules
    self.plan = plan
    self.gateway = gateway
    self.metrics = metrics
    sequence = AlertSequence(gateway: gateway)
  }

  /// Trades an alert and has the work answered, now or later.
  func trade(_ alert: Alert, _ admission: WebhookAdmission, _ work: WebhookWork) {
    Task.immediate(executorPreference: EventLoop.shared) { @LoopActor in
      do throws(APIError) {
        try await take(alert, admission, work)
      } catch {
        work.answer(.refused(error))
      }
    }
  }

  private func take(
    _ alert: Alert, _ admission: WebhookAdmission, _ work: WebhookWork
  ) async throws(APIError) {
    let target = try AlertTarget(alert, admission.source, plan, gateway)
    if gateway.instrument(target.position) != nil { work.symbol = target.position.symbol }
    metrics.understood(admission.source.name, work.symbol, alert.action)
    let keys = AlertKeys(
      source: admission.source.name, alert, body: work.call.request.body,
      signedAt: admission.signedAt, now: Gateway.now, windowSeconds: rules.windowSeconds)
    work.watch(keys)
    if let original = try await original(keys) {
      return answer(original, alert, target, work)
    }
    if let ignored = gate(alert) { return work.answer(ignored) }
    let lane = AlertSequence.Lane(strategy: alert.strategy, position: target.position)
    if alert.sentAt != nil { try await sequence.prepare(lane) }
    work.isAskingVenue = needsBalance(alert, target)
    let balance = work.isAskingVenue ? try await balance(of: target) : nil
    work.isAskingVenue = false
    // While something was asked for, another copy may have become an order, or the answer have been
    // given up. A key that was never used is not asked for, so nothing comes in between.
    if let original = try await gateway.order(under: keys.own) {
      return answer(original, alert, target, work)
    }
    guard !work.isAnswered else { return }
    if let sentAt = alert.sentAt, let newer = sequence.take(sentAt, in: lane) {
      return work.answer(
        .ignored(code: "OUT_OF_ORDER", reason: "out of order: one of \(newer.text) came before"))
    }
    try begin(alert, target, key: keys.own, balance: balance, work)
  }

  // MARK: Copies

  /// The order that an earlier copy of the alert made.
  private func original(_ keys: AlertKeys) async throws(APIError) -> Order? {
    if let order = try await gateway.order(under: keys.own) { return order }
    guard let previous = keys.previous, let order = try await gateway.order(under: previous),
      order.createdAt > keys.previousSince
    else { return nil }
    return order
  }

  /// Answers a copy with the order of the first one. What the first one decided is taken from that
  /// order; all else has to be the same, or the engine finds a conflict.
  private func answer(
    _ original: Order, _ alert: Alert, _ target: AlertTarget, _ work: WebhookWork
  ) {
    let first = original.requestedTerms
    let quantity: Quantity
    let side: Side
    var purpose = OrderPurpose.trade
    switch alert.action {
    case .buy, .sell: (side, quantity) = (alert.side, alert.quantity ?? first.quantity)
    case .close, .reach(.zero): (side, quantity, purpose) = (first.side, first.quantity, .close)
    case .reach: (side, quantity, purpose) = (first.side, first.quantity, first.purpose)
    case .reverse, .heartbeat: (side, quantity) = (first.side, first.quantity)
    }
    let terms = target.terms(
      alert, side, quantity, key: first.idempotencyKey, purpose: purpose)
    work.isCopy = true
    gateway.submit(terms, by: work.caller) { reply in
      work.answer(WebhookAnswer(reply, isRepeated: true))
    }
  }

  // MARK: Gates

  private func gate(_ alert: Alert) -> WebhookAnswer? {
    let confidence = alert.confidence ?? Alert.usualConfidence
    // What makes a position smaller is never a question of how sure somebody is.
    if confidence < rules.minConfidence, !alert.action.isBrake {
      return .ignored(code: "LOW_CONFIDENCE", reason: "confidence below threshold")
    }
    guard let sentAt = alert.sentAt else { return nil }
    let now = Timestamp(microseconds: EventLoop.shared.wallClockMicroseconds)
    let age = now.milliseconds(since: sentAt)
    if age > rules.ageMilliseconds {
      return .ignored(code: "STALE_SIGNAL", reason: "stale signal")
    }
    if -age > rules.futureMilliseconds {
      return .ignored(code: "FUTURE_SIGNAL", reason: "signal from the future")
    }
    return nil
  }

  // MARK: The first copy

  private func begin(
    _ alert: Alert, _ target: AlertTarget, key: IdempotencyKey, balance: Decimal?,
    _ work: WebhookWork
  ) throws(APIError) {
    switch alert.action {
    case .buy, .sell:
      var quantity = alert.quantity
      if quantity == nil { quantity = try size(alert, target, balance: balance ?? .zero) }
      guard let quantity else { return }
      submit(alert, target, alert.side, quantity, key, work)
    case .close: try close(alert, target, upTo: alert.quantity, key, work)
    case .reverse:
      let ahead = gateway.positionAhead(target.position)
      guard !ahead.isZero, let size = Quantity(ahead.magnitude) else {
        return work.answer(
          .ignored(code: "NO_POSITION", reason: "no position that could be reversed"))
      }
      submit(
        alert, target, ahead.isNegative ? .buy : .sell, size + (alert.quantity ?? size), key, work)
    case .reach(let size): try reach(size, alert, target, key, work)
    case .heartbeat: work.answer(.heartbeat)
    }
  }

  private func reach(
    _ size: Decimal, _ alert: Alert, _ target: AlertTarget, _ key: IdempotencyKey,
    _ work: WebhookWork
  ) throws(APIError) {
    if size.isZero { return try close(alert, target, upTo: nil, key, work) }
    let ahead = gateway.positionAhead(target.position)
    let step = try target.instrument(gateway).lotStep
    let difference = (size - ahead).truncated(toMultipleOf: step)
    guard !difference.isZero, let quantity = Quantity(difference.magnitude) else {
      return work.answer(
        .ignored(code: "POSITION_REACHED", reason: "the position is \(ahead) already"))
    }
    // What only makes it smaller is a brake.
    let isSmaller = size.isNegative == ahead.isNegative && size.magnitude < ahead.magnitude
    if isSmaller, gateway.position(target.position)?.quantity == ahead {
      return try close(alert, target, upTo: quantity, key, work)
    }
    submit(alert, target, difference.isNegative ? .sell : .buy, quantity, key, work)
  }

  private func submit(
    _ alert: Alert, _ target: AlertTarget, _ side: Side, _ quantity: Quantity,
    _ key: IdempotencyKey, _ work: WebhookWork
  ) {
    let terms = target.terms(alert, side, quantity, key: key)
    gateway.submit(terms, by: work.caller) { reply in
      if case .refused(let refusal) = reply, refusal.denial.code == "CIRCUIT_OPEN" {
        self.gateway.metrics.venues.breakerRefused(terms.account)
      }
      work.answer(WebhookAnswer(reply))
    }
  }

  private func close(
    _ alert: Alert, _ target: AlertTarget, upTo quantity: Quantity?, _ key: IdempotencyKey,
    _ work: WebhookWork
  ) throws(APIError) {
    let position = gateway.position(target.position)?.quantity ?? .zero
    // An entry on its way would open a position right after the close had found none.
    if position.isZero, !gateway.positionAhead(target.position).isZero {
      var error = APIError(
        status: 503, code: "ENTRY_UNDER_WAY",
        "There is no position yet, but an order that opens one is at the venue. Send it again.")
      error.headers = [("Retry-After", "1")]
      throw error
    }
    gateway.close(
      target.position,
      CloseTerms(quantity: quantity, idempotencyKey: key, labels: target.labels(alert)),
      by: work.caller
    ) { reply in work.answer(WebhookAnswer(reply)) }
  }

  // MARK: Size

  private func needsBalance(_ alert: Alert, _ target: AlertTarget) -> Bool {
    guard alert.quantity == nil, alert.action == .buy || alert.action == .sell else { return false }
    switch target.strategy?.size {
    case .quantity, .notional: return false
    case .equityPercent, .riskPercent, nil: return true
    }
  }

  private func balance(of target: AlertTarget) async throws(APIError) -> Decimal {
    let instrument = try target.instrument(gateway)
    guard let plugin = gateway.registry.instance(target.position.account) else { return .zero }
    return try await balances.total(of: instrument.quoteAsset, at: plugin)
  }

  private func size(
    _ alert: Alert, _ target: AlertTarget, balance: Decimal
  ) throws(APIError) -> Quantity {
    let instrument = try target.instrument(gateway)
    let market = gateway.marketPrice(of: target.position)
    let own = alert.type.hasLimitPrice ? alert.price : alert.instructions.trigger?.fixedPrice
    guard let price = own ?? market ?? alert.price else {
      throw APIError(
        status: 422, code: "NO_PRICE",
        "There is no price yet to work out the size with. Send a quantity, or a price.")
    }
    let sizing = AlertSizing(
      size: target.strategy?.size, balance: balance, riskPercent: rules.riskPercent, price: price,
      stopLoss: alert.instructions.stopLoss,
      notionalMax: gateway.room(for: alert.side, in: target.position, at: market ?? price),
      lotStep: instrument.lotStep, minQuantity: instrument.minQuantity)
    let quantity = try sizing.quantity()
    if let notional = quantity.amount.multiplied(by: price.amount) {
      metrics.sized(sizing.method, worth: notional, of: balance)
    }
    return quantity
  }
}

extension Alert {
  /// The side of an order that it names itself.
  fileprivate var side: Side { action == .sell ? .sell : .buy }
}

extension Gateway {
  /// How much a new order may be worth under the owner's limits; nil without any.
  fileprivate func room(for side: Side, in key: PositionKey, at price: Price) -> Decimal? {
    let held = position(key)?.quantity ?? .zero
    let sameWay = (side == .buy ? held : -held) + exposure(of: key).leaves(on: side).amount
    let inPosition = limits.maxPositionNotional.map { most in
      sameWay.multiplied(by: price.amount).map { most - $0 } ?? .zero
    }
    guard let inOrder = limits.maxOrderNotional else { return inPosition }
    return inPosition.map { min($0, inOrder) } ?? inOrder
  }
}
