// What a database can fail with, sorted by what follows from it.

/// A failed database operation.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
  /// What follows from the failure.
  public enum Kind: Sendable {
    /// No room, no connection, or somebody else holds a lock: the same operation may succeed later.
    case passing
    /// The disk or the file can no longer be trusted, or the operation is wrong and will be the
    /// next time: nothing may be acknowledged until a restart has read the database again. A failed
    /// fsync is among these; it must not be repeated.
    case lasting
    /// The database is damaged or is none.
    case corrupt
    /// The database cannot be opened or written by this user.
    case unusable
    /// Another process writes this database now: this one must not any more.
    case superseded
  }

  /// What follows from the failure.
  public let kind: Kind
  /// The database's own words and code, without secrets.
  public let description: String
  /// What to do, in whole sentences.
  public let advice: String
  /// Whether the operation was a commit whose answer did not come: it may have happened.
  public let isOutcomeUnknown: Bool

  /// A failure from its parts.
  public init(_ kind: Kind, _ description: String, advice: String, isOutcomeUnknown: Bool = false) {
    self.kind = kind
    self.description = description
    self.advice = advice
    self.isOutcomeUnknown = isOutcomeUnknown
  }
}
