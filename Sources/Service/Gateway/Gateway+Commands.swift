// What callers ask of the gateway. Each command is an input of the engine; its reply comes once.

internal import Network
internal import Storage
internal import Trading

extension Gateway {
  /// Submits an order; `reply` is called once, now or later.
  func submit(
    _ terms: OrderTerms, by caller: Provenance.Caller?, reply: @escaping @LoopActor (Reply) -> Void
  ) {
    feed(.submit(terms, id: newOrderID(), request: waiter(caller, reply)))
  }

  /// Cancels an order; `reply` is called once, now or later.
  func cancel(
    _ reference: OrderReference, by caller: Provenance.Caller?,
    reply: @escaping @LoopActor (Reply) -> Void
  ) {
    feed(.cancel(reference, request: waiter(caller, reply)))
  }

  /// Changes an order; `reply` is called once, now or later.
  func replace(
    _ reference: OrderReference, _ change: OrderChange, by caller: Provenance.Caller?,
    reply: @escaping @LoopActor (Reply) -> Void
  ) {
    let id = newOrderID()
    feed(.replace(reference, change, id: id, request: waiter(caller, reply)))
  }

  /// Closes a position; `reply` is called once, now or later.
  func close(
    _ key: PositionKey, _ terms: CloseTerms = CloseTerms(), by caller: Provenance.Caller?,
    reply: @escaping @LoopActor (Reply) -> Void
  ) {
    feed(.close(key, id: newOrderID(), request: waiter(caller, reply), terms))
  }

  /// Sets what may be sent; `reply` is called once, now or later.
  func set(
    _ change: TradingStateChange, by caller: Provenance.Caller?,
    reply: @escaping @LoopActor (Reply) -> Void
  ) {
    feed(.setTradingState(change, request: waiter(caller, reply)))
  }

  /// States what became of an order; `reply` is called once, now or later.
  func state(
    _ report: OrderReport, by caller: Provenance.Caller?,
    reply: @escaping @LoopActor (Reply) -> Void
  ) {
    feed(.stated(report, request: waiter(caller, reply)))
  }

  private func waiter(
    _ caller: Provenance.Caller?, _ reply: @escaping @LoopActor (Reply) -> Void
  ) -> RequestID {
    let request = nextRequest
    nextRequest += 1
    waiters[request] = CallWaiter(caller: caller, reply: reply)
    return request
  }
}
