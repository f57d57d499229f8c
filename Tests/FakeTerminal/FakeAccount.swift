// The account of a fake terminal: its market, its orders, and the log by which no order is ever
// executed twice. It outlives programs and sessions, as a broker and a file do.

public import Trading

/// An order as the account has it.
struct FakeOrder {
  let id: String
  let venueID: String
  let symbol: String
  let isBuy: Bool
  let type: String
  let lots: Decimal
  let limitPrice: Decimal?
  let triggerPrice: Decimal?
  var status = "working"
  var reason = ""
  var fills: [FakeFill] = []

  var filledLots: Decimal { fills.reduce(.zero) { $0 + $1.lots } }
}

/// A trade.
struct FakeFill {
  let tradeID: String
  let lots: Decimal
  let price: Decimal
  let timeMilliseconds: Int64
}

/// Why an order was refused.
struct FakeRefusal: Error {
  let code: String
  let reason: String
}

/// What is traded.
struct FakeMarket {
  let name: String
  let base: String
  let quote: String
  let size: Decimal
  let tick: Decimal
  let step: Decimal
  var price: Decimal
}

/// An account with a market of its own.
public struct FakeAccount {
  /// What became of an id that was heard of: the order, or why there never will be one.
  enum Entry {
    case order(Int)
    case refused(FakeRefusal)
  }

  private(set) var markets: [FakeMarket]
  private(set) var orders: [FakeOrder] = []
  private(set) var log: [String: Entry] = [:]
  private var lots: [String: Decimal] = [:]
  private var balance = Decimal(1_000_000)
  private var lastTrade = 0
  private static let lotsMax = Decimal(9_000)

  /// An account with a million, and four markets of different contract sizes.
  public init() {
    func market(
      _ name: String, _ base: String, _ quote: String, size: Int, tick: Decimal, step: Decimal,
      price: Decimal
    ) -> FakeMarket {
      FakeMarket(
        name: name, base: base, quote: quote, size: Decimal(size), tick: tick, step: step,
        price: price)
    }
    let fine = Decimal(units: 1, scale: 5)
    let cent = Decimal(units: 1, scale: 2)
    markets = [
      market(
        "BTCUSDT", "BTC", "USDT", size: 1, tick: cent, step: fine, price: Decimal(67_500)),
      market("ETHUSDT", "ETH", "USDT", size: 1, tick: cent, step: fine, price: Decimal(3_500)),
      market(
        "EURUSD", "EUR", "USD", size: 100_000, tick: fine, step: cent,
        price: Decimal(units: 110, scale: 2)),
      market(
        "ES 03-25", "ES", "USD", size: 50, tick: Decimal(units: 25, scale: 2), step: Decimal(1),
        price: Decimal(5_000)),
    ]
  }

  /// How many orders it has ever executed or taken in.
  public var orderCount: Int { orders.count }
  /// The ids of all orders that it has ever taken in, each as often as it was taken.
  public var orderIDs: [String] { orders.map(\.id) }
  /// The signed lots of an instrument.
  public func position(_ symbol: String) -> Decimal { lots[symbol] ?? .zero }

  var positions: [(symbol: String, lots: Decimal)] {
    lots.filter { !$0.value.isZero }.map { ($0.key, $0.value) }
  }

  var locked: Decimal {
    orders.reduce(.zero) { sum, order in
      guard order.status == "working", order.isBuy, let price = order.limitPrice,
        let market = market(order.symbol)
      else { return sum }
      return sum + (order.lots - order.filledLots) * market.size * price
    }
  }

  var free: Decimal { balance - locked }

  func market(_ name: String) -> FakeMarket? { markets.first { $0.name == name } }

  /// The order of an id; nil if there is none.
  func order(_ id: String) -> FakeOrder? {
    if case .order(let index) = log[id] { orders[index] } else { nil }
  }

  /// From now on there never is an order of this id.
  mutating func closeDoor(on id: String, _ refusal: FakeRefusal) { log[id] = .refused(refusal) }

  /// Forgets what was ever heard: a broken terminal, which trades twice.
  mutating func forget(_ id: String) { log[id] = nil }

  // MARK: Trading

  /// Takes an order in, and trades it if the market is there.
  mutating func place(_ order: FakeOrder, at now: Int64) throws(FakeRefusal) -> FakeOrder {
    guard let market = market(order.symbol) else {
      throw FakeRefusal(code: "FAKE_SYMBOL", reason: "There is no such symbol.")
    }
    let prices = [order.limitPrice, order.triggerPrice].compactMap { $0 }
    guard order.lots.isPositive, order.lots.isMultiple(of: market.step),
      order.lots <= FakeAccount.lotsMax
    else { throw FakeRefusal(code: "FAKE_LOTS", reason: "The lots break the rules.") }
    guard prices.allSatisfy({ $0.isMultiple(of: market.tick) }) else {
      throw FakeRefusal(code: "FAKE_PRICE", reason: "The price breaks the rules.")
    }
    orders.append(order)
    log[order.id] = .order(orders.count - 1)
    _ = match(orders.count - 1, at: now)
    return orders[orders.count - 1]
  }

  /// Cancels an order that is open; nil if it is not.
  mutating func cancel(_ id: String) -> FakeOrder? {
    guard case .order(let index) = log[id], orders[index].status == "working" else { return nil }
    orders[index].status = "canceled"
    orders[index].reason = "Asked for."
    return orders[index]
  }

  /// Moves a price; the orders that traded by it.
  mutating func setPrice(_ name: String, _ price: Decimal, at now: Int64) -> [FakeOrder] {
    guard let market = markets.firstIndex(where: { $0.name == name }) else { return [] }
    markets[market].price = price
    return orders.indices.filter { orders[$0].symbol == name && match($0, at: now) }
      .map { orders[$0] }
  }

  /// Trades all of an order if the market is there; whether it did.
  private mutating func match(_ index: Int, at now: Int64) -> Bool {
    let order = orders[index]
    guard order.status == "working", let market = market(order.symbol) else { return false }
    if let trigger = order.triggerPrice {
      guard order.isBuy ? market.price >= trigger : market.price <= trigger else { return false }
    }
    if let limit = order.limitPrice {
      guard order.isBuy ? market.price <= limit : market.price >= limit else { return false }
    }
    lastTrade += 1
    orders[index].fills.append(
      FakeFill(
        tradeID: "T\(lastTrade)", lots: order.lots, price: market.price, timeMilliseconds: now))
    orders[index].status = "filled"
    lots[order.symbol, default: .zero] += order.isBuy ? order.lots : -order.lots
    return true
  }
}
