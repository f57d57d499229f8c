// Orders that cannot be worked in slices as they ask are refused with what was measured, the limit
// and what would do; and a preview shows the slices.

import Testing
import Trading

@testable import Simulation

@Suite struct AlgorithmRulesTests {
  /// Terms that are refused, with code, measured value, limit and a word of the remedy.
  private static let refused: [(OrderTerms, String, String?, String?, String)] = [
    (timed(seconds: 0), "ALGORITHM_DURATION", "0", "1", "from 1 to 86400"),
    (timed(seconds: 86_401), "ALGORITHM_DURATION", "86401", "86400", "from 1 to 86400"),
    (timed(slices: 1), "ALGORITHM_SLICES", "1", "2", "from 2 to 1000"),
    (timed(seconds: 10_000, slices: 1_001), "ALGORITHM_SLICES", "1001", "1000", "from 2 to 1000"),
    (timed(seconds: 9, slices: 10), "ALGORITHM_INTERVAL", "900", "1000", "fewer slices"),
    (timed("0.4", slices: 10), "SLICE_TOO_SMALL", "0.04", "0.05", "about 8"),
    (timed("0.09", slices: 2), "SLICE_TOO_SMALL", "0.045", "0.05", "whole"),
    (
      timed { $0.stopLoss = price("90") }, "ALGORITHM_COMBINATION", "stop_loss", nil, "Leave it out"
    ),
    (timed { $0.group = label("g") }, "ALGORITHM_COMBINATION", "oco_group", nil, "Leave it out"),
    (
      timed(limit: "100") { $0.displayQuantity = quantity("0.1") }, "ALGORITHM_COMBINATION",
      "display_quantity", nil, "Leave it out"
    ),
  ]

  @Test(arguments: refused.indices)
  func `an algorithm that cannot be carried out is refused with its limit`(index: Int) throws {
    let (terms, code, value, limit, remedy) = AlgorithmRulesTests.refused[index]
    let desk = Desk()
    let actions = desk.submit(terms).actions
    #expect(actions.refusalCode == code)
    #expect(actions.entries.isEmpty)
    guard case .refused(let refusal) = try #require(actions.replies.first) else { return }
    #expect(refusal.denial.value == value)
    #expect(refusal.denial.limit == limit)
    #expect(refusal.denial.sentence.contains(remedy))
  }

  @Test func `the whole order is held to the limits at once`() {
    let desk = Desk(limits: RiskLimits(maxOrderNotional: decimal("250")))
    let id = desk.submit(timed("3")).id
    #expect(desk.state(id) == .denied)
    #expect(desk.order(id)?.explanation?.code == "MAX_ORDER_NOTIONAL")
  }

  @Test func `a slice is held to the limits when it is due`() throws {
    let desk = Desk(limits: RiskLimits(maxPositionNotional: decimal("310")))
    _ = desk.submit(timed("3"))
    desk.record()
    desk.fillSlice(try #require(desk.record().sends.first ?? desk.lastSlice?.id), "0.3", .filled)
    desk.filled(terms(.sell, "2", limit: nil))
    desk.tell(.priced(bitcoinOnBinance, price("5000")))
    desk.pass(seconds: 60)
    #expect(desk.sliceQuantities == ["0.3", "0.3"], "it makes the position smaller")
    desk.record()
    desk.fillSlice(try #require(desk.lastSlice?.id), "0.3", .filled)
    desk.filled(terms(.buy, "1.4", limit: nil, purpose: .close))
    #expect(desk.position() == .zero)
    desk.pass(seconds: 60)
    #expect(desk.sliceQuantities.count == 2, "0.3 at 5000 is more than may be held")
    desk.tell(.priced(bitcoinOnBinance, price("100")))
    desk.pass(seconds: 2)
    #expect(desk.sliceQuantities.count == 3)
  }

  @Test func `slices take from the budget of new orders`() {
    let desk = Desk(submitRate: .init(perSecond: 1, burst: 2))
    _ = desk.submit(timed("3"))
    desk.record()
    #expect(desk.submitBudgetLeft == 0)
    #expect(desk.submit().actions.refusalCode == "RATE_LIMITED")
  }

  @Test func `neither an order that is worked nor its slices can be changed`() throws {
    let desk = Desk()
    let id = desk.submit(timed("3", limit: "100")).id
    desk.record()
    let slice = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.fillSlice(slice, "0", .working)
    let change = OrderChange(quantity: quantity("2"))
    #expect(desk.replace(id, change).actions.refusalCode == "ALGORITHM_RUNNING")
    #expect(desk.replace(slice, change).actions.refusalCode == "ALGORITHM_SLICE")
  }

  @Test func `a reduce-only order ends when there is nothing left to reduce`() throws {
    let desk = Desk()
    desk.filled(terms(.buy, "3", limit: nil))
    let id = desk.submit(timed("3", side: .sell) { $0.isReduceOnly = true }).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    #expect(desk.order(first)?.terms.isReduceOnly == true)
    desk.fillSlice(first, "0.3", .filled)
    desk.filled(terms(.sell, "2.7", limit: nil, purpose: .close))
    desk.pass(seconds: 60)
    #expect(desk.recorded(id)?.state == .canceled)
    #expect(desk.recorded(id)?.explanation?.sentence.contains("is closed") == true)
    #expect(desk.position() == .zero)
  }

  @Test func `a preview shows the slices and records nothing`() throws {
    let desk = Desk()
    let preview = try desk.preview(timed("1", seconds: 30, slices: 3)).get()
    #expect(preview.isHeld)
    #expect(preview.plan.map(\.quantity.description) == ["0.333", "0.333", "0.334"])
    #expect(
      preview.plan.map(\.at) == [0, 10_000, 20_000].map { desk.now.adding(milliseconds: $0) })
    #expect(try desk.preview(terms()).get().plan.isEmpty)
    #expect(try desk.preview(timed(slices: 1)).get().plan.isEmpty)
    #expect(desk.liveCount == 0)
  }
}

extension Desk {
  fileprivate func preview(_ terms: OrderTerms) -> Result<OrderPreview, Refusal> {
    var engine = Engine(
      configuration: engine.configuration, accounts: [binance], seed: 1, at: now)
    let rules = VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0)
    _ = engine.handle(
      .connected(binance, instruments: [instrument()], rules: rules), at: now)
    _ = engine.handle(.openOrdersReported(binance, []), at: now)
    _ = engine.handle(.priced(bitcoinOnBinance, price("100")), at: now)
    return engine.preview(terms, id: orderID(1), at: now)
  }
}
