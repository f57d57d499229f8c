// The right to write a PostgreSQL database. Two things make it: a lock that the server holds for
// the session of the writer, so that it is free as soon as that session ends, and a number in the
// database, the epoch, that every writer raises when it begins and every transaction checks.
// The rules to keep: whoever has the lock knows that no commit of an earlier session is still under
// way, since it would hold the lock. A writer that is silent loses its session, and with it the
// lock; it stops acting before that, by its own clock.

internal import PostgreSQL
internal import SQL

final class WriterLease {
  /// The server ends the session of a writer that is silent for so long. Another process is the
  /// writer well within 15 seconds then.
  static let silenceMaxMilliseconds = 8_000
  /// A writer speaks at least so often.
  static let heartbeatNanoseconds: UInt64 = 2_000_000_000
  /// A writer that has had no answer for so long sends nothing to venues: its session may end soon.
  static let confirmationMaxNanoseconds: UInt64 = 6_000_000_000

  /// Stands for the writer among the advisory locks of the database: "FKS" and a number.
  private static let lockKey = 0x464B_5301

  let connection: PostgreSQL.Connection
  private let assertion: any DatabaseStatement
  private var epoch: Int64 = 0

  init(_ connection: PostgreSQL.Connection) {
    self.connection = connection
    assertion = connection.prepare("SELECT assert_writer(?)")
  }

  // The server takes a moment to notice that a session has ended; the next writer need not wait.
  deinit { unlock() }

  /// Takes the lock for this session; false if another session has it.
  func lock() throws(DatabaseError) -> Bool {
    try first("SELECT pg_try_advisory_lock(\(WriterLease.lockKey))::int") { $0.integer(0) } == 1
  }

  /// Which session of the server has the lock, as far as this user may know.
  func holder() -> String? {
    let sql =
      "SELECT 'process ' || pid || ' of the server, for ' || coalesce(host(client_addr), 'itself') "
      + "|| coalesce(', since ' || backend_start::timestamp(0), '') "
      + "FROM pg_locks JOIN pg_stat_activity USING (pid) "
      + "WHERE locktype = 'advisory' AND objid = \(WriterLease.lockKey) AND granted "
      + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    return (try? first(sql) { $0.text(0) }) ?? nil
  }

  /// Gives the lock back.
  func unlock() { try? connection.execute("SELECT pg_advisory_unlock_all()") }

  /// Begins to write, with the lock: no earlier writer can any more. Others are told that the
  /// service is at `address`, if it has one.
  func beginEpoch(at address: String?) throws(DatabaseError) {
    let raise = connection.prepare(
      "UPDATE writer SET epoch = epoch + 1, address = ? RETURNING epoch")
    defer { raise.reset() }
    raise.bind(address)
    epoch = try raise.step() ? raise.integer(0) : 0
    try limitSilence()
  }

  private func limitSilence() throws(DatabaseError) {
    try connection.execute("SET idle_session_timeout = \(WriterLease.silenceMaxMilliseconds)")
  }

  /// Where the last writer said that it is.
  func writerAddress() throws(DatabaseError) -> String? {
    try first("SELECT address FROM writer") { $0.text(0) } ?? nil
  }

  /// Has the open transaction, or the call itself where none is open, fail if there is another
  /// writer.
  func assert() throws(DatabaseError) { try assertion.bind(epoch).run() }

  /// Goes on in a new session, if nobody else has written meanwhile.
  func resume() throws(DatabaseError) {
    try connection.connect()
    do throws(DatabaseError) {
      guard try first("SELECT epoch FROM writer", { $0.integer(0) }) == epoch else {
        throw DatabaseError(
          .superseded, "another process has become the writer",
          advice: "This process begins anew and stands by.")
      }
      guard try lock() else {
        throw DatabaseError(
          .passing, "another session of the writer has not ended yet",
          advice: "It is tried again.")
      }
      try limitSilence()
    } catch {
      connection.drop()
      throw error
    }
  }

  /// What stands in the first row of a statement's answer.
  private func first<Value>(
    _ sql: String, _ read: (any DatabaseStatement) -> Value
  ) throws(DatabaseError) -> Value? {
    let statement = connection.prepare(sql)
    defer { statement.reset() }
    return try statement.step() ? read(statement) : nil
  }
}
