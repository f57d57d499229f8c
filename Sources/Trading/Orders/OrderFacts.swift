// What an order is made of: the fold of its events. Four facts (phase, pending requests, fills,
// certainty) decide the state that is shown. It decides nothing about venues or time.

/// Where an order is in its life.
public enum OrderPhase: Hashable, Sendable {
  /// Received, not yet decided.
  case received
  /// Waits here for something.
  case held
  /// The intent is recorded; bytes may be on the wire.
  case wire
  /// The venue has it.
  case venue(VenuePhase)
  /// It has ended.
  case sealed(Ending)

  /// How an order stands at its venue.
  public enum VenuePhase: String, Sendable, CaseIterable {
    case working, triggered, suspended
  }

  /// How an order ended.
  public enum Ending: String, Sendable, CaseIterable {
    case denied, filled, canceled, expired, rejected, notFound, replaced
  }
}

/// Requests that the venue has not answered yet.
public struct PendingRequests: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// A set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// A cancel is outstanding.
  public static let cancel = PendingRequests(rawValue: 1)
  /// A replacement is outstanding.
  public static let replace = PendingRequests(rawValue: 2)
}

/// Since when and why nobody can say whether the venue has the order.
public struct Uncertainty: Equatable, Sendable {
  /// When the outcome became unknown.
  public var since: Timestamp
  /// Why.
  public var reason: String

  /// An uncertainty from its parts.
  public init(since: Timestamp, reason: String) {
    self.since = since
    self.reason = reason
  }
}

/// Everything that an order is made of.
struct OrderFacts: Equatable, Sendable {
  let id: OrderID
  /// As they are now.
  var terms: OrderTerms
  let createdAt: Timestamp
  var updatedAt: Timestamp
  var phase: OrderPhase
  var pending: PendingRequests
  var uncertainty: Uncertainty?
  var isSettled: Bool
  var venueOrderID: VenueOrderID?
  var filledQuantity: Quantity
  var filledNotional: Decimal
  var fee: Decimal
  var feeAsset: Asset?
  var tradeIDs: [TradeID]
  var explanation: Denial?
  /// Nil unless the order has one of them.
  var rare: RareFacts.Box?

  init(id: OrderID, terms: OrderTerms, at now: Timestamp) {
    self.id = id
    self.terms = terms
    createdAt = now
    updatedAt = now
    phase = .received
    pending = []
    uncertainty = nil
    isSettled = false
    venueOrderID = nil
    filledQuantity = .zero
    filledNotional = .zero
    fee = .zero
    feeAsset = nil
    tradeIDs = []
    explanation = nil
    rare = nil
  }

  /// What is still to be filled.
  @inline(__always)
  var leavesQuantity: Quantity { terms.quantity - filledQuantity }

  /// What the venue may still fill: as long as a larger quantity is asked for, up to that.
  @inline(__always)
  var fillableQuantity: Quantity {
    guard let amendment else { return leavesQuantity }
    return max(terms.quantity, amendment.quantity) - filledQuantity
  }

  /// How the gateway works it in slices. What shows a part of itself only is an iceberg of ours
  /// where its venue has none.
  var algorithm: Algorithm? {
    guard terms.hasInstructions else { return nil }
    if let time = terms.timeWeighting { return .timeWeighted(time) }
    if !terms.route.isEmpty { return .routed(accounts: terms.route) }
    guard isEmulated else { return nil }
    return terms.displayQuantity.map { .iceberg(displayQuantity: $0) }
  }

  /// The average price of the fills, to 12 digits after the point; nil without fills.
  var averagePrice: Decimal? {
    guard !filledQuantity.isZero else { return nil }
    return Decimal.quotient(filledNotional, over: filledQuantity.amount, scale: 12)
  }

  /// The state that is shown. Where several hold at once, the one that needs attention first.
  @inline(__always)
  var state: OrderState {
    OrderState(
      phase: phase, pending: pending, isUncertain: uncertainty != nil,
      hasFills: !filledQuantity.isZero, isSettled: isSettled)
  }
}

extension OrderState {
  /// The state that the facts of an order show. They are handed over one by one: it is asked for so
  /// often that copying an order each time would be half of the engine's work.
  init(
    phase: OrderPhase, pending: PendingRequests, isUncertain: Bool, hasFills: Bool, isSettled: Bool
  ) {
    switch phase {
    case .received: self = .received
    case .held: self = .held
    case .wire: self = isUncertain ? .unknown : .submitting
    case .venue(let venuePhase):
      if pending.contains(.cancel) {
        self = .pendingCancel
      } else if pending.contains(.replace) {
        self = .pendingReplace
      } else {
        switch venuePhase {
        case .suspended: self = .suspended
        case .triggered: self = hasFills ? .partiallyFilled : .triggered
        case .working: self = hasFills ? .partiallyFilled : .working
        }
      }
    case .sealed(let ending):
      switch ending {
      case .denied: self = .denied
      case .filled: self = isSettled ? .settled : .filled
      case .canceled: self = .canceled
      case .expired: self = .expired
      case .rejected: self = .rejected
      case .notFound: self = .notFound
      case .replaced: self = .replaced
      }
    }
  }
}
