// What a store does while it runs: it records in order, acknowledges, and shows what it recorded.

import SQL
import Testing
import Trading

@testable import Storage

@Suite struct AppendTests {
  @Test(arguments: dialects)
  func `entries are acknowledged once, in their order`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    let entries = EntryStream(seed: 1, entries: 1_500).entries
    #expect(open.record(entries, batch: 90))
    #expect(open.messages.acknowledgements == open.messages.acknowledgements.sorted())
    #expect(open.messages.recordedThrough == 1_500)
    #expect(open.messages.recordedEntries == 1_500)
    #expect(open.messages.notRecorded == [])
  }

  @Test(arguments: dialects)
  func `the journal has the entries as they were appended`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    let stream = EntryStream(seed: 2, entries: 200)
    #expect(open.record(stream.entries))
    for id in stream.orders.keys {
      let recorded = try open.read { (reader) throws(StoreError) in try reader.entries(of: id) }
      let expected = stream.entries.filter { $0.order.id == id }
      #expect(recorded.map { EventCodec.decode($0.body) } == expected.map(\.events))
      #expect(recorded.map(\.at) == expected.map(\.at))
      #expect(recorded.map(\.sequence) == expected.map { Int64($0.number) })
    }
  }

  @Test(arguments: dialects)
  func `a read sees everything that was appended before it`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    var stream = EntryStream(seed: 3)
    for _ in 0..<300 {
      let entry = stream.next()
      open.store.append([entry])
      #expect(try open.order(entry.order.id) == entry.order)
    }
  }

  @Test(arguments: seeds(8))
  func `an order reads back as it was written, by every name it has`(dialect: Dialect, seed: UInt64)
    throws
  {
    let place = try Place(dialect)
    let open = try place.open()
    let stream = EntryStream(seed: seed, entries: 300)
    #expect(open.record(stream.entries))
    for order in stream.orders.values {
      #expect(try open.order(order.id) == order)
      if let client = order.terms.clientOrderID {
        let found = try open.read { (reader) throws(StoreError) in
          try reader.order(.client(client))
        }
        #expect(found == order)
      }
      if let key = order.terms.idempotencyKey {
        #expect(
          try open.read { (reader) throws(StoreError) in try reader.order(key) } == order)
      }
    }
  }

  @Test(arguments: dialects)
  func `what was never recorded is not found`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    #expect(open.record(EntryStream(seed: 4, entries: 20).entries))
    #expect(try open.order(OrderID(value: 1)) == nil)
    let key = IdempotencyKey(header: label("never"))
    #expect(try open.read { (reader) throws(StoreError) in try reader.order(key) } == nil)
  }

  @Test(arguments: dialects)
  func `closing makes durable what was appended last`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let stream = EntryStream(seed: 5, entries: 100)
    let open = try place.open()
    open.store.append(stream.entries)
    open.close()
    let again = try place.open()
    for order in stream.orders.values { #expect(try again.order(order.id) == order) }
  }
}
