// `verify` finds every way in which a journal can be tampered with, and says where.

import SQL
import Storage
import Testing
import Trading

/// One way to break a journal of 200 rows.
struct Damage: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let sql: String
  /// The same for PostgreSQL, where it is not.
  var postgresql: String?
  /// The sequence that has to be named.
  let sequence: Int
}

@Suite struct VerifyTests {
  private static let columns = "order_id, recorded_at, body, hash"

  static let damages = [
    Damage(
      testDescription: "a changed body",
      sql: "UPDATE order_events SET body = replace(body, '\"', '\" ') WHERE sequence = 50",
      postgresql: "UPDATE order_events SET body = replace(body::text, '\"', '\" ')::json "
        + "WHERE sequence = 50", sequence: 50),
    Damage(
      testDescription: "a body that says something else",
      sql: "UPDATE order_events SET body = '{\"events\":[{\"event\":\"settled\"}]}' "
        + "WHERE sequence = 1", sequence: 1),
    Damage(
      testDescription: "a changed order id",
      sql: "UPDATE order_events SET order_id = (SELECT order_id FROM order_events "
        + "WHERE sequence = 1) WHERE sequence = 150", sequence: 150),
    Damage(
      testDescription: "a changed time",
      sql: "UPDATE order_events SET recorded_at = recorded_at + 1 WHERE sequence = 77",
      sequence: 77),
    Damage(
      testDescription: "a changed hash",
      sql: "UPDATE order_events SET hash = (SELECT hash FROM order_events WHERE sequence = 1) "
        + "WHERE sequence = 200", sequence: 200),
    Damage(
      testDescription: "a missing row in the middle",
      sql: "DELETE FROM order_events WHERE sequence = 120", sequence: 120),
    Damage(
      testDescription: "a missing first row", sql: "DELETE FROM order_events WHERE sequence = 1",
      sequence: 1),
    Damage(
      testDescription: "a gap that was closed",
      sql: "DELETE FROM order_events WHERE sequence = 120; "
        + "UPDATE order_events SET sequence = -sequence WHERE sequence > 120; "
        + "UPDATE order_events SET sequence = -sequence - 1 WHERE sequence < 0",
      sequence: 120),
    Damage(
      testDescription: "missing rows at the end",
      sql: "DELETE FROM order_events WHERE sequence > 190", sequence: 190),
    Damage(
      testDescription: "no rows left", sql: "DELETE FROM order_events", sequence: 0),
    Damage(
      testDescription: "two rows swapped",
      sql: "UPDATE order_events SET sequence = -1 WHERE sequence = 60; "
        + "UPDATE order_events SET sequence = 60 WHERE sequence = 90; "
        + "UPDATE order_events SET sequence = 90 WHERE sequence = -1", sequence: 60),
    Damage(
      testDescription: "an inserted row at the end",
      sql: "INSERT INTO order_events SELECT 201, \(columns) FROM order_events "
        + "WHERE sequence = 200",
      postgresql: "INSERT INTO order_events SELECT 201, \(columns), month FROM order_events "
        + "WHERE sequence = 200", sequence: 201),
    Damage(
      testDescription: "an inserted row in the middle",
      sql: "UPDATE order_events SET sequence = -sequence WHERE sequence >= 100; "
        + "UPDATE order_events SET sequence = 1 - sequence WHERE sequence < 0; "
        + "INSERT INTO order_events SELECT 100, \(columns) FROM order_events "
        + "WHERE sequence = 99",
      postgresql: "UPDATE order_events SET sequence = -sequence WHERE sequence >= 100; "
        + "UPDATE order_events SET sequence = 1 - sequence WHERE sequence < 0; "
        + "INSERT INTO order_events SELECT 100, \(columns), month FROM order_events "
        + "WHERE sequence = 99", sequence: 100),
    Damage(
      testDescription: "a number that stands in two months",
      sql: "UPDATE order_events SET sequence = -120 WHERE sequence = 121; "
        + "INSERT INTO order_events SELECT 121, \(columns) FROM order_events "
        + "WHERE sequence = 120",
      postgresql: "SELECT open_journal_month(209901); "
        + "INSERT INTO order_events SELECT sequence, \(columns), 209901 FROM order_events "
        + "WHERE sequence = 120", sequence: 121),
    Damage(
      testDescription: "an inserted row before the first",
      sql: "INSERT INTO order_events SELECT 0, \(columns) FROM order_events WHERE sequence = 1; "
        + "UPDATE order_events SET sequence = -1 - sequence; "
        + "UPDATE order_events SET sequence = -sequence",
      postgresql: "INSERT INTO order_events SELECT 0, \(columns), month FROM order_events "
        + "WHERE sequence = 1; UPDATE order_events SET sequence = -1 - sequence; "
        + "UPDATE order_events SET sequence = -sequence", sequence: 2),
  ]

