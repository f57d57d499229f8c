// An order as the rest of the program sees it: a value that anybody may keep. It is copied into
// every action and journal entry about it, so that its copies share what it is made of.

/// An order: its terms and everything that happened to it.
public struct Order: Equatable, Sendable {
  private final class Box: Sendable {
    let facts: OrderFacts
    init(_ facts: consuming OrderFacts) { self.facts = facts }
  }

  private var box: Box

  init(_ facts: consuming OrderFacts) { box = Box(facts) }

  /// A new order.
  public init(id: OrderID, terms: OrderTerms, at now: Timestamp) {
    self.init(OrderFacts(id: id, terms: terms, at: now))
  }

  /// Whether both are the same in every fact.
  public static func == (a: Order, b: Order) -> Bool {
    a.box === b.box || a.box.facts == b.box.facts
  }

  var facts: OrderFacts { box.facts }

  /// Our id, which is also the client order id at the venue.
  public var id: OrderID { box.facts.id }
  /// What is asked for now.
  public var terms: OrderTerms { box.facts.terms }
  /// What was asked for first.
  public var requestedTerms: OrderTerms { box.facts.requestedTerms ?? box.facts.terms }
  /// A change that the venue has not answered yet.
  public var amendment: Amendment? { box.facts.amendment }
  /// Legs of its protection that somebody has given up.
  public var waivedLegs: Set<ProtectiveLink.Leg> { box.facts.waivedLegs }
  /// Whether its fills have been protected to the end.
  public var isProtectionOver: Bool { box.facts.isProtectionOver }
  /// Whether its fills need protective orders, or may come to need them.
  public var isProtecting: Bool {
    terms.asksForProtection && !isProtectionOver && (!state.isSealed || !filledQuantity.isZero)
  }
  /// How the gateway works it in slices; nil if it is, or was to be, sent whole.
  public var algorithm: Algorithm? { box.facts.algorithm }
  /// Whether any of it was ever traded, taken back or not.
  var hasTraded: Bool { !filledQuantity.isZero || busts != nil }
  /// The order that took its place.
  public var successor: OrderID? { box.facts.successor }
  /// When the order was received.
  public var createdAt: Timestamp { box.facts.createdAt }
  /// When the last event happened.
  public var updatedAt: Timestamp { box.facts.updatedAt }
  /// Where it is in its life.
  public var phase: OrderPhase { box.facts.phase }
  /// Requests without an answer.
  public var pending: PendingRequests { box.facts.pending }
  /// Nil while the outcome is confirmed.
  public var uncertainty: Uncertainty? { box.facts.uncertainty }
  /// Whether position and balance are recorded and agree with the venue.
  public var isSettled: Bool { box.facts.isSettled }
  /// The venue's id.
  public var venueOrderID: VenueOrderID? { box.facts.venueOrderID }
  /// The sum of distinct trades.
  public var filledQuantity: Quantity { box.facts.filledQuantity }
  /// The sum of price × quantity of the trades, in the quote asset.
  public var filledNotional: Decimal { box.facts.filledNotional }
  /// The sum of fees in `feeAsset`.
  public var fee: Decimal { box.facts.fee }
  /// The asset of the first fee; fees in other assets stand on the fills.
  public var feeAsset: Asset? { box.facts.feeAsset }
  /// The trades that counted.
  public var tradeIDs: [TradeID] { box.facts.tradeIDs }
  /// The trades that the venue took back; nil unless there are any.
  public var busts: Busts? { box.facts.busts }
  /// Whether the gateway watches its trigger, because its venue does not.
  public var isEmulated: Bool { box.facts.isEmulated }
  /// The best price since an emulated trailing stop became active; nil before.
  public var trailedPrice: Price? { box.facts.trailedPrice }
  /// What the venue is to execute: the order's own type, or what an emulated one has become.
  public var executedType: OrderType {
    isEmulated ? box.facts.terms.type.executed : box.facts.terms.type
  }
  /// Why the order is as it is: the last refusal, suspension or ending that gave a reason.
  public var explanation: Denial? { box.facts.explanation }

  /// What is still to be filled.
  public var leavesQuantity: Quantity { box.facts.leavesQuantity }

  /// The average price of the fills, to 12 digits after the point; nil without fills.
  public var averagePrice: Decimal? { box.facts.averagePrice }

  /// The state that is shown. Where several hold at once, the one that needs attention first.
  public var state: OrderState { box.facts.state }
}
