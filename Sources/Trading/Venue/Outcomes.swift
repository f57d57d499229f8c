// What can come of a command to a venue. "Failed" is not among it: either the venue proved its
// answer, or nobody knows.

/// What came of sending an order.
public enum SubmitOutcome: Equatable, Sendable {
  /// The venue has the order; fills known so far, and the position after them where it tells.
  case accepted(OrderReport, position: PositionReport?)
  /// The venue proved that it does not have the order.
  case rejected(Rejection)
  /// Nobody knows.
  case unknown(reason: String)
}

/// What came of asking for a cancel.
public enum CancelOutcome: Equatable, Sendable {
  /// The venue cancelled it; the report has the final fills.
  case canceled(OrderReport)
  /// The venue refused; `isGone` if it said the order is unknown or already done.
  case refused(isGone: Bool, reason: String)
  /// Nobody knows.
  case unknown(reason: String)
}

/// What came of asking for a change of an order.
public enum AmendOutcome: Equatable, Sendable {
  /// The venue changed it; the report has the fills so far.
  case amended(OrderReport)
  /// The venue refused; `isGone` if it said the order is unknown or already done.
  case refused(isGone: Bool, reason: String)
  /// Nobody knows.
  case unknown(reason: String)
}

/// What came of asking for an order by its client order id, in open orders and in history.
public enum QueryOutcome: Equatable, Sendable {
  /// The venue has it.
  case found(OrderReport)
  /// The venue answered, and has no such order among open orders or in its history.
  case notFound
  /// The venue did not answer; that says nothing about the order.
  case unavailable(reason: String)
}
