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
public struct RiskMeasure: Equatable, Sendable {
  /// The measured value; nil where the limit is off or names no number.
  public var value: Decimal?
  /// The limit.
  public var limit: Decimal?
  /// Why the order is denied; nil if it is within the limit.
  public var denial: Denial?
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
      if let denial = measure.denial { return denial }
    }
    return nil
  }

  /// How an order with `terms` stands against one limit.
  public func measure(
    _ rule: RiskRule, of terms: OrderTerms, in context: RiskContext
  ) -> RiskMeasure {
    switch rule {
    case .symbolAllowed: measureSymbol(terms)
    case .openOrders: measureOpenOrders(terms, context)
    case .price: measurePrice(terms, context)
    case .orderNotional: measureOrderNotional(terms, context)
    case .priceCollar: measureCollar(terms, context)
    case .positionNotional: measurePosition(terms, context)
    }
  }

  private func measureSymbol(_ terms: OrderTerms) -> RiskMeasure {
    guard !allowedSymbols.isEmpty, !allowedSymbols.contains(terms.symbol) else {
      return RiskMeasure()
    }
    return RiskMeasure(
      denial: Denial(
        code: RiskRule.symbolAllowed.rawValue,
        sentence: "\(terms.symbol) is not in SYMBOL_ALLOW_LIST. Add it there to trade it.",
        value: terms.symbol.text, limit: nil))
  }

  private func measureOpenOrders(_ terms: OrderTerms, _ context: RiskContext) -> RiskMeasure {
    guard let maxOpenOrders else { return RiskMeasure() }
    var measure = RiskMeasure(
      value: Decimal(context.openOrders), limit: Decimal(maxOpenOrders))
    guard context.openOrders >= maxOpenOrders else { return measure }
    measure.denial = Denial(
      code: RiskRule.openOrders.rawValue,
      sentence: "\(context.openOrders) orders are open on \(terms.account), the most that "
        + "MAX_OPEN_ORDERS allows. Cancel some or raise it.",
      value: "\(context.openOrders)", limit: "\(maxOpenOrders)")
    return measure
  }

  private func price(of terms: OrderTerms, _ context: RiskContext) -> Price? {
    terms.ownPrice ?? context.marketPrice ?? terms.referencePrice
  }

  private func measurePrice(_ terms: OrderTerms, _ context: RiskContext) -> RiskMeasure {
    guard let price = price(of: terms, context) else {
      return RiskMeasure(
        denial: Denial(
          code: RiskRule.price.rawValue,
          sentence: "There is no price for \(terms.symbol) yet, so the order cannot be checked "
            + "against its limits. Send it again when the venue has a price."))
    }
    return RiskMeasure(value: price.amount)
  }

  private func measureOrderNotional(_ terms: OrderTerms, _ context: RiskContext) -> RiskMeasure {
    guard let maxOrderNotional, let price = price(of: terms, context) else {
      return RiskMeasure()
    }
    let notional = terms.quantity * price
    var measure = RiskMeasure(value: notional, limit: maxOrderNotional)
    guard notional > maxOrderNotional else { return measure }
    measure.denial = Denial(
      code: RiskRule.orderNotional.rawValue,
      sentence: "The order is worth \(notional), more than MAX_ORDER_NOTIONAL = "
        + "\(maxOrderNotional) allows. Send a smaller one or raise it.",
      value: "\(notional)", limit: "\(maxOrderNotional)")
    return measure
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
    var measure = RiskMeasure(value: limit.amount, limit: bound)
    let isBeyond = terms.side == .buy ? limit.amount > bound : limit.amount < bound
    guard isBeyond else { return measure }
    measure.denial = Denial(
      code: RiskRule.priceCollar.rawValue,
      sentence: "The price \(limit) is more than \(priceCollarPercent) % beyond the market's "
        + "\(market). Check it, or change PRICE_COLLAR_PERCENT.",
      value: "\(limit)", limit: "\(bound)")
    return measure
  }

  private func measurePosition(_ terms: OrderTerms, _ context: RiskContext) -> RiskMeasure {
    guard let maxPositionNotional, !terms.isReduceOnly,
      let price = context.marketPrice ?? price(of: terms, context)
    else { return RiskMeasure() }
    let position = context.positionQuantity
    let sameWay = (context.exposure.leaves(on: terms.side) + terms.quantity).amount
    let reached = terms.side == .buy ? position + sameWay : position - sameWay
    let notional = reached.magnitude * price.amount
    var measure = RiskMeasure(value: notional, limit: maxPositionNotional)
    // An order that cannot make the position larger than it is always passes.
    guard reached.magnitude > position.magnitude, notional > maxPositionNotional else {
      return measure
    }
    measure.denial = Denial(
      code: RiskRule.positionNotional.rawValue,
      sentence: "With this order the position in \(terms.symbol) could be worth \(notional), more "
        + "than MAX_POSITION_NOTIONAL = \(maxPositionNotional) allows. Send a smaller order or "
        + "raise the limit.",
      value: "\(notional)", limit: "\(maxPositionNotional)")
    return measure
  }
}
