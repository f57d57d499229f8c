// What a bridge to a terminal needs to know.

/// How a terminal is known.
public struct BridgeSettings: Sendable {
  /// What a terminal has to show with each request.
  public var token: [UInt8]
  /// The one account that a terminal may trade; empty for whichever it is logged in to.
  public var account: String
  /// Whether the account is one on which nothing is worth money. A terminal with another one is
  /// refused then.
  public var isDemo: Bool

  /// The shortest token: as long as what `openssl rand -hex 24` makes is longer, and nobody guesses
  /// this many characters.
  public static let tokenBytesMin = 16

  /// Settings from their parts.
  public init(token: [UInt8], account: String = "", isDemo: Bool) {
    self.token = token
    self.account = account
    self.isDemo = isDemo
  }
}
