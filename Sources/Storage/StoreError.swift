// What the store can fail with, in words for the person who runs the service.

public import SQLite

/// A failure of the store: what happened and what to do.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// A stable code.
  public let code: String
  /// One or two sentences: what happened, what to do.
  public let description: String
  /// Whether the same operation may succeed later.
  public let isPassing: Bool

  /// A failure from its parts.
  public init(code: String, _ description: String, isPassing: Bool = false) {
    self.code = code
    self.description = description
    self.isPassing = isPassing
  }

  /// The failure that a database error means while `activity` was tried.
  public init(_ error: DatabaseError, doing activity: String) {
    let advice =
      switch error.kind {
      case .passing: "Free disk space, or stop what else holds the database; it is tried again."
      case .lasting: "The disk cannot be trusted. Check it, then restart the service."
      case .corrupt:
        "The database is damaged. Keep a copy of the file, then restore a backup; "
          + "nothing was reset."
      case .unusable: "Check that the directory exists and may be written by this user."
      }
    self.init(
      code: error.kind == .corrupt ? "STORE_CORRUPT" : "STORE_FAILED",
      "The store could not \(activity): \(error). \(advice)",
      isPassing: error.kind == .passing)
  }

  static let foreign = StoreError(
    code: "STORE_FOREIGN",
    "The file is a database of another program; nothing was changed. Use another DATABASE_URL.")

  static func newerSchema(_ version: Int) -> StoreError {
    StoreError(
      code: "STORE_NEWER",
      "The database has schema version \(version), this program knows up to "
        + "\(Schema.migrations.count). Run the newer program, or restore the backup from before it."
    )
  }

  static func brokenRow(_ table: String, _ detail: String) -> StoreError {
    StoreError(
      code: "STORE_CORRUPT",
      "A row of \(table) cannot be read (\(detail)). Run `fks-execution verify`, "
        + "then `fks-execution rebuild`.")
  }
}
