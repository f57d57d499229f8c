// The right to write a PostgreSQL database. Two things make it: a lock that the server holds for
// the session of the writer, so that it is free as soon as that session ends, and a number in the
// database, the epoch, that every writer raises when it begins and every transaction checks.
// The rule to keep: whoever has the lock knows that no commit of an earlier session is still under
// way, since it would hold the lock.

internal import PostgreSQL
internal import SQL

final class WriterLease {
  /// Stands for the writer among the advisory locks of the database: "FKS" and a number.
  private static let lockKey = 0x464B_5301

  private let connection: PostgreSQL.Connection
  private let assertion: any DatabaseStatement
  private var epoch: Int64 = 0

  init(_ connection: PostgreSQL.Connection) {
    self.connection = connection
    assertion = connection.prepare("SELECT assert_writer(?)")
  }

  // The server takes a moment to notice that a session has ended; the next writer need not wait.
  deinit { try? connection.execute("SELECT pg_advisory_unlock_all()") }

  /// Whether there is a connection, as far as is known without asking the server.
  var isConnected: Bool { connection.isConnected }
  /// Whether the server may take as long as it needs.
  var isPatient: Bool {
    get { connection.isPatient }
    set { connection.isPatient = newValue }
  }

  /// Takes the lock for this session; false if another session has it.
  func lock() throws(DatabaseError) -> Bool {
    try number("SELECT pg_try_advisory_lock(\(WriterLease.lockKey))::int") == 1
  }

  /// Begins to write, with the lock: no earlier writer can any more.
  func beginEpoch() throws(DatabaseError) {
    epoch = try number("UPDATE writer SET epoch = epoch + 1 RETURNING epoch") ?? 0
  }

  /// Has the open transaction fail if there is another writer.
  func assert() throws(DatabaseError) { try assertion.bind(epoch).run() }

  /// Goes on in a new session, if nobody else has written meanwhile.
  func resume() throws(DatabaseError) {
    try connection.connect()
    do throws(DatabaseError) {
      guard try lock() else {
        throw DatabaseError(
          .passing, "another session of the writer has not ended yet",
          advice: "It is tried again.")
      }
      guard try number("SELECT epoch FROM writer") == epoch else {
        throw DatabaseError(
          .superseded, "another process has become the writer", advice: "Restart the service.")
      }
    } catch {
      connection.drop()
      throw error
    }
  }

  /// The first number of a statement's first row.
  private func number(_ sql: String) throws(DatabaseError) -> Int64? {
    let statement = connection.prepare(sql)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : nil
  }
}
