// What the engine wants done. Plain data in the imperative: the shell carries it out, in order.

/// One thing to do.
public enum Action: Equatable, Sendable {
  /// Append an entry to the journal. Entries are recorded in the order of their numbers.
  case record(JournalEntry)
  /// Append a change of the trading state to the journal, under the next number of the same stream.
  case recordTradingState(TradingStateChange, entry: UInt64)
  /// Append what losses are measured from to the journal, under the next number of the same stream.
  case recordLossMark(LossMark, at: Timestamp, entry: UInt64)
  /// Send the order to its venue, once. Its intent is durable. Whatever comes of it is told once,
  /// as `.unknown` where nothing came: until then it counts as being on its way.
  case send(Order)
  /// Ask the venue to cancel the order.
  case cancel(Order)
  /// Ask the venue to change the order as its `amendment` says. The request is durable.
  case amend(Order)
  /// Ask the venue for the order by its client order id, in open orders and history.
  case query(Order)
  /// Ask the store for an order that is not in memory.
  case lookUp(LookUp)
  /// Answer a caller.
  case reply(RequestID, Reply)
  /// Count something that an operator should know.
  case notice(Notice)
}

/// What one decision records about one order, atomically. A class, because it is large and is
/// handed on from the engine to the journal's thread.
public final class JournalEntry: Equatable, Sendable {
  /// Position in the engine's stream of entries; starts at 1 with every process.
  public let number: UInt64
  /// When it was decided.
  public let at: Timestamp
  /// The facts, oldest first.
  public let events: [OrderEvent]
  /// The order after them.
  public let order: Order
  /// The position after them, if they moved it.
  public let position: Position?
  /// Whether the journal may drop the entry if it cannot write it: only entries that begin an
  /// order may be dropped, because nobody outside knows of it yet.
  public let beginsOrder: Bool
  /// What the owner's limits were measured to, where the entry begins an order that was held to
  /// them.
  public let measured: [MeasuredLimit]

  /// Whether something leaves for the venue once the entry is durable.
  public var letsSomethingLeave: Bool {
    events.contains {
      switch $0 {
      case .submitting, .replaceRequested: true
      default: false
      }
    }
  }

  /// An entry from its parts.
  public init(
    number: UInt64, at: Timestamp, events: [OrderEvent], order: Order, position: Position?,
    beginsOrder: Bool, measured: [MeasuredLimit] = []
  ) {
    self.number = number
    self.at = at
    self.events = events
    self.order = order
    self.position = position
    self.beginsOrder = beginsOrder
    self.measured = measured
  }

  /// Whether both are the same in every fact.
  public static func == (a: JournalEntry, b: JournalEntry) -> Bool {
    a.number == b.number && a.at == b.at && a.events == b.events && a.order == b.order
      && a.position == b.position && a.beginsOrder == b.beginsOrder && a.measured == b.measured
  }
}

/// The answer to a caller.
public enum Reply: Equatable, Sendable {
  /// A new order that is alive or filled.
  case created(Order)
  /// The order that an earlier request under the same key made.
  case repeated(Order)
  /// The order is recorded; its outcome is not known yet.
  case pending(Order)
  /// The order was denied here, or refused by the venue.
  case rejected(Order)
  /// The order as it is after the change that was asked for.
  case replaced(Order)
  /// The order is cancelled.
  case canceled(Order)
  /// The order has ended before, or the venue refused the cancel.
  case notCanceled(Order, reason: String)
  /// The trading state is in force; where it is not durable, a restart may lose it.
  case tradingState(TradingStateChange, isDurable: Bool)
  /// Nothing was recorded and nothing was sent.
  case refused(Refusal)
}

/// Why a request was turned away without a trace.
public struct Refusal: Error, Equatable, Sendable {
  /// What kind of answer it is.
  public enum Kind: Equatable, Sendable {
    /// The request itself is wrong: sending it again does not help.
    case invalid
    /// The key was used for another request.
    case conflict(Order)
    /// There is no such order or position.
    case notFound
    /// Too many requests.
    case tooMany(retryAfterMilliseconds: Int64)
    /// The store or the venue cannot take orders now.
    case unavailable(retryAfterMilliseconds: Int64)
  }

  /// What kind of answer it is.
  public var kind: Kind
  /// The coded reason.
  public var denial: Denial

  /// A refusal from its parts.
  public init(kind: Kind, denial: Denial) {
    self.kind = kind
    self.denial = denial
  }
}

/// Something that metrics count and a log line tells.
public enum Notice: Equatable, Sendable {
  /// A fill arrived after its order had ended.
  case lateFill(OrderID)
  /// The venue took a trade back.
  case busted(OrderID, TradeID)
  /// An event contradicted what was known, or should not have happened.
  case anomaly(OrderID, state: OrderState, event: OrderEventKind)
  /// An outcome became unknown.
  case outcomeUnknown(OrderID, reason: String)
  /// The venue lists an order under an id of ours that nobody here knows.
  case strangeOrder(OrderID)
  /// Somebody else has an open order on the account.
  case externalOrder(AccountID, ExternalOrder)
  /// The venue says all is filled, but not all of its trades are here.
  case fillsMissing(OrderID)
  /// A position differs from the venue's.
  case positionDiffers(PositionKey, ours: Decimal, venues: Decimal)
  /// What an order opened needs a stop and has none now.
  case unprotected(OrderID, quantity: Quantity)
  /// Stop and take-profit of an order have closed more than it opened; it is given back.
  case overClosed(OrderID, quantity: Quantity)
  /// A limit or rule turned an order away.
  case denied(code: String)
  /// The breaker of an account changed.
  case breaker(AccountID, from: String, to: String)
}
