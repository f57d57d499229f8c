// Orders of an account at Binance: placed, cancelled and asked for.

internal import Network
public import Trading
internal import Wire

extension BinancePlugin {
  /// What would be sent for an order, without time and signature.
  public func request(for order: Order) -> VenueRequest {
    let request = venue.place(order, at: connection.venueNow)
    return VenueRequest(method: request.method.rawValue, target: request.target, body: "")
  }

  /// Sends an order, once.
  public func submit(_ order: Order) async -> SubmitOutcome {
    watch(order.terms.symbol)
    if !isAlgo(order) { countdown?.note(order.terms.symbol) }
    let urgency: BinanceUrgency = order.terms.purpose == .trade ? .order : .brake
    let result = await connection.send(venue.place(order, at: connection.venueNow), urgency)
    let outcome = venue.submitOutcome(of: order, result, isAlgo: isAlgo(order))
    return venue == .spot ? outcome : await withTrades(outcome, of: order)
  }

  /// Adds its trades to an order of Futures that traded at once: no answer there has them. Where
  /// they are not known yet, the engine asks later.
  private func withTrades(_ outcome: SubmitOutcome, of order: Order) async -> SubmitOutcome {
    guard case .accepted(var report, let position) = outcome, !report.filledQuantity.isZero,
      let venueOrderID = report.venueOrderID,
      let fills = try? await trades(of: venueOrderID, order.terms.symbol)
    else { return outcome }
    report.fills = fills
    return .accepted(report, position: position)
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
    let request = BinanceAlgoOrders.child(.delete, child)
    return venue.cancelOutcome(of: order, await connection.send(request, .brake), isChild: true)
  }

  /// Never asked for: the rules say that orders are cancelled and placed anew.
  public func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "\(name) changes no orders.")
  }

  /// Asks for an order, and for its trades if it has any.
  public func query(_ order: Order) async -> QueryOutcome {
    guard isAlgo(order) else {
      return await found(await connection.send(venue.query(order), .brake)) { answer in
        BinanceOrderAnswer(answer).flatMap { $0.report.orderID == order.id ? $0 : nil }
      }
    }
    let result = await connection.send(BinanceAlgoOrders.query(order), .brake)
    guard case .answer(let value) = result else { return venue.queryFailure(result) }
    guard let answer = BinanceAlgoAnswer(value), answer.report.orderID == order.id else {
      return .unavailable(reason: BinanceResult.unreadable)
    }
    guard let child = answer.child else { return .found(answer.report) }
    return await query(child, of: order.id)
  }

  /// Asks for what a conditional order has become, and knows it by its id from now on.
  func query(_ child: BinanceChild, of id: OrderID) async -> QueryOutcome {
    // Until now it was somebody's.
    if algoChildren.updateValue(id, forKey: child.venueOrderID) == nil { listExternalOrders() }
    let result = await connection.send(BinanceAlgoOrders.child(.get, child), .brake)
    let outcome = await found(result) { BinanceOrderAnswer($0, childOf: id) }
    // It is there for certain, whether or not it is visible yet.
    return outcome == .notFound ? .unavailable(reason: "Its order is not visible yet.") : outcome
  }

  /// What an answer to a question for an order says, with all of the order's trades.
  private func found(
    _ result: BinanceResult, read: (JSONValue) -> BinanceOrderAnswer?
  ) async -> QueryOutcome {
    guard case .answer(let value) = result else { return venue.queryFailure(result) }
    guard var answer = read(value), let venueOrderID = answer.report.venueOrderID else {
      return .unavailable(reason: BinanceResult.unreadable)
    }
    guard !answer.report.filledQuantity.isZero else { return .found(answer.report) }
    do throws(PluginError) {
      answer.report.fills = try await trades(of: venueOrderID, answer.symbol)
      return .found(answer.report)
    } catch {
      return .unavailable(reason: error.description)
    }
  }

  /// All trades of an order.
  private func trades(
    of venueOrderID: VenueOrderID, _ symbol: Symbol
  ) async throws(PluginError) -> [Fill] {
    var fills: [Fill] = []
    var next: Int?
    while true {
      let result = await connection.send(venue.trades(of: venueOrderID, symbol, from: next), .brake)
      guard case .answer(let list) = result, list.kind == .array,
        let page = [Fill](binanceTrades: list)
      else { throw PluginError("The order's trades are unknown: \(result.reason)") }
      fills += page
      guard page.count >= BinanceVenue.tradesMax, let last = list.elements.last?["id"]?.integer
      else { return fills }
      next = last + 1
    }
  }

  /// Whether the venue keeps an order with the conditional ones.
  private func isAlgo(_ order: Order) -> Bool {
    venue == .futures && order.executedType.isConditional
  }

  /// Reads an order of ours, or one that a conditional order of ours has become; nil for others.
  private func own(_ order: JSONValue) -> BinanceOrderAnswer? {
    let parent = order["orderId"]?.integer.flatMap { algoChildren[VenueOrderID("", Int64($0))] }
    return parent.map { BinanceOrderAnswer(order, childOf: $0) } ?? BinanceOrderAnswer(order)
  }

  /// The symbols with open orders of ours, without conditional ones; nil if nobody says.
  func openSymbols() async -> Set<Symbol>? {
    let result = await connection.send(venue.openOrders, .routine)
    guard case .answer(let answer) = result, answer.kind == .array else { return nil }
    return Set(answer.elements.compactMap { own($0)?.symbol })
  }

  /// The open orders that were sent from here.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    let answer = try await ask(venue.openOrders, .brake, doing: "list open orders")
    guard answer.kind == .array else { throw unreadable("the open orders") }
    var reports: [OrderReport] = []
    var external: [ExternalOrder] = []
    for order in answer.elements {
      if let own = own(order) {
        watch(own.symbol)
        reports.append(own.report)
      } else if let other = ExternalOrder(binance: order) {
        external.append(other)
      }
    }
    tell(.externalOrders(external))
    guard venue == .futures else { return reports }
    let waiting = try await ask(
      BinanceAlgoOrders.openOrders, .brake, doing: "list conditional orders")
    guard waiting.kind == .array else { throw unreadable("the conditional orders") }
    return reports + waiting.elements.compactMap { BinanceAlgoAnswer($0)?.report }
  }
}
