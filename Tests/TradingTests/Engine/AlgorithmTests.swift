// Orders that are worked in slices over time: each slice once and in its time, never more than the
// parent asks for, and what one leaves is carried to the next.

import Testing
import Trading

@testable import Simulation

/// 10 slices of 0.3, a minute apart.
func timed(
  _ text: String = "3", limit: String? = nil, seconds: Int64 = 600, slices: Int = 10,
  side: Side = .buy, _ change: (inout OrderInstructions) -> Void = { _ in }
) -> OrderTerms {
  var instructions = OrderInstructions()
  instructions.timeWeighting = TimeWeighting(
    durationMilliseconds: seconds * 1_000, slices: slices)
  change(&instructions)
  return OrderTerms(
    account: binance, symbol: bitcoin, side: side, type: limit == nil ? .market : .limit,
    quantity: quantity(text), limitPrice: limit.map(price), instructions: instructions)
}

extension Desk {
  /// The newest order that is a slice.
  var lastSlice: Order? {
    entries.last { $0.order.terms.sliceOf != nil && $0.beginsOrder }.flatMap { order($0.order.id) }
  }

  /// All slices that were begun, with their quantities.
  var sliceQuantities: [String] {
    entries.filter { $0.order.terms.sliceOf != nil && $0.beginsOrder }
      .map { $0.order.terms.quantity.description }
  }

  /// The venue trades so much of a slice and keeps or ends the rest.
  func fillSlice(
    _ id: OrderID, _ text: String, _ status: VenueOrderStatus = .canceled(reason: nil)
  ) {
    let trades = quantity(text).isZero ? [] : [fill("T-\(id)", text)]
    tell(.submitted(id, .accepted(report(id, status, trades), position: nil)))
    record()
  }

  /// Lets time go by in steps of a second.
  @discardableResult
  func pass(seconds: Int) -> [Action] {
    (0..<seconds).flatMap { _ in pass(milliseconds: 1_000) }
  }

  /// The last thing that is known of an order that may have left memory.
  func recorded(_ id: OrderID) -> Order? { entries.last { $0.order.id == id }?.order }
}

@Suite struct AlgorithmTests {
  @Test func `slices go at even times and make up the whole`() throws {
    let desk = Desk()
    let id = desk.submit(timed()).id
    #expect(desk.record().replies.first?.word == "created")
    #expect(desk.state(id) == .held)
    for number in 1...10 {
      let slice = try #require(desk.record().sends.first, "slice \(number)")
      #expect(desk.order(slice)?.terms.sliceOf == SliceLink(parent: id, number: number))
      #expect(desk.order(slice)?.terms.quantity == quantity("0.3"))
      desk.fillSlice(slice, "0.3", .filled)
      #expect(desk.recorded(id)?.filledQuantity == quantity("\(number * 3)e-1"))
      #expect(desk.pass(seconds: 59).entries.isEmpty, "before the next is due")
      desk.pass(seconds: 1)
    }
    #expect(desk.recorded(id)?.state == .filled)
    #expect(desk.recorded(id)?.averagePrice == decimal("100"))
    #expect(desk.position() == decimal("3"))
  }