  private func place(_ dialect: Dialect, closed entries: Int = 200) throws -> Place {
    let place = try Place(dialect)
    let open = try place.open()
    #expect(open.record(EntryStream(seed: 1, entries: entries).entries))
    open.close()
    return place
  }

  @Test(arguments: dialects)
  func `an untouched journal is intact`(dialect: Dialect) throws {
    let place = try place(dialect)
    let report = try Verification.verify(at: place.location) { _, _ in }
    #expect(report.rows == 200)
    #expect(report.changedRows == nil)
  }

  @Test(arguments: dialects, damages) func `verify names the first row that is not right`(
    dialect: Dialect, damage: Damage
  ) throws {
    let place = try place(dialect)
    try place.tamper(dialect == .sqlite ? damage.sql : damage.postgresql ?? damage.sql)
    let error = try #require(throws: StoreError.self) {
      try Verification.verify(at: place.location) { _, _ in }
    }
    #expect(error.code == "JOURNAL_BROKEN")
    let words = error.description.split { !$0.isLetter && !$0.isNumber }
    #expect(words.contains("\(damage.sequence)"), "\(error)")
  }

  @Test(arguments: dialects)
  func `a rebuild stops at a broken row`(dialect: Dialect) throws {
    let place = try place(dialect)
    try place.tamper("UPDATE order_events SET recorded_at = 0 WHERE sequence = 30")
    let error = try #require(throws: StoreError.self) {
      try Verification.rebuild(at: place.location) { _, _ in }
    }
    #expect(error.code == "JOURNAL_BROKEN")
    #expect(error.description.contains("sequence 30"))
  }

  @Test(arguments: dialects)
  func `a store does not open over a journal that was cut off`(dialect: Dialect) throws {
    let place = try place(dialect)
    try place.tamper("DELETE FROM order_events WHERE sequence > 190")
    let error = try #require(throws: StoreError.self) { try place.open() }
    #expect(error.code == "JOURNAL_BROKEN")
  }

  @Test(arguments: dialects)
  func `a store does not open over a broken end that it has to catch up`(dialect: Dialect) throws {
    let place = try place(dialect)
    try place.tamper(
      "UPDATE projection SET projected_through = 150; "
        + "UPDATE order_events SET recorded_at = 0 WHERE sequence = 180")
    let error = try #require(throws: StoreError.self) { try place.open() }
    #expect(error.code == "JOURNAL_BROKEN")
    #expect(error.description.contains("sequence 180"))
  }

  @Test(arguments: dialects)
  func `a running store can be verified while it records`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    var stream = EntryStream(seed: 2)
    for _ in 0..<60 {
      open.store.append(stream.next(15))
      // The read makes the store write its tables, too.
      open.store.read { _ in }
      let rows = try Verification.verify(at: place.location) { _, _ in }.rows
      #expect(rows <= stream.entries.count)
    }
    #expect(open.record([stream.next()]))
    #expect(open.messages.availability == [])
    #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 901)
  }

  @Test(arguments: dialects)
  func `verify leaves the files as they are`(dialect: Dialect) throws {
    let place = try place(dialect)
    let before = try place.fingerprint()
    _ = try Verification.verify(at: place.location) { _, _ in }
    #expect(try place.fingerprint() == before)
  }

  @Test(arguments: dialects)
  func `verify tells how far it is`(dialect: Dialect) throws {
    let place = try place(dialect)
    var steps: [[Int64]] = []
    _ = try Verification.verify(at: place.location) { steps.append([$0, $1]) }
    #expect(steps.last == [200, 200])
  }
}
