// How the simulated exchange does wrong what it was asked to do wrong. Its requests and its stream
// of reports are two connections: while the stream is down, requests are answered, but nothing is
// told.

internal import Network
internal import Trading

extension MockPlugin {
  /// How long after an answer the exchange tells otherwise: long enough for the answer to be given.
  private static let afterthoughtMilliseconds = 200

  /// The answer to an order that the exchange has taken, or what is left of it on a bad day.
  func answer(_ told: OrderReport, position: PositionReport) async -> SubmitOutcome {
    if faults.take(.lostAnswers) {
      return .unknown(reason: "The exchange's answer was lost on the way back.")
    }
    if faults.take(.disconnects) {
      disconnect()
      return .unknown(reason: "The connection dropped before the exchange's answer came.")
    }
    if faults.take(.timeouts) {
      let limit = faults.lateMilliseconds
      await EventLoop.shared.pause(milliseconds: limit)
      return .unknown(reason: "The exchange did not answer within \(limit) ms.")
    }
    if faults.take(.lateAnswers) {
      await EventLoop.shared.pause(milliseconds: faults.lateMilliseconds)
    }
    if faults.take(.doubleAnswers) {
      for _ in 1...2 { tell(.order(told)) }
    }
    return .accepted(told, position: position)
  }

  /// Drops the stream of reports, for a while.
  private func disconnect() {
    guard health.isHealthy else { return }
    let reason = "The connection to the exchange dropped."
    health = PluginHealth(isHealthy: false, detail: reason)
    report?(.disconnected(reason: reason))
    _ = EventLoop.shared.schedule(afterMilliseconds: faults.disconnectMilliseconds) { [weak self] in
      guard let self, isRunning else { return }
      health = MockPlugin.connectedHealth
      report?(.connected)
    }
  }

  /// Tells of something by the stream of reports; what happens while that is down is not told.
  func tell(_ news: PluginReport) {
    if health.isHealthy { report?(news) }
  }

  /// Trades an order whose cancel was confirmed, and tells of it.
  func tradeLate(_ canceled: SimulatedOrder) {
    soon { $0.tradeLate(canceled, at: $1) }
  }

  /// Takes the last trade of an order back, and tells of it.
  func takeBack(_ filled: SimulatedOrder) {
    soon { exchange, _ in exchange.takeBack(filled) }
  }

  /// Lets the exchange do something to an order in a moment, as soon as it can be told.
  private func soon(
    _ happen: @escaping @LoopActor (inout MockExchange, Timestamp) -> SimulatedOrder
  ) {
    _ = EventLoop.shared.schedule(afterMilliseconds: MockPlugin.afterthoughtMilliseconds) {
      [weak self] in
      guard let self, isRunning else { return }
      guard health.isHealthy else { return soon(happen) }
      LoopActor.task { await self.tellTrade(happen) }
    }
  }
}
