// What Binance tells an account by itself, in our terms.

internal import Trading
internal import Wire

/// Something that the venue tells by itself.
enum BinanceStreamEvent: Equatable {
  /// Something happened to an order of ours.
  case order(OrderReport)
  /// A conditional order of ours was triggered, and has become this one.
  case triggered(OrderReport, child: BinanceChild?)
  /// Something happened to an order that was not sent from here.
  case externalOrder
  /// The stream ends; what happens from now on is not told any more.
  case ended(reason: String)
  /// Nothing that matters here.
  case other

  /// Reads an event; nil if it cannot be read. `children` are what conditional orders have become.
  init?(_ message: JSONValue, of venue: BinanceVenue, children: [VenueOrderID: OrderID]) {
    switch venue {
    case .spot: self.init(spot: message)
    case .futures: self.init(futures: message, children: children)
    }
  }
}
