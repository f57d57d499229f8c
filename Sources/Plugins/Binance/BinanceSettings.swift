// How an account at Binance is reached.

public import Crypto
public import Network
public import Trading
public import Wire

/// Where one of Binance's venues is.
public struct BinanceAddress: Sendable {
  /// Where requests go.
  public var requests: HTTPOrigin
  /// Where the WebSocket API of Spot is, which tells what happens to orders.
  public var commands: HTTPOrigin
  /// Where streams are.
  public var streams: HTTPOrigin

  /// A venue that is all in one place, such as a stand-in.
  public init(all origin: HTTPOrigin) { (requests, commands, streams) = (origin, origin, origin) }

  private init(_ requests: String, _ commands: String, _ streams: String) throws(HTTPOrigin.Fault) {
    self.requests = try HTTPOrigin(requests)
    self.commands = try HTTPOrigin(commands)
    self.streams = try HTTPOrigin(streams)
  }

  /// Where a venue is, or its test network.
  public init(usual venue: BinanceVenue, isTestnet: Bool) throws(HTTPOrigin.Fault) {
    switch (venue, isTestnet) {
    case (.spot, false):
      try self.init(
        "https://api.binance.com", "wss://ws-api.binance.com", "wss://stream.binance.com:9443")
    case (.spot, true):
      try self.init(
        "https://testnet.binance.vision", "wss://ws-api.testnet.binance.vision",
        "wss://stream.testnet.binance.vision")
    case (.futures, false):
      try self.init(
        "https://fapi.binance.com", "wss://ws-fapi.binance.com", "wss://fstream.binance.com")
    case (.futures, true):
      try self.init(
        "https://demo-fapi.binance.com", "wss://testnet.binancefuture.com",
        "wss://fstream.binancefuture.com")
    }
  }
}

/// What a position of USD-M Futures can lose.
public enum BinanceMarginType: String, Sendable {
  /// Its own margin.
  case isolated = "ISOLATED"
  /// All of the account's balance.
  case crossed = "CROSSED"
}

/// Where Binance is, and the key to an account there.
public struct BinanceSettings {
  /// What sends requests.
  public var client: HTTPClient
  /// Where Spot is.
  public var spot: BinanceAddress
  /// Where USD-M Futures are.
  public var futures: BinanceAddress
  /// The name of the API key, which is sent with each request.
  public var keyName: String
  /// What signs; nil without a key, which is enough for prices.
  public var signer: RequestSigner?
  /// Whether nothing there is worth money.
  public var isTestnet: Bool
  /// What a trade that takes liquidity costs, in hundredths of a percent.
  public var takerFeeBasisPoints: Decimal
  /// The leverage to set at the start, by symbol of Futures, 1...125.
  public var leverage: [Symbol: Int] = [:]
  /// The margin type to set for those symbols; nil to leave it as it is.
  public var marginType: BinanceMarginType?
  /// After how many seconds without a word from this process Binance cancels open orders of
  /// Futures; 0 for never.
  public var countdownSeconds = 0

  /// Settings from their parts.
  public init(
    client: HTTPClient, spot: BinanceAddress, futures: BinanceAddress, keyName: String,
    signer: RequestSigner?, isTestnet: Bool, takerFeeBasisPoints: Decimal
  ) {
    self.client = client
    self.spot = spot
    self.futures = futures
    self.keyName = keyName
    self.signer = signer
    self.isTestnet = isTestnet
    self.takerFeeBasisPoints = takerFeeBasisPoints
  }

  /// What a client for Binance is limited to: a request is signed before it waits for a connection,
  /// and the venue takes it for five seconds only.
  public static var clientLimits: HTTPClient.Limits {
    var limits = HTTPClient.Limits()
    limits.waitMilliseconds = 2_000
    return limits
  }

  func address(of venue: BinanceVenue) -> BinanceAddress { venue == .spot ? spot : futures }

  var key: BinanceKey? { signer.map { BinanceKey(name: keyName, signer: $0) } }
}
