// The states of an order and every legal move between them. `move(on:)` is the whole law: one
// exhaustive switch, no default in the state dimension. A blank in the table is `.impossible`: it
// means that a caller of the order broke the order path, is counted and changes nothing.

/// The state that is shown: a view of four recorded facts (`Order.phase`, `pending`, fills and
/// `certainty`).
public enum OrderState: String, Sendable, CaseIterable {
  case received = "RECEIVED"
  case denied = "DENIED"
  case held = "HELD"
  case submitting = "SUBMITTING"
  case unknown = "UNKNOWN"
  case working = "WORKING"
  case triggered = "TRIGGERED"
  case suspended = "SUSPENDED"
  case partiallyFilled = "PARTIALLY_FILLED"
  case pendingCancel = "PENDING_CANCEL"
  case pendingReplace = "PENDING_REPLACE"
  case filled = "FILLED"
  case settled = "SETTLED"
  case canceled = "CANCELED"
  case expired = "EXPIRED"
  case rejected = "REJECTED"
  case notFound = "NOT_FOUND"
  case replaced = "REPLACED"

  /// The word in the `status` of the HTTP interface.
  public var status: String {
    switch self {
    case .received, .held, .submitting, .unknown, .working, .triggered, .suspended,
      .pendingCancel, .pendingReplace:
      "PENDING"
    case .partiallyFilled: "PARTIALLY_FILLED"
    case .filled: "FILLED"
    case .settled: "SETTLED"
    case .canceled, .replaced: "CANCELLED"
    case .expired: "EXPIRED"
    case .denied, .rejected, .notFound: "REJECTED"
    }
  }

  /// Whether the order has ended. A sealed order takes no commands, but always takes fills.
  public var isSealed: Bool {
    switch self {
    case .denied, .filled, .settled, .canceled, .expired, .rejected, .notFound, .replaced: true
    case .received, .held, .submitting, .unknown, .working, .triggered, .suspended,
      .partiallyFilled, .pendingCancel, .pendingReplace:
      false
    }
  }

  /// Whether the order can be at the venue now: it was sent and has not ended.
  public var mayBeAtVenue: Bool { !isSealed && self != .received && self != .held }
}

/// What an event does to an order in a given state.
public enum OrderMove: Equatable, Sendable {
  /// The phase changes.
  case become(OrderPhase)
  /// The phase changes although it should not have to: counted and reported.
  case becomeAnomalous(OrderPhase)
  /// The event counts (fills, overlays, certainty), the phase stays.
  case apply
  /// The event counts although it should not have to: counted and reported.
  case applyAnomalous
  /// Stale or repeated: nothing changes and nothing is recorded.
  case ignore
  /// Contradicts what is known: not applied, counted and reported.
  case anomaly
  /// A command that this state does not take: the caller gets an error.
  case refuse
  /// Cannot happen on a correct order path: not applied, counted and reported.
  case impossible
}

/// The kinds of event, as the columns of the transition table.
public enum OrderEventKind: String, Sendable, CaseIterable {
  case denied, held, trailed, submitting, accepted, rejected, becameUnknown
  case partlyFilled, lastFilled, busted
  case cancelRequested, canceled, cancelRefusedGone, cancelRefused
  case expired, notFound, triggered, suspended
  case replaceRequested, amended, replaced, replaceRefused, settled
  case protectionWaived, protectionEnded, progressed, completed
}

extension OrderState {
  /// What `event` does to an order in this state.
  public func move(on event: OrderEventKind) -> OrderMove {
    switch event {
    case .protectionWaived, .protectionEnded: return moveOnProtection(event)
    case .progressed, .completed: return moveOnSlices(event)
    default: break
    }
    return switch self {
    case .received, .held: moveBeforeSending(on: event)
    case .submitting, .unknown: moveOnTheWire(on: event)
    case .working, .triggered, .suspended, .partiallyFilled, .pendingCancel, .pendingReplace:
      moveAtVenue(on: event)
    case .filled, .settled: moveWhenFilled(on: event)
    case .canceled, .expired, .replaced: moveWhenEnded(on: event)
    case .rejected, .notFound: moveWhenRefused(on: event)
    case .denied: event == .cancelRequested || event == .replaceRequested ? .refuse : .impossible
    }
  }

