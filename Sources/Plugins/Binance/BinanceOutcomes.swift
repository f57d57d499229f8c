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
        self = .silence(reason: BinanceResult.unreadable)
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

  /// What is said of an answer that cannot be read.
  static let unreadable = "Binance's answer cannot be read."

  /// Why there is no answer, for people.
  var reason: String {
    switch self {
    case .answer: BinanceResult.unreadable
    case .error(let error): error.sentence
    case .notSent(let reason), .silence(let reason): reason
    }
  }
}

extension BinanceVenue {
  /// What came of placing an order.
  func submitOutcome(
    of order: Order, _ result: BinanceResult, isAlgo: Bool = false
  ) -> SubmitOutcome {
    switch result {
    case .answer(let value) where isAlgo:
      guard let answer = BinanceAlgoAnswer(value), answer.report.orderID == order.id else {
        return .unknown(reason: result.reason)
      }
      return .accepted(answer.report, position: nil)
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

  /// What came of cancelling an order, or what a conditional one has become.
  func cancelOutcome(
    of order: Order, _ result: BinanceResult, isChild: Bool = false
  ) -> CancelOutcome {
    guard case .answer(let value) = result else { return cancelFailure(result) }
    // A cancel at Spot has an id of its own.
    let answer =
      isChild
      ? BinanceOrderAnswer(value, childOf: order.id)
      : BinanceOrderAnswer(value, isCancel: self == .spot)
    guard let answer, answer.report.orderID == order.id else {
      return .unknown(reason: BinanceResult.unreadable)
    }
    return .canceled(answer.report)
  }

  /// What came of cancelling a conditional order, which has no trades.
  func algoCancelOutcome(of order: Order, _ result: BinanceResult) -> CancelOutcome {
    guard case .answer(let value) = result else { return cancelFailure(result) }
    guard value.text("clientAlgoId") == order.id.description,
      let algoID = value["algoId"]?.integer
    else { return .unknown(reason: BinanceResult.unreadable) }
    return .canceled(
      OrderReport(
        orderID: order.id, venueOrderID: VenueOrderID("algo-", Int64(algoID)),
        status: .canceled(reason: nil), filledQuantity: .zero, fills: []))
  }

  private func cancelFailure(_ result: BinanceResult) -> CancelOutcome {
    switch result {
    case .answer: return .unknown(reason: BinanceResult.unreadable)
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

  /// What it says of an order that a question for it was not answered with it.
  func queryFailure(_ result: BinanceResult) -> QueryOutcome {
    if case .error(let error) = result, verdict(on: error) == .notFound { return .notFound }
    return .unavailable(reason: result.reason)
  }
}
