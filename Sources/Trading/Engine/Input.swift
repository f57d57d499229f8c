// What the engine is told. Commands come from callers, everything else from the journal, from
// plugins and from the clock. Each input carries all it needs: the engine asks for nothing.

/// A caller's request that waits for a reply.
public typealias RequestID = UInt64

/// How a caller names an order.
public enum OrderReference: Hashable, Sendable {
  /// By our id.
  case id(OrderID)
  /// By the caller's own id.
  case client(ClientOrderID)
}

/// What a caller says about a close besides which position.
public struct CloseTerms: Equatable, Sendable {
  /// The most that is closed; nil for all.
  public var quantity: Quantity?
  /// What makes a repetition recognisable.
  public var idempotencyKey: IdempotencyKey?
  /// What the caller attached to the closing order.
  public var labels: OrderLabels

  /// Terms from their parts.
  public init(
    quantity: Quantity? = nil, idempotencyKey: IdempotencyKey? = nil,
    labels: OrderLabels = OrderLabels()
  ) {
    self.quantity = quantity
    self.idempotencyKey = idempotencyKey
    self.labels = labels
  }
}

/// One thing that happened.
public enum Input: Sendable {
  /// A caller wants an order; `id` is its new id.
  case submit(OrderTerms, id: OrderID, request: RequestID)
  /// A caller wants an order cancelled.
  case cancel(OrderReference, request: RequestID)
  /// A caller wants an order changed; `id` is that of the order that takes its place, if the venue
  /// cannot change it.
  case replace(OrderReference, OrderChange, id: OrderID, request: RequestID)
  /// A caller wants a position closed; `id` is the id of the closing order.
  case close(PositionKey, id: OrderID, request: RequestID, CloseTerms = CloseTerms())
  /// An operator sets what may be sent.
  case setTradingState(TradingStateChange, request: RequestID)
  /// All journal entries up to and including this number are durable.
  case recorded(through: UInt64)
  /// These entries are not in the journal and never will be. Comes before any `recorded` that
  /// goes beyond them.
  case notRecorded([UInt64])
  /// The journal can take entries, or cannot.
  case journal(isAvailable: Bool)
  /// The store's answer to a look-up; nil if it has no such order. Answers and `recorded` come in
  /// the order in which the store did the work: else an order could be read before a change and
  /// taken for what it is after it.
  case lookedUp(LookUp, Order?)
  /// The store's answer about a protection that has left memory: its parent and all its legs.
  case protectionLookedUp(parent: Order, legs: [Order])
  /// The store's answer to a look-up that found a slice: with its parent and all of its slices.
  case sliceLookedUp(LookUp, Order, parent: Order, slices: [Order])
  /// The store could not answer a look-up.
  case lookUpFailed(LookUp)
  /// What came of sending an order.
  case submitted(OrderID, SubmitOutcome)
  /// What came of asking for a cancel.
  case cancelAnswered(OrderID, CancelOutcome)
  /// What came of asking for a change.
  case amendAnswered(OrderID, AmendOutcome)
  /// What came of asking for an order.
  case queryAnswered(OrderID, QueryOutcome)
  /// A venue told of an order by itself.
  case reported(OrderReport)
  /// Somebody looked at a venue that tells nothing, and says what became of an order.
  case stated(OrderReport, request: RequestID)
  /// A venue's positions; those that are not mentioned are flat.
  case positionsReported(AccountID, [PositionReport])
  /// A market price, and when the venue had it; nil for just now.
  case priced(PositionKey, Price, quotedAt: Timestamp? = nil)
  /// A plugin instance was added while the others were at work.
  case added(AccountID)
  /// A plugin is connected: its instruments and what its venue can do.
  case connected(AccountID, instruments: [Instrument], rules: VenueRules)
  /// The venue's open orders, after a connect or a sweep.
  case openOrdersReported(AccountID, [OrderReport])
  /// The open orders that others have placed on the account.
  case externalOrdersReported(AccountID, [ExternalOrder])
  /// A plugin lost its venue.
  case disconnected(AccountID)
  /// Time went by.
  case tick
}

/// A question to the store about an order that is not in memory, with what to do with the answer.
public enum LookUp: Equatable, Sendable {
  /// Was there an order under this key? If not, go on with the submission.
  case key(IdempotencyKey, OrderTerms, id: OrderID, request: RequestID)
  /// Cancel this order, if it can be.
  case cancel(OrderReference, request: RequestID)
  /// Change this order, if it can be.
  case replace(OrderReference, OrderChange, id: OrderID, request: RequestID)
  /// The venue told of this order. Apart, because every action is as large as the largest.
  indirect case report(OrderReport)
  /// A leg of this order's protection has traded after the protection had ended.
  case protection(OrderID)
}
