// An instrument as an alert names it: TradingView writes BINANCE:BTCUSDT.P, others BTC/USDT.

internal import Trading

/// The name of an instrument in an alert.
struct AlertTicker: Equatable, Sendable {
  /// As it was written, in upper case.
  let text: String
  /// The instrument without the exchange before it and the suffix after it.
  let symbol: Symbol
  /// Whether it is a perpetual future (`.P`), which a spot account does not trade.
  let isPerpetual: Bool

  private static let perpetualSuffix = ".P"

  /// Nil for what can be no instrument.
  init?(_ text: String) {
    let upper = text.uppercased()
    var name = upper[...]
    if let colon = name.lastIndex(of: ":") { name = name[name.index(after: colon)...] }
    isPerpetual = name.hasSuffix(AlertTicker.perpetualSuffix)
    if isPerpetual { name = name.dropLast(AlertTicker.perpetualSuffix.count) }
    guard let symbol = Symbol(anySpelling: String(name)) else { return nil }
    self.symbol = symbol
    self.text = upper
  }
}
