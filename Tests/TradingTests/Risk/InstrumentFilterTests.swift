// The rules that only some venues have, exact to the last digit.

import Testing
import Trading

@testable import Simulation

private func broken(
  _ terms: OrderTerms, market: String? = nil, by set: (inout InstrumentFilters) -> Void
) -> Denial? {
  var filters = InstrumentFilters()
  set(&filters)
  return instrument(filters: filters)
    .firstBrokenRule(by: terms, marketPrice: market.map { price($0) })
}

private func stop(at trigger: String) -> OrderTerms {
  var instructions = OrderInstructions()
  instructions.trigger = .price(price(trigger))
  return OrderTerms(
    account: binance, symbol: bitcoin, side: .sell, type: .stop, quantity: quantity("1"),
    instructions: instructions)
}

@Suite struct InstrumentFilterTests {
  @Test func `without rules nothing is limited`() {
    #expect(broken(terms(.buy, "99", limit: "1000000"), by: { _ in }) == nil)
    #expect(broken(terms(.buy, "99", limit: nil), market: "1000000", by: { _ in }) == nil)
  }

  @Test func `prices of limits and triggers keep to the range`() {
    let range: (inout InstrumentFilters) -> Void = {
      $0.minPrice = decimal("10")
      $0.maxPrice = decimal("200")
    }
    #expect(broken(terms(.buy, "1", limit: "10"), by: range) == nil)
    #expect(broken(terms(.buy, "1", limit: "9.99"), by: range)?.code == "MIN_PRICE")
    #expect(broken(terms(.buy, "1", limit: "200"), by: range) == nil)
    let high = broken(terms(.buy, "1", limit: "200.01"), by: range)
    #expect(high?.code == "MAX_PRICE")
    #expect(high?.value == "200.01")
    #expect(high?.limit == "200")
    #expect(broken(stop(at: "9.99"), by: range)?.code == "MIN_PRICE")
    #expect(broken(stop(at: "10"), by: range) == nil)
  }

  @Test func `a market lot is for what is executed at the market only`() {
    let lot: (inout InstrumentFilters) -> Void = {
      $0.marketLotStep = decimal("0.5")
      $0.marketMinQuantity = decimal("1")
      $0.marketMaxQuantity = decimal("50")
    }
    #expect(broken(terms(.buy, "1.5", limit: nil), market: "100", by: lot) == nil)
    #expect(
      broken(terms(.buy, "1.2", limit: nil), market: "100", by: lot)?.code == "MARKET_LOT_STEP")
    #expect(
      broken(terms(.buy, "0.5", limit: nil), market: "100", by: lot)?.code
        == "MARKET_MIN_QUANTITY")
    #expect(
      broken(terms(.buy, "50.5", limit: nil), market: "100", by: lot)?.code
        == "MARKET_MAX_QUANTITY")
    #expect(broken(terms(.buy, "60.2", limit: "100"), by: lot) == nil)
    #expect(broken(stop(at: "100"), by: { $0.marketMaxQuantity = decimal("0.9") }) != nil)
  }

  @Test func `the largest notional is legal and a cent more is not`() {
    let most: (inout InstrumentFilters) -> Void = { $0.maxNotional = decimal("1000") }
    #expect(broken(terms(.buy, "10", limit: "100"), by: most) == nil)
    #expect(broken(terms(.buy, "1", limit: "1000.01"), by: most)?.code == "MAX_NOTIONAL")
    #expect(broken(terms(.buy, "10", limit: nil), market: "101", by: most)?.code == "MAX_NOTIONAL")
  }

  @Test func `a notional rule for limit orders leaves market orders alone`() {
    let rules: (inout InstrumentFilters) -> Void = {
      $0.maxNotional = decimal("1000")
      $0.maxNotionalCoversMarket = false
      $0.minNotionalCoversMarket = false
    }
    #expect(broken(terms(.buy, "10", limit: nil), market: "101", by: rules) == nil)
    #expect(broken(terms(.buy, "0.01", limit: nil), market: "100", by: rules) == nil)
    #expect(broken(terms(.buy, "0.01", limit: "100"), by: rules)?.code == "MIN_NOTIONAL")
  }

  @Test func `an iceberg has at most so many parts`() {
    func iceberg(showing display: String) -> OrderTerms {
      var instructions = OrderInstructions()
      instructions.displayQuantity = quantity(display)
      return OrderTerms(
        account: binance, symbol: bitcoin, side: .buy, type: .limit, quantity: quantity("1"),
        limitPrice: price("100"), instructions: instructions)
    }
    #expect(broken(iceberg(showing: "0.1"), by: { $0.icebergPartsMax = 10 }) == nil)
    #expect(
      broken(iceberg(showing: "0.099"), by: { $0.icebergPartsMax = 10 })?.code == "ICEBERG_PARTS")
  }
}
