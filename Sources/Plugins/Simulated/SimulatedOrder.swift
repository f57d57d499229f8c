// An order as a simulated exchange keeps it.

internal import Trading

struct SimulatedOrder: Equatable, Sendable {
  var id: OrderID
  var venueOrderID: VenueOrderID
  var symbol: Symbol
  var side: Side
  var quantity: Quantity
  var limitPrice: Price?
  var isReduceOnly: Bool
  /// Its trigger, as long as it was not reached.
  var watch: TriggerWatch?
  var status: VenueOrderStatus
  var filled: Quantity
  var fills: [Fill]
  /// Trades that were taken back.
  var busts: [Fill] = []

  var isOpen: Bool { status == .working || status == .triggered }
  /// Whether it can trade: it is open and waits for no trigger.
  var isInBook: Bool { isOpen && watch == nil }
  var leaves: Quantity { quantity - filled }

  var report: OrderReport {
    OrderReport(
      orderID: id, venueOrderID: venueOrderID, status: status, filledQuantity: filled, fills: fills,
      busts: busts,
      terms: ReportedTerms(
        quantity: quantity, limitPrice: limitPrice, triggerPrice: watch?.trigger.fixedPrice))
  }

  /// Whether a price is good enough for the order.
  func isReached(by price: Price) -> Bool {
    guard let limitPrice else { return true }
    return side == .buy ? price <= limitPrice : price >= limitPrice
  }

  /// Whether the order trades before another one: buyers, then better price, then older.
  func precedes(_ other: SimulatedOrder) -> Bool {
    guard side == other.side else { return side == .buy }
    guard let mine = limitPrice, let theirs = other.limitPrice, mine != theirs else {
      return id < other.id
    }
    return side == .buy ? mine > theirs : mine < theirs
  }
}

extension SimulatedOrder {
  /// An order as it arrives, when the market is at `price`. What the gateway has triggered comes as
  /// what it has become.
  init(_ order: Order, venueOrderID: VenueOrderID, marketPrice price: Price) {
    let terms = order.terms
    let trigger = order.isEmulated ? nil : terms.trigger
    var watch = trigger.map { TriggerWatch(side: terms.side, type: terms.type, trigger: $0) }
    let isElected = watch?.isElected(by: price) ?? false
    self.init(
      id: order.id, venueOrderID: venueOrderID, symbol: terms.symbol, side: terms.side,
      quantity: terms.quantity, limitPrice: terms.limitPrice, isReduceOnly: terms.isReduceOnly,
      watch: isElected ? nil : watch, status: isElected ? .triggered : .working, filled: .zero,
      fills: [])
  }
}

extension Rejection {
  static func postOnlyWouldTrade(at price: Price) -> Rejection {
    Rejection(
      code: "POST_ONLY_WOULD_TRADE",
      sentence: "The post-only order would have traded at once at \(price). Move its price away.")
  }
}
