// The owner's limits and their checks. Every denial carries a stable code, the measured value and
// the limit, so that a caller can act on it. Closes are brakes and never come here.

/// Limits on what orders may do. Nil switches a limit off, which only the owner may do.
public struct RiskLimits: Equatable, Sendable {
  /// The largest price × quantity of one order, in the quote asset.
  public var maxOrderNotional: Decimal?
  /// The largest size of a position with all live orders filled, in the quote asset.
  public var maxPositionNotional: Decimal?
  /// The most orders that may be live on one account.
  public var maxOpenOrders: Int?
  /// How far a limit price may stand on the aggressive side of the market, in percent.
  public var priceCollarPercent: Decimal?
  /// The instruments that may be traded; empty allows all that the venue has.
  public var allowedSymbols: Set<Symbol>

  /// Limits from their parts.
  public init(
    maxOrderNotional: Decimal? = nil, maxPositionNotional: Decimal? = nil,
    maxOpenOrders: Int? = nil, priceCollarPercent: Decimal? = nil,
    allowedSymbols: Set<Symbol> = []
  ) {
    self.maxOrderNotional = maxOrderNotional
    self.maxPositionNotional = maxPositionNotional
    self.maxOpenOrders = maxOpenOrders
    self.priceCollarPercent = priceCollarPercent
    self.allowedSymbols = allowedSymbols
  }
}

/// What an order is measured against.
public struct RiskContext: Sendable {
  /// The last price of the market, if there is one.
  public var marketPrice: Price?
  /// The signed size of the position.
  public var positionQuantity: Decimal
  /// What live orders of the instrument may still do.
  public var exposure: Exposure
  /// How many orders are live on the account.
  public var openOrders: Int

  /// A context from its parts.
  public init(
    marketPrice: Price?, positionQuantity: Decimal, exposure: Exposure, openOrders: Int
  ) {
    self.marketPrice = marketPrice
    self.positionQuantity = positionQuantity
    self.exposure = exposure
    self.openOrders = openOrders
  }
}

/// One limit, and how an order stands against it.
struct RiskMeasure: Equatable {
  /// The measured value; nil where the limit is off or names no number.
  var value: Decimal?
  /// The limit.
  var limit: Decimal?
  /// Whether the order would break it.
  var isBroken = false
}

/// What one limit was measured to, for the record.
public struct MeasuredLimit: Equatable, Sendable {
  /// The limit.
  public var rule: RiskRule
  /// The measured value.
  public var value: Decimal
  /// How large it may be; nil where it is held to nothing by itself.
  public var limit: Decimal?
}

/// The limits, in the order in which they are checked.
public enum RiskRule: String, CaseIterable, Sendable {
  /// The instrument may be traded.
  case symbolAllowed = "SYMBOL_NOT_ALLOWED"
  /// So many orders may be open.
  case openOrders = "MAX_OPEN_ORDERS"
  /// There is a price to check with.
  case price = "NO_PRICE"
  /// The order is worth so much.
  case orderNotional = "MAX_ORDER_NOTIONAL"
  /// The limit price is so far from the market.
  case priceCollar = "PRICE_COLLAR"
  /// The position could be worth so much.
  case positionNotional = "MAX_POSITION_NOTIONAL"

  /// Made once: `allCases` makes a list at every use.
  static let all = allCases
}

extension RiskLimits {
  /// The first limit that an order with `terms` would break, or nil.
  public func firstDenial(of terms: OrderTerms, in context: RiskContext) -> Denial? {
    var measured: [MeasuredLimit] = []
    return firstDenial(of: terms, in: context, noting: &measured)
  }

  /// The same; notes what was measured up to the first limit that would be broken.
  func firstDenial(
    of terms: OrderTerms, in context: RiskContext, noting measured: inout [MeasuredLimit]
  ) -> Denial? {
    measured.reserveCapacity(RiskRule.all.count)
    for rule in RiskRule.all {
      let measure = measure(rule, of: terms, in: context)
      if let value = measure.value {
        measured.append(MeasuredLimit(rule: rule, value: value, limit: measure.limit))
      }
      if measure.isBroken { return denial(rule, measure, of: terms, in: context) }
    }
    return nil
  }

  /// How an order with `terms` stands against one limit.
  func measure(
    _ rule: RiskRule, of terms: OrderTerms, in context: RiskContext
  ) -> RiskMeasure {
    switch rule {
    case .symbolAllowed:
      return RiskMeasure(
        isBroken: !allowedSymbols.isEmpty && !allowedSymbols.contains(terms.symbol))
    case .openOrders:
      guard let maxOpenOrders else { return RiskMeasure() }
      return RiskMeasure(
        value: Decimal(context.openOrders), limit: Decimal(maxOpenOrders),
        isBroken: context.openOrders >= maxOpenOrders)
    case .price:
      guard let price = price(of: terms, context) else { return RiskMeasure(isBroken: true) }
      return RiskMeasure(value: price.amount)
    case .orderNotional:
      guard let maxOrderNotional, let price = price(of: terms, context) else {
        return RiskMeasure()
      }
      let notional = terms.quantity * price
      return RiskMeasure(
        value: notional, limit: maxOrderNotional, isBroken: notional > maxOrderNotional)
    case .priceCollar: return measureCollar(terms, context)
    case .positionNotional: return measurePosition(terms, context)
    }
  }

  private func price(of terms: OrderTerms, _ context: RiskContext) -> Price? {
    terms.ownPrice ?? context.marketPrice ?? terms.referencePrice
  }

  /// Only the aggressive side is checked: a BUY far below the market just rests. A conditional
  /// order meets the market at its trigger.
  private func measureCollar(_ terms: OrderTerms, _ context: RiskContext) -> RiskMeasure {
    guard let priceCollarPercent, let limit = terms.limitPrice,
      let market = terms.triggerPrice ?? context.marketPrice
    else { return RiskMeasure() }
    let share = Decimal.quotient(priceCollarPercent, over: Decimal(100), scale: Decimal.scaleMax)
    let width = (market.amount * share).rounded(toScale: Position.priceScale)
    let bound = terms.side == .buy ? market.amount + width : market.amount - width
    let isBeyond = terms.side == .buy ? limit.amount > bound : limit.amount < bound
    return RiskMeasure(value: limit.amount, limit: bound, isBroken: isBeyond)
  }

  private func measurePosition(_ terms: OrderTerms, _ context: RiskContext) -> RiskMeasure {
    guard let maxPositionNotional, !terms.isReduceOnly,
      let price = context.marketPrice ?? price(of: terms, context)
    else { return RiskMeasure() }
    let position = context.positionQuantity
    let sameWay = (context.exposure.leaves(on: terms.side) + terms.quantity).amount
    let reached = terms.side == .buy ? position + sameWay : position - sameWay
    let notional = reached.magnitude * price.amount
    // An order that cannot make the position larger than it is always passes.
    return RiskMeasure(
      value: notional, limit: maxPositionNotional,
      isBroken: notional > maxPositionNotional && reached.magnitude > position.magnitude)
  }
}
