// What happened to an order, as facts in the past tense. They are what the journal holds; an
// order's state is the fold of its events and nothing else.

/// One fact about an order.
public enum OrderEvent: Equatable, Sendable {
  /// The body was accepted; always an order's first event.
  case received(OrderTerms)
  /// A local check refused the order; it was never sent.
  case denied(Denial)
  /// The gateway watches the order's trigger, because its venue does not.
  case held(reason: String)
  /// The market has moved in favour of an emulated trailing stop: its best price.
  case trailed(Price)
  /// The intent to send: from here on bytes may be on the wire.
  case submitting
  /// The venue acknowledged the order.
  case accepted(VenueOrderID?)
  /// The venue proved that it did not accept the order, or killed it, with a structured answer.
  indirect case rejected(Rejection)
  /// Nobody can say whether the venue has the order.
  case becameUnknown(reason: String)
  /// The venue traded.
  indirect case filled(Fill)
  /// The venue took a trade back that had counted.
  indirect case busted(Fill)
  /// What the slices of the order have traded, all together, is this now. Positions and fills are
  /// theirs.
  indirect case progressed(AlgorithmProgress)
  /// All of the order was traded by its slices, and none of them is alive.
  case completed
  /// A cancel was asked for.
  case cancelRequested
  /// The order was cancelled: by the venue, or here before it was ever sent.
  case canceled(reason: String?)
  /// The venue refused the cancel; `isGone` if it said the order is unknown or already done.
  case cancelRefused(isGone: Bool, reason: String)
  /// The venue let the order expire.
  case expired(reason: String?)
  /// Lookups in open orders and history stayed negative past the venue's visibility window.
  case notFound
  /// The order's trigger was reached: at the venue, or here for an emulated one.
  case triggered
  /// The venue suspended the order.
  case suspended(reason: String?)
  /// A change of price or quantity was asked for.
  case replaceRequested(Amendment)
  /// The change that was asked for is in force: the order has other terms now.
  case amended
  /// The order was superseded by another one.
  case replaced(by: OrderID)
  /// The venue refused the change.
  case replaceRefused(reason: String)
  /// Somebody has given up a leg of the order's protection by cancelling it.
  case protectionWaived(ProtectiveLink.Leg)
  /// The order's fills are closed, or nothing is left to protect them with.
  case protectionEnded
  /// Position and balance are recorded and agree with the venue.
  case settled
}

/// A coded reason with the measured value and its limit. Shared by every copy of the order.
public final class Denial: Equatable, Sendable {
  /// A stable code, such as `MAX_ORDER_NOTIONAL`.
  public let code: String
  /// One sentence: what happened and what to do.
  public let sentence: String
  /// The measured value, as text.
  public let value: String?
  /// The limit, as text.
  public let limit: String?

  /// A denial from its parts.
  public init(code: String, sentence: String, value: String? = nil, limit: String? = nil) {
    self.code = code
    self.sentence = sentence
    self.value = value
    self.limit = limit
  }

  /// Whether both say the same.
  public static func == (a: Denial, b: Denial) -> Bool {
    a.code == b.code && a.sentence == b.sentence && a.value == b.value && a.limit == b.limit
  }
}

/// A venue's structured refusal.
public struct Rejection: Equatable, Sendable {
  /// The venue's code, or ours for it.
  public var code: String
  /// One sentence: what happened and what to do.
  public var sentence: String

  /// A rejection from its parts.
  public init(code: String, sentence: String) {
    self.code = code
    self.sentence = sentence
  }
}
