// One open SQLite database, owned by one thread. It knows no tables; durability is set here once,
// for everybody: WAL with a full fsync at every commit.

internal import CSQLite
public import SQL

/// A connection to a database file.
public final class Connection: DatabaseConnection {
  /// How a file is opened.
  public enum Mode: Sendable {
    /// For reading and writing; created if it is not there.
    case readWrite
    /// For reading only; must be there.
    case readOnly
    /// For copying the write-ahead log of a connection that writes.
    case checkpoint
  }

  /// How long a statement waits for another process's lock. Longer than any write of a tool that
  /// reads along, shorter than a caller's patience.
  static let busyTimeoutMilliseconds: Int32 = 2_000
  /// Pages kept in memory: the ends of all indexes and a batch of rows fit, so that writing reads
  /// nothing.
  static let cacheKibibytes = 16_384

  /// SQLite's.
  public let dialect = Dialect.sqlite
  let handle: OpaquePointer
  private let checkpointer: Checkpointer?
  /// Pages in the write-ahead log after the last commit.
  private var pagesInLog = 0
  /// Configures the library, once, before its first use.
  private static let isConfigured = sqlite_shim_disable_memory_statistics() == SQLITE_OK

  /// Opens a file.
  public init(path: String, mode: Mode = .readWrite) throws(DatabaseError) {
    precondition(Connection.isConfigured, "SQLite was used before it could be configured.")
    var handle: OpaquePointer?
    let flags =
      switch mode {
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      case .checkpoint: SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
      case .readOnly: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
      }
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let message = String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(handle)
      throw DatabaseError(code: code, message: message)
    }
    self.handle = handle
    checkpointer = mode == .readWrite ? Checkpointer(path: path) : nil
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, Connection.busyTimeoutMilliseconds)
    guard mode != .readOnly else { return }
    try execute("PRAGMA journal_mode = WAL")
    try execute("PRAGMA synchronous = FULL")
    try execute("PRAGMA wal_autocheckpoint = 0")
    try execute("PRAGMA foreign_keys = ON")
    try execute("PRAGMA temp_store = MEMORY")
    try execute("PRAGMA cache_size = -\(Connection.cacheKibibytes)")
    guard mode == .readWrite else { return }
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        guard let context else { return SQLITE_OK }
        Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().pagesInLog = Int(pages)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    checkpointer?.close()
    sqlite3_close_v2(handle)
  }

  /// Runs one or more statements without parameters, and drops their rows.
  public func execute(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw lastError(code) }
  }

  /// Prepares a statement for repeated use.
  public func prepare(_ sql: String) throws(DatabaseError) -> any DatabaseStatement {
    try Statement(connection: self, sql: sql)
  }

  /// Begins a transaction, which is to be committed or rolled back.
  public func begin() throws(DatabaseError) {
    try checkpointer?.checkFailure()
    try execute("BEGIN IMMEDIATE")
  }

  /// Makes a transaction durable. If it throws, the transaction is to be rolled back.
  public func commit() throws(DatabaseError) {
    try execute("COMMIT")
    checkpointer?.committed(pagesInLog: pagesInLog, by: self)
  }

  /// Ends a transaction without a trace. SQLite has done so by itself after some errors, and a
  /// second time fails harmlessly.
  public func rollBack() {
    sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
  }

  /// Copies what it can of the write-ahead log into the database, and tells how many pages of it
  /// are there now.
  func checkpoint() throws(DatabaseError) -> Int {
    var copiedPages: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(
      handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, &copiedPages)
    guard code == SQLITE_OK else { throw lastError(code) }
    return Int(copiedPages)
  }

  func lastError(_ code: Int32) -> DatabaseError {
    DatabaseError(
      code: sqlite3_extended_errcode(handle) == SQLITE_OK
        ? code : sqlite3_extended_errcode(handle),
      message: String(cString: sqlite3_errmsg(handle)))
  }
}
