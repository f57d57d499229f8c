// The callers' keys, kept as SHA-256 digests only. It limits no rates and answers no request. The
// rules to keep: a key in clear is forgotten as soon as it is hashed, no error quotes a key, and a
// presented key is compared with every entry in a time that does not tell how close it was.
//
// A plain SHA-256 is right here and wrong for passwords: our keys hold 256 random bits, which
// nobody can try through. `shortestKeyByteCount` keeps out what somebody typed from memory.

import Crypto

/// Why a list of keys cannot be used.
struct APIKeyError: Error, Equatable {
  /// A sentence that names the entry by position and name, never by its key.
  let sentence: String
}

/// The callers' keys.
public struct APIKeyRing: Sendable, Equatable {
  /// The shortest key in clear that is accepted: 16 characters of base64 hold 96 bits.
  public static let shortestKeyByteCount = 16

  private struct Entry: Equatable {
    let principal: Principal
    let digest: [UInt8]
  }

  private static let digestPrefix = "sha256="
  private static let longestNameByteCount = 64
  private var entries: [Entry] = []

  /// Reads a comma-separated list of `name:scopes:key`. Scopes are joined by `+`; a key stands in
  /// clear or as `sha256=` and 64 hexadecimal digits.
  init(parsing text: String) throws(APIKeyError) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      try add(part.trimmingBlanks(), position: index + 1)
    }
  }

  /// The names of the entries, in their order.
  public var names: [String] { entries.map(\.principal.name) }

  /// The principal whose key was presented as `Authorization: Bearer KEY` or as `X-API-Key: KEY`,
  /// or nil: no key, an unknown key, or two different keys in the two headers.
  public func authenticate(authorization: String?, apiKeyHeader: String?) -> Principal? {
    let hasher = SHA256Hasher()
    let digests = [authorization.flatMap(bearerToken), apiKeyHeader]
      .compactMap { $0 }.map { hasher.hash(Array($0.utf8)) }
    guard let presented = digests.first else { return nil }
    guard digests.allSatisfy({ ConstantTime.equalDigests($0, presented) }) else { return nil }
    var found: Principal?
    for entry in entries where ConstantTime.equalDigests(entry.digest, presented) {
      found = entry.principal
    }
    return found
  }

  /// Makes a random key. `entry` is for `FKS_API_KEYS` and holds only the key's digest; `key` is
  /// for the caller and is shown once.
  public static func generateKey(name: String, scopes: Set<Scope>) -> (entry: String, key: String) {
    precondition(!scopes.isEmpty && isName(name), "A key needs a name and at least one scope.")
    let key = "fks_" + Base64URL.encode(SecureRandom.bytes(32))
    let digest = Hex.encode(SHA256Hasher().hash(Array(key.utf8)))
    let scopeText = Scope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: "+")
    return ("\(name):\(scopeText):\(digestPrefix)\(digest)", key)
  }

  /// RFC 6750 section 2.1; the scheme's name in any case (RFC 9110 section 11.1).
  private func bearerToken(_ authorization: String) -> String? {
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return parts[1].trimmingBlanks()
  }

  private mutating func add(_ text: String, position: Int) throws(APIKeyError) {
    let fields = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      .map { String($0) }
    guard fields.count == 3 else {
      throw APIKeyError(
        sentence:
          "Entry \(position) is not of the form name:scopes:key, with commas between entries.")
    }
    guard Self.isName(fields[0]) else {
      throw APIKeyError(
        sentence:
          "The name of entry \(position) must be 1 to \(Self.longestNameByteCount) letters, "
          + "digits, dots, dashes or underscores.")
    }
    let place = "entry \(position) (\(fields[0]))"
    guard !names.contains(fields[0]) else {
      throw APIKeyError(sentence: "The name of \(place) is taken by an entry before it.")
    }
    let scopes = try Self.scopes(fields[1], place: place)
    let digest = try Self.digest(fields[2], place: place)
    guard !entries.contains(where: { ConstantTime.equalDigests($0.digest, digest) }) else {
      throw APIKeyError(sentence: "The key of \(place) is that of an entry before it.")
    }
    entries.append(Entry(principal: Principal(name: fields[0], scopes: scopes), digest: digest))
  }

  /// Whether an entry may have this name: 1 to 64 ASCII letters, digits, dots, dashes or
  /// underscores.
  public static func isName(_ text: String) -> Bool {
    (1...longestNameByteCount).contains(text.utf8.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }
  }

  private static func scopes(_ text: String, place: String) throws(APIKeyError) -> Set<Scope> {
    var scopes: Set<Scope> = []
    for word in text.split(separator: "+", omittingEmptySubsequences: false) {
      guard let scope = Scope(rawValue: String(word)) else {
        throw APIKeyError(
          sentence: "The scopes of \(place) must be read, trade or admin, joined by +.")
      }
      scopes.insert(scope)
    }
    return scopes
  }

  private static func digest(_ text: String, place: String) throws(APIKeyError) -> [UInt8] {
    if text.hasPrefix(digestPrefix) {
      guard let digest = Hex.decode(String(text.dropFirst(digestPrefix.count))),
        digest.count == SHA256Hasher.digestByteCount
      else {
        throw APIKeyError(sentence: "The digest of \(place) must have 64 hexadecimal digits.")
      }
      return digest
    }
    guard text.utf8.count >= shortestKeyByteCount, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw APIKeyError(
        sentence: "The key of \(place) must have at least \(shortestKeyByteCount) visible ASCII "
          + "characters.")
    }
    return SHA256Hasher().hash(Array(text.utf8))
  }
}
