// Orders of an account at Binance: placed, cancelled and asked for.

internal import Network
public import Trading
internal import Wire

extension BinancePlugin {
  /// What would be sent for an order, without time and signature.
  public func request(for order: Order) -> VenueRequest {
    let request = venue.place(order, at: connection.now)
    return VenueRequest(method: request.method.rawValue, target: request.target, body: "")
  }

  /// Sends an order, once.
  public func submit(_ order: Order) async -> SubmitOutcome {
    watch(order.terms.symbol)
    let urgency: BinanceUrgency = order.terms.purpose == .trade ? .order : .brake
    let result = await connection.send(venue.place(order, at: connection.now), urgency)
    return venue.submitOutcome(of: order, result, isAlgo: isAlgo(order))
  }

  /// Asks for a cancel.
  public func cancel(_ order: Order) async -> CancelOutcome {
    guard isAlgo(order) else {
      let result = await connection.send(venue.cancel(order), .brake)
      return venue.cancelOutcome(of: order, result)
    }
    let result = await connection.send(BinanceAlgoOrders.cancel(order), .brake)
    let outcome = venue.algoCancelOutcome(of: order, result)
    if case .canceled = outcome { return outcome }
    // It may have been triggered: then what it has become is to be cancelled.
    guard case .answer(let value) = await connection.send(BinanceAlgoOrders.query(order), .brake),
      let child = BinanceAlgoAnswer(value)?.child
    else { return outcome }
    let request = BinanceAlgoOrders.child(.delete, child, of: order.terms.symbol)
    return venue.cancelOutcome(of: order, await connection.send(request, .brake), isChild: true)
  }

  /// Never asked for: the rules say that orders are cancelled and placed anew.
  public func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "\(name) changes no orders.")
  }

  /// Asks for an order, and for its trades if it has any.
  public func query(_ order: Order) async -> QueryOutcome {
    guard isAlgo(order) else { return await query(order, by: venue.query(order), isChild: false) }
    let result = await connection.send(BinanceAlgoOrders.query(order), .brake)
    guard case .answer(let value) = result else { return venue.queryFailure(result) }
    guard let answer = BinanceAlgoAnswer(value), answer.report.orderID == order.id else {
      return .unavailable(reason: BinanceResult.unreadable)
    }
    guard let child = answer.child else { return .found(answer.report) }
    let request = BinanceAlgoOrders.child(.get, child, of: order.terms.symbol)
    let found = await query(order, by: request, isChild: true)
    // The order that it has become is there for certain, whether or not it is visible yet.
    return found == .notFound ? .unavailable(reason: "Its order is not visible yet.") : found
  }

  private func query(
    _ order: Order, by request: BinanceRequest, isChild: Bool
  ) async -> QueryOutcome {
    let result = await connection.send(request, .brake)
    guard case .answer(let value) = result else { return venue.queryFailure(result) }
    guard
      var answer = isChild
        ? BinanceOrderAnswer(value, as: order.id) : BinanceOrderAnswer(value),
      answer.report.orderID == order.id
    else { return .unavailable(reason: BinanceResult.unreadable) }
    guard !answer.report.filledQuantity.isZero else { return .found(answer.report) }
    if let failure = await addTrades(to: &answer) { return .unavailable(reason: failure) }
    return .found(answer.report)
  }

  /// Adds all trades of an order; why they are not known, if they are not.
  private func addTrades(to answer: inout BinanceOrderAnswer) async -> String? {
    guard let venueOrderID = answer.report.venueOrderID else { return BinanceResult.unreadable }
    var next: Int?
    while true {
      let result = await connection.send(
        venue.trades(of: venueOrderID, answer.symbol, from: next), .brake)
      guard case .answer(let list) = result, list.kind == .array, answer.addFills(list) else {
        return "The order's trades are unknown: \(result.reason)"
      }
      let count = list.elements.count
      guard count >= BinanceVenue.tradesMax, let last = list.elements.last?["id"]?.integer else {
        return nil
      }
      next = last + 1
    }
  }

  /// Whether the venue keeps an order with the conditional ones.
  private func isAlgo(_ order: Order) -> Bool {
    venue == .futures && order.executedType.isConditional
  }

  /// The open orders that were sent from here.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    let answer = try await ask(venue.openOrders, .routine, doing: "list open orders")
    guard answer.kind == .array else { throw unreadable("the open orders") }
    var reports: [OrderReport] = []
    var external: [ExternalOrder] = []
    for order in answer.elements {
      if let own = BinanceOrderAnswer(order) {
        watch(own.symbol)
        reports.append(own.report)
      } else if let other = ExternalOrder(binance: order) {
        external.append(other)
      }
    }
    tell(.externalOrders(external))
    guard venue == .futures else { return reports }
    let waiting = try await ask(
      BinanceAlgoOrders.openOrders, .routine, doing: "list conditional orders")
    guard waiting.kind == .array else { throw unreadable("the conditional orders") }
    return reports + waiting.elements.compactMap { BinanceAlgoAnswer($0)?.report }
  }
}
