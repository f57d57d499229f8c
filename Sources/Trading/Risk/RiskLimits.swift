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

extension RiskLimits {
  /// The first limit that an order with `terms` would break, or nil.
  public func firstDenial(of terms: OrderTerms, in context: RiskContext) -> Denial? {
    if !allowedSymbols.isEmpty, !allowedSymbols.contains(terms.symbol) {
      return Denial(
        code: "SYMBOL_NOT_ALLOWED",
        sentence: "\(terms.symbol) is not in SYMBOL_ALLOW_LIST. Add it there to trade it.",
        value: terms.symbol.text, limit: nil)
    }
    if let maxOpenOrders, context.openOrders >= maxOpenOrders {
      return Denial(
        code: "MAX_OPEN_ORDERS",
        sentence: "\(context.openOrders) orders are open on \(terms.account), the most that "
          + "MAX_OPEN_ORDERS allows. Cancel some or raise it.",
        value: "\(context.openOrders)", limit: "\(maxOpenOrders)")
    }
    guard let price = terms.ownPrice ?? context.marketPrice ?? terms.referencePrice else {
      return Denial(
        code: "NO_PRICE",
        sentence: "There is no price for \(terms.symbol) yet, so the order cannot be checked "
          + "against its limits. Send it again when the venue has a price.")
    }
    return denialOfOrderSize(terms, price: price)
      ?? denialOfPrice(terms, market: context.marketPrice)
      ?? denialOfPosition(terms, price: context.marketPrice ?? price, in: context)
  }

  private func denialOfOrderSize(_ terms: OrderTerms, price: Price) -> Denial? {
    guard let maxOrderNotional else { return nil }
    let notional = terms.quantity * price
    guard notional > maxOrderNotional else { return nil }
    return Denial(
      code: "MAX_ORDER_NOTIONAL",
      sentence: "The order is worth \(notional), more than MAX_ORDER_NOTIONAL = "
        + "\(maxOrderNotional) allows. Send a smaller one or raise it.",
      value: "\(notional)", limit: "\(maxOrderNotional)")
  }

  /// Only the aggressive side is checked: a BUY far below the market just rests.
  private func denialOfPrice(_ terms: OrderTerms, market: Price?) -> Denial? {
    // A conditional order meets the market at its trigger.
    guard let priceCollarPercent, let limit = terms.limitPrice,
      let market = terms.triggerPrice ?? market
    else { return nil }
    let share = Decimal.quotient(priceCollarPercent, over: Decimal(100), scale: Decimal.scaleMax)
    let width = (market.amount * share).rounded(toScale: Position.priceScale)
    let bound = terms.side == .buy ? market.amount + width : market.amount - width
    let isBeyond = terms.side == .buy ? limit.amount > bound : limit.amount < bound
    guard isBeyond else { return nil }
    return Denial(
      code: "PRICE_COLLAR",
      sentence: "The price \(limit) is more than \(priceCollarPercent) % beyond the market's "
        + "\(market). Check it, or change PRICE_COLLAR_PERCENT.",
      value: "\(limit)", limit: "\(bound)")
  }

  private func denialOfPosition(
    _ terms: OrderTerms, price: Price, in context: RiskContext
  ) -> Denial? {
    guard let maxPositionNotional, !terms.isReduceOnly else { return nil }
    let position = context.positionQuantity
    let sameWay = (context.exposure.leaves(on: terms.side) + terms.quantity).amount
    let reached = terms.side == .buy ? position + sameWay : position - sameWay
    // An order that cannot make the position larger than it is always passes.
    guard reached.magnitude > position.magnitude else { return nil }
    let notional = reached.magnitude * price.amount
    guard notional > maxPositionNotional else { return nil }
    return Denial(
      code: "MAX_POSITION_NOTIONAL",
      sentence: "With this order the position in \(terms.symbol) could be worth \(notional), more "
        + "than MAX_POSITION_NOTIONAL = \(maxPositionNotional) allows. Send a smaller order or "
        + "raise the limit.",
      value: "\(notional)", limit: "\(maxPositionNotional)")
  }
}
