// What a caller is told whose order would break a limit: what was measured, and what to do.

extension RiskLimits {
  /// Why an order with `terms` is denied whose `measure` breaks a limit.
  func denial(
    _ rule: RiskRule, _ measure: RiskMeasure, of terms: OrderTerms, in context: RiskContext
  ) -> Denial {
    Denial(
      code: rule.rawValue, sentence: sentence(rule, measure, of: terms, in: context),
      value: rule == .symbolAllowed ? terms.symbol.text : measure.value?.description,
      limit: measure.limit?.description)
  }

  private func sentence(
    _ rule: RiskRule, _ measure: RiskMeasure, of terms: OrderTerms, in context: RiskContext
  ) -> String {
    let value = measure.value?.description ?? ""
    let limit = measure.limit?.description ?? ""
    return switch rule {
    case .symbolAllowed:
      "\(terms.symbol) is not in SYMBOL_ALLOW_LIST. Add it there to trade it."
    case .openOrders:
      "\(value) orders are open on \(terms.account), the most that MAX_OPEN_ORDERS allows. "
        + "Cancel some or raise it."
    case .price:
      "There is no price for \(terms.symbol) yet, so the order cannot be checked against its "
        + "limits. Send it again when the venue has a price."
    case .orderNotional:
      "The order is worth \(value), more than MAX_ORDER_NOTIONAL = \(limit) allows. Send a "
        + "smaller one or raise it."
    case .priceCollar:
      "The price \(value) is more than \(priceCollarPercent?.description ?? "") % beyond the "
        + "market's \((terms.triggerPrice ?? context.marketPrice)?.description ?? ""). Check it, "
        + "or change PRICE_COLLAR_PERCENT."
    case .positionNotional:
      "With this order the position in \(terms.symbol) could be worth \(value), more than "
        + "MAX_POSITION_NOTIONAL = \(limit) allows. Send a smaller order or raise the limit."
    }
  }
}