  /// A protection belongs to fills, and outlives the order that made them.
  private func moveOnProtection(_ event: OrderEventKind) -> OrderMove {
    switch self {
    case .received, .denied, .held: .impossible
    case .submitting, .unknown, .working, .triggered, .suspended, .partiallyFilled,
      .pendingCancel, .pendingReplace:
      event == .protectionWaived ? .apply : .impossible
    case .filled, .settled, .canceled, .expired, .rejected, .notFound, .replaced: .apply
    }
  }

  /// What is worked in slices waits here. What they trade counts, whether or not it has ended.
  private func moveOnSlices(_ event: OrderEventKind) -> OrderMove {
    switch self {
    case .held: event == .progressed ? .apply : .become(.sealed(.filled))
    case .filled, .settled, .canceled, .expired: event == .progressed ? .apply : .impossible
    case .received, .denied, .submitting, .unknown, .working, .triggered, .suspended,
      .partiallyFilled, .pendingCancel, .pendingReplace, .rejected, .notFound, .replaced:
      .impossible
    }
  }

  private func moveBeforeSending(on event: OrderEventKind) -> OrderMove {
    switch event {
    case .denied: .become(.sealed(.denied))
    case .held: self == .held ? .ignore : .become(.held)
    // Only what is held has its trigger here.
    case .trailed, .triggered: self == .held ? .apply : .impossible
    case .submitting: .become(.wire)
    // Never sent, so the cancel is final at once and needs no venue.
    case .canceled: .become(.sealed(.canceled))
    case .expired: .become(.sealed(.expired))
    case .becameUnknown: .ignore
    // What is held is changed here and now.
    case .replaceRequested: self == .held ? .apply : .refuse
    case .amended: self == .held ? .apply : .impossible
    case .cancelRequested: .apply
    case .accepted, .rejected, .partlyFilled, .lastFilled, .busted, .cancelRefusedGone,
      .cancelRefused, .notFound, .suspended, .replaced, .replaceRefused, .settled,
      .protectionWaived, .protectionEnded, .progressed, .completed:
      .impossible
    }
  }

  private func moveOnTheWire(on event: OrderEventKind) -> OrderMove {
    switch event {
    case .accepted: .become(.venue(.working))
    case .rejected: .become(.sealed(.rejected))
    case .becameUnknown: self == .unknown ? .ignore : .apply
    // A fill proves acceptance, whether or not the acknowledgement ever comes.
    case .partlyFilled: .become(.venue(.working))
    case .lastFilled: .become(.sealed(.filled))
    case .cancelRequested: .apply
    // IOC and FOK end without having worked; a lookup may also find the order already cancelled.
    case .canceled: .become(.sealed(.canceled))
    case .expired: .become(.sealed(.expired))
    // A venue that has not seen the order yet says the same as one that never will: ask again.
    case .cancelRefusedGone, .cancelRefused: .apply
    // Only the verdict after spaced lookups, and only once the outcome is officially unknown.
    case .notFound: self == .unknown ? .become(.sealed(.notFound)) : .impossible
    case .triggered: .become(.venue(.triggered))
    case .suspended: .become(.venue(.suspended))
    case .replaceRequested: .refuse
    // What is taken back has counted before, and then the venue has the order.
    case .denied, .held, .trailed, .submitting, .busted, .amended, .replaced, .replaceRefused,
      .settled, .protectionWaived, .protectionEnded, .progressed, .completed:
      .impossible
    }
  }

