// What the engine knows at the moment, for whoever answers a question or draws a picture of it.

internal import Storage
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

extension Gateway {
  /// The order that was made under a key, live or past; nil if there is none.
  func order(under key: IdempotencyKey) async throws(APIError) -> Order? {
    guard engine.mayHaveUsed(key) else { return nil }
    if let live = engine.order(under: key) { return live }
    switch await read({ reader throws(StoreError) in try reader.order(key) }) {
    case .success(let order): return order
    case .failure(let error): throw APIError(error)
    }
  }

  func position(_ key: PositionKey) -> Position? { engine.position(key) }
  func positionAhead(_ key: PositionKey) -> Decimal { engine.positionAhead(key) }
  func exposure(of key: PositionKey) -> Exposure { engine.exposure(of: key) }
  var limits: RiskLimits { engine.configuration.limits }
  func durableOrder(under key: IdempotencyKey) -> Order? { engine.durableOrder(under: key) }
}
