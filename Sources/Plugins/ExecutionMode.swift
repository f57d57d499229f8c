// Where an account's orders are executed, which its name tells: so it is known for every order
// that was ever recorded, whatever plugins there are today.

public import Trading

/// Where orders are executed.
public enum ExecutionMode: String, Sendable {
  /// At a real venue.
  case live
  /// Here, in the market of a venue.
  case paper
  /// At the simulated exchange.
  case mock

  /// The mode of an account.
  public init(_ account: AccountID) {
    self = ExecutionMode(rawValue: account.kind) ?? .live
  }

  /// The account of orders that are routed between accounts of this mode. No plugin is called so.
  public var router: AccountID {
    switch self {
    case .live: AccountID("router-", 0)
    case .paper: AccountID("paper-router-", 0)
    case .mock: AccountID("mock-router-", 0)
    }
  }
}

extension AccountID {
  /// The kind of plugin whose instance it is: all before the first hyphen.
  var kind: String { String(text.prefix { $0 != "-" }) }
  /// What tells the instance apart; nil if nothing does.
  var suffix: AccountID? {
    text.firstIndex(of: "-").flatMap { AccountID(String(text[text.index(after: $0)...])) }
  }
}
