// The instruments of Binance with their filters, and its rate limits. Filters that need an average
// price (PERCENT_PRICE) or count orders (MAX_NUM_ORDERS) stay the venue's: they are refused there
// with proof. Sources: filters.md of binance-spot-api-docs, "Exchange Information" of the USD-M
// Futures documentation.

internal import Trading
internal import Wire

/// What a venue says about its instruments and limits.
struct BinanceExchangeInfo {
  /// A limit on requests or orders.
  struct RateLimit: Equatable {
    /// How many in an interval.
    let limit: Int
    /// The interval in seconds.
    let seconds: Int
  }

  /// The instruments that are traded.
  private(set) var instruments: [Instrument] = []
  /// The weight of requests, an address.
  private(set) var weight: [RateLimit] = []
  /// New orders, an account.
  private(set) var orders: [RateLimit] = []

  /// Reads an answer; nil if it is none. Instruments that cannot be read are left out: they cannot
  /// be traded then, and the others can.
  init?(_ answer: JSONValue, of venue: BinanceVenue) {
    guard let symbols = answer["symbols"], symbols.kind == .array else { return nil }
    instruments = symbols.elements.compactMap { Instrument(binance: $0, of: venue) }
    for limit in answer["rateLimits"]?.elements ?? [] {
      guard let rate = RateLimit(limit) else { continue }
      switch limit.text("rateLimitType") {
      case "REQUEST_WEIGHT": weight.append(rate)
      case "ORDERS": orders.append(rate)
      default: break
      }
    }
  }
}

extension BinanceExchangeInfo.RateLimit {
  fileprivate init?(_ limit: JSONValue) {
    let units = ["SECOND": 1, "MINUTE": 60, "HOUR": 3_600, "DAY": 86_400]
    guard let most = limit["limit"]?.integer, most > 0,
      let number = limit["intervalNum"]?.integer, (1...10_000).contains(number),
      let unit = limit.text("interval").flatMap({ units[$0] })
    else { return nil }
    self.init(limit: most, seconds: number * unit)
  }
}

extension Instrument {
  /// Reads a symbol that is traded; nil for others.
  fileprivate convenience init?(binance symbol: JSONValue, of venue: BinanceVenue) {
    var rules = BinanceFilterReader()
    for filter in symbol["filters"]?.elements ?? [] { rules.read(filter, of: venue) }
    rules.filters.orderTypes = BinanceFilterReader.orderTypes(of: symbol, venue)
    if venue == .futures { rules.filters.trailingPercent = .futures }
    guard symbol.text("status") == "TRADING", venue.trades(symbol),
      let name = symbol.text("symbol").flatMap({ Symbol($0) }),
      let base = symbol.text("baseAsset").flatMap({ Asset($0) }),
      let quote = symbol.text("quoteAsset").flatMap({ Asset($0) }),
      let tick = rules.tickSize, let step = rules.lotStep, let max = rules.maxQuantity
    else { return nil }
    self.init(
      symbol: name, baseAsset: base, quoteAsset: quote, tickSize: tick, lotStep: step,
      minQuantity: rules.minQuantity, maxQuantity: max, minNotional: rules.minNotional,
      filters: rules.filters)
  }
}

extension BinanceVenue {
  /// Whether a symbol is one that this venue's plugin trades: perpetual contracts at Futures.
  fileprivate func trades(_ symbol: JSONValue) -> Bool {
    switch self {
    case .spot: symbol["isSpotTradingAllowed"]?.bool != false
    case .futures: symbol.text("contractType") == "PERPETUAL"
    }
  }
}

/// Collects what the filters of one symbol say.
private struct BinanceFilterReader {
  var tickSize: Decimal?
  var lotStep: Decimal?
  var minQuantity = Decimal.zero
  var maxQuantity: Decimal?
  var minNotional = Decimal.zero
  var filters = InstrumentFilters()

  /// The finest step of any asset there: stands for a step of nothing, which means none.
  private static let finestStep = Decimal(units: 1, scale: 8)

