// How the CCXT service is reached, whichever it is: our bridge or the webhook service before it.

public import Trading

/// Where the service is, its secret, and what it is expected to trade on.
public struct CCXTSettings {
  /// Where it is, and the secret that requests to it are signed with.
  public var service: HTTPPluginSettings
  /// The exchange that it trades on, such as `binance`.
  public var exchange: String
  /// What may be traded at a service that does not list its instruments.
  public var pairs: [CCXTPair]

  /// Settings from their parts.
  public init(service: HTTPPluginSettings, exchange: String, pairs: [CCXTPair]) {
    self.service = service
    self.exchange = exchange
    self.pairs = pairs
  }
}

/// A pair of assets as CCXT writes it.
public struct CCXTPair: Equatable, Sendable, CustomStringConvertible {
  /// What is bought and sold.
  public let base: Asset
  /// What it is paid in.
  public let quote: Asset
  /// The instrument in our spelling.
  public let symbol: Symbol

  /// Reads `BTC/USDT`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.uppercased().split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let base = Asset(String(parts[0])), let quote = Asset(String(parts[1])),
      let symbol = Symbol(anySpelling: text)
    else { return nil }
    (self.base, self.quote, self.symbol) = (base, quote, symbol)
  }

  /// The pair as CCXT writes it.
  public var description: String { "\(base)/\(quote)" }
}
