// What a terminal's answers prove. Only its own words do, and only the command that was never
// handed over is known not to have arrived.

internal import Trading
internal import Wire

/// What came of a command.
enum BridgeResult {
  /// The terminal answered.
  case answer(JSONValue)
  /// It was never handed over, and never will be.
  case notSent(reason: String)
  /// The terminal may have it, and nobody answers any more.
  case silence(reason: String)

  /// What is said of an answer that cannot be read.
  static let unreadable = "The terminal's answer cannot be read."

  /// Why there is no usable answer, for people.
  var reason: String {
    switch self {
    case .answer(let json):
      json.text("reason").flatMap { $0.isEmpty ? nil : $0 } ?? BridgeResult.unreadable
    case .notSent(let reason), .silence(let reason): reason
    }
  }

  /// The word that the answer begins with; nil without one.
  private var word: String? {
    if case .answer(let json) = self { json.text("result") } else { nil }
  }

  private func report(of order: Order, _ contracts: BridgeContracts) -> OrderReport? {
    guard case .answer(let json) = self, let stated = json["order"],
      let report = OrderReport(bridge: stated, of: contracts), report.orderID == order.id
    else { return nil }
    return report
  }

  /// What came of sending an order.
  func submitOutcome(of order: Order, _ contracts: BridgeContracts) -> SubmitOutcome {
    switch (self, word) {
    case (.answer, "accepted"):
      guard let report = report(of: order, contracts) else {
        return .unknown(reason: BridgeResult.unreadable)
      }
      return .accepted(report, position: nil)
    case (.answer(let json), "refused"): return .rejected(Rejection(bridge: json))
    case (.notSent(let reason), _):
      return .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: reason))
    case (.answer, _), (.silence, _): return .unknown(reason: reason)
    }
  }

  /// What came of asking for a cancel.
  func cancelOutcome(of order: Order, _ contracts: BridgeContracts) -> CancelOutcome {
    switch (self, word) {
    case (.answer, "canceled"):
      guard let report = report(of: order, contracts), case .canceled = report.status else {
        return .unknown(reason: BridgeResult.unreadable)
      }
      return .canceled(report)
    case (.answer(let json), "refused"):
      return .refused(isGone: json["gone"]?.bool ?? false, reason: reason)
    case (.notSent(let reason), _): return .refused(isGone: false, reason: reason)
    case (.answer, _), (.silence, _): return .unknown(reason: reason)
    }
  }

  /// What came of asking for an order.
  func queryOutcome(of order: Order, _ contracts: BridgeContracts) -> QueryOutcome {
    switch (self, word) {
    case (.answer, "found"):
      guard let report = report(of: order, contracts) else {
        return .unavailable(reason: BridgeResult.unreadable)
      }
      return .found(report)
    case (.answer, "not_found"): return .notFound
    case (.answer, _), (.silence, _), (.notSent, _): return .unavailable(reason: reason)
    }
  }
}
