// A prepared statement: bind, step, read, and it is ready again. Parameters count from 1, columns
// from 0, as in SQLite.

internal import CSQLite
internal import SQL

/// A prepared statement of one connection.
final class Statement: DatabaseStatement {
  private let connection: Connection
  private let handle: OpaquePointer
  private var parameter: Int32 = 0
  /// Whether the last step found a row that can be read.
  private(set) var isOnRow = false

  init(connection: Connection, sql: String) throws(DatabaseError) {
    self.connection = connection
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(
      connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else { throw connection.lastError(code) }
    self.handle = handle
  }

  deinit { sqlite3_finalize(handle) }

  // SQLITE_TRANSIENT is a cast that Swift's importer leaves out: SQLite copies the bytes at once.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  /// Binds the next parameter to a text.
  @discardableResult
  func bind(_ text: String) -> Statement {
    parameter += 1
    var text = text
    text.withUTF8 { bytes in
      // An empty text has no address, which would bind NULL.
      guard let base = bytes.baseAddress, !bytes.isEmpty else {
        sqlite3_bind_text(handle, parameter, "", 0, Statement.transient)
        return
      }
      base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { pointer in
        _ = sqlite3_bind_text(
          handle, parameter, pointer, Int32(bytes.count), Statement.transient)
      }
    }
    return self
  }

  /// Binds the next parameter to a whole number.
  @discardableResult
  func bind(_ number: Int64) -> Statement {
    parameter += 1
    sqlite3_bind_int64(handle, parameter, number)
    return self
  }

  /// Binds the next parameter to bytes.
  @discardableResult
  func bind(_ bytes: [UInt8]) -> Statement {
    parameter += 1
    sqlite3_bind_blob(handle, parameter, bytes, Int32(bytes.count), Statement.transient)
    return self
  }

  /// Binds the next parameter to a text that is there as bytes of UTF-8.
  @discardableResult
  func bind(text bytes: [UInt8]) -> Statement {
    parameter += 1
    bytes.withUnsafeBytes { buffer in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      _ = sqlite3_bind_text(
        handle, parameter, pointer, Int32(buffer.count), Statement.transient)
    }
    return self
  }

  /// Binds the next parameter to NULL.
  @discardableResult
  func bindNull() -> Statement {
    parameter += 1
    sqlite3_bind_null(handle, parameter)
    return self
  }

  /// Runs the statement to its end and makes it ready for the next use.
  func run() throws(DatabaseError) {
    while try step() {}
  }

  /// Goes to the next row; false at the end, and then the statement is ready for the next use.
  func step() throws(DatabaseError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW {
      isOnRow = true
      return true
    }
    let error = code == SQLITE_DONE ? nil : connection.lastError(code)
    reset()
    if let error { throw error }
    return false
  }

  /// Gives up the remaining rows and makes the statement ready for the next use.
  func reset() {
    sqlite3_reset(handle)
    parameter = 0
    isOnRow = false
  }

  /// Whether a column of the current row is NULL.
  func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  /// A whole number of the current row; 0 for NULL.
  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  /// A text of the current row; nil for NULL.
  func text(_ column: Int32) -> String? {
    guard let pointer = sqlite3_column_text(handle, column) else { return nil }
    let bytes = UnsafeBufferPointer(
      start: pointer, count: Int(sqlite3_column_bytes(handle, column)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Bytes of the current row; empty for NULL.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let pointer = sqlite3_column_blob(handle, column) else { return [] }
    return Array(
      UnsafeRawBufferPointer(
        start: pointer, count: Int(sqlite3_column_bytes(handle, column))))
  }
}