  private func moveAtVenue(on event: OrderEventKind) -> OrderMove {
    switch event {
    // A repeated acknowledgement; it resumes what the venue had suspended.
    case .accepted: self == .suspended ? .become(.venue(.working)) : .ignore
    // A rejection after acceptance is real. With fills it is the end of the remainder only.
    case .rejected:
      self == .partiallyFilled
        ? .becomeAnomalous(.sealed(.canceled)) : .become(.sealed(.rejected))
    // The order is known to be there; an unanswered command keeps its overlay and is asked about.
    case .becameUnknown: .ignore
    // A partial fill does not clear a pending request (FIX: PendingCancel precedes
    // PartiallyFilled), and neither does one that is taken back.
    case .partlyFilled, .busted: .apply
    case .lastFilled: .become(.sealed(.filled))
    case .cancelRequested: self == .pendingCancel ? .ignore : .apply
    case .canceled: .become(.sealed(.canceled))
    // "Unknown" or "already done" proves nothing: the overlay stays until a query answers.
    case .cancelRefusedGone: self == .pendingCancel ? .apply : .ignore
    case .cancelRefused: self == .pendingCancel ? .apply : .ignore
    case .expired: .become(.sealed(.expired))
    // The venue had it and has lost it: history was asked first, so say so loudly.
    case .notFound: .becomeAnomalous(.sealed(.notFound))
    case .triggered: self == .triggered ? .ignore : .become(.venue(.triggered))
    case .suspended: self == .suspended ? .ignore : .become(.venue(.suspended))
    case .replaceRequested: self == .pendingCancel || self == .pendingReplace ? .refuse : .apply
    // A cancel that was asked for afterwards hides the change, which may come through all the same.
    case .amended: self == .pendingReplace || self == .pendingCancel ? .apply : .ignore
    case .replaced: .become(.sealed(.replaced))
    case .replaceRefused: self == .pendingReplace || self == .pendingCancel ? .apply : .ignore
    case .denied, .held, .trailed, .submitting, .settled, .protectionWaived, .protectionEnded,
      .progressed, .completed:
      .impossible
    }
  }

  private func moveWhenFilled(on event: OrderEventKind) -> OrderMove {
    switch event {
    case .rejected, .canceled: .anomaly
    // An overfill is real money: it counts, and somebody must look.
    case .partlyFilled, .lastFilled: .applyAnomalous
    // The fact ends the order with less if it is not whole any more.
    case .busted: .apply
    case .cancelRequested, .replaceRequested: .refuse
    case .settled: self == .filled ? .apply : .ignore
    case .accepted, .becameUnknown, .cancelRefusedGone, .cancelRefused, .expired, .notFound,
      .triggered, .suspended, .amended, .replaceRefused:
      .ignore
    case .denied, .held, .trailed, .submitting, .replaced, .protectionWaived, .protectionEnded,
      .progressed, .completed:
      .impossible
    }
  }

  private func moveWhenEnded(on event: OrderEventKind) -> OrderMove {
    switch event {
    // A late fill moves quantity and position; the order stays sealed. So does one taken back.
    case .partlyFilled, .busted: .apply
    case .lastFilled: .become(.sealed(.filled))
    case .cancelRequested, .replaceRequested: .refuse
    case .accepted, .rejected, .becameUnknown, .canceled, .cancelRefusedGone, .cancelRefused,
      .expired, .notFound, .triggered, .suspended, .amended, .replaced, .replaceRefused:
      .ignore
    case .denied, .held, .trailed, .submitting, .settled, .protectionWaived, .protectionEnded,
      .progressed, .completed:
      .impossible
    }
  }

  private func moveWhenRefused(on event: OrderEventKind) -> OrderMove {
    switch event {
    // Proved alive after all: reopen, count, and page a human.
    case .accepted, .partlyFilled: .becomeAnomalous(.venue(.working))
    case .triggered: .becomeAnomalous(.venue(.triggered))
    case .suspended: .becomeAnomalous(.venue(.suspended))
    case .lastFilled: .becomeAnomalous(.sealed(.filled))
    case .busted: .apply
    // A lookup may find that the order had lived and ended.
    case .canceled: .become(.sealed(.canceled))
    case .expired: .become(.sealed(.expired))
    // Somebody doubts the verdict: the venue is asked to cancel anyway, the state stays.
    case .cancelRequested: .ignore
    case .replaceRequested: .refuse
    case .rejected, .becameUnknown, .cancelRefusedGone, .cancelRefused, .notFound, .amended,
      .replaceRefused:
      .ignore
    case .denied, .held, .trailed, .submitting, .replaced, .settled, .protectionWaived,
      .protectionEnded, .progressed, .completed:
      .impossible
    }
  }
}
