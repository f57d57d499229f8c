// An exchange with one account: orders, trades and balances, matched against a price that somebody
// sets. It knows nothing of HTTP and checks nothing but what the matching engine itself refuses.

import Trading

/// A refusal in Binance's words.
struct StandInRefusal: Error {
  var status = 400
  let code: Int
  let message: String
}

/// What an account asks for.
struct StandInRequest {
  var clientID = ""
  var symbol = ""
  var isBuy = true
  var type = ""
  var timeInForce = "GTC"
  var quantity = Decimal.zero
  var price: Decimal?
  var stopPrice: Decimal?
}

/// An instrument of the stand-in.
struct StandInMarket {
  let base: String
  let quote: String
  let tickSize: Decimal
  let lotStep: Decimal
  let minNotional: Decimal
  var price: Decimal
  /// How much can be traded before the price is set again; nil for anything.
  var available: Decimal?
}

struct StandInExchange {
  private(set) var markets: [String: StandInMarket]
  private(set) var orders: [Int: StandInOrder] = [:]
  private var openByClientID: [String: Int] = [:]
  private var newestByClientID: [String: Int] = [:]
  private(set) var balances: [String: (free: Decimal, locked: Decimal)]
  private var lastOrderID = 1_000
  private var lastTradeID = 5_000
  /// What happened since it was last asked for, as the user data stream tells it.
  private var events: [String] = []

  /// What a trade costs, of what is received.
  private static let feeShare = Decimal(units: 1, scale: 3)

  init(markets: [String: StandInMarket], balances: [String: Decimal]) {
    self.markets = markets
    self.balances = balances.mapValues { ($0, .zero) }
  }

  /// Takes what happened since the last time.
  mutating func takeEvents() -> [String] {
    defer { events = [] }
    return events
  }

  // MARK: Requests

  mutating func place(
    _ request: StandInRequest, at milliseconds: Int64
  ) throws(StandInRefusal) -> StandInOrder {
    guard let market = markets[request.symbol] else {
      throw StandInRefusal(code: -1121, message: "Invalid symbol.")
    }
    guard openByClientID[request.clientID] == nil else {
      throw StandInRefusal(code: -2010, message: "Duplicate order sent.")
    }
    let isStop = request.stopPrice != nil
    if isStop, isElected(request.type, request.isBuy, request.stopPrice, at: market.price) {
      throw StandInRefusal(code: -2010, message: "Order would trigger immediately.")
    }
    if request.type == "LIMIT_MAKER", crosses(request.isBuy, request.price, market.price) {
      throw StandInRefusal(code: -2010, message: "Order would immediately match and take.")
    }
    let heldPrice = request.price ?? request.stopPrice ?? market.price
    try reserve(request, at: heldPrice, market)
    lastOrderID += 1
    var order = StandInOrder(
      id: lastOrderID, clientID: request.clientID, symbol: request.symbol, isBuy: request.isBuy,
      type: request.type, timeInForce: request.timeInForce, quantity: request.quantity,
      price: request.price, stopPrice: request.stopPrice, heldPrice: heldPrice,
      createdMilliseconds: milliseconds, updatedMilliseconds: milliseconds)
    order.isWorking = !isStop
    newestByClientID[order.clientID] = order.id
    tell(order.executionReport("NEW"))
    if order.isWorking { match(&order, isMaker: false, at: milliseconds) }
    keep(order)
    return order
  }

  /// The newest order with a client order id.
  func order(_ clientID: String, _ symbol: String) throws(StandInRefusal) -> StandInOrder {
    guard let order = newestByClientID[clientID].flatMap({ orders[$0] }), order.symbol == symbol
    else { throw StandInRefusal(code: -2013, message: "Order does not exist.") }
    return order
  }

  mutating func cancel(
    _ clientID: String, _ symbol: String, cancelID: String, at milliseconds: Int64
  ) throws(StandInRefusal) -> StandInOrder {
    guard var order = openByClientID[clientID].flatMap({ orders[$0] }), order.symbol == symbol
    else { throw StandInRefusal(code: -2011, message: "Unknown order sent.") }
    end(&order, "CANCELED", at: milliseconds)
    tell(order.executionReport("CANCELED", cancelID: cancelID))
    keep(order)
    return order
  }

  var openOrders: [StandInOrder] {
    openByClientID.values.compactMap { orders[$0] }.sorted { $0.id < $1.id }
  }

