// The words for events in the journal and in GET /orders/{id}/events.

extension OrderEvent {
  /// The event in one word.
  public var name: String {
    switch self {
    case .received: "received"
    case .denied: "denied"
    case .held: "held"
    case .trailed: "trailed"
    case .submitting: "submitting"
    case .accepted: "accepted"
    case .rejected: "rejected"
    case .becameUnknown: "became_unknown"
    case .filled: "filled"
    case .busted: "busted"
    case .progressed: "progressed"
    case .completed: "completed"
    case .cancelRequested: "cancel_requested"
    case .canceled: "canceled"
    case .cancelRefused: "cancel_refused"
    case .expired: "expired"
    case .notFound: "not_found"
    case .triggered: "triggered"
    case .suspended: "suspended"
    case .replaceRequested: "replace_requested"
    case .amended: "amended"
    case .replaced: "replaced"
    case .replaceRefused: "replace_refused"
    case .protectionWaived: "protection_waived"
    case .protectionEnded: "protection_ended"
    case .settled: "settled"
    }
  }
}
