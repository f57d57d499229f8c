// What a venue says about an instrument, and the exact checks of an order against it. A check that
// fails is the caller's to mend: nothing is rounded into shape silently.

/// An instrument's trading rules, as the venue publishes them. A class, because every order looks
/// at its own.
public final class Instrument: Equatable, Sendable {
  /// Its name here.
  public let symbol: Symbol
  /// What is bought and sold.
  public let baseAsset: Asset
  /// What it is paid in.
  public let quoteAsset: Asset
  /// Prices are multiples of it.
  public let tickSize: Decimal
  /// Quantities are multiples of it.
  public let lotStep: Decimal
  /// The smallest quantity of an order.
  public let minQuantity: Decimal
  /// The largest quantity of an order.
  public let maxQuantity: Decimal
  /// The smallest price × quantity of an order.
  public let minNotional: Decimal
  /// What only some venues ask for besides.
  public let filters: InstrumentFilters
  /// Whether there is any of those: most orders need not look at each.
  let hasFilters: Bool

  /// Rules from their parts.
  public init(
    symbol: Symbol, baseAsset: Asset, quoteAsset: Asset, tickSize: Decimal, lotStep: Decimal,
    minQuantity: Decimal, maxQuantity: Decimal, minNotional: Decimal,
    filters: InstrumentFilters = InstrumentFilters()
  ) {
    self.symbol = symbol
    self.baseAsset = baseAsset
    self.quoteAsset = quoteAsset
    self.tickSize = tickSize
    self.lotStep = lotStep
    self.minQuantity = minQuantity
    self.maxQuantity = maxQuantity
    self.minNotional = minNotional
    self.filters = filters
    hasFilters = filters != InstrumentFilters()
  }

  /// Whether both are the same in every rule.
  public static func == (a: Instrument, b: Instrument) -> Bool {
    a.symbol == b.symbol && a.baseAsset == b.baseAsset && a.quoteAsset == b.quoteAsset
      && a.tickSize == b.tickSize && a.lotStep == b.lotStep && a.minQuantity == b.minQuantity
      && a.maxQuantity == b.maxQuantity && a.minNotional == b.minNotional
      && a.filters == b.filters
  }

  /// The first rule that `terms` break, or nil. `marketPrice` values a MARKET order.
  /// A close may be smaller than the minimum notional: venues let reducing orders pass it.
  public func firstBrokenRule(by terms: OrderTerms, marketPrice: Price?) -> Denial? {
    let quantity = terms.quantity.amount
    if !quantity.isMultiple(of: lotStep) {
      return Denial(
        code: "LOT_STEP",
        sentence: "The quantity of \(symbol) must be a multiple of \(lotStep), but is \(quantity).",
        value: "\(quantity)", limit: "\(lotStep)")
    }
    if quantity < minQuantity {
      return Denial(
        code: "MIN_QUANTITY",
        sentence: "The quantity of \(symbol) must be at least \(minQuantity), but is \(quantity).",
        value: "\(quantity)", limit: "\(minQuantity)")
    }
    if quantity > maxQuantity {
      return Denial(
        code: "MAX_QUANTITY",
        sentence: "The quantity of \(symbol) must be at most \(maxQuantity), but is \(quantity).",
        value: "\(quantity)", limit: "\(maxQuantity)")
    }
    return brokenTickRule(by: terms.limitPrice) ?? brokenTickRule(by: terms.triggerPrice)
      ?? (hasFilters ? firstBrokenFilter(by: terms) : nil)
      ?? brokenNotionalRule(by: terms, marketPrice: marketPrice)
  }

  private func brokenTickRule(by price: Price?) -> Denial? {
    guard let price, !price.amount.isMultiple(of: tickSize) else { return nil }
    return Denial(
      code: "TICK_SIZE",
      sentence: "The price of \(symbol) must be a multiple of \(tickSize), but is \(price).",
      value: "\(price)", limit: "\(tickSize)")
  }

  private func brokenNotionalRule(by terms: OrderTerms, marketPrice: Price?) -> Denial? {
    guard let price = terms.ownPrice ?? marketPrice ?? terms.referencePrice else { return nil }
    // Quantity is within the venue's maximum here, but a limit price is still anybody's number.
    guard let notional = terms.quantity.amount.multiplied(by: price.amount) else {
      return Denial(
        code: "NOTIONAL_TOO_LARGE", sentence: "Price times quantity is too large to be real.",
        value: "\(price)", limit: nil)
    }
    let isCovered = terms.type.executed == .limit || filters.minNotionalCoversMarket
    if notional < minNotional, isCovered, terms.purpose == .trade, !terms.isReduceOnly {
      return Denial(
        code: "MIN_NOTIONAL",
        sentence: "Price times quantity of \(symbol) must be at least \(minNotional) "
          + "\(quoteAsset), but is \(notional).",
        value: "\(notional)", limit: "\(minNotional)")
    }
    return hasFilters ? brokenMaxNotional(notional, of: terms) : nil
  }
}
