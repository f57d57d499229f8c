// Which instance takes an order that names none. Decided from what the operator said and nothing
// else; whether the venue can be reached is not its matter.

public import Trading

/// What the operator says of an instance.
public struct PluginPlacement: Equatable, Sendable {
  /// Whether it gets new orders.
  public var isEnabled = true
  /// Among several that could take an order, the one with the lowest number goes first.
  public var priority: Int
  /// The symbols whose orders it takes where they name no plugin.
  public var symbols: Set<Symbol>
  /// The strategies whose orders it takes where they name no plugin; this goes before the symbol.
  public var strategies: Set<Label>

  /// The priority of an instance of which none is said, behind those of `PLUGINS`.
  public static let usualPriority = 100

  /// A placement from its parts.
  public init(
    isEnabled: Bool = true, priority: Int = usualPriority, symbols: Set<Symbol> = [],
    strategies: Set<Label> = []
  ) {
    self.isEnabled = isEnabled
    self.priority = priority
    self.symbols = symbols
    self.strategies = strategies
  }
}

/// The placements of all instances, ready to be looked up for each order.
struct RoutingTable {
  private var bySymbol: [Symbol: AccountID] = [:]
  private var byStrategy: [Label: AccountID] = [:]
  /// The enabled instances, the most preferred first.
  private(set) var ranked: [AccountID] = []

  init(_ placements: [AccountID: PluginPlacement]) {
    let enabled = placements.filter(\.value.isEnabled)
    ranked = enabled.keys.sorted {
      (placements[$0]?.priority ?? 0, $0.text) < (placements[$1]?.priority ?? 0, $1.text)
    }
    for name in ranked.reversed() {
      for symbol in enabled[name]?.symbols ?? [] { bySymbol[symbol] = name }
      for strategy in enabled[name]?.strategies ?? [] { byStrategy[strategy] = name }
    }
  }

  /// The instance of an order in `symbol` of `strategy`; nil if nothing was said of either.
  func instance(for symbol: Symbol, of strategy: Label?) -> AccountID? {
    strategy.flatMap { byStrategy[$0] } ?? bySymbol[symbol]
  }
}
