// What SQLite fails with, by its result codes.

internal import CSQLite
internal import SQL

extension DatabaseError {
  /// The failure with SQLite's extended result code and words.
  init(code: Int32, message: String) {
    let kind: Kind =
      switch code & 0xFF {
      case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM: .passing
      case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
      case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .unusable
      default: .lasting
      }
    self.init(
      kind, "\(message) (SQLite code \(code))", advice: DatabaseError.advice(kind))
  }

  private static func advice(_ kind: Kind) -> String {
    switch kind {
    case .passing:
      "Free disk space, or stop what else holds the database; it is tried again."
    case .corrupt:
      "The database is damaged. Keep a copy of the file, then restore a backup; "
        + "nothing was reset."
    case .unusable: "Check that the directory exists and may be written by this user."
    case .lasting, .superseded: "The disk cannot be trusted. Check it, then restart the service."
    }
  }
}
