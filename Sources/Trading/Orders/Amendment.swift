// A change of an order that is on its way: to what it is changed, and which order takes its place
// where the venue cannot change it in place.

/// What a caller wants changed; nil leaves it as it is.
public struct OrderChange: Equatable, Sendable {
  /// The whole quantity, with what is filled already.
  public var quantity: Quantity?
  /// The limit price.
  public var limitPrice: Price?
  /// The fixed price of the trigger.
  public var triggerPrice: Price?

  /// A change from its parts.
  public init(quantity: Quantity? = nil, limitPrice: Price? = nil, triggerPrice: Price? = nil) {
    self.quantity = quantity
    self.limitPrice = limitPrice
    self.triggerPrice = triggerPrice
  }
}

/// What an order is changed to. Shared by every copy of the order.
public final class Amendment: Equatable, Sendable {
  /// The whole quantity, with what is filled already.
  public let quantity: Quantity
  /// The limit price; nil where the type has none.
  public let limitPrice: Price?
  /// The fixed price of the trigger; nil where there is none.
  public let triggerPrice: Price?
  /// The order that takes over where the venue cannot change an order in place.
  public let successor: OrderID

  /// An amendment from its parts.
  public init(
    quantity: Quantity, limitPrice: Price?, triggerPrice: Price?, successor: OrderID
  ) {
    self.quantity = quantity
    self.limitPrice = limitPrice
    self.triggerPrice = triggerPrice
    self.successor = successor
  }

  /// What a change makes of an order.
  convenience init(of terms: OrderTerms, _ change: OrderChange, successor: OrderID) {
    self.init(
      quantity: change.quantity ?? terms.quantity,
      limitPrice: change.limitPrice ?? terms.limitPrice,
      triggerPrice: change.triggerPrice ?? terms.triggerPrice, successor: successor)
  }

  /// Whether both say the same.
  public static func == (a: Amendment, b: Amendment) -> Bool {
    a.quantity == b.quantity && a.limitPrice == b.limitPrice && a.triggerPrice == b.triggerPrice
      && a.successor == b.successor
  }

  /// Whether an order with these terms is what this amendment wants.
  func isCarriedOut(in terms: OrderTerms) -> Bool {
    terms.quantity == quantity && terms.limitPrice == limitPrice
      && terms.triggerPrice == triggerPrice
  }
}

extension OrderTerms {
  /// The same terms as an amendment changes them.
  public func amended(by amendment: Amendment) -> OrderTerms {
    OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: amendment.quantity,
      timeInForce: timeInForce, isPostOnly: isPostOnly, limitPrice: amendment.limitPrice,
      referencePrice: referencePrice, clientOrderID: clientOrderID,
      idempotencyKey: idempotencyKey, purpose: purpose,
      instructions: instructions?.amended(by: amendment), labels: labels)
  }

  /// The terms of the order that takes the place of one that was changed, with what is left of it.
  /// Its caller's id and key stay with the first one.
  func succeeding(_ id: OrderID, quantity: Quantity) -> OrderTerms {
    OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: quantity,
      timeInForce: timeInForce, isPostOnly: isPostOnly, limitPrice: limitPrice,
      referencePrice: referencePrice, purpose: purpose,
      instructions: (instructions ?? OrderInstructions()).replacing(id), labels: labels)
  }
}
