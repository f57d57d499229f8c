// What the engine keeps about the protection of one order's fills. It is worked out from the parent
// and its legs, so that a restart finds it again; only what is under way now lives here alone.

/// The protective orders of one parent.
final class Protection {
  let parent: LiveOrder
  /// The newest order of each leg; the ones before it have ended.
  var orders: [ProtectiveLink.Leg: OrderID] = [:]
  /// What each order of each leg has filled.
  private var filled: [OrderID: (leg: ProtectiveLink.Leg, quantity: Quantity)] = [:]
  /// The leg whose trigger was reached and that waits for the other one to end.
  var elected: ProtectiveLink.Leg?
  /// Until when no leg is placed, because the last one came to nothing.
  var blockedUntil: Timestamp?
  /// Legs in a row that came to nothing.
  var failures = 0
  /// What was closed too much, as far as somebody was told.
  var reportedExcess = Quantity.zero
  /// Since when there is nothing left to protect.
  var doneSince: Timestamp?
  /// Since when a stop is missing that ought to be there.
  var unprotectedSince: Timestamp?
  /// Whether it waits to be looked after.
  var isDirty = false

  init(of parent: LiveOrder) { self.parent = parent }

  var terms: OrderTerms { parent.order.terms }
  /// The direction of the orders that close what the parent opened.
  var exitSide: Side { terms.side.opposite }
  /// What the parent has opened.
  var opened: Quantity { parent.order.filledQuantity }
  /// What stop and take-profit have closed, together.
  var closed: Quantity { sum(.stopLoss) + sum(.takeProfit) }
  /// What was closed too much and given back.
  var flattened: Quantity { sum(.flatten) }

  /// The legs that were asked for and not given up.
  var wantedLegs: [ProtectiveLink.Leg] {
    [(ProtectiveLink.Leg.stopLoss, terms.stopLoss), (.takeProfit, terms.takeProfit)].compactMap {
      $0.1 == nil || parent.order.waivedLegs.contains($0.0) ? nil : $0.0
    }
  }

  /// Takes in how an order of a leg stands.
  func note(_ order: Order, _ link: ProtectiveLink) {
    filled[order.id] = (link.leg, order.filledQuantity)
    if let known = orders[link.leg], known > order.id { return }
    orders[link.leg] = order.id
  }

  /// An order of a leg that never existed after all.
  func forget(_ id: OrderID, _ link: ProtectiveLink) {
    filled[id] = nil
    if orders[link.leg] == id { orders[link.leg] = nil }
  }

  private func sum(_ leg: ProtectiveLink.Leg) -> Quantity {
    filled.values.reduce(.zero) { $1.leg == leg ? $0 + $1.quantity : $0 }
  }
}
