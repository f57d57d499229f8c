// Orders that others have placed on an account of ours: counted in every limit, and left alone.

extension Engine {
  /// Takes note of the external orders that are open on an account now.
  mutating func takeExternal(_ name: AccountID, _ orders: [ExternalOrder]) {
    guard let account = accounts[name] else { return }
    for order in account.externalOrders { expose(order, on: name, from: order.leavesQuantity) }
    for order in orders { expose(order, on: name, to: order.leavesQuantity) }
    account.openOrders += orders.count - account.externalOrders.count
    let known = Set(account.externalOrders.map(\.venueOrderID))
    for order in orders where !known.contains(order.venueOrderID) {
      actions.append(.notice(.externalOrder(name, order)))
    }
    account.externalOrders = orders
  }

  private mutating func expose(
    _ order: ExternalOrder, on account: AccountID, from before: Quantity = .zero,
    to after: Quantity = .zero
  ) {
    instrument(of: PositionKey(account: account, symbol: order.symbol))
      .exposure.change(side: order.side, from: before, to: after)
  }
}
