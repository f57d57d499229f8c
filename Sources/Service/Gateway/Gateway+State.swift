// What the engine knows at the moment, for whoever answers a question or draws a picture of it.

internal import Trading

extension Gateway {
  func liveOrder(_ reference: OrderReference) -> Order? { engine.order(reference) }
  var liveOrders: [Order] { engine.liveOrders }
  var positions: [PositionKey: Position] { engine.positions }
  func marketPrice(of key: PositionKey) -> Price? { engine.marketPrice(of: key) }
  func instrument(_ key: PositionKey) -> Instrument? { engine.instrument(key) }
  var unprotectedOrders: [OrderID] { engine.unprotectedOrders.map(\.id) }
  var tradingStates: [TradingStateChange] { engine.tradingStateChanges }
  func breakerState(of account: AccountID) -> CircuitBreaker.State? {
    engine.breakerState(of: account)
  }
  func isGateOpen(_ account: AccountID) -> Bool { engine.isGateOpen(account) }
  func hasUnsettledOrders(_ account: AccountID) -> Bool { engine.hasUnsettledOrders(account) }
}
