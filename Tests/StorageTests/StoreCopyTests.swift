// A store that is copied to the other database and back is the same store, and a copy that does
// not come to its end leaves nothing behind.

import SQL
import Synchronization
import Testing
import Trading

@testable import Storage

@Suite struct StoreCopyTests {
  /// A closed store with everything in it that a store can have.
  private func source(_ dialect: Dialect, seed: UInt64 = 1, entries: Int = 2_500) throws -> Place {
    let place = try Place(dialect)
    let open = try place.open()
    let stream = EntryStream(seed: seed, entries: entries)
    #expect(open.record(stream.entries, batch: 200))
    let (number, at) = (stream.lastNumber, Timestamp(microseconds: 1_790_000_000_000_000))
    let halt = TradingStateChange(
      scope: .service, state: .halted, reason: "a\u{0}b\u{1A}c", author: "desk", at: at)
    let mark = LossMark(
      day: 7, startPnL: decimal("-1.50"), peakPnL: decimal("0.00"), isDayLost: true)
    let command = AuditEntry(
      at: at, caller: Provenance.Caller(key: "desk", requestID: "r1"), method: "PUT", path: "/x",
      digest: [0, 1, 2], status: 200)
    open.store.append(
      [.tradingState(halt, number: number + 1), .lossMark(mark, at: at, number: number + 2)],
      audit: [command])
    #expect(isTrueSoon { open.messages.recordedThrough == number + 2 })
    open.close()
    return place
  }

  private func copy(_ source: Place, _ target: Place) throws -> Int64 {
    try StoreCopy.copy(from: source.location, to: target.location) { _, _ in }
  }

  @Test(arguments: dialects)
  func `a store that goes to the other database and back is the same, row by row`(
    dialect: Dialect
  ) throws {
    let there = try source(dialect)
    let (other, back) = (
      try Place(dialect == .sqlite ? .postgresql : .sqlite), try Place(dialect)
    )
    let rows = try copy(there, other)
    #expect(try copy(other, back) == rows)
    for place in [other, back] {
      #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 2_502)
      #expect(try place.journal() == there.journal())
    }
    #expect(try back.tables() == there.tables())
    #expect(try back.rows(of: "audit") == there.rows(of: "audit"))
    #expect(try Verification.rebuild(at: other.location) { _, _ in }.changedRows == 0)
    #expect(try Verification.rebuild(at: back.location) { _, _ in }.changedRows == 0)
  }

  @Test(arguments: dialects)
  func `what opens a copy has what was there, and goes on`(dialect: Dialect) throws {
    let there = try source(dialect)
    let target = try Place(dialect == .sqlite ? .postgresql : .sqlite)
    _ = try copy(there, target)
    let (old, new) = (try there.open(), try target.open())
    #expect(new.state.orders == old.state.orders)
    #expect(new.state.positions == old.state.positions)
    #expect(new.state.tradingStates == old.state.tradingStates)
    #expect(new.state.lossMark == old.state.lossMark)
    #expect(new.state.usedKeys == old.state.usedKeys)
    #expect(new.state.lastOrderID == old.state.lastOrderID)
    var stream = EntryStream(seed: 99)
    #expect(new.record(stream.next(20)))
    new.close()
    #expect(try Verification.verify(at: target.location) { _, _ in }.rows == 2_522)
  }

  @Test(arguments: dialects)
  func `every table is copied, or named as one that is not`(dialect: Dialect) throws {
    let place = try Place(dialect)
    try place.open().close()
    let known =
      ["order_events"] + StoreCopy.tables.map(\.name) + StoreCopy.uncopiedTables
    #expect(try place.tableNames().filter { !known.contains($0) } == [])
  }

  @Test(arguments: dialects)
  func `a place with rows is no target, and stays as it is`(dialect: Dialect) throws {
    let (there, target) = (try source(dialect, entries: 50), try source(dialect, seed: 2))
    let before = try target.tables()
    let error = try #require(throws: StoreError.self) { try copy(there, target) }
    #expect(error.description.contains("has rows already"), "\(error)")
    #expect(try target.tables() == before)
  }

  @Test(arguments: dialects)
  func `a place that is written by somebody is neither source nor target`(dialect: Dialect) throws {
    let (used, free) = (try Place(dialect), try Place(dialect))
    let open = try used.open()
    for (from, to) in [(used, free), (free, used)] {
      if dialect == .sqlite { try free.open().close() }
      let error = try #require(throws: StoreError.self) { try copy(from, to) }
      #expect(error.code == "STORE_LOCKED")
      #expect(error.description.contains(": process "), "\(error)")
    }
    open.close()
  }

  @Test(arguments: dialects)
  func `a broken journal is not copied`(dialect: Dialect) throws {
    let there = try source(dialect, entries: 50)
    let target = try Place(dialect == .sqlite ? .postgresql : .sqlite)
    try there.tamper("UPDATE order_events SET recorded_at = 0 WHERE sequence = 30")
    let error = try #require(throws: StoreError.self) { try copy(there, target) }
    #expect(error.code == "JOURNAL_BROKEN")
    #expect(error.description.contains("sequence 30"))
    #expect(try target.value("SELECT count(*) FROM order_events") == "0")
    #expect(try target.value("SELECT count(*) FROM projection") == "1")
  }

  @Test(arguments: dialects)
  func `a source that is not there or not migrated is refused`(dialect: Dialect) throws {
    let (nothing, target) = (try Place(dialect), try Place(.sqlite))
    #expect(throws: StoreError.self) { try copy(nothing, target) }
    try nothing.open().close()
    try nothing.tamper("DELETE FROM schema_migrations WHERE version > 1")
    let error = try #require(throws: StoreError.self) { try copy(nothing, target) }
    #expect(error.code == "STORE_OLDER")
    #expect(error.description.contains("fks-execution migrate"))
  }

  @Test(arguments: dialects)
  func `migrate makes the tables once, and refuses those of a newer program`(
    dialect: Dialect
  ) throws {
    let place = try Place(dialect)
    let known = Schema.version(for: dialect)
    #expect(try Verification.migrate(place.location) == (0, known))
    #expect(try Verification.migrate(place.location) == (known, known))
    try place.tamper("INSERT INTO schema_migrations VALUES (99)")
    let error = try #require(throws: StoreError.self) { try Verification.migrate(place.location) }
    #expect(error.code == "STORE_NEWER")
  }
}
