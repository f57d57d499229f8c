// How an account at Binance is reached.

public import Crypto
public import Network
public import Trading
public import Wire

/// Where a venue of Binance is, and the key to an account there.
public struct BinanceSettings {
  /// What sends requests.
  public var client: HTTPClient
  /// Where requests go.
  public var origin: HTTPOrigin
  /// The name of the API key, which is sent with each request.
  public var keyName: String
  /// What signs; nil without a key, which is enough for prices.
  public var signer: RequestSigner?
  /// Whether nothing there is worth money.
  public var isTestnet: Bool
  /// What a trade that takes liquidity costs, in hundredths of a percent.
  public var takerFeeBasisPoints: Decimal

  /// Settings from their parts.
  public init(
    client: HTTPClient, origin: HTTPOrigin, keyName: String, signer: RequestSigner?,
    isTestnet: Bool,
    takerFeeBasisPoints: Decimal
  ) {
    self.client = client
    self.origin = origin
    self.keyName = keyName
    self.signer = signer
    self.isTestnet = isTestnet
    self.takerFeeBasisPoints = takerFeeBasisPoints
  }

  var key: BinanceKey? { signer.map { BinanceKey(name: keyName, signer: $0) } }
}