  mutating func read(_ filter: JSONValue, of venue: BinanceVenue) {
    switch filter.text("filterType") {
    case "PRICE_FILTER":
      tickSize = filter.decimal("tickSize").map { $0.isZero ? Self.finestStep : $0 }
      filters.minPrice = filter.limit("minPrice")
      filters.maxPrice = filter.limit("maxPrice")
    case "LOT_SIZE":
      lotStep = filter.decimal("stepSize").map { $0.isZero ? Self.finestStep : $0 }
      minQuantity = filter.decimal("minQty") ?? .zero
      maxQuantity = filter.limit("maxQty")
    case "MARKET_LOT_SIZE":
      filters.marketLotStep = filter.limit("stepSize")
      filters.marketMinQuantity = filter.limit("minQty")
      filters.marketMaxQuantity = filter.limit("maxQty")
    case "NOTIONAL":
      minNotional = filter.decimal("minNotional") ?? .zero
      filters.minNotionalCoversMarket = filter["applyMinToMarket"]?.bool ?? true
      filters.maxNotional = filter.limit("maxNotional")
      filters.maxNotionalCoversMarket = filter["applyMaxToMarket"]?.bool ?? true
    case "MIN_NOTIONAL":
      minNotional = filter.decimal(venue == .spot ? "minNotional" : "notional") ?? .zero
      filters.minNotionalCoversMarket = filter["applyToMarket"]?.bool ?? true
    case "ICEBERG_PARTS":
      filters.icebergPartsMax = filter["limit"]?.integer
    case "TRAILING_DELTA": filters.trailingPercent = TrailingPercentFilter(delta: filter)
    default: break
    }
  }

  /// The types that a symbol takes, in our words; a trailing stop is a STOP_LOSS at Spot.
  static func orderTypes(of symbol: JSONValue, _ venue: BinanceVenue) -> [OrderType]? {
    guard let words = symbol["orderTypes"]?.elements.compactMap(\.string) else { return nil }
    guard venue == .spot else {
      return OrderType.allCases.filter { words.contains(BinanceAlgoOrders.word(of: $0)) }
    }
    let names: [(String, OrderType)] = [
      ("MARKET", .market), ("LIMIT", .limit), ("STOP_LOSS", .stop),
      ("STOP_LOSS_LIMIT", .stopLimit), ("TAKE_PROFIT", .takeProfit),
      ("TAKE_PROFIT_LIMIT", .takeProfitLimit),
    ]
    var types = names.filter { words.contains($0.0) }.map(\.1)
    if types.contains(.stop), symbol["allowTrailingStop"]?.bool == true {
      types.append(.trailingStop)
    }
    return types
  }
}

extension TrailingPercentFilter {
  /// What Futures take of any symbol as `callbackRate`.
  fileprivate static let futures = TrailingPercentFilter(
    min: Decimal(units: 1, scale: 1), max: Decimal(10), step: Decimal(units: 1, scale: 1))

  /// A filter in hundredths of a percent, for both directions: what passes it passes either.
  fileprivate init?(delta filter: JSONValue) {
    guard let minAbove = filter.decimal("minTrailingAboveDelta"),
      let maxAbove = filter.decimal("maxTrailingAboveDelta"),
      let minBelow = filter.decimal("minTrailingBelowDelta"),
      let maxBelow = filter.decimal("maxTrailingBelowDelta")
    else { return nil }
    let percent = Decimal(units: 1, scale: 2)
    self.init(
      min: (minAbove < minBelow ? minBelow : minAbove) * percent,
      max: (maxAbove < maxBelow ? maxAbove : maxBelow) * percent, step: percent)
  }
}

extension JSONValue {
  /// A limit of a filter; nil where it is nothing, which switches it off.
  fileprivate func limit(_ name: StaticString) -> Decimal? {
    decimal(name).flatMap { $0.isPositive ? $0 : nil }
  }
}
