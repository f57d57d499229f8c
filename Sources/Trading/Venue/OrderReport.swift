// What a venue says about an order, in our terms. Plugins translate into it; the engine compares it
// with what it knows. A report never speaks for what it does not mention.

/// How an order stands at its venue, as the venue states it.
public enum VenueOrderStatus: Equatable, Sendable {
  /// It rests in the book, with or without fills.
  case working
  /// Its stop was elected.
  case triggered
  /// The venue has suspended it.
  case suspended(reason: String?)
  /// All of it was traded.
  case filled
  /// It was cancelled.
  case canceled(reason: String?)
  /// It expired.
  case expired(reason: String?)
  /// It was rejected.
  case rejected(Rejection)
}

/// A venue's statement about one order.
public struct OrderReport: Equatable, Sendable {
  /// Our id, under which it was sent.
  public var orderID: OrderID
  /// The venue's id, where it gave one.
  public var venueOrderID: VenueOrderID?
  /// How it stands.
  public var status: VenueOrderStatus
  /// How much of it the venue has traded in all.
  public var filledQuantity: Quantity
  /// The trades that the report tells of; all of them in answer to a query.
  public var fills: [Fill]
  /// The trades that the venue has taken back, as they were; all of them in answer to a query. They
  /// are not among `fills` and not in `filledQuantity`.
  public var busts: [Fill]
  /// The order's terms at the venue, where it states them.
  public var terms: ReportedTerms?

  /// A report from its parts.
  public init(
    orderID: OrderID, venueOrderID: VenueOrderID?, status: VenueOrderStatus,
    filledQuantity: Quantity, fills: [Fill], busts: [Fill] = [], terms: ReportedTerms? = nil
  ) {
    self.orderID = orderID
    self.venueOrderID = venueOrderID
    self.status = status
    self.filledQuantity = filledQuantity
    self.fills = fills
    self.busts = busts
    self.terms = terms
  }
}

extension OrderReport {
  /// How much the venue has ever traded of the order, with what it took back.
  var everFilledQuantity: Quantity { busts.reduce(filledQuantity) { $0 + $1.quantity } }
}

/// What of an order's terms can be changed, as the venue states it. A class, because few reports
/// have them and all are copied.
public final class ReportedTerms: Equatable, Sendable {
  /// The whole quantity.
  public let quantity: Quantity
  /// The limit price.
  public let limitPrice: Price?
  /// The fixed price of the trigger.
  public let triggerPrice: Price?

  /// Terms from their parts.
  public init(quantity: Quantity, limitPrice: Price?, triggerPrice: Price?) {
    self.quantity = quantity
    self.limitPrice = limitPrice
    self.triggerPrice = triggerPrice
  }

  /// Whether both are the same in every respect.
  public static func == (a: ReportedTerms, b: ReportedTerms) -> Bool {
    a.quantity == b.quantity && a.limitPrice == b.limitPrice && a.triggerPrice == b.triggerPrice
  }

  /// Whether an amendment asked for these.
  func matches(_ amendment: Amendment) -> Bool {
    quantity == amendment.quantity && limitPrice == amendment.limitPrice
      && triggerPrice == amendment.triggerPrice
  }
}

/// The signed size of a position, as the venue states it.
public struct PositionReport: Equatable, Sendable {
  /// The instrument.
  public var symbol: Symbol
  /// Signed size: above nothing is long.
  public var quantity: Decimal

  /// A report from its parts.
  public init(symbol: Symbol, quantity: Decimal) {
    self.symbol = symbol
    self.quantity = quantity
  }
}
