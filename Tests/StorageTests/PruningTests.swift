// What becomes of the journal when old months are taken out of it: the chain still holds and still
// shows what was done to it, no open order loses a row, and what went is in the archive.

import SQL
import Testing
import Trading

@testable import Storage

@Suite struct PruningTests {
  /// A moment in a month of 2026.
  private func moment(_ month: Int, _ day: Int = 5) -> Timestamp {
    let text = "2026-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T12:00:00Z"
    return valid(Timestamp(text: text), text)
  }

  /// Orders that were denied at some moments, each with its one row; those at `openAt` are open.
  private func record(
    _ moments: [Timestamp], openAt: Set<Timestamp> = [], in place: Place
  ) throws -> [OrderID] {
    let open = try place.open()
    let before = open.state.lastOrderID
    var ids = OrderIDSequence(after: before)
    var random = SeededGenerator(seed: 7)
    let entries = moments.enumerated().map { index, at in
      let terms = random.terms(unique: Int(at.microseconds / 1_000_000) + index)
      let id = ids.next(at: at, random: random.next())
      let last: OrderEvent =
        openAt.contains(at)
        ? .submitting : .denied(Denial(code: "C", sentence: "no", value: nil, limit: nil))
      var order = Order(id: id, terms: terms, at: at)
      _ = order.apply(last, at: at)
      return JournalEntry(
        number: UInt64(index + 1), at: at, events: [.received(terms), last], order: order,
        position: nil, beginsOrder: true)
    }
    #expect(open.record(entries, batch: 3))
    open.close()
    return entries.map(\.order.id)
  }

  /// Ten orders in each of the months from June to September.
  private func fourMonths(
    _ dialect: Dialect, openAt: Set<Timestamp> = []
  ) throws -> (place: Place, ids: [OrderID]) {
    let place = try Place(dialect)
    let moments = (6...9).flatMap { month in (1...10).map { moment(month, $0) } }
    return (place, try record(moments, openAt: openAt, in: place))
  }

  private func prune(
    _ place: Place, before month: String, to archive: Place
  ) throws -> Pruning.Report {
    let month = valid(JournalMonth(text: month), month)
    return try Pruning.prune(place.location, before: month, to: archive.location) { _, _ in }
  }

