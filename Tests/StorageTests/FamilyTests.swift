// Orders that are worked in slices come back whole: what a parent has filled is the sum of all its
// slices, so that a part of them would be as good as none.

import SQL
import Storage
import Testing
import Trading

@Suite struct FamilyTests {
  /// A parent, and slices of it that ended, settled, or go on; and a stranger.
  private struct Family {
    var entries: [JournalEntry] = []
    let parent = OrderID(value: 100)
    let settled = OrderID(value: 101)
    let last = OrderID(value: 102)

    init(parentEnds: [OrderEvent], lastSlice: [OrderEvent]) {
      add(parent, slice: nil, [.held(reason: "Why.")])
      add(settled, slice: 1, [.submitting, .filled(Family.fill("1")), .settled])
      add(last, slice: 2, [.submitting] + lastSlice)
      add(OrderID(value: 103), slice: nil, [.submitting, .filled(Family.fill("3")), .settled])
      guard !parentEnds.isEmpty, var order = entries.first?.order else { return }
      for event in parentEnds { _ = order.apply(event, at: start) }
      entries.append(
        JournalEntry(
          number: UInt64(entries.count + 1), at: start, events: parentEnds, order: order,
          position: nil, beginsOrder: false))
    }

    static func fill(_ trade: String) -> Fill {
      Fill(
        tradeID: valid(TradeID(trade), "trade"), quantity: quantity("1"), price: price("100"),
        fee: .zero, feeAsset: valid(Asset("USDT"), "asset"), isMaker: false, tradedAt: start)
    }

    private mutating func add(_ id: OrderID, slice: Int?, _ events: [OrderEvent]) {
      var instructions = OrderInstructions()
      if let slice {
        instructions.sliceOf = SliceLink(parent: parent, number: slice)
      } else if id == parent {
        instructions.timeWeighting = TimeWeighting(durationMilliseconds: 60_000, slices: 2)
      }
      let terms = OrderTerms(
        account: valid(AccountID("mock"), "account"), symbol: valid(Symbol("BTCUSDT"), "symbol"),
        side: .buy, type: .market, quantity: quantity(id == parent ? "2" : "1"),
        instructions: instructions)
      var order = Order(id: id, terms: terms, at: start)
      for event in events { _ = order.apply(event, at: start) }
      entries.append(
        JournalEntry(
          number: UInt64(entries.count + 1), at: start, events: [.received(terms)] + events,
          order: order, position: nil, beginsOrder: true))
    }
  }

  private func restored(_ family: Family, _ dialect: Dialect) throws -> [OrderID] {
    let place = try Place(dialect)
    let open = try place.open()
    #expect(open.record(family.entries))
    open.close()
    return try place.open().state.orders.map(\.id)
  }

  @Test(arguments: dialects)
  func `a parent that goes on comes back with all its slices`(dialect: Dialect) throws {
    let family = Family(parentEnds: [], lastSlice: [.accepted(nil)])
    #expect(try restored(family, dialect) == [family.parent, family.settled, family.last])
  }

  @Test(arguments: dialects)
  func `a slice that is not settled yet comes back with its parent and the others`(
    dialect: Dialect
  ) throws {
    let family = Family(
      parentEnds: [.completed, .settled], lastSlice: [.filled(Family.fill("2"))])
    #expect(try restored(family, dialect) == [family.parent, family.settled, family.last])
  }

  @Test(arguments: dialects)
  func `a family that has ended and settled stays in the store`(dialect: Dialect) throws {
    let family = Family(
      parentEnds: [.completed, .settled], lastSlice: [.filled(Family.fill("2")), .settled])
    #expect(try restored(family, dialect).isEmpty)
  }
}
