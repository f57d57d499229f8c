// An order as the simulated exchange keeps it.

internal import Trading

struct MockOrder: Equatable, Sendable {
  var id: OrderID
  var venueOrderID: VenueOrderID
  var symbol: Symbol
  var side: Side
  var quantity: Quantity
  var limitPrice: Price?
  var isReduceOnly = false
  /// Its trigger, as long as it was not reached.
  var watch: TriggerWatch?
  var status: VenueOrderStatus
  var filled: Quantity
  var fills: [Fill]

  var isOpen: Bool { status == .working || status == .triggered }
  /// Whether it can trade: it is open and waits for no trigger.
  var isInBook: Bool { isOpen && watch == nil }
  var leaves: Quantity { quantity - filled }

  var report: OrderReport {
    OrderReport(
      orderID: id, venueOrderID: venueOrderID, status: status, filledQuantity: filled, fills: fills,
      terms: ReportedTerms(
        quantity: quantity, limitPrice: limitPrice, triggerPrice: watch?.trigger.fixedPrice))
  }

  /// Whether the order trades before another one: buyers, then better price, then older.
  func precedes(_ other: MockOrder) -> Bool {
    guard side == other.side else { return side == .buy }
    guard let mine = limitPrice, let theirs = other.limitPrice, mine != theirs else {
      return id < other.id
    }
    return side == .buy ? mine > theirs : mine < theirs
  }
}

/// One market of the exchange.
struct MockMarket: Equatable, Sendable {
  var instrument: Instrument
  var price: Price
  /// What can still be traded at `price`; nil for any quantity.
  var available: Quantity?
}
