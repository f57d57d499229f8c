// An order as a database has it: every fact, so that it continues exactly where it was.

/// The facts of an order beside its identity and terms.
public struct RecordedFacts: Equatable, Sendable {
  /// When the last event happened.
  public var updatedAt: Timestamp
  /// Where it is in its life.
  public var phase: OrderPhase
  /// Requests without an answer.
  public var pending: PendingRequests
  /// Nil while the outcome is confirmed.
  public var uncertainty: Uncertainty?
  /// Whether position and balance agree with the venue.
  public var isSettled: Bool
  /// The venue's id.
  public var venueOrderID: VenueOrderID?
  /// The sum of distinct trades.
  public var filledQuantity: Quantity
  /// The sum of price × quantity of the trades.
  public var filledNotional: Decimal
  /// The sum of fees in `feeAsset`.
  public var fee: Decimal
  /// The asset of the first fee.
  public var feeAsset: Asset?
  /// The trades that counted, oldest first.
  public var tradeIDs: [TradeID]
  /// Why the order is as it is.
  public var explanation: Denial?
  /// Whether the gateway watches its trigger.
  public var isEmulated: Bool
  /// The best price since an emulated trailing stop became active.
  public var trailedPrice: Price?
  /// What was asked for first; nil unless it was amended.
  public var requestedTerms: OrderTerms?
  /// A change that the venue has not answered yet.
  public var amendment: Amendment?
  /// The order that took its place.
  public var successor: OrderID?
  /// Legs of its protection that somebody has given up.
  public var waivedLegs: Set<ProtectiveLink.Leg>
  /// Whether its fills have been protected to the end.
  public var isProtectionOver: Bool
  /// The trades that the venue took back.
  public var busts: Busts?

  /// Facts from their parts.
  public init(
    updatedAt: Timestamp, phase: OrderPhase, pending: PendingRequests, uncertainty: Uncertainty?,
    isSettled: Bool, venueOrderID: VenueOrderID?, filledQuantity: Quantity,
    filledNotional: Decimal, fee: Decimal, feeAsset: Asset?, tradeIDs: [TradeID],
    explanation: Denial?, isEmulated: Bool = false, trailedPrice: Price? = nil,
    requestedTerms: OrderTerms? = nil, amendment: Amendment? = nil, successor: OrderID? = nil,
    waivedLegs: Set<ProtectiveLink.Leg> = [], isProtectionOver: Bool = false, busts: Busts? = nil
  ) {
    self.updatedAt = updatedAt
    self.phase = phase
    self.pending = pending
    self.uncertainty = uncertainty
    self.isSettled = isSettled
    self.venueOrderID = venueOrderID
    self.filledQuantity = filledQuantity
    self.filledNotional = filledNotional
    self.fee = fee
    self.feeAsset = feeAsset
    self.tradeIDs = tradeIDs
    self.explanation = explanation
    self.isEmulated = isEmulated
    self.trailedPrice = trailedPrice
    self.requestedTerms = requestedTerms
    self.amendment = amendment
    self.successor = successor
    self.waivedLegs = waivedLegs
    self.isProtectionOver = isProtectionOver
    self.busts = busts
  }
}

extension Order {
  /// An order as it was recorded.
  public init(id: OrderID, terms: OrderTerms, createdAt: Timestamp, recorded facts: RecordedFacts) {
    var order = OrderFacts(id: id, terms: terms, at: createdAt)
    order.updatedAt = facts.updatedAt
    order.phase = facts.phase
    order.pending = facts.pending
    order.uncertainty = facts.uncertainty
    order.isSettled = facts.isSettled
    order.venueOrderID = facts.venueOrderID
    order.filledQuantity = facts.filledQuantity
    order.filledNotional = facts.filledNotional
    order.fee = facts.fee
    order.feeAsset = facts.feeAsset
    order.tradeIDs = facts.tradeIDs
    order.explanation = facts.explanation
    order.isEmulated = facts.isEmulated
    order.trailedPrice = facts.trailedPrice
    order.requestedTerms = facts.requestedTerms
    order.amendment = facts.amendment
    order.successor = facts.successor
    order.waivedLegs = facts.waivedLegs
    order.isProtectionOver = facts.isProtectionOver
    order.busts = facts.busts
    self.init(order)
  }
}

extension OrderPhase {
  /// The phase in one word, for storage.
  public var name: String {
    switch self {
    case .received: "received"
    case .held: "held"
    case .wire: "wire"
    case .venue(let phase): "venue." + phase.rawValue
    case .sealed(let ending): "sealed." + ending.rawValue
    }
  }

  /// The phase of a stored word.
  public init?(name: String) {
    switch name {
    case "received": self = .received
    case "held": self = .held
    case "wire": self = .wire
    default:
      let parts = name.split(separator: ".", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let word = String(parts[1])
      if parts[0] == "venue", let phase = VenuePhase(rawValue: word) {
        self = .venue(phase)
      } else if parts[0] == "sealed", let ending = Ending(rawValue: word) {
        self = .sealed(ending)
      } else {
        return nil
      }
    }
  }
}
