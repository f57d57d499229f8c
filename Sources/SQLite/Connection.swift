// One open SQLite database, owned by one thread. It knows no tables; durability is set here once,
// for everybody: WAL with a full fsync at every commit.

internal import CSQLite

/// A connection to a database file.
public final class Connection {
  /// How a file is opened.
  public enum Mode: Sendable {
    /// For reading and writing; created if it is not there.
    case readWrite
    /// For reading only; must be there.
    case readOnly
  }

  /// How long a statement waits for another process's lock. Longer than any write of a tool that
  /// reads along, shorter than a caller's patience.
  static let busyTimeoutMilliseconds: Int32 = 2_000
  /// Pages in the write-ahead log before they are copied into the database: 16 MB, so that the
  /// copying is amortised over thousands of orders.
  static let checkpointPages = 4_096

  /// Pages kept in memory: the ends of all indexes and a batch of rows fit, so that writing reads
  /// nothing.
  static let cacheKibibytes = 16_384

  let handle: OpaquePointer
  /// Configures the library, once, before its first use.
  private static let isConfigured = sqlite_shim_disable_memory_statistics() == SQLITE_OK

  /// Opens a file.
  public init(path: String, mode: Mode = .readWrite) throws(DatabaseError) {
    precondition(Connection.isConfigured, "SQLite was used before it could be configured.")
    var handle: OpaquePointer?
    let flags =
      switch mode {
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      case .readOnly: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
      }
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let message = String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(handle)
      throw DatabaseError(code: code, message: message)
    }
    self.handle = handle
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, Connection.busyTimeoutMilliseconds)
    guard mode == .readWrite else { return }
    try execute("PRAGMA journal_mode = WAL")
    try execute("PRAGMA synchronous = FULL")
    try execute("PRAGMA wal_autocheckpoint = \(Connection.checkpointPages)")
    try execute("PRAGMA foreign_keys = ON")
    try execute("PRAGMA temp_store = MEMORY")
    try execute("PRAGMA cache_size = -\(Connection.cacheKibibytes)")
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs one or more statements without parameters, and drops their rows.
  public func execute(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw lastError(code) }
  }

  /// Prepares a statement for repeated use.
  public func prepare(_ sql: String) throws(DatabaseError) -> Statement {
    try Statement(connection: self, sql: sql)
  }

  /// Runs `body` in a transaction that either commits whole or leaves no trace.
  public func transaction<R>(
    _ body: () throws(DatabaseError) -> R
  ) throws(DatabaseError) -> R {
    try execute("BEGIN IMMEDIATE")
    do throws(DatabaseError) {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // SQLite has rolled back by itself after some errors; a second rollback then fails
      // harmlessly.
      sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      throw error
    }
  }

  func lastError(_ code: Int32) -> DatabaseError {
    DatabaseError(
      code: sqlite3_extended_errcode(handle) == SQLITE_OK
        ? code : sqlite3_extended_errcode(handle),
      message: String(cString: sqlite3_errmsg(handle)))
  }
}
