// How a plugin process is reached.

public import Crypto
public import Network
public import Wire

/// Where a plugin process is, and the secret that requests to it are signed with.
public struct HTTPPluginSettings {
  /// What sends requests.
  public var client: HTTPClient
  /// Where the process is.
  public var origin: HTTPOrigin
  /// What signs requests; the process has the same secret.
  public var signer: RequestSigner
  /// Whether nothing there is worth money, as the operator says. The process has to say the same.
  public var isTestnet: Bool

  /// Settings from their parts.
  public init(client: HTTPClient, origin: HTTPOrigin, signer: RequestSigner, isTestnet: Bool) {
    self.client = client
    self.origin = origin
    self.signer = signer
    self.isTestnet = isTestnet
  }

  /// What a client for a plugin process is limited to: a request is signed before it waits for a
  /// connection, and the process takes it for half a minute.
  public static var clientLimits: HTTPClient.Limits {
    var limits = HTTPClient.Limits()
    limits.waitMilliseconds = 2_000
    return limits
  }
}
