// What an account of the stand-in has: balances of both assets at Spot; at Futures a balance that
// margin is held back of, and positions. Futures hold back all that an order is worth, as at a
// leverage of 1, and profits of positions are not booked.

import Trading

/// The balances and positions of an account.
struct StandInAccount {
  private let venue: StandInVenue
  private(set) var balances: [String: (free: Decimal, locked: Decimal)]
  /// The signed sums of the trades, by symbol; none at Spot.
  private(set) var positions: [String: Decimal] = [:]

  /// What a trade costs: of what is received at Spot, of its value at Futures.
  private static let feeShare = Decimal(units: 1, scale: 3)

  init(_ venue: StandInVenue, balances: [String: Decimal]) {
    self.venue = venue
    self.balances = balances.mapValues { ($0, .zero) }
  }

  /// What is held back for so much of an order.
  private func held(
    _ quantity: Decimal, isBuy: Bool, isReduceOnly: Bool, at price: Decimal, _ market: StandInMarket
  ) -> (asset: String, amount: Decimal) {
    switch venue {
    case .spot: isBuy ? (market.quote, quantity * price) : (market.base, quantity)
    case .futures: (market.quote, isReduceOnly ? .zero : quantity * price)
    }
  }

  mutating func reserve(
    _ request: StandInRequest, at price: Decimal, _ market: StandInMarket
  ) throws(StandInRefusal) {
    if request.isReduceOnly { try checkReduction(request) }
    let (asset, amount) = held(
      request.quantity, isBuy: request.isBuy, isReduceOnly: request.isReduceOnly, at: price,
      market)
    guard let balance = balances[asset], !(balance.free < amount) else {
      throw venue == .spot
        ? StandInRefusal(
          code: -2010, message: "Account has insufficient balance for requested action.")
        : StandInRefusal(code: -2019, message: "Margin is insufficient.")
    }
    balances[asset] = (balance.free - amount, balance.locked + amount)
  }

  private func checkReduction(_ request: StandInRequest) throws(StandInRefusal) {
    let position = positions[request.symbol] ?? .zero
    guard request.isBuy ? position.isNegative : position.isPositive,
      !(position.magnitude < request.quantity)
    else { throw StandInRefusal(code: -2022, message: "ReduceOnly Order is rejected.") }
  }

  mutating func release(_ quantity: Decimal, of order: StandInOrder, _ market: StandInMarket) {
    let (asset, amount) = held(
      quantity, isBuy: order.isBuy, isReduceOnly: order.isReduceOnly, at: order.heldPrice, market)
    balances[asset]?.free += amount
    balances[asset]?.locked -= amount
  }

  /// Books a trade; its fee.
  mutating func settle(
    _ quantity: Decimal, at price: Decimal, of order: StandInOrder, _ market: StandInMarket
  ) -> (amount: Decimal, asset: String) {
    let notional = quantity * price
    switch venue {
    case .spot:
      let fee = (order.isBuy ? quantity : notional) * StandInAccount.feeShare
      let (base, quote) =
        order.isBuy ? (quantity - fee, -notional) : (-quantity, notional - fee)
      balances[market.base, default: (.zero, .zero)].free += base
      balances[market.quote, default: (.zero, .zero)].free += quote
      return (fee, order.isBuy ? market.base : market.quote)
    case .futures:
      let fee = notional * StandInAccount.feeShare
      balances[market.quote]?.free -= fee
      positions[order.symbol, default: .zero] += order.isBuy ? quantity : -quantity
      return (fee, market.quote)
    }
  }
}
