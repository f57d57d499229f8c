// A command as the audit log keeps it: who, when, what and with what outcome, and no secret. What a
// command did to an order stands in the journal; both have the id of the request.

public import Trading

/// A command that was answered. Shared by whoever hands it on.
public final class AuditEntry: Sendable {
  /// When it was answered.
  public let at: Timestamp
  /// Who sent it.
  public let caller: Provenance.Caller
  /// The HTTP method.
  public let method: String
  /// The path, or the pattern of the route where the path named nothing.
  public let path: String
  /// The SHA-256 of target and body, with a line feed between.
  public let digest: [UInt8]
  /// The status of the answer.
  public let status: Int

  /// An entry from its parts.
  public init(
    at: Timestamp, caller: Provenance.Caller, method: String, path: String, digest: [UInt8],
    status: Int
  ) {
    self.at = at
    self.caller = caller
    self.method = method
    self.path = path
    self.digest = digest
    self.status = status
  }
}

/// Which entries of the audit log are wanted; nil means any.
public struct AuditFilter: Equatable, Sendable {
  /// Of this key.
  public var key: String?
  /// With this method.
  public var method: String?
  /// Answered with this status.
  public var status: Int?
  /// Of this request.
  public var requestID: String?
  /// Answered then or later.
  public var since: Timestamp?
  /// Answered before.
  public var until: Timestamp?
  /// Before this place in the log.
  public var before: Int64?
  /// At most so many.
  public var limit = 100

  /// All entries.
  public init() {}
}

/// A page of the audit log.
public struct AuditPage: Sendable {
  /// Its entries with their places, newest first.
  public let entries: [(number: Int64, entry: AuditEntry)]
  /// Where the next page begins; nil if there is none. A page may be short, or empty, and have one.
  public let next: Int64?
}
