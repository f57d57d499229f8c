// What the stand-in says of its markets, which is much the same at both venues.

import Trading

extension StandIn {
  var serverTime: String { object([("serverTime", "\(milliseconds)")]) }

  func bookTicker(
    _ parameters: inout StandInParameters, at exchange: StandInExchange
  ) throws(StandInRefusal) -> String {
    let symbol = parameters.optional("symbol")
    let symbols = parameters.optional("symbols").map {
      Set($0.split { !$0.isLetter }.map(String.init))
    }
    try parameters.finish()
    guard let symbol else {
      let wanted = exchange.markets.filter { symbols?.contains($0.key) ?? true }
      return array(wanted.sorted { $0.key < $1.key }.map { ticker(of: $0, $1) })
    }
    guard let market = exchange.markets[symbol] else {
      throw StandInRefusal(code: -1121, message: "Invalid symbol.")
    }
    return ticker(of: symbol, market)
  }

  private func ticker(of symbol: String, _ market: StandInMarket) -> String {
    object([
      ("symbol", quoted(symbol)), ("bidPrice", quoted(market.price)),
      ("bidQty", quoted(Decimal(1))), ("askPrice", quoted(market.price)),
      ("askQty", quoted(Decimal(1))),
    ])
  }

  func exchangeInfo(of exchange: StandInExchange) -> String {
    let symbols = exchange.markets.sorted { $0.key < $1.key }.map { name, market in
      let members = [
        ("symbol", quoted(name)), ("status", quoted("TRADING")),
        ("baseAsset", quoted(market.base)), ("quoteAsset", quoted(market.quote)),
        ("filters", array(filters(of: market, at: exchange.venue))),
      ]
      return object(members + own(exchange.venue))
    }
    let limit = object([
      ("rateLimitType", quoted("REQUEST_WEIGHT")), ("interval", quoted("MINUTE")),
      ("intervalNum", "1"), ("limit", "\(weightMax)"),
    ])
    return object([
      ("serverTime", "\(milliseconds)"), ("rateLimits", array([limit])),
      ("symbols", array(symbols)),
    ])
  }

  /// What a symbol has at one of the venues only.
  private func own(_ venue: StandInVenue) -> [(String, String)] {
    let types =
      venue == .spot
      ? ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"]
      : [
        "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET",
        "TRAILING_STOP_MARKET",
      ]
    return [("orderTypes", array(types.map { quoted($0) }))]
      + (venue == .spot
        ? [("allowTrailingStop", "true"), ("isSpotTradingAllowed", "true")]
        : [("contractType", quoted("PERPETUAL")), ("marginAsset", quoted("USDT"))])
  }

  private func filters(of market: StandInMarket, at venue: StandInVenue) -> [String] {
    let lot = [
      ("minQty", quoted(market.lotStep)), ("maxQty", quoted(Decimal(9_000))),
      ("stepSize", quoted(market.lotStep)),
    ]
    return [
      object([
        ("filterType", quoted("PRICE_FILTER")), ("minPrice", quoted(market.tickSize)),
        ("maxPrice", quoted(Decimal(1_000_000))), ("tickSize", quoted(market.tickSize)),
      ]),
      object([("filterType", quoted("LOT_SIZE"))] + lot),
      venue == .spot
        ? object([
          ("filterType", quoted("NOTIONAL")), ("minNotional", quoted(market.minNotional)),
          ("applyMinToMarket", "true"), ("maxNotional", quoted(Decimal(9_000_000))),
          ("applyMaxToMarket", "false"), ("avgPriceMins", "5"),
        ])
        : object([
          ("filterType", quoted("MIN_NOTIONAL")), ("notional", quoted(market.minNotional)),
        ]),
    ]
  }
}
