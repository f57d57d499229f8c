// What the store can fail with, in words for the person who runs the service.

public import SQL

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
    self.init(
      code: error.kind == .corrupt ? "STORE_CORRUPT" : "STORE_FAILED",
      "The store could not \(activity): \(error). \(error.advice)",
      isPassing: error.kind == .passing)
  }

  static let foreign = StoreError(
    code: "STORE_FOREIGN",
    "The database belongs to another program; nothing was changed. Use another DATABASE_URL.")

  /// `holder` says who writes, if that is known.
  static func locked(_ location: StoreLocation, by holder: String?) -> StoreError {
    let who = holder.map { ": \($0)" } ?? ""
    return StoreError(
      code: "STORE_LOCKED",
      "Another process has the database \(location) open for writing\(who). Stop it, or use "
        + "another DATABASE_URL.")
  }

  static func newerSchema(_ version: Int, known: Int) -> StoreError {
    StoreError(
      code: "STORE_NEWER",
      "The database has schema version \(version), this program knows up to "
        + "\(known). Run the newer program, or restore the backup from before it."
    )
  }

  static func pruned(through sequence: Int64) -> StoreError {
    StoreError(
      code: "JOURNAL_PRUNED",
      "The journal's rows up to \(sequence) were pruned, and some of what is asked for was in "
        + "them. The archive that they went to has them.")
  }

  static func brokenRow(_ table: String, _ detail: String) -> StoreError {
    StoreError(
      code: "STORE_CORRUPT",
      "A row of \(table) cannot be read (\(detail)). Run `fks-execution verify`, "
        + "then `fks-execution rebuild`.")
  }
}
