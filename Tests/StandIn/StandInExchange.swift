// An exchange with one account: orders and trades, matched against a price that somebody sets. It
// knows nothing of HTTP and checks nothing but what the matching engine itself refuses.

import Trading

/// Which of Binance's venues an exchange is like.
enum StandInVenue {
  case spot
  case futures
}

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
  var isReduceOnly = false
  /// When it is over, in milliseconds since 1970.
  var goodTillMilliseconds: Int64?
  /// By how many percent a trailing stop follows the market, and from which price on.
  var callbackPercent: Decimal?
  var activationPrice: Decimal?
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
  let venue: StandInVenue
  private(set) var markets: [String: StandInMarket]
  private(set) var orders: [Int: StandInOrder] = [:]
  private var openByClientID: [String: Int] = [:]
  private var newestByClientID: [String: Int] = [:]
  private(set) var account: StandInAccount
  /// The conditional orders of Futures, which are none before they are triggered.
  var conditionals: [StandInConditional] = []
  private var lastOrderID = 1_000
  private var lastTradeID = 5_000
  /// What happened since it was last asked for, as the user data stream tells it.
  private var events: [String] = []

  init(
    _ venue: StandInVenue, markets: [String: StandInMarket], balances: [String: Decimal]
  ) {
    self.venue = venue
    self.markets = markets
    account = StandInAccount(venue, balances: balances)
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
    try check(request, in: market)
    let heldPrice = request.price ?? request.stopPrice ?? market.price
    try account.reserve(request, at: heldPrice, market)
    lastOrderID += 1
    var order = StandInOrder(
      id: lastOrderID, request, heldPrice: heldPrice, createdMilliseconds: milliseconds)
    newestByClientID[order.clientID] = order.id
    tell("NEW", of: order)
    if order.isWorking { match(&order, isMaker: false, at: milliseconds) }
    keep(order)
    return order
  }

  /// Refuses what the matching engine itself refuses.
  private func check(
    _ request: StandInRequest, in market: StandInMarket
  ) throws(StandInRefusal) {
    let isAtSpot = venue == .spot
    guard openByClientID[request.clientID] == nil else {
      throw isAtSpot
        ? StandInRefusal(code: -2010, message: "Duplicate order sent.")
        : StandInRefusal(code: -4116, message: "clientOrderId is duplicated")
    }
    if isElected(request.type, request.isBuy, request.stopPrice, at: market.price) {
      throw StandInRefusal(code: -2010, message: "Order would trigger immediately.")
    }
    let crosses = crosses(request.isBuy, request.price, market.price)
    if request.type == "LIMIT_MAKER", crosses {
      throw StandInRefusal(code: -2010, message: "Order would immediately match and take.")
    }
    if request.timeInForce == "GTX", crosses {
      throw StandInRefusal(
        code: -5022,
        message: "Due to the order could not be executed as maker, the Post Only order will be "
          + "rejected.")
    }
    let available = market.available ?? request.quantity
    if !isAtSpot, request.timeInForce == "FOK", !crosses || available < request.quantity {
      throw StandInRefusal(
        code: -5021,
        message: "Due to the order could not be filled immediately, the FOK order has been "
          + "rejected.")
    }
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
    tell("CANCELED", of: order, cancelID: cancelID)
    keep(order)
    return order
  }

  /// Ends the orders whose time has come.
  mutating func expire(at milliseconds: Int64) {
    for var order in openOrders {
      guard let end = order.goodTillMilliseconds, end <= milliseconds else { continue }
      self.end(&order, "EXPIRED", at: milliseconds)
      tell("EXPIRED", of: order)
      keep(order)
    }
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
        tell("NEW", of: order)
        match(&order, isMaker: false, at: milliseconds)
      } else if crosses(order.isBuy, order.price, price) {
        match(&order, isMaker: true, at: milliseconds)
      }
      keep(order)
    }
    triggerConditionals(of: symbol, at: price, milliseconds)
    return true
  }

  // MARK: Matching

  private func crosses(_ isBuy: Bool, _ limit: Decimal?, _ price: Decimal) -> Bool {
    guard let limit else { return true }
    return isBuy ? !(limit < price) : !(limit > price)
  }

  func isElected(
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
    let stays = !["IOC", "FOK"].contains(order.timeInForce) && order.price != nil
    if order.isOpen, !stays {
      end(&order, "EXPIRED", at: milliseconds)
      tell("EXPIRED", of: order)
    }
  }

  private mutating func trade(
    _ order: inout StandInOrder, _ quantity: Decimal, at price: Decimal, isMaker: Bool,
    _ market: StandInMarket, _ milliseconds: Int64
  ) {
    lastTradeID += 1
    account.release(quantity, of: order, market)
    let fee = account.settle(quantity, at: price, of: order, market)
    if let available = market.available { markets[order.symbol]?.available = available - quantity }
    order.trades.append(
      StandInTrade(
        id: lastTradeID, price: price, quantity: quantity, fee: fee.amount, feeAsset: fee.asset,
        milliseconds: milliseconds, isMaker: isMaker))
    order.status = order.leaves.isZero ? "FILLED" : "PARTIALLY_FILLED"
    order.updatedMilliseconds = milliseconds
    tell("TRADE", of: order)
  }

  private mutating func end(_ order: inout StandInOrder, _ status: String, at milliseconds: Int64) {
    if let market = markets[order.symbol] { account.release(order.leaves, of: order, market) }
    order.status = status
    order.updatedMilliseconds = milliseconds
  }

  private mutating func keep(_ order: StandInOrder) {
    orders[order.id] = order
    openByClientID[order.clientID] = order.isOpen ? order.id : nil
    if !order.isOpen { finishConditional(of: order) }
  }

  private mutating func tell(_ kind: String, of order: StandInOrder, cancelID: String? = nil) {
    tell(
      venue == .spot
        ? order.executionReport(kind, cancelID: cancelID) : order.orderTradeUpdate(kind))
  }

  mutating func tell(_ event: String) { events.append(event) }
}
