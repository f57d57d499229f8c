// What a plugin process says about instruments and their markets.

internal import Trading
internal import Wire

extension Instrument {
  /// Reads an instrument; nil if it cannot be traded by what is said of it.
  convenience init?(plugin instrument: JSONValue) {
    guard let symbol = instrument.text("symbol").flatMap({ Symbol($0) }),
      Symbol(anySpelling: symbol.text) == symbol,
      let base = instrument.text("base_asset").flatMap({ Asset($0) }),
      let quote = instrument.text("quote_asset").flatMap({ Asset($0) }),
      let tick = instrument.amount("tick_size"), tick.isPositive,
      let step = instrument.amount("lot_step"), step.isPositive,
      let min = instrument.amount("min_quantity"), !min.isNegative,
      let max = instrument.amount("max_quantity"), min <= max,
      let minNotional = instrument.amount("min_notional"), !minNotional.isNegative,
      let filters = InstrumentFilters(plugin: instrument)
    else { return nil }
    self.init(
      symbol: symbol, baseAsset: base, quoteAsset: quote, tickSize: tick, lotStep: step,
      minQuantity: min, maxQuantity: max, minNotional: minNotional, filters: filters)
  }
}

extension InstrumentFilters {
  /// What is stated besides; nil if something of it cannot be read.
  fileprivate init?(plugin instrument: JSONValue) {
    self.init()
    func limit(_ name: StaticString) -> OptionalMember<Decimal>? {
      instrument.optional(name) { $0.exact.flatMap { $0.isPositive ? $0 : nil } }
    }
    let types = instrument.optional("order_types") { list -> [OrderType]? in
      let types = list.elements.compactMap { $0.string.flatMap { OrderType(rawValue: $0) } }
      return types.count == list.elements.count ? types : nil
    }
    guard let types, let minPrice = limit("min_price"), let maxPrice = limit("max_price"),
      let marketStep = limit("market_lot_step"), let marketMin = limit("market_min_quantity"),
      let marketMax = limit("market_max_quantity"), let maxNotional = limit("max_notional")
    else { return nil }
    orderTypes = types.value
    (self.minPrice, self.maxPrice) = (minPrice.value, maxPrice.value)
    marketLotStep = marketStep.value
    (marketMinQuantity, marketMaxQuantity) = (marketMin.value, marketMax.value)
    self.maxNotional = maxNotional.value
  }
}

extension MarketData {
  /// Reads the market of an instrument; nil without a price.
  init?(plugin market: JSONValue) {
    guard let symbol = market.text("symbol").flatMap({ Symbol($0) }),
      let last = market.amount("last").flatMap({ Price($0) }),
      let bids = market.optional("bids", { [BookLevel](plugin: $0) }),
      let asks = market.optional("asks", { [BookLevel](plugin: $0) })
    else { return nil }
    self.init(symbol: symbol, last: last, bids: bids.value ?? [], asks: asks.value ?? [])
    quotedAt = market.moment("quoted_at")
  }
}

extension [BookLevel] {
  /// Reads levels of a book, each `[price, quantity]`.
  fileprivate init?(plugin levels: JSONValue) {
    self.init()
    for level in levels.elements {
      let parts = level.elements
      guard parts.count == 2, let price = parts[0].exact.flatMap({ Price($0) }),
        let quantity = parts[1].exact.flatMap({ Quantity($0) })
      else { return nil }
      append(BookLevel(price: price, quantity: quantity))
    }
  }
}
