// Who sent a request, as far as a key can tell. It holds no key. The rule to keep: whether
// something is allowed is asked here, never by looking at scopes elsewhere.

/// Who sent a request, and what they may do.
public struct Principal: Sendable, Equatable {
  /// The name of the key's entry; it appears in logs and in the journal.
  public let name: String
  /// The scopes of the key's entry, as written there.
  public let scopes: Set<Scope>

  /// The caller of a service without keys, who may do everything. Settings let such a service
  /// listen on loopback only, or on the operator's explicit word.
  public static let anonymous = Principal(name: "anonymous", scopes: Set(Scope.allCases))

  /// Makes a principal; requests get theirs from `APIKeyRing.authenticate`.
  public init(name: String, scopes: Set<Scope>) {
    self.name = name
    self.scopes = scopes
  }

  /// Whether the principal may do what needs `scope`.
  public func allows(_ scope: Scope) -> Bool {
    scopes.contains(scope) || scopes.contains(.admin)
  }
}
