// Icebergs where the venue has none: one slice at a time, none larger than may be shown, until all
// is filled.

import Testing
import Trading

@testable import Simulation

private func iceberg(
  _ text: String = "1", showing: String = "0.4", limit: String = "100",
  _ change: (inout OrderInstructions) -> Void = { _ in }
) -> OrderTerms {
  var instructions = OrderInstructions()
  instructions.displayQuantity = quantity(showing)
  change(&instructions)
  return OrderTerms(
    account: binance, symbol: bitcoin, side: .buy, type: .limit, quantity: quantity(text),
    limitPrice: price(limit), instructions: instructions)
}

extension Desk {
  /// At a venue that shows orders whole.
  fileprivate static func withoutIcebergs(limits: RiskLimits = RiskLimits()) -> Desk {
    let desk = Desk(limits: limits, isConnected: false)
    desk.connect(
      VenueRules(
        canBeAskedLater: true, visibilityWindowMilliseconds: 0, hasDisplayQuantity: false))
    desk.tell(.openOrdersReported(binance, []))
    desk.tell(.priced(bitcoinOnBinance, price("100")))
    return desk
  }
}

@Suite struct IcebergTests {
  @Test func `a venue that has icebergs gets the order whole`() {
    let desk = Desk()
    let id = desk.sent(iceberg())
    #expect(desk.state(id) == .submitting)
    #expect(desk.lastSlice == nil)
  }

  @Test func `elsewhere one slice after the other is shown`() throws {
    let desk = Desk.withoutIcebergs()
    let id = desk.submit(iceberg()).id
    desk.record()
    for (shown, filled) in [("0.4", "0.4"), ("0.4", "0.8"), ("0.2", "1")] {
      let slice = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
      #expect(desk.order(slice)?.terms.quantity == quantity(shown))
      desk.fillSlice(slice, "0", .working)
      #expect(desk.pass(seconds: 30).entries.isEmpty, "one at a time")
      desk.tell(.reported(report(slice, .filled, [fill("T-\(slice)", shown)])))
      #expect(desk.recorded(id)?.filledQuantity == quantity(filled))
    }
    #expect(desk.recorded(id)?.state == .filled)
  }

  @Test func `the next slice waits as long as nobody knows about the one before it`() throws {
    let desk = Desk.withoutIcebergs()
    let id = desk.submit(iceberg()).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.tell(.submitted(first, .unknown(reason: "HTTP 502")))
    desk.pass(seconds: 1)
    #expect(desk.sliceQuantities == ["0.4"])
    desk.tell(.queryAnswered(first, .notFound))
    #expect(desk.sliceQuantities == ["0.4"], "one answer is no proof")
    desk.tell(.queryAnswered(first, .found(report(first, .filled, [fill("1", "0.4")]))))
    #expect(desk.sliceQuantities == ["0.4", "0.4"])
    #expect(desk.order(id)?.filledQuantity == quantity("0.4"))
  }

  @Test func `a slice that comes to nothing is sent again later, and not for ever`() throws {
    let desk = Desk.withoutIcebergs()
    let id = desk.submit(iceberg()).id
    desk.record()
    for round in 1...10 {
      let slice = try #require(desk.lastSlice?.id, "round \(round)")
      desk.record()
      desk.tell(.submitted(slice, .rejected(sampleRejection)))
      #expect(desk.sliceQuantities.count == round, "not at once")
      desk.record()
      desk.pass(seconds: 40)
    }
    #expect(desk.recorded(id)?.state == .canceled)
    #expect(
      desk.recorded(id)?.explanation?.sentence
        == "10 slices in a row came to nothing; 0 of 1 were filled.")
  }

  @Test func `what is left is never too small for the venue`() throws {
    let desk = Desk.withoutIcebergs()
    // 5 is the least that an order may be worth: 0.05.
    let id = desk.submit(iceberg("1.02", showing: "0.5")).id
    desk.record()
    for _ in 0..<3 {
      let slice = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
      desk.fillSlice(slice, try #require(desk.order(slice)).terms.quantity.description, .filled)
    }
    #expect(desk.sliceQuantities == ["0.5", "0.47", "0.05"])
    #expect(desk.recorded(id)?.state == .filled)
  }

  @Test func `a rest that the venue does not take ends the order and is told`() throws {
    let desk = Desk.withoutIcebergs()
    let id = desk.submit(iceberg()).id
    desk.record()
    for text in ["0.4", "0.4", "0.17"] {
      let slice = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
      desk.fillSlice(slice, text)
    }
    #expect(desk.recorded(id)?.state == .canceled)
    #expect(
      desk.recorded(id)?.explanation?.sentence
        == "What is left, 0.03 of 1, is less than the 0.05 that the venue takes at least.")
  }

  @Test func `the exposure is the whole order's, whatever a slice has of it`() throws {
    let desk = Desk.withoutIcebergs(limits: RiskLimits(maxPositionNotional: decimal("150")))
    _ = desk.submit(iceberg()).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    #expect(desk.submit(terms(.buy, "0.6")).actions.refusalCode == nil)
    let code = desk.entries.last?.order.explanation?.code
    #expect(code == "MAX_POSITION_NOTIONAL")
    desk.fillSlice(first, "0.4", .filled)
    #expect(desk.sliceQuantities == ["0.4", "0.4"], "its own rest does not count against a slice")
  }

  @Test func `a restart goes on with the slice that is there`() throws {
    let before = Desk.withoutIcebergs()
    let id = before.submit(iceberg()).id
    before.record()
    let first = try #require(before.record().sends.first ?? before.lastSlice?.id)
    before.fillSlice(first, "0.4", .filled)
    let second = try #require(before.lastSlice?.id)
    before.fillSlice(second, "0.1", .working)
    let orders = try [id, first, second].map { try #require(before.recorded($0)) }
    // The second slice's trade is in the journal, and its parent's record of it was lost.
    let stale = try #require(
      before.entries.last { $0.order.id == id && $0.order.filledQuantity == quantity("0.4") }?.order
    )
    let desk = Desk.restarted([stale] + orders.dropFirst()).desk
    desk.connect(
      VenueRules(
        canBeAskedLater: true, visibilityWindowMilliseconds: 0, hasDisplayQuantity: false))
    desk.tell(
      .openOrdersReported(binance, [report(second, .working, [fill("T-\(second)", "0.1")])]))
    desk.tell(.priced(bitcoinOnBinance, price("100")))
    desk.pass(seconds: 5)
    #expect(desk.order(id)?.filledQuantity == quantity("0.5"))
    #expect(desk.sliceQuantities.isEmpty, "the second one is alive")
    let filled = report(second, .filled, [fill("T-\(second)", "0.1"), fill("2", "0.3")])
    desk.tell(.reported(filled))
    #expect(desk.sliceQuantities == ["0.2"])
    #expect(desk.lastSlice?.terms.sliceOf == SliceLink(parent: id, number: 3))
  }

  @Test func `a slice that the journal does not take never existed`() throws {
    let desk = Desk.withoutIcebergs()
    _ = desk.submit(iceberg())
    desk.record()
    let lost = try #require(desk.entries.last { $0.order.terms.sliceOf != nil })
    desk.tell(.notRecorded([lost.number]))
    desk.tell(.journal(isAvailable: false))
    desk.tell(.journal(isAvailable: true))
    desk.pass(seconds: 2)
    #expect(desk.sliceQuantities == ["0.4", "0.4"])
    #expect(desk.lastSlice?.terms.sliceOf?.number == 1)
    #expect(desk.record().sends == [desk.lastSlice?.id])
  }
}