  @Test func `what a slice did not fill is carried to the next one`() throws {
    let desk = Desk()
    let id = desk.submit(timed()).id
    desk.record()
    desk.fillSlice(try #require(desk.record().sends.first ?? desk.lastSlice?.id), "0.1")
    desk.pass(seconds: 60)
    #expect(desk.lastSlice?.terms.quantity == quantity("0.5"))
    #expect(desk.lastSlice?.terms.sliceOf == SliceLink(parent: id, number: 2))
  }

  @Test func `a slice that rests ends before the next one goes`() throws {
    let desk = Desk()
    _ = desk.submit(timed(limit: "100"))
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.fillSlice(first, "0.1", .working)
    #expect(desk.pass(seconds: 60).cancels == [first])
    #expect(desk.record().sends.isEmpty, "the first may still trade")
    desk.tell(
      .cancelAnswered(
        first, .canceled(report(first, .canceled(reason: nil), [fill("T-\(first)", "0.1")]))))
    #expect(desk.lastSlice?.terms.quantity == quantity("0.5"))
    #expect(desk.record().sends == [desk.lastSlice?.id])
  }

  @Test func `a slice that nobody knows about counts as filled, and the next one goes`() throws {
    let desk = Desk(windowMilliseconds: 600_000)
    _ = desk.submit(timed())
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.tell(.submitted(first, .unknown(reason: "HTTP 502")))
    desk.pass(seconds: 60)
    #expect(desk.record().sends.count == 1)
    #expect(desk.lastSlice?.terms.quantity == quantity("0.3"), "0.3 may have been bought")
    desk.tell(.queryAnswered(first, .found(report(first, .canceled(reason: nil)))))
    desk.fillSlice(try #require(desk.lastSlice?.id), "0.3", .filled)
    desk.pass(seconds: 60)
    #expect(desk.lastSlice?.terms.quantity == quantity("0.6"), "it had not")
  }

  @Test func `when its time is over the rest is not sent, and that is told`() throws {
    let desk = Desk()
    let id = desk.submit(timed("1", seconds: 20, slices: 2)).id
    desk.record()
    desk.fillSlice(try #require(desk.record().sends.first ?? desk.lastSlice?.id), "0.5", .filled)
    desk.pass(seconds: 10)
    desk.record()
    desk.fillSlice(try #require(desk.lastSlice?.id), "0.2")
    desk.pass(seconds: 10)
    let parent = try #require(desk.recorded(id))
    #expect(parent.state == .expired)
    #expect(parent.filledQuantity == quantity("0.7"))
    #expect(parent.explanation?.sentence == "Its time is over; 0.7 of 1 were filled.")
  }

  @Test func `its end waits for a slice that is alive`() throws {
    let desk = Desk()
    let id = desk.submit(timed("1", limit: "100", seconds: 20, slices: 2)).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.tell(.submitted(first, .unknown(reason: "HTTP 502")))
    desk.pass(seconds: 25)
    #expect(desk.state(id) == .held)
    let found = report(first, .canceled(reason: nil), [fill("1", "0.4")])
    desk.tell(.queryAnswered(first, .found(found)))
    for other in Set(desk.record().sends + [desk.lastSlice?.id].compactMap(\.self))
    where other != first {
      desk.fillSlice(other, "0")
    }
    desk.pass(seconds: 2)
    #expect(desk.recorded(id)?.state == .expired)
    #expect(desk.recorded(id)?.filledQuantity == quantity("0.4"))
  }

  @Test func `a cancel ends its slices first, and then the order`() throws {
    let desk = Desk()
    let id = desk.submit(timed(limit: "100")).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.fillSlice(first, "0.1", .working)
    let cancel = desk.cancel(id)
    #expect(cancel.actions.cancels == [first])
    #expect(cancel.actions.replies.isEmpty)
    #expect(desk.state(id) == .held)
    let ended = report(first, .canceled(reason: nil), [fill("T-\(first)", "0.1")])
    desk.tell(.cancelAnswered(first, .canceled(ended)))
    #expect(desk.record().replies(to: cancel.request).isEmpty || desk.recorded(id) != nil)
    #expect(desk.recorded(id)?.state == .canceled)
    #expect(desk.recorded(id)?.filledQuantity == quantity("0.1"))
    #expect(desk.pass(seconds: 600).sends.isEmpty)
  }

  @Test func `a halt keeps slices back and lets them be cancelled`() throws {
    let desk = Desk()
    let id = desk.submit(timed(limit: "100")).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.fillSlice(first, "0", .working)
    desk.set(.halted)
    desk.record()
    #expect(desk.pass(seconds: 60).cancels == [first])
    desk.tell(.cancelAnswered(first, .canceled(report(first, .canceled(reason: nil)))))
    #expect(desk.record().sends.isEmpty)
    desk.pass(seconds: 30)
    #expect(desk.record().sends.isEmpty)
    desk.set(.active)
    desk.record()
    desk.pass(seconds: 2)
    #expect(desk.record().sends.count == 1)
    #expect(desk.lastSlice?.terms.quantity == quantity("0.6"))
    #expect(desk.order(id)?.filledQuantity.isZero == true)
  }

  @Test func `slices wait for the venue's gate, the breaker and the journal`() throws {
    let desk = Desk(breakerThreshold: 1)
    _ = desk.submit(timed())
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.tell(.submitted(first, .unknown(reason: "HTTP 502")))
    #expect(desk.breaker?.name == "open")
    desk.tell(.disconnected(binance))
    desk.pass(seconds: 61)
    desk.connect()
    desk.tell(.openOrdersReported(binance, []))
    desk.tell(.queryAnswered(first, .found(report(first, .canceled(reason: nil)))))
    desk.tell(.journal(isAvailable: false))
    #expect(desk.pass(seconds: 5).entries.filter(\.beginsOrder).isEmpty)
    desk.tell(.journal(isAvailable: true))
    desk.pass(seconds: 2)
    #expect(desk.record().sends.count == 1)
  }

  @Test func `a trade that comes after the end counts`() throws {
    let desk = Desk()
    let id = desk.submit(timed("1", limit: "100", seconds: 20, slices: 2)).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.fillSlice(first, "0", .working)
    desk.cancel(id)
    desk.tell(.cancelAnswered(first, .canceled(report(first, .canceled(reason: nil)))))
    desk.record()
    #expect(desk.liveCount == 0)
    let stored = Dictionary(desk.entries.map { ($0.order.id, $0.order) }) { $1 }
    let late = report(first, .canceled(reason: nil), [fill("L", "0.2")])
    #expect(desk.tell(.reported(late)).lookUps == [.report(late)])
    let slice = try #require(stored[first])
    let actions = desk.tell(
      .sliceLookedUp(
        .report(late), slice, parent: try #require(stored[id]), slices: [slice]))
    #expect(
      actions.entries.map(\.order.id) == [id, first],
      "the parent first: a crash between the two is mended by the venue's next report")
    #expect(desk.recorded(id)?.filledQuantity == quantity("0.2"))
    #expect(desk.recorded(id)?.state == .canceled)
    desk.record()
    #expect(desk.liveCount == 0)
  }

  @Test func `an end is not believed before all of a slice's trades are known`() throws {
    let desk = Desk()
    _ = desk.submit(timed())
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    let untold = report(first, .canceled(reason: nil), filled: "0.2")
    desk.tell(.submitted(first, .accepted(untold, position: nil)))
    #expect(desk.state(first)?.isSealed == false)
    let told = report(first, .canceled(reason: nil), [fill("1", "0.2")])
    #expect(desk.answerNextQuery(.found(told), of: first))
    #expect(desk.recorded(first)?.state == .canceled)
    desk.pass(seconds: 60)
    #expect(desk.lastSlice?.terms.quantity == quantity("0.4"))
  }
}
