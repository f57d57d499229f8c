// The operator's brake: what may be sent, for the whole service or for a part of it. The strictest
// state that covers an order counts.

/// What may be sent.
public enum TradingState: String, CaseIterable, Sendable, Comparable {
  /// Everything that the limits allow.
  case active = "ACTIVE"
  /// Cancels, closes, and orders that make a position smaller.
  case reducing = "REDUCING"
  /// Nothing but cancels.
  case halted = "HALTED"

  /// How little it lets through: 0 for `active` to 2 for `halted`.
  public var strictness: Int {
    switch self {
    case .active: 0
    case .reducing: 1
    case .halted: 2
    }
  }

  /// Whether `a` lets more through than `b`.
  public static func < (a: TradingState, b: TradingState) -> Bool {
    a.strictness < b.strictness
  }
}

/// What a trading state is for.
public enum TradingScope: Hashable, Sendable {
  /// All orders.
  case service
  /// The orders for one plugin instance.
  case account(AccountID)
  /// The orders of one strategy.
  case strategy(Label)
  /// The orders in one instrument, on every account.
  case symbol(Symbol)

  /// Whether an order falls under it.
  public func covers(_ terms: OrderTerms) -> Bool {
    switch self {
    case .service: true
    case .account(let account): terms.account == account
    case .strategy(let strategy): terms.labels.strategyID == strategy
    case .symbol(let symbol): terms.symbol == symbol
    }
  }
}

extension TradingScope {
  /// One text a scope: `service`, or its kind and its name with a colon between them.
  public var text: String {
    switch self {
    case .service: "service"
    case .account(let account): "account:\(account.text)"
    case .strategy(let strategy): "strategy:\(strategy.text)"
    case .symbol(let symbol): "symbol:\(symbol.text)"
    }
  }

  /// The scope of a text; nil if it is none.
  public init?(text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.count == 2 ? String(parts[1]) : ""
    let scope: TradingScope? =
      switch String(parts[0]) {
      case "service" where parts.count == 1: .service
      case "account": AccountID(name).map { .account($0) }
      case "strategy": Label(name).map { .strategy($0) }
      case "symbol": Symbol(name).map { .symbol($0) }
      default: nil
      }
    guard let scope else { return nil }
    self = scope
  }
}

/// A trading state that somebody has set.
public struct TradingStateChange: Equatable, Sendable {
  /// What it is for.
  public let scope: TradingScope
  /// What may be sent.
  public let state: TradingState
  /// Why, in the words of whoever set it.
  public let reason: String
  /// Who set it: the name of an API key, or of a part of the service.
  public let author: String
  /// When.
  public let at: Timestamp

  /// A change from its parts.
  public init(
    scope: TradingScope, state: TradingState, reason: String, author: String, at: Timestamp
  ) {
    self.scope = scope
    self.state = state
    self.reason = reason
    self.author = author
    self.at = at
  }
}

/// The trading states in force.
public struct TradingStates: Equatable, Sendable {
  private var changes: [TradingScope: TradingStateChange] = [:]

  /// Everything is active.
  public init() {}

  /// The last change of every scope that ever had one, in no order.
  public var all: [TradingStateChange] { Array(changes.values) }

  /// The state of one scope by itself.
  public func state(of scope: TradingScope) -> TradingState { changes[scope]?.state ?? .active }

  /// Puts a change in force.
  public mutating func apply(_ change: TradingStateChange) { changes[change.scope] = change }

  /// The strictest change that covers an order; nil if all is active.
  func strictest(for terms: OrderTerms) -> TradingStateChange? {
    guard !changes.isEmpty else { return nil }
    let scopes: [TradingScope?] = [
      .service, .account(terms.account), .symbol(terms.symbol),
      terms.labels.strategyID.map { .strategy($0) },
    ]
    return scopes.compactMap { $0.flatMap { changes[$0] } }.filter { $0.state > .active }
      .max { $0.state < $1.state }
  }
}
