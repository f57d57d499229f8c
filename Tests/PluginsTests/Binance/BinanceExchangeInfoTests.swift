// Binance's rules for its instruments. The symbol has the shape and the values that
// api.binance.com gave for ETHBTC in September 2024.

import Testing
import Trading
import Wire

@testable import Plugins

private func listing(
  _ name: String = "ETHBTC", status: String = "TRADING",
  types: String = #""LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS_LIMIT","TAKE_PROFIT_LIMIT""#,
  lot: String = #""stepSize":"0.00010000""#
) -> String {
  """
  {"symbol":"\(name)","status":"\(status)","baseAsset":"ETH","baseAssetPrecision":8,
  "quoteAsset":"BTC","orderTypes":[\(types)],"icebergAllowed":true,"allowTrailingStop":true,
  "isSpotTradingAllowed":true,"filters":[
  {"filterType":"PRICE_FILTER","minPrice":"0.00001000","maxPrice":"922327.00000000",
  "tickSize":"0.00001000"},
  {"filterType":"LOT_SIZE","minQty":"0.00010000","maxQty":"100000.00000000",\(lot)},
  {"filterType":"ICEBERG_PARTS","limit":10},
  {"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","maxQty":"2255.71583723",
  "stepSize":"0.00000000"},
  {"filterType":"TRAILING_DELTA","minTrailingAboveDelta":10,"maxTrailingAboveDelta":2000,
  "minTrailingBelowDelta":20,"maxTrailingBelowDelta":1000},
  {"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"5","bidMultiplierDown":"0.2",
  "askMultiplierUp":"5","askMultiplierDown":"0.2","avgPriceMins":5},
  {"filterType":"NOTIONAL","minNotional":"0.00010000","applyMinToMarket":true,
  "maxNotional":"9000000.00000000","applyMaxToMarket":false,"avgPriceMins":5},
  {"filterType":"MAX_NUM_ORDERS","maxNumOrders":200}],"permissions":[],
  "permissionSets":[["SPOT"]]}
  """
}

private func info(_ symbols: [String], of venue: BinanceVenue = .spot) throws -> BinanceExchangeInfo
{
  let text = """
    {"timezone":"UTC","serverTime":1726000000000,"rateLimits":[
    {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},
    {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100},
    {"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000},
    {"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":61000}],
    "exchangeFilters":[],"symbols":[\(symbols.joined(separator: ","))]}
    """
  return try #require(
    BinanceExchangeInfo(try JSONDocument(parsing: Array(text.utf8)).root, of: venue))
}

@Suite struct BinanceExchangeInfoTests {
  @Test func `a symbol's filters become the instrument's rules, to the digit`() throws {
    let instrument = try #require(try info([listing()]).instruments.first)
    #expect(instrument.symbol.text == "ETHBTC")
    #expect(instrument.baseAsset.text == "ETH")
    #expect(instrument.quoteAsset == btc)
    #expect(instrument.tickSize == decimal("0.00001"))
    #expect(instrument.lotStep == decimal("0.0001"))
    #expect(instrument.minQuantity == decimal("0.0001"))
    #expect(instrument.maxQuantity == decimal("100000"))
    #expect(instrument.minNotional == decimal("0.0001"))
    let filters = instrument.filters
    #expect(filters.minPrice == decimal("0.00001"))
    #expect(filters.maxPrice == decimal("922327"))
    // A step and a smallest quantity of nothing are none.
    #expect(filters.marketLotStep == nil)
    #expect(filters.marketMinQuantity == nil)
    #expect(filters.marketMaxQuantity == decimal("2255.71583723"))
    #expect(filters.maxNotional == decimal("9000000"))
    #expect(filters.minNotionalCoversMarket)
    #expect(!filters.maxNotionalCoversMarket)
    #expect(filters.icebergPartsMax == 10)
  }

  @Test func `order types are those of the symbol`() throws {
    #expect(
      try info([listing()]).instruments.first?.filters.orderTypes
        == [.market, .limit, .stopLimit, .takeProfitLimit])
    let all = #""LIMIT","MARKET","STOP_LOSS","STOP_LOSS_LIMIT","TAKE_PROFIT","TAKE_PROFIT_LIMIT""#
    let filters = try #require(try info([listing(types: all)]).instruments.first?.filters)
    #expect(Set(filters.orderTypes ?? []) == Set(OrderType.allCases))
    #expect(
      filters.trailingPercent
        == TrailingPercentFilter(min: decimal("0.2"), max: decimal("10"), step: decimal("0.01")))
  }

  @Test func `what is not traded, or cannot be read, is left out`() throws {
    let symbols = [
      listing("A", status: "BREAK"), listing("B", status: "CANCEL_ONLY"), listing("C"),
      listing("D", lot: #""stepSize":"a lot""#), #"{"symbol":"E"}"#, "17",
    ]
    #expect(try info(symbols).instruments.map(\.symbol.text) == ["C"])
  }

  @Test func `limits are known by their interval`() throws {
    let info = try info([])
    #expect(info.weight == [BinanceExchangeInfo.RateLimit(limit: 6_000, seconds: 60)])
    #expect(
      info.orders == [
        BinanceExchangeInfo.RateLimit(limit: 100, seconds: 10),
        BinanceExchangeInfo.RateLimit(limit: 200_000, seconds: 86_400),
      ])
  }

  @Test func `what is no answer is none`() throws {
    for text in ["{}", "[]", #"{"symbols":{}}"#] {
      #expect(
        BinanceExchangeInfo(try JSONDocument(parsing: Array(text.utf8)).root, of: .spot) == nil)
    }
  }
}
