// How large an order is where its alert does not say. Pure: balances, prices and limits come in, a
// quantity goes out. The rule to keep: rounding and limits only ever make it smaller.

internal import Trading

/// What a size is worked out from.
struct AlertSizing {
  /// What the strategy fixes; nil for the usual way: risk if there is a stop-loss, else a share.
  var size: AlertSize?
  /// What the account has of the quote asset.
  var balance: Decimal
  /// How many percent of the balance a stop-loss may cost.
  var riskPercent: Decimal
  /// What the order is expected to be filled at.
  var price: Price
  var stopLoss: Price?
  /// The most that the order may be worth, of all limits; nil without any.
  var notionalMax: Decimal?
  /// The step, and the least, of the instrument.
  var lotStep: Decimal
  var minQuantity: Decimal

  /// How many percent of the balance without a stop-loss to work from, as the callers know it.
  private static let usualPercent = Decimal(5)
  /// Digits after the point while it is worked out.
  private static let scale: UInt8 = 12

  /// How it was worked out: the word in metrics.
  var method: String {
    switch size {
    case .quantity: "quantity"
    case .notional: "notional"
    case .equityPercent: "equity_percent"
    case .riskPercent: "risk"
    case nil: stopLoss == nil ? "equity_percent" : "risk"
    }
  }

  /// The quantity. Throws where it would be nothing.
  func quantity() throws(APIError) -> Quantity {
    let wanted: Decimal
    switch size {
    case .quantity(let quantity): wanted = quantity.amount
    case .notional(let notional): wanted = try over(notional, price.amount)
    case .equityPercent(let percent): wanted = try over(share(percent), price.amount)
    case .riskPercent(let percent):
      guard let distance else { throw AlertSizing.noStop }
      wanted = try over(share(percent), distance)
    case nil:
      wanted = try over(
        share(distance == nil ? AlertSizing.usualPercent : riskPercent), distance ?? price.amount)
    }
    let most = try notionalMax.map { most throws(APIError) in
      try over(max(.zero, most), price.amount)
    }
    let quantity = min(wanted, most ?? wanted).truncated(toMultipleOf: lotStep)
    guard quantity >= minQuantity, quantity.isPositive, let quantity = Quantity(quantity) else {
      var error = APIError(
        status: 422, code: "SIZE_TOO_SMALL",
        "The size that follows from the balance of \(balance), the stop-loss and the limits is "
          + "\(quantity), and the least is \(minQuantity). Send a quantity, or change the "
          + "strategy's size.")
      error.detail = [("value", "\(quantity)"), ("limit", "\(minQuantity)")]
      throw error
    }
    return quantity
  }

  /// What one unit loses if the stop-loss is hit; nil without one, or where that is nothing.
  private var distance: Decimal? {
    guard let stopLoss else { return nil }
    let distance = (price.amount - stopLoss.amount).magnitude
    return distance.isZero ? nil : distance
  }

  private func share(_ percent: Decimal) -> Decimal {
    Decimal.quotient(balance, times: percent, over: Decimal(100), scale: AlertSizing.scale)
  }

  /// Rounded down: rounding up could pass a limit by a hair.
  private func over(_ amount: Decimal, _ divisor: Decimal) throws(APIError) -> Decimal {
    if let largest = divisor.multiplied(by: AlertSizing.largest), amount >= largest {
      throw AlertSizing.tooLarge
    }
    let quotient = Decimal.quotient(amount, over: divisor, scale: AlertSizing.scale)
    // What cannot be multiplied exactly is taken to have been rounded up.
    if let product = quotient.multiplied(by: divisor), product <= amount { return quotient }
    return max(.zero, quotient - Decimal(units: 1, scale: AlertSizing.scale))
  }

  /// More than anybody can mean, and little enough to be worked with.
  private static let largest = Decimal(1_000_000_000_000)

  private static let tooLarge = APIError.invalid(
    "NUMBER_TOO_LARGE", field: "price",
    "The size that follows from price and stop_loss is too large to be real. Send a quantity.")

  private static let noStop = APIError.invalid(
    "MISSING_FIELD", field: "stop_loss",
    "The strategy's size is a risk in percent, which needs stop_loss in the alert.")
}
