// A venue's rules for an instrument, exact to the last digit.

import Testing
import Trading

@testable import Simulation

private func code(
  _ terms: OrderTerms, market: String? = nil, rules: Instrument = instrument()
) -> String? {
  rules.firstBrokenRule(by: terms, marketPrice: market.map(price))?.code
}

@Suite struct InstrumentTests {
  @Test func `three thousandths are legal with a step of one thousandth`() {
    #expect(code(terms(.buy, "0.003", limit: "67500.10")) == nil)
  }

  @Test func `a quantity off the step is refused with value and limit`() {
    let broken = instrument().firstBrokenRule(by: terms(.buy, "0.0031"), marketPrice: nil)
    #expect(broken?.code == "LOT_STEP")
    #expect(broken?.value == "0.0031")
    #expect(broken?.limit == "0.001")
  }

  @Test func `a price off the tick is refused`() {
    #expect(code(terms(.buy, "1", limit: "100.005")) == "TICK_SIZE")
    #expect(code(terms(.buy, "1", limit: "100.01")) == nil)
  }

  @Test func `the smallest and the largest quantity are legal and nothing beyond`() {
    #expect(code(terms(.buy, "0.001", limit: "5000")) == nil)
    #expect(code(terms(.buy, "100", limit: "1")) == nil)
    #expect(code(terms(.buy, "100.001", limit: "1")) == "MAX_QUANTITY")
    #expect(
      code(terms(.buy, "0.001", limit: "5000"), rules: instrument(min: "0.002"))
        == "MIN_QUANTITY")
  }

  @Test func `the smallest notional is legal and a cent less is not`() {
    #expect(code(terms(.buy, "0.05", limit: "100")) == nil)
    #expect(code(terms(.buy, "0.05", limit: "99.99")) == "MIN_NOTIONAL")
  }

  @Test func `a market order is valued at the market, or at the price its caller saw`() {
    #expect(code(terms(.buy, "0.01", limit: nil), market: "499") == "MIN_NOTIONAL")
    #expect(code(terms(.buy, "0.01", limit: nil), market: "500") == nil)
    #expect(code(terms(.buy, "0.01", limit: nil, reference: "499")) == "MIN_NOTIONAL")
    #expect(code(terms(.buy, "0.01", limit: nil)) == nil)
  }

  @Test func `a close may be smaller than the minimum notional`() {
    #expect(code(terms(.sell, "0.001", limit: nil, purpose: .close), market: "1") == nil)
  }

  @Test func `a price that nobody can mean is refused and does not overflow`() {
    let huge = "123456789012345.1234567890123"
    let broken = code(
      terms(.buy, "99.123456789012345678", limit: huge),
      rules: instrument(tick: "0.0000000000001", step: "0.000000000000000001"))
    #expect(broken == "NOTIONAL_TOO_LARGE")
  }
}
