// The instruments of the simulated exchange and the prices they begin with.

internal import Trading

enum MockInstruments {
  /// The instruments with their first prices.
  static let all: [(instrument: Instrument, price: Price)] = [
    make("BTC", "USDT", tick: "0.01", lot: "0.00001", max: "9000", price: "67500"),
    make("ETH", "USDT", tick: "0.01", lot: "0.0001", max: "90000", price: "3500"),
    make("SOL", "USDT", tick: "0.01", lot: "0.001", max: "900000", price: "150"),
    make("BNB", "USDT", tick: "0.01", lot: "0.001", max: "90000", price: "600"),
    make("XRP", "USDT", tick: "0.0001", lot: "0.1", max: "9000000", price: "0.6"),
    make("DOGE", "USDT", tick: "0.00001", lot: "1", max: "90000000", price: "0.15"),
    make("BTC", "USD", tick: "0.01", lot: "0.00001", max: "9000", price: "67500"),
    make("ETH", "USD", tick: "0.01", lot: "0.0001", max: "90000", price: "3500"),
    make("EUR", "USD", tick: "0.00001", lot: "1", max: "10000000", price: "1.0850"),
    make("ES", "USD", symbol: "ES", tick: "0.25", lot: "1", max: "1000", price: "4420"),
  ].compactMap { $0 }

  /// The smallest order that the exchange takes, in the quote asset.
  private static let minNotional = Decimal(5)

  private static func make(
    _ base: String, _ quote: String, symbol: String? = nil, tick: String, lot: String,
    max: String, price: String
  ) -> (instrument: Instrument, price: Price)? {
    guard let symbol = Symbol(symbol ?? base + quote), let base = Asset(base),
      let quote = Asset(quote), let tick = Decimal(storedText: tick),
      let lot = Decimal(storedText: lot), let max = Decimal(storedText: max),
      let price = Decimal(storedText: price).flatMap({ Price($0) })
    else { return nil }
    let instrument = Instrument(
      symbol: symbol, baseAsset: base, quoteAsset: quote, tickSize: tick, lotStep: lot,
      minQuantity: lot, maxQuantity: max, minNotional: minNotional)
    return (instrument, price)
  }
}
