// What the store answers to the engine's questions.

internal import Storage
internal import Trading

extension Reader {
  /// The input that answers a look-up.
  func answer(to lookUp: LookUp) throws(StoreError) -> Input {
    switch lookUp {
    case .key(let key, _, _, _): return .lookedUp(lookUp, try order(key))
    case .cancel(let reference, _), .replace(let reference, _, _, _):
      return try answer(to: lookUp, about: try order(reference))
    case .report(let report):
      return try answer(to: lookUp, about: try order(.id(report.orderID)))
    case .protection(let id):
      guard let parent = try order(.id(id)) else { return .lookedUp(lookUp, nil) }
      return .protectionLookedUp(parent: parent, legs: try children(of: id))
    }
  }

  /// A slice comes with its parent and all the others.
  private func answer(to lookUp: LookUp, about found: Order?) throws(StoreError) -> Input {
    guard let found, let id = found.terms.sliceOf?.parent, let parent = try order(.id(id)) else {
      return .lookedUp(lookUp, found)
    }
    return .sliceLookedUp(lookUp, found, parent: parent, slices: try children(of: id))
  }

  /// The orders that belong to another one, oldest first.
  private func children(of id: OrderID) throws(StoreError) -> [Order] {
    var filter = OrderFilter()
    filter.parentID = id
    filter.limit = .max
    return try orders(filter).reversed()
  }
}
