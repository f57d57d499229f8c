// One source of alerts: where it may call from and how it proves itself. TradingView can send
// neither headers nor signatures, so a source may have a secret in its address, in its bodies, or
// both; relays sign. The rule to keep: what is presented is compared in a time that tells nothing.

internal import Crypto
internal import Telemetry

/// A source of alerts.
struct WebhookSource: Sendable {
  /// Its name in metrics, logs and the audit log.
  let name: String
  /// The digest of the secret part of its address; nil for the plain address.
  let tokenDigest: [UInt8]?
  /// What bodies hold, or what they are signed with; nil if the address is secret enough.
  let secret: Secret?
  /// Where it may call from; nil for wherever all may.
  let addresses: AddressList?

  /// The shortest secret that keeps strangers out: 16 characters of base64 hold 96 bits.
  static let shortestSecretCharacters = 16

  /// Secrets that stand in public examples.
  static let publicSecrets = [
    "fks-tradingview-webhook-secret-dev-2025", "default-secret-change-me",
  ]

  init(name: String, token: Secret? = nil, secret: Secret? = nil, addresses: AddressList? = nil) {
    self.name = name
    tokenDigest = token.map { SHA256Hasher().hash(Array($0.reveal().utf8)) }
    self.secret = secret
    self.addresses = addresses
  }

  /// Whether a token is that of its address.
  func hasToken(_ token: String) -> Bool {
    guard let tokenDigest else { return false }
    return ConstantTime.equalDigests(SHA256Hasher().hash(Array(token.utf8)), tokenDigest)
  }

  /// Whether it has to prove itself at all.
  var isProtected: Bool { tokenDigest != nil || secret != nil }
}

/// What a request presents to prove where it is from.
struct WebhookProof {
  /// The secret that the body holds.
  var bodySecret: String?
  /// The signature of a header, as it was written.
  var signature: String?
  /// The time of a header that was signed with the body; Unix seconds as text.
  var signedAt: String?

  /// Whether it proves knowledge of a secret. A signature that is there has to be right; it is
  /// HMAC-SHA256 over the body, or over the time, a point and the body.
  func proves(_ secret: Secret, over body: [UInt8]) -> Bool {
    guard let signature else {
      guard let bodySecret else { return false }
      return ConstantTime.equals(Array(bodySecret.utf8), Array(secret.reveal().utf8))
    }
    let prefix = "sha256="
    let digits = signature.hasPrefix(prefix) ? String(signature.dropFirst(prefix.count)) : signature
    guard let presented = Hex.decode(digits), let signer = try? RequestSigner(secret.reveal())
    else { return false }
    let message = signedAt.map { Array("\($0).".utf8) + body } ?? body
    return ConstantTime.equalDigests(presented, signer.sign(message))
  }
}
