// What the journal keeps of a decision beside the facts: who had it made and what was to leave for
// the venue. Nothing is decided by it, so the fold passes it over; but it is in the hashed body.
// Classes, because they are shared: an entry is copied several times on its way to the disk.

/// Where a decision came from and what it sent.
public final class Provenance: Sendable {
  /// Whose command led to the decision; nil if it was no caller's.
  public let caller: Caller?
  /// What leaves for the venue once the entry is durable; nil if nothing does.
  public let request: SentRequest?

  /// A provenance from its parts.
  public init(caller: Caller?, request: SentRequest?) {
    self.caller = caller
    self.request = request
  }

  /// Who sent a command.
  public final class Caller: Sendable {
    /// The name of the key's entry, never the key.
    public let key: String
    /// The id of the request.
    public let requestID: String

    /// A caller from its parts.
    public init(key: String, requestID: String) {
      self.key = key
      self.requestID = requestID
    }
  }

  /// A request to a venue. Of its body only the hash is kept.
  public struct SentRequest: Equatable, Sendable {
    /// How it travels, such as `POST`.
    public var method: String
    /// Where it goes, without secrets.
    public var target: String
    /// Its body, without secrets.
    public var body: String

    /// A request from its parts.
    public init(method: String, target: String, body: String) {
      self.method = method
      self.target = target
      self.body = body
    }
  }
}
