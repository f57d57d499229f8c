// What comes of a request to Binance, turned into what the engine knows: only the venue's own words
// prove anything, and only the request that never left is known not to have arrived.

internal import Trading
internal import Wire

/// What came of a request.
enum BinanceResult {
  /// The venue did it, and answered so.
  case answer(JSONValue)
  /// The venue refused it, or failed.
  case error(BinanceError)
  /// Nothing of it ever left.
  case notSent(reason: String)
  /// It may have left, and was not answered, or not in a way that can be read.
  case silence(reason: String)

  /// Reads an answer.
  init(status: Int, body: [UInt8]) {
    let document = try? JSONDocument(parsing: body)
    if (200...299).contains(status) {
      guard let document else {
        self = .silence(reason: "Binance's answer cannot be read.")
        return
      }
      self = .answer(document.root)
    } else {
      self = .error(
        BinanceError(
          status: status, code: document?.root["code"]?.integer,
          message: document?.root.text("msg") ?? ""))
    }
  }

  /// Why there is no answer, for people.
  var reason: String {
    switch self {
    case .answer: "Binance's answer cannot be read."
    case .error(let error): error.sentence
    case .notSent(let reason), .silence(let reason): reason
    }
  }
}

extension BinanceVenue {
  /// What came of placing an order.
  func submitOutcome(of order: Order, _ result: BinanceResult) -> SubmitOutcome {
    switch result {
    case .answer(let value):
      guard var answer = BinanceOrderAnswer(value), answer.report.orderID == order.id,
        answer.addFills(in: value)
      else { return .unknown(reason: result.reason) }
      return .accepted(answer.report, position: nil)
    case .error(let error):
      switch verdict(on: error) {
      case .notPlaced, .notPlacedByClock, .notPlacedByLimit, .isSoAlready:
        return .rejected(rejection(error))
      case .alreadyThere, .notOpen, .notFound, .unknown:
        return .unknown(reason: error.sentence)
      }
    case .notSent(let reason):
      return .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: reason))
    case .silence(let reason): return .unknown(reason: reason)
    }
  }

  private func rejection(_ error: BinanceError) -> Rejection {
    Rejection(
      code: "BINANCE_\(error.code ?? error.status)",
      sentence: "Binance refused the order: \(error.sentence)")
  }

  /// What came of cancelling an order.
  func cancelOutcome(of order: Order, _ result: BinanceResult) -> CancelOutcome {
    switch result {
    case .answer(let value):
      // A cancel at Spot has an id of its own.
      guard let answer = BinanceOrderAnswer(value, isCancel: self == .spot),
        answer.report.orderID == order.id
      else { return .unknown(reason: result.reason) }
      return .canceled(answer.report)
    case .error(let error):
      switch verdict(on: error) {
      case .notOpen, .notFound: return .refused(isGone: true, reason: error.sentence)
      case .notPlaced, .notPlacedByClock, .notPlacedByLimit, .isSoAlready, .alreadyThere:
        return .refused(isGone: false, reason: error.sentence)
      case .unknown: return .unknown(reason: error.sentence)
      }
    case .notSent(let reason): return .refused(isGone: false, reason: reason)
    case .silence(let reason): return .unknown(reason: reason)
    }
  }

  /// What an answer to a question for an order says; nil where trades have to be asked for too.
  func queryFailure(_ result: BinanceResult) -> QueryOutcome {
    if case .error(let error) = result, verdict(on: error) == .notFound { return .notFound }
    return .unavailable(reason: result.reason)
  }
}
