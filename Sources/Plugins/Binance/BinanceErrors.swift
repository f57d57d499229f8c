// What Binance's answers prove about an order, by HTTP status and error code. Spot and USD-M
// Futures have tables of their own: some codes mean different things there. Sources: errors.md of
// binance-spot-api-docs, "Error Codes" of the USD-M Futures documentation. Where those do not say
// whether an order may have been placed, nobody knows, and it is asked for.

/// What an error proves.
enum BinanceVerdict: Equatable, Sendable {
  /// The order was not placed.
  case notPlaced
  /// The order was not placed because our time is off; the clock has to be set anew.
  case notPlacedByClock
  /// The order was not placed because of a limit.
  case notPlacedByLimit
  /// The venue has an order with this id already.
  case alreadyThere
  /// The order is not open.
  case notOpen
  /// The venue finds no such order.
  case notFound
  /// It is as it was asked to be already.
  case isSoAlready
  /// Nobody knows.
  case unknown
}

/// An error as Binance states it.
struct BinanceError: Equatable, Sendable {
  /// The HTTP status.
  let status: Int
  /// The code in the body, below nothing; nil where the body has none.
  let code: Int?
  /// The sentence in the body, or nothing.
  let message: String

  /// The error for people, without a verdict.
  var sentence: String {
    let code = code.map { " (\($0))" } ?? ""
    return message.isEmpty ? "Binance answered with status \(status)\(code)." : "\(message)\(code)"
  }
}

/// Which of Binance's venues it is.
public enum BinanceVenue: Sendable {
  /// Spot.
  case spot
  /// USD-M Futures.
  case futures

  /// What an error proves about the command that it answers.
  func verdict(on error: BinanceError) -> BinanceVerdict {
    switch error.status {
    case 403, 418, 429: return .notPlacedByLimit
    case 503 where self == .futures: return verdict(onUnavailable: error)
    case 408, 500...: return .unknown
    default: break
    }
    guard let code = error.code else { return .unknown }
    if let common = BinanceVenue.common(code) { return common }
    switch (code, self) {
    case (-2010, _):
      return error.message.hasPrefix("Duplicate order sent") ? .alreadyThere : .notPlaced
    // Archived, which happens to old orders that never traded.
    case (-2026, .spot): return .notFound
    case (-1008, .futures), (-2028 ... -2018, .futures): return .notPlaced
    case (-5028, .futures): return .notPlacedByClock
    case (-4116, .futures): return .alreadyThere
    case (-4117, .futures): return .unknown
    case (-4046, .futures), (-4059, .futures): return .isSoAlready
    case (-4999 ... -4000, .futures), (-5999 ... -5000, .futures), (-1011, .futures),
      (-1099, .futures), (-2017, .futures):
      return .notPlaced
    default: return .unknown
    }
  }

  /// The codes that mean the same at both venues.
  private static func common(_ code: Int) -> BinanceVerdict? {
    switch code {
    case -1021: .notPlacedByClock
    case -1003, -1015: .notPlacedByLimit
    case -2011: .notOpen
    case -2013: .notFound
    case -1002, -1013, -1014, -1016, -1020, -1022, -1199 ... -1100, -2014, -2015, -2016: .notPlaced
    default: nil
    }
  }

  /// Status 503 has four bodies, three of which say that nothing was done.
  private func verdict(onUnavailable error: BinanceError) -> BinanceVerdict {
    let failures = ["Service Unavailable", "Internal error; unable to process your request"]
    let isFailure = error.code == -1008 || failures.contains { error.message.hasPrefix($0) }
    return isFailure ? .notPlaced : .unknown
  }
}
