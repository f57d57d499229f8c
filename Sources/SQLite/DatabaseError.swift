// What SQLite can fail with, sorted by what follows from it.

internal import CSQLite

/// A failed database operation.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
  /// What follows from the failure.
  public enum Kind: Sendable {
    /// No room, or somebody else holds the lock: the same operation may succeed later.
    case passing
    /// The disk or the file can no longer be trusted: nothing may be acknowledged until a restart
    /// has read the file again. A failed fsync is among these; it must not be repeated.
    case lasting
    /// The file is damaged or no database.
    case corrupt
    /// The path cannot be opened or written.
    case unusable
  }

  /// SQLite's extended result code.
  public let code: Int32
  /// SQLite's own words.
  public let message: String

  init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  /// What follows from the failure.
  public var kind: Kind {
    switch code & 0xFF {
    case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM: .passing
    case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
    case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .unusable
    default: .lasting
    }
  }

  /// The code and SQLite's words.
  public var description: String { "\(message) (SQLite code \(code))" }
}
