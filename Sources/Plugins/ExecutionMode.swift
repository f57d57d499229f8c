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
  /// The kind of plugin whose instance it is: a kind that has a hyphen, else all before the first.
  var kind: String {
    let futures = "binance-futures"
    if text == futures || text.hasPrefix("binance-futures-") { return futures }
    return String(text.prefix { $0 != "-" })
  }
  /// What tells the instance apart; nil if nothing does.
  var suffix: AccountID? { AccountID(String(text.dropFirst(kind.count + 1))) }
}