  /// Moves a price: triggers stops and fills what rests there. False if there is no such symbol.
  mutating func setPrice(
    _ symbol: String, _ price: Decimal, available: Decimal?, at milliseconds: Int64
  ) -> Bool {
    guard markets[symbol] != nil else { return false }
    markets[symbol]?.price = price
    markets[symbol]?.available = available
    for var order in openOrders where order.symbol == symbol {
      if !order.isWorking {
        guard isElected(order.type, order.isBuy, order.stopPrice, at: price) else { continue }
        order.isWorking = true
        order.updatedMilliseconds = milliseconds
        tell(order.executionReport("NEW"))
        match(&order, isMaker: false, at: milliseconds)
      } else if crosses(order.isBuy, order.price, price) {
        match(&order, isMaker: true, at: milliseconds)
      }
      keep(order)
    }
    return true
  }

  // MARK: Matching

  private func crosses(_ isBuy: Bool, _ limit: Decimal?, _ price: Decimal) -> Bool {
    guard let limit else { return true }
    return isBuy ? !(limit < price) : !(limit > price)
  }

  private func isElected(
    _ type: String, _ isBuy: Bool, _ stopPrice: Decimal?, at price: Decimal
  ) -> Bool {
    guard let stopPrice else { return false }
    let rises = type.hasPrefix("STOP") == isBuy
    return rises ? !(price < stopPrice) : !(price > stopPrice)
  }

  /// Trades what can be traded at the market's price, or at the limit of one that rested.
  private mutating func match(_ order: inout StandInOrder, isMaker: Bool, at milliseconds: Int64) {
    guard let market = markets[order.symbol] else { return }
    let available = market.available ?? order.leaves
    var quantity = order.leaves < available ? order.leaves : available
    if !crosses(order.isBuy, order.price, market.price) { quantity = .zero }
    if order.timeInForce == "FOK", quantity < order.leaves { quantity = .zero }
    if quantity.isPositive {
      let price = isMaker ? order.price ?? market.price : market.price
      trade(&order, quantity, at: price, isMaker: isMaker, market, milliseconds)
    }
    let stays = order.timeInForce == "GTC" && order.price != nil
    if order.isOpen, !stays {
      end(&order, "EXPIRED", at: milliseconds)
      tell(order.executionReport("EXPIRED"))
    }
  }

  private mutating func trade(
    _ order: inout StandInOrder, _ quantity: Decimal, at price: Decimal, isMaker: Bool,
    _ market: StandInMarket, _ milliseconds: Int64
  ) {
    lastTradeID += 1
    let notional = quantity * price
    let fee = (order.isBuy ? quantity : notional) * StandInExchange.feeShare
    release(quantity, of: order, market)
    if order.isBuy {
      balances[market.quote, default: (.zero, .zero)].free -= notional
      balances[market.base, default: (.zero, .zero)].free += quantity - fee
    } else {
      balances[market.base, default: (.zero, .zero)].free -= quantity
      balances[market.quote, default: (.zero, .zero)].free += notional - fee
    }
    if let available = market.available { markets[order.symbol]?.available = available - quantity }
    order.trades.append(
      StandInTrade(
        id: lastTradeID, price: price, quantity: quantity, fee: fee,
        feeAsset: order.isBuy ? market.base : market.quote, milliseconds: milliseconds,
        isMaker: isMaker))
    order.status = order.leaves.isZero ? "FILLED" : "PARTIALLY_FILLED"
    order.updatedMilliseconds = milliseconds
    tell(order.executionReport("TRADE"))
  }

  private mutating func end(_ order: inout StandInOrder, _ status: String, at milliseconds: Int64) {
    if let market = markets[order.symbol] { release(order.leaves, of: order, market) }
    order.status = status
    order.updatedMilliseconds = milliseconds
  }

  private mutating func keep(_ order: StandInOrder) {
    orders[order.id] = order
    openByClientID[order.clientID] = order.isOpen ? order.id : nil
  }

  private mutating func tell(_ event: String) { events.append(event) }

  // MARK: Balances

  /// What an order holds back for so much of it.
  private func held(
    _ quantity: Decimal, isBuy: Bool, at price: Decimal, _ market: StandInMarket
  ) -> (asset: String, amount: Decimal) {
    isBuy ? (market.quote, quantity * price) : (market.base, quantity)
  }

  private mutating func reserve(
    _ request: StandInRequest, at price: Decimal, _ market: StandInMarket
  ) throws(StandInRefusal) {
    let (asset, amount) = held(request.quantity, isBuy: request.isBuy, at: price, market)
    guard let balance = balances[asset], !(balance.free < amount) else {
      throw StandInRefusal(
        code: -2010, message: "Account has insufficient balance for requested action.")
    }
    balances[asset] = (balance.free - amount, balance.locked + amount)
  }

  private mutating func release(
    _ quantity: Decimal, of order: StandInOrder, _ market: StandInMarket
  ) {
    let (asset, amount) = held(quantity, isBuy: order.isBuy, at: order.heldPrice, market)
    balances[asset]?.free += amount
    balances[asset]?.locked -= amount
  }
}
