// Where prices come from, and what is told of a market. Every plugin is such a source; a recorded
// book is one without being a venue.

public import Network
public import Trading

/// Something that knows markets.
@LoopActor public protocol MarketSource: AnyObject {
  /// The instruments and their rules.
  func instruments() async throws(PluginError) -> [Instrument]
  /// The current market of an instrument; nil if there is no such instrument. Of one that is not
  /// watched it may be a minute old.
  func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData?
  /// Follows the market of an instrument from now on, because somebody trades in it.
  func watch(_ symbol: Symbol)
}

extension MarketSource {
  /// For sources that follow all markets anyway.
  public func watch(_ symbol: Symbol) {}
}

/// The market of an instrument: its price and what can be traded around it.
public struct MarketData: Equatable, Sendable {
  /// The instrument.
  public var symbol: Symbol
  /// The last price.
  public var last: Price
  /// What buyers offer, the highest price first; empty where the venue does not tell.
  public var bids: [BookLevel]
  /// What sellers offer, the lowest price first; empty where the venue does not tell.
  public var asks: [BookLevel]
  /// When the venue had it; nil for just now.
  public var quotedAt: Timestamp?

  /// Market data from its parts.
  public init(
    symbol: Symbol, last: Price, bids: [BookLevel] = [], asks: [BookLevel] = [],
    quotedAt: Timestamp? = nil
  ) {
    self.symbol = symbol
    self.last = last
    self.bids = bids
    self.asks = asks
    self.quotedAt = quotedAt
  }
}

/// A quantity at a price.
public struct BookLevel: Equatable, Sendable {
  /// The price.
  public var price: Price
  /// The quantity, in the base asset.
  public var quantity: Quantity

  /// A level from its parts.
  public init(price: Price, quantity: Quantity) {
    self.price = price
    self.quantity = quantity
  }
}