  @Test(arguments: dialects)
  func `whole months go to the archive, and both chains are intact`(dialect: Dialect) throws {
    let (place, ids) = try fourMonths(dialect)
    let archive = try Place(.sqlite)
    let before = try place.journal()
    let report = try prune(place, before: "2026-08", to: archive)
    #expect(report == Pruning.Report(rows: 20, months: ["2026-06", "2026-07"], openOrder: nil))
    #expect(try archive.journal() + place.journal() == before)
    let verified = try Verification.verify(at: place.location) { _, _ in }
    #expect([verified.rows, verified.prunedThrough] == [20, 20])
    #expect(try Verification.verify(at: archive.location) { _, _ in }.rows == 20)
    #expect(try Trail.read(at: archive.location, .id(ids[3]))?.rows.count == 1)
    let error = try #require(throws: StoreError.self) {
      try Trail.read(at: place.location, .id(ids[3]))
    }
    #expect(error.code == "JOURNAL_PRUNED")
    #expect(try Trail.read(at: place.location, .id(ids[20]))?.rows.first?.isIntact == true)
  }

  @Test(arguments: dialects)
  func `a service goes on after it, and pruned rows do not come back`(dialect: Dialect) throws {
    let (place, ids) = try fourMonths(dialect)
    _ = try prune(place, before: "2026-09", to: try Place(.sqlite))
    _ = try record([moment(9, 20), moment(10, 1)], in: place)
    #expect(
      try place.value("SELECT min(sequence) || ' ' || max(sequence) FROM order_events") == "31 42")
    #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 12)
    let open = try place.open()
    #expect(try open.order(ids[0])?.state == .denied)
    #expect(open.state.usedKeys.isEmpty == false)
    open.close()
    let error = try #require(throws: StoreError.self) {
      try Verification.rebuild(at: place.location) { _, _ in }
    }
    #expect(error.code == "JOURNAL_PRUNED")
    #expect(try place.value("SELECT count(*) FROM orders") == "42")
    let later = try Place(.sqlite)
    #expect(try prune(place, before: "2026-10", to: later).months == ["2026-09"])
    #expect(try Verification.verify(at: later.location) { _, _ in }.rows == 11)
  }

  @Test(arguments: dialects)
  func `an order that is open keeps its month and all after it`(dialect: Dialect) throws {
    let (place, ids) = try fourMonths(dialect, openAt: [moment(7, 4)])
    let report = try prune(place, before: "2026-09", to: try Place(.sqlite))
    #expect(report == Pruning.Report(rows: 10, months: ["2026-06"], openOrder: ids[13]))
    #expect(try Trail.read(at: place.location, .id(ids[13]))?.rows.count == 1)
    let again = try prune(place, before: "2026-09", to: try Place(.sqlite))
    #expect(again == Pruning.Report(rows: 0, months: [], openOrder: ids[13]))
  }

  @Test(arguments: dialects)
  func `the newest month stays, whatever is asked for`(dialect: Dialect) throws {
    let (place, _) = try fourMonths(dialect)
    #expect(try prune(place, before: "2030-01", to: try Place(.sqlite)).rows == 30)
    #expect(try place.open().state.lastOrderID != nil)
  }

  @Test(
    arguments: dialects,
    [
      "UPDATE order_events SET recorded_at = recorded_at + 1 WHERE sequence = 33",
      "DELETE FROM order_events WHERE sequence = 31",
      "UPDATE journal_anchor SET sequence = 31; DELETE FROM order_events WHERE sequence = 31",
      "UPDATE journal_anchor SET hash = (SELECT hash FROM order_events WHERE sequence = 35)",
    ])
  func `what is changed after it is found`(dialect: Dialect, damage: String) throws {
    let (place, _) = try fourMonths(dialect)
    _ = try prune(place, before: "2026-09", to: try Place(.sqlite))
    try place.tamper(damage)
    let error = try #require(throws: StoreError.self) {
      try Verification.verify(at: place.location) { _, _ in }
    }
    #expect(error.code == "JOURNAL_BROKEN")
  }

  @Test(arguments: dialects)
  func `an archive that has rows is refused, and nothing is pruned`(dialect: Dialect) throws {
    let (place, _) = try fourMonths(dialect)
    let (used, _) = try fourMonths(.sqlite)
    #expect(throws: StoreError.self) { try prune(place, before: "2026-09", to: used) }
    #expect(try Verification.verify(at: place.location) { _, _ in }.prunedThrough == 0)
    #expect(JournalMonth(text: "2026-9") == nil && JournalMonth(text: "2026-13") == nil)
  }

  @Test(arguments: dialects)
  func `a pruned store can be copied`(dialect: Dialect) throws {
    let (place, _) = try fourMonths(dialect)
    _ = try prune(place, before: "2026-08", to: try Place(.sqlite))
    let other = try Place(dialect == .sqlite ? .postgresql : .sqlite)
    _ = try StoreCopy.copy(from: place.location, to: other.location) { _, _ in }
    #expect(try Verification.verify(at: other.location) { _, _ in }.prunedThrough == 20)
    #expect(try other.journal() == place.journal())
    #expect(try other.rows(of: "journal_months").count == 2)
  }

  // MARK: Months

  @Test(arguments: dialects)
  func `a clock that goes back begins no month again`(dialect: Dialect) throws {
    let place = try Place(dialect)
    _ = try record([moment(7), moment(8), moment(7), moment(9)], in: place)
    #expect(
      try place.column(
        "SELECT month || ' ' || first_sequence FROM journal_months ORDER BY month")
        == ["202607 1", "202608 2", "202609 4"])
    #expect(try prune(place, before: "2026-09", to: try Place(.sqlite)).rows == 3)
  }

  /// Takes back what the last migration did, with all rows there.
  private static let oldSchema: [Dialect: String] = [
    .sqlite: """
    DROP TABLE journal_months; DROP TABLE journal_anchor;
    DELETE FROM schema_migrations WHERE version >= 4; DROP INDEX orders_by_account;
      DROP INDEX orders_by_rare_state_of_symbol; DROP INDEX fills_by_symbol;
      DROP INDEX fills_by_account; DROP TABLE documents;
    """,
    .postgresql: """
    CREATE TABLE old AS SELECT sequence, order_id, recorded_at, body, hash FROM order_events;
    DROP TABLE order_events; DROP TABLE journal_months; DROP TABLE journal_anchor;
    DROP FUNCTION open_journal_month;
    ALTER TABLE old RENAME TO order_events;
    ALTER TABLE order_events ADD PRIMARY KEY (sequence);
    CREATE INDEX order_events_by_order ON order_events (order_id);
    DELETE FROM schema_migrations WHERE version >= 3; DROP INDEX orders_by_account;
      DROP INDEX orders_by_rare_state_of_symbol; DROP INDEX fills_by_symbol;
      DROP INDEX fills_by_account; DROP TABLE documents;
    """,
  ]

  @Test(arguments: dialects)
  func `a journal from before there were months gets them, and stays as it is`(
    dialect: Dialect
  ) throws {
    let (place, _) = try fourMonths(dialect)
    let (rows, months) = (try place.journal(), try place.rows(of: "journal_months"))
    try place.tamper(Self.oldSchema[dialect] ?? "")
    _ = try Verification.migrate(place.location)
    #expect(try place.journal() == rows)
    #expect(try place.rows(of: "journal_months") == months)
    #expect(try prune(place, before: "2026-07", to: try Place(.sqlite)).rows == 10)
    _ = try record([moment(9, 20), moment(10, 1)], in: place)
    #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 32)
  }

  @Test func `a month whose rows were taken back begins anew`() {
    var months = JournalMonths()
    months.add(JournalMonth(number: 202_612), first: 1)
    months.add(JournalMonth(number: 202_701), first: 9)
    months.forget(from: 9)
    #expect(months.begun(by: moment(12, 31).microseconds) == nil)
    let next = Timestamp(text: "2027-01-01T00:00:00Z")
    #expect(months.begun(by: next?.microseconds ?? 0)?.number == 202_701)
    #expect(JournalMonth(number: 202_612).next.number == 202_701)
  }

  @Test func `PostgreSQL has a part for each month, and the next one ahead`() throws {
    let (place, _) = try fourMonths(.postgresql)
    let parts = try place.column(
      "SELECT inhrelid::regclass::text FROM pg_inherits "
        + "WHERE inhparent = 'order_events'::regclass ORDER BY 1")
    #expect(parts == (6...10).map { "order_events_2026\($0 < 10 ? "0" : "")\($0)" })
    _ = try prune(place, before: "2026-09", to: try Place(.sqlite))
    #expect(try place.value("SELECT to_regclass('order_events_202608')::text") == "NULL")
  }

  @Test func `who follows PostgreSQL's journal reads no older months`() throws {
    let (place, _) = try fourMonths(.postgresql)
    let connection = try place.connect()
    try connection.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
    try connection.execute(
      "PREPARE following (bigint, integer, bigint) AS "
        + JournalTable.following(.postgresql).replacing("?") { "$\($0)" })
    let explain = try connection.prepare("EXPLAIN EXECUTE following (35, 202609, 100)")
    var plan: [String] = []
    while try explain.step() { plan.append(explain.text(0) ?? "") }
    #expect(plan.contains { $0.contains("Subplans Removed: 3") }, "\(plan)")
    #expect(plan.contains { $0.contains("Index Scan using order_events_202609_pkey") }, "\(plan)")
    #expect(!plan.contains { $0.contains("order_events_202608") }, "\(plan)")
  }
}

extension String {
  /// The text with each occurrence of a mark replaced, by its number from 1.
  fileprivate func replacing(_ mark: String, _ text: (Int) -> String) -> String {
    let parts = split(separator: mark, omittingEmptySubsequences: false)
    return parts.dropFirst().enumerated().reduce(String(parts[0])) {
      $0 + text($1.offset + 1) + $1.element
    }
  }
}
