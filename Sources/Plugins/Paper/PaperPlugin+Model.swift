// What trading on paper assumes, in sentences. The rule to keep: a sentence for every assumption
// that the code makes, with the numbers that the code uses.

internal import Trading

extension PaperPlugin {
  /// The sentences of a paper account in the market of `market`.
  static func model(_ settings: PaperSettings, market: String) -> [String] {
    let balances = settings.balances.sorted { $0.key.text < $1.key.text }
      .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return [
      "Prices, the book and the rules of instruments come from \(market), which is looked at every "
        + "\(lookMilliseconds) ms and at every order.",
      "An order meets the market as it is \(settings.latencyMilliseconds) ms after it was sent.",
      "A MARKET order walks the book, one trade a level at the level's price; what the book does "
        + "not hold is cancelled.",
      "A LIMIT order takes at once what the book holds up to its price; what is left rests.",
      "A resting order trades only when the other side of the book is beyond its price, which a "
        + "touch is not; at its own price; and each time the book changes no more than "
        + "\(PaperExchange.participationPercent) % of what is beyond, all resting orders of a side "
        + "together.",
      "An order leaves no mark on the book: the next one finds what the one before has taken.",
      "Stop, take-profit and trailing orders are triggered by the last price.",
      "An order that breaks a rule of its instrument is rejected, and so is a buy order that "
        + "costs more than is free.",
      "Every trade costs \(settings.feeBasisPoints) hundredths of a percent of its value, whether "
        + "it makes or takes.",
      "The account began with \(balances); selling what it does not have goes short, and nothing "
        + "is ever liquidated.",
    ]
  }
}
