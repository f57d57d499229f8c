// An order as the fold of its events. It holds four facts (phase, pending requests, fills,
// certainty) and derives the state that is shown. It decides nothing about venues or time.

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

/// An order: its terms and everything that happened to it.
public struct Order: Equatable, Sendable {
  /// Our id, which is also the client order id at the venue.
  public let id: OrderID
  /// What was asked for.
  public let terms: OrderTerms
  /// When the order was received.
  public let createdAt: Timestamp
  /// When the last event happened.
  public internal(set) var updatedAt: Timestamp
  /// Where it is in its life.
  public internal(set) var phase: OrderPhase
  /// Requests without an answer.
  public internal(set) var pending: PendingRequests
  /// Nil while the outcome is confirmed.
  public internal(set) var uncertainty: Uncertainty?
  /// Whether position and balance are recorded and agree with the venue.
  public internal(set) var isSettled: Bool
  /// The venue's id.
  public internal(set) var venueOrderID: VenueOrderID?
  /// The sum of distinct trades.
  public internal(set) var filledQuantity: Quantity
  /// The sum of price × quantity of the trades, in the quote asset.
  public internal(set) var filledNotional: Decimal
  /// The sum of fees in `feeAsset`.
  public internal(set) var fee: Decimal
  /// The asset of the first fee; fees in other assets stand on the fills.
  public internal(set) var feeAsset: Asset?
  /// The trades that counted.
  public internal(set) var tradeIDs: [TradeID]
  /// Why the order is as it is: the last refusal, suspension or ending that gave a reason.
  public internal(set) var explanation: Denial?

  /// A new order.
  public init(id: OrderID, terms: OrderTerms, at now: Timestamp) {
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
  }

  /// What is still to be filled.
  @inline(__always)
  public var leavesQuantity: Quantity { terms.quantity - filledQuantity }

  /// The average price of the fills, to 12 digits after the point; nil without fills.
  public var averagePrice: Decimal? {
    guard !filledQuantity.isZero else { return nil }
    return Decimal.quotient(filledNotional, over: filledQuantity.amount, scale: 12)
  }

  /// The state that is shown. Where several hold at once, the one that needs attention first.
  @inline(__always)
  public var state: OrderState {
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
