// The book that the simulated exchange tells around its price. It is made up: the exchange itself
// trades at its price and not at this book, which is for those who look at its market from outside.

internal import Trading

extension MockMarket {
  /// Levels on each side, one tick apart; the first is a tick from the price.
  private static let levelCount = 10
  /// What the first level is worth, in the quote asset. The n-th is worth n times that, so that a
  /// side is worth 110,000: ten of the largest orders that the default limits allow.
  private static let firstLevelNotional = Decimal(2_000)

  /// The market as it is told.
  var data: MarketData {
    MarketData(
      symbol: instrument.symbol, last: price, bids: levels(towards: -instrument.tickSize),
      asks: levels(towards: instrument.tickSize))
  }

  private func levels(towards step: Decimal) -> [BookLevel] {
    (1...MockMarket.levelCount).compactMap { number in
      guard let price = Price(price.amount + step * Decimal(number)) else { return nil }
      let lots = Decimal.quotient(
        MockMarket.firstLevelNotional * Decimal(number), over: price.amount * instrument.lotStep,
        scale: 0)
      let quantity = max(lots, Decimal(1)) * instrument.lotStep
      return Quantity(quantity).map { BookLevel(price: price, quantity: $0) }
    }
  }
}
