// What callers need to know who say where a position is to be, and not what is to be traded.

extension Engine {
  /// Whether a key may have been used before. If it may, the order is live, or the store knows.
  public func mayHaveUsed(_ key: IdempotencyKey) -> Bool { usedKeys.contains(key.fingerprint) }

  /// The live order that was made under a key.
  public func order(under key: IdempotencyKey) -> Order? {
    keys[key].flatMap { orders[$0]?.order }
  }

  /// The live order that was made under a key, once it is durable.
  public func durableOrder(under key: IdempotencyKey) -> Order? {
    guard let live = keys[key].flatMap({ orders[$0] }), live.isDurable else { return nil }
    return live.order
  }

  /// A position.
  public func position(_ key: PositionKey) -> Position? { instruments[key]?.position }

  /// What live orders of an instrument may still trade.
  public func exposure(of key: PositionKey) -> Exposure {
    instruments[key]?.exposure ?? Exposure()
  }

  /// The signed size of a position once the orders have traded that are at the market now. An
  /// order whose outcome is unknown counts as one that trades: the other way round, asking for the
  /// same position twice would trade twice.
  public func positionAhead(_ key: PositionKey) -> Decimal {
    let position = instruments[key]?.position?.quantity ?? .zero
    return orders.values.reduce(position) { sum, live in
      let terms = live.order.terms
      // What slices may trade, their parent may trade.
      guard terms.positionKey == key, terms.type == .market, terms.sliceOf == nil,
        !live.order.state.isSealed
      else { return sum }
      let leaves = live.order.liveLeaves.amount
      return terms.side == .buy ? sum + leaves : sum - leaves
    }
  }
}
