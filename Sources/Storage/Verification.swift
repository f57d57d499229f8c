// `verify` and `rebuild`: what an operator runs when in doubt. Both walk the whole journal in
// bounded memory; neither is part of the service's own path.

internal import SQL
internal import Trading

/// The offline checks of a store.
public enum Verification {
  /// Rows between two calls of `progress`.
  static let rowsPerStep = 10_000

  /// What a check found.
  public struct Report: Equatable, Sendable {
    /// Rows of the journal.
    public let rows: Int64
    /// The last row that was pruned, after which the journal begins; 0 if none was.
    public var prunedThrough: Int64 = 0
    /// Rows of the tables that a rebuild changed; nil for `verify`.
    public let changedRows: Int?
  }

  /// Walks the journal's chain. Opens the database for reading only, so a running service goes on.
  /// - Throws: `StoreError` that names the first row that was changed, is missing or was moved.
  public static func verify(
    at location: StoreLocation, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StoreError) -> Report {
    let database = try openToRead(location)
    let beginning = database.journal.anchor
    let chain = try walk(database.journal, from: beginning) {
      progress($0 - beginning.sequence, max($0, database.head.sequence) - beginning.sequence)
    }
    guard database.reaches(chain.sequence) else { throw cutOff(chain.sequence) }
    return Report(
      rows: chain.sequence - beginning.sequence, prunedThrough: beginning.sequence,
      changedRows: nil)
  }

  /// Walks a journal from what came before its first row, and gives its end.
  static func walk(
    _ journal: JournalTable, from beginning: JournalTable.Head,
    progress: (_ done: Int64) -> Void = { _ in }
  ) throws(StoreError) -> JournalTable.Head {
    var chain = beginning
    while true {
      let rows = try journal.rows(after: chain.sequence, count: rowsPerStep)
      guard !rows.isEmpty else { return chain }
      for row in rows {
        guard journal.isIntact(row, after: chain), isReadable(row) else {
          throw broken(after: chain)
        }
        chain = JournalTable.Head(sequence: row.sequence, hash: row.hash)
      }
      progress(chain.sequence)
    }
  }

  /// Opens a database for reading only, so that a running service goes on.
  static func openToRead(_ location: StoreLocation) throws(StoreError) -> Database {
    try reader(try location.openToRead())
  }

  /// A database for reading only, if it has the schema that this program knows.
  static func reader(_ connection: any DatabaseConnection) throws(StoreError) -> Database {
    let version = try Schema.version(of: connection)
    let known = Schema.version(for: connection.dialect)
    guard version == known else {
      throw version > known
        ? StoreError.newerSchema(version, known: known)
        : StoreError(
          code: "STORE_OLDER",
          "The database has schema version \(version), this program needs \(known). "
            + "Run `fks-execution migrate` on it, with the service stopped.")
    }
    return try Database(connection)
  }

  private static func isReadable(_ row: JournalTable.Row) -> Bool {
    let at = Timestamp(microseconds: row.recordedAt)
    return row.orderID == JournalTable.noOrder
      ? EventCodec.decodeTradingState(row.body, at: at) != nil
        || EventCodec.decodeLossMark(row.body) != nil
      : EventCodec.decode(row.body) != nil
  }

  /// Brings a database to the schema of this program, and gives its version before and now; 0
  /// stands for a database that was empty.
  public static func migrate(
    _ location: StoreLocation
  ) throws(StoreError) -> (before: Int, now: Int) {
    let before = try location.schemaVersion()
    let connection = try location.openToWrite().connection
    return (before, Schema.version(for: connection.dialect))
  }

  /// Fills the tables anew from the journal, and counts the rows that differ from before. The
  /// service must not be running.
  public static func rebuild(
    at location: StoreLocation, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StoreError) -> Report {
    let writable = try location.openToWrite()
    defer { withExtendedLifetime(writable) {} }
    let connection = writable.connection
    let database = try Database(connection, writable.lease)
    guard database.journal.anchor.sequence == 0 else {
      throw StoreError.pruned(through: database.journal.anchor.sequence)
    }
    let tables = ["orders", "fills", "positions", "trading_states", "loss_marks"]
    do throws(DatabaseError) {
      // On disk, because the old tables may be larger than memory.
      if connection.dialect == .sqlite { try connection.execute("PRAGMA temp_store = FILE") }
      for table in tables {
        try connection.execute("CREATE TEMP TABLE old_\(table) AS SELECT * FROM \(table)")
      }
    } catch {
      throw StoreError(error, doing: "set the old tables aside")
    }
    try database.emptyTables()
    let total = database.head.sequence
    try database.catchUp { progress($0, total) }
    var changed = 0
    do throws(DatabaseError) {
      for table in tables {
        changed += try difference(connection, "old_\(table)", table)
      }
    } catch {
      throw StoreError(error, doing: "compare the tables")
    }
    return Report(rows: total, changedRows: changed)
  }

  /// The number of rows that stand in only one of two tables.
  private static func difference(
    _ connection: any DatabaseConnection, _ a: String, _ b: String
  ) throws(DatabaseError) -> Int {
    let count = try connection.prepare(
      "SELECT (SELECT count(*) FROM (SELECT * FROM \(a) EXCEPT SELECT * FROM \(b)) AS lost) "
        + "+ (SELECT count(*) FROM (SELECT * FROM \(b) EXCEPT SELECT * FROM \(a)) AS new)")
    defer { count.reset() }
    return try count.step() ? Int(count.integer(0)) : 0
  }

  /// The row that should follow `head` is not there, or not as it was written.
  static func broken(after head: JournalTable.Head) -> StoreError { broken(at: head.sequence + 1) }

  static func broken(at sequence: Int64) -> StoreError {
    StoreError(
      code: "JOURNAL_BROKEN",
      "The journal is broken at sequence \(sequence): a row there was changed, is missing or was "
        + "moved. Keep a copy of the database and restore a backup; nothing was reset.")
  }

  static func cutOff(_ sequence: Int64) -> StoreError {
    StoreError(
      code: "JOURNAL_BROKEN",
      "The journal ends at sequence \(sequence), but the tables have more: rows at its end are "
        + "missing. Keep a copy of the database and restore a backup; nothing was reset.")
  }
}
