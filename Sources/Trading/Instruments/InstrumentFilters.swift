// What only some venues ask of an order beyond tick, lot and smallest notional. What is not stated
// is not limited.

/// The rarer trading rules of an instrument.
public struct InstrumentFilters: Equatable, Sendable {
  /// The order types that the venue takes of this instrument; nil for all that it takes of any.
  public var orderTypes: [OrderType]?
  /// What a trailing stop's offset must be for the venue to follow the market; nil for anything.
  public var trailingPercent: TrailingPercentFilter?
  /// The lowest price of an order.
  public var minPrice: Decimal?
  /// The highest price of an order.
  public var maxPrice: Decimal?
  /// The quantities of MARKET orders are multiples of it.
  public var marketLotStep: Decimal?
  /// The smallest quantity of a MARKET order.
  public var marketMinQuantity: Decimal?
  /// The largest quantity of a MARKET order.
  public var marketMaxQuantity: Decimal?
  /// The largest price × quantity of an order.
  public var maxNotional: Decimal?
  /// Whether MARKET orders have to be worth the smallest notional too.
  public var minNotionalCoversMarket = true
  /// Whether MARKET orders may not be worth more than the largest notional either.
  public var maxNotionalCoversMarket = true
  /// The most parts that the display quantity may divide an order into.
  public var icebergPartsMax: Int?

  /// No rules.
  public init() {}
}

/// What offsets of a trailing stop a venue knows: whole steps of a percent in a range.
public struct TrailingPercentFilter: Equatable, Sendable {
  /// The smallest offset in percent.
  public var min: Decimal
  /// The largest offset in percent.
  public var max: Decimal
  /// Offsets are multiples of it, in percent.
  public var step: Decimal

  /// A filter from its parts, all in percent.
  public init(min: Decimal, max: Decimal, step: Decimal) {
    self.min = min
    self.max = max
    self.step = step
  }

  func passes(_ trigger: Trigger?) -> Bool {
    guard case .trailing(.percent(let percent), _) = trigger else { return false }
    return percent >= min && percent <= max && percent.isMultiple(of: step)
  }
}

extension Instrument {
  /// Whether the venue takes an order of this type and trigger for this instrument, as far as the
  /// instrument's own rules say.
  func takes(_ terms: OrderTerms) -> Bool {
    guard hasFilters else { return true }
    if let types = filters.orderTypes, !types.contains(terms.type) { return false }
    guard terms.type == .trailingStop, let filter = filters.trailingPercent else { return true }
    return filter.passes(terms.trigger)
  }

  /// The first of the rarer rules that `terms` break, or nil.
  func firstBrokenFilter(by terms: OrderTerms) -> Denial? {
    (terms.type.executed == .market ? brokenMarketRule(by: terms.quantity.amount) : nil)
      ?? brokenPriceRule(by: terms.limitPrice) ?? brokenPriceRule(by: terms.triggerPrice)
      ?? brokenIcebergRule(by: terms)
  }

  private func brokenMarketRule(by quantity: Decimal) -> Denial? {
    if let step = filters.marketLotStep, !quantity.isMultiple(of: step) {
      return Denial(
        code: "MARKET_LOT_STEP",
        sentence: "The quantity of a MARKET order of \(symbol) must be a multiple of \(step), but "
          + "is \(quantity).", value: "\(quantity)", limit: "\(step)")
    }
    if let min = filters.marketMinQuantity, quantity < min {
      return Denial(
        code: "MARKET_MIN_QUANTITY",
        sentence: "The quantity of a MARKET order of \(symbol) must be at least \(min), but is "
          + "\(quantity).", value: "\(quantity)", limit: "\(min)")
    }
    if let max = filters.marketMaxQuantity, quantity > max {
      return Denial(
        code: "MARKET_MAX_QUANTITY",
        sentence: "The quantity of a MARKET order of \(symbol) must be at most \(max), but is "
          + "\(quantity). Send it in parts, for example with twap.",
        value: "\(quantity)", limit: "\(max)")
    }
    return nil
  }

  private func brokenPriceRule(by price: Price?) -> Denial? {
    guard let price = price?.amount else { return nil }
    if let min = filters.minPrice, price < min {
      return Denial(
        code: "MIN_PRICE",
        sentence: "The price of \(symbol) must be at least \(min), but is \(price).",
        value: "\(price)", limit: "\(min)")
    }
    if let max = filters.maxPrice, price > max {
      return Denial(
        code: "MAX_PRICE",
        sentence: "The price of \(symbol) must be at most \(max), but is \(price).",
        value: "\(price)", limit: "\(max)")
    }
    return nil
  }

  private func brokenIcebergRule(by terms: OrderTerms) -> Denial? {
    guard let most = filters.icebergPartsMax, let display = terms.displayQuantity,
      let shown = display.amount.multiplied(by: Decimal(most)), shown < terms.quantity.amount
    else { return nil }
    return Denial(
      code: "ICEBERG_PARTS",
      sentence: "display_quantity is \(display), which divides the quantity \(terms.quantity) into "
        + "more than the \(most) parts that \(symbol) may have. Send a larger one.",
      value: "\(display)", limit: "\(most)")
  }

  /// The largest notional that an order breaks, or nil.
  func brokenMaxNotional(_ notional: Decimal, of terms: OrderTerms) -> Denial? {
    guard let max = filters.maxNotional, notional > max,
      terms.type.executed == .limit || filters.maxNotionalCoversMarket
    else { return nil }
    return Denial(
      code: "MAX_NOTIONAL",
      sentence: "Price times quantity of \(symbol) must be at most \(max) \(quoteAsset), but is "
        + "\(notional). Send it in parts, for example with twap.",
      value: "\(notional)", limit: "\(max)")
  }
}
