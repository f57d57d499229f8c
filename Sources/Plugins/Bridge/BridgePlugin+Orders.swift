// Orders, positions and balances of an account behind a terminal.

public import Trading
internal import Wire

extension BridgePlugin {
  /// The command that would be handed over.
  public func request(for order: Order) -> VenueRequest {
    var json = JSONWriter()
    json.beginObject()
    if let contract = contracts[order.terms.symbol], let sent = BridgeOrder(order, of: contract) {
      BridgeCommand.submit(sent).write(to: &json)
    }
    json.endObject()
    return VenueRequest(
      method: "submit", target: "the terminal of \(name)",
      body: String(decoding: json.bytes, as: UTF8.self))
  }

  /// Hands an order over, once.
  public func submit(_ order: Order) async -> SubmitOutcome {
    guard let contract = contracts[order.terms.symbol], let sent = BridgeOrder(order, of: contract)
    else {
      return .rejected(
        Rejection(
          code: "NO_LOTS",
          sentence: "\(order.terms.quantity) of \(order.terms.symbol) is no number of lots of the "
            + "terminal of \(name); nothing was sent."))
    }
    watch(order.terms.symbol)
    return await ask(.submit(sent)).submitOutcome(of: order, contracts)
  }

  /// Asks for a cancel.
  public func cancel(_ order: Order) async -> CancelOutcome {
    await ask(.cancel(BridgeOrderName(id: order.id))).cancelOutcome(of: order, contracts)
  }

  /// Never asked for: the rules say that orders are cancelled and placed anew.
  public func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "\(name) changes no orders.")
  }

  /// Asks for an order. A terminal that has none executes none of this id from then on, either.
  public func query(_ order: Order) async -> QueryOutcome {
    await ask(.query(BridgeOrderName(id: order.id))).queryOutcome(of: order, contracts)
  }

  /// The open orders that were sent from here. Those of others are told beside.
  public func openOrders() async throws(PluginError) -> [OrderReport] {
    let answer = try await answer(to: .openOrders, "its open orders")
    guard let orders = OrderReport.list(bridge: answer["orders"], of: contracts) else {
      throw unreadable("the open orders")
    }
    if let external = answer["external"] {
      tell(.externalOrders(ExternalOrder.list(bridge: external, of: contracts)))
    }
    return orders
  }

  /// The positions, long ones less short ones of an instrument.
  public func positions() async throws(PluginError) -> [PositionReport] {
    let answer = try await answer(to: .positions, "its positions")
    guard let positions = PositionReport.list(bridge: answer["positions"], of: contracts) else {
      throw unreadable("the positions")
    }
    return positions
  }

  /// The balances.
  public func balances() async throws(PluginError) -> [Balance] {
    let answer = try await answer(to: .balances, "its balances")
    guard let balances = Balance.list(bridge: answer["balances"]) else {
      throw unreadable("the balances")
    }
    return balances
  }
}
