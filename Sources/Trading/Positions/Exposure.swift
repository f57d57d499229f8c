// What live orders could still do to a position: the leaves quantities of both directions. Kept by
// difference on every order change, so that a risk check costs the same with one order or 10,000.

/// Leaves quantities of the live orders of one instrument on one account.
public struct Exposure: Equatable, Sendable {
  /// What live BUY orders may still buy.
  public private(set) var buying = Quantity.zero
  /// What live SELL orders may still sell.
  public private(set) var selling = Quantity.zero

  /// No exposure.
  public init() {}

  /// What live orders may still trade on `side`.
  public func leaves(on side: Side) -> Quantity { side == .buy ? buying : selling }

  /// Replaces what an order could still do before a change by what it can after it.
  public mutating func change(side: Side, from before: Quantity, to after: Quantity) {
    switch side {
    case .buy: buying = buying + after - before
    case .sell: selling = selling + after - before
    }
  }
}
