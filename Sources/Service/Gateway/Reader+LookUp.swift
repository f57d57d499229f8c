// What the store answers to the engine's questions.

internal import Storage
internal import Trading

extension Reader {
  /// The input that answers a look-up.
  func answer(to lookUp: LookUp) throws(StoreError) -> Input {
    switch lookUp {
    case .key(let key, _, _, _): return .lookedUp(lookUp, try order(key))
    case .cancel(let reference, _), .replace(let reference, _, _, _):
      return .lookedUp(lookUp, try order(reference))
    case .report(let report): return .lookedUp(lookUp, try order(.id(report.orderID)))
    case .protection(let id):
      guard let parent = try order(.id(id)) else { return .lookedUp(lookUp, nil) }
      var filter = OrderFilter()
      filter.parentID = id
      filter.limit = .max
      return .protectionLookedUp(parent: parent, legs: try orders(filter))
    }
  }
}
