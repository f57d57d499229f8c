// The newest alert of every strategy on every instrument, so that one that was overtaken on the way
// is not traded after it. Orders keep when their signal was given, so a restart reads the newest
// moment back instead of keeping a list of its own.

internal import Network
internal import Storage
internal import Trading

@LoopActor final class AlertSequence {
  /// Whose alerts follow one another.
  struct Lane: Hashable {
    let strategy: Label?
    let position: PositionKey
  }

  /// Lanes that are remembered; beyond it all are read again. Strategies' names come from alerts.
  private static let lanesMax = 10_000
  /// Orders that are looked through for one of an alert: most have a moment.
  private static let ordersMax = 50

  private var newest: [Lane: Timestamp] = [:]
  private let gateway: Gateway

  init(gateway: Gateway) { self.gateway = gateway }

  /// Reads what is known of a lane, where memory does not have it.
  func prepare(_ lane: Lane) async throws(APIError) {
    guard newest[lane] == nil else { return }
    var filter = OrderFilter()
    filter.strategyID = lane.strategy
    filter.symbol = lane.position.symbol
    filter.account = lane.position.account
    filter.limit = AlertSequence.ordersMax
    let page = filter
    switch await gateway.read({ reader throws(StoreError) in try reader.orders(page) }) {
    case .failure(let error): throw APIError(error)
    case .success(let orders):
      let moments = orders.lazy.filter { $0.terms.labels.strategyID == lane.strategy }
        .compactMap(\.terms.labels.signaledAt)
      if newest.count >= AlertSequence.lanesMax { newest = [:] }
      // Meanwhile another alert of the lane may have been taken.
      let known = newest[lane] ?? Timestamp(microseconds: 0)
      newest[lane] = max(known, moments.max() ?? known)
    }
  }

  /// Takes an alert's moment, or gives the newer one that was taken before.
  func take(_ moment: Timestamp, in lane: Lane) -> Timestamp? {
    if let newest = newest[lane], moment < newest { return newest }
    newest[lane] = moment
    return nil
  }
}
