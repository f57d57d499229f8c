// Signatures over requests to venues, by OpenSSL: HMAC (RFC 2104) with a shared secret, RSA
// (PKCS #1 v1.5, RFC 8017 section 8.2) and Ed25519 (RFC 8032) with a private key. It knows no
// venue. The rule to keep: no error says anything of the key but its kind.

import COpenSSL

/// Why a key cannot be used.
public struct SigningKeyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One sentence, with what to do, and without the key.
  public let description: String
}

/// A key that signs requests.
public final class RequestSigner {
  /// How signatures are made.
  public enum Algorithm: String, Sendable {
    /// HMAC with SHA-256.
    case hmac = "HMAC"
    /// RSA with SHA-256, PKCS #1 v1.5.
    case rsa = "RSA"
    /// Ed25519.
    case ed25519 = "Ed25519"
  }

  /// How this key signs.
  public let algorithm: Algorithm
  private let secret: [UInt8]
  private let key: OpaquePointer?

  /// A key from what a venue gave or a user made: a private key in PEM (RFC 7468) is one for RSA or
  /// Ed25519, everything else is a shared secret.
  public init(_ text: String) throws(SigningKeyError) {
    guard text.utf8.starts(with: "-----BEGIN".utf8) else {
      guard !text.isEmpty else { throw SigningKeyError(description: "The secret key is empty.") }
      (algorithm, secret, key) = (.hmac, Array(text.utf8), nil)
      return
    }
    guard let key = RequestSigner.read(pem: text) else {
      throw SigningKeyError(
        description: "The private key cannot be read. Give it as PEM without a passphrase.")
    }
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA: algorithm = .rsa
    case EVP_PKEY_ED25519: algorithm = .ed25519
    default:
      EVP_PKEY_free(key)
      throw SigningKeyError(
        description: "The private key is neither RSA nor Ed25519. Make one of those.")
    }
    (secret, self.key) = ([], key)
  }

  deinit { EVP_PKEY_free(key) }

  private static func read(pem: String) -> OpaquePointer? {
    let bytes = Array(pem.utf8)
    guard let source = BIO_new_mem_buf(bytes, Int32(clamping: bytes.count)) else { return nil }
    defer { BIO_free(source) }
    // Without a word of ours OpenSSL would ask for a passphrase on the terminal.
    var none: [UInt8] = [0]
    return PEM_read_bio_PrivateKey(source, nil, nil, &none)
  }

  /// The signature of some bytes: 32 of HMAC, 64 of Ed25519, as many as the key has of RSA. Traps
  /// where OpenSSL has no memory.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    guard let key else { return authenticationCode(of: message) }
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL has no memory.") }
    defer { EVP_MD_CTX_free(context) }
    let digest = algorithm == .rsa ? EVP_sha256() : nil
    var count = Int(EVP_PKEY_get_size(key))
    var signature = [UInt8](repeating: 0, count: count)
    let isSigned =
      EVP_DigestSignInit(context, nil, digest, nil, key) == 1
      && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    precondition(isSigned, "OpenSSL could not sign.")
    return Array(signature.prefix(count))
  }

  private func authenticationCode(of message: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: SHA256Hasher.digestByteCount) { buffer, count in
      let code = HMAC(
        EVP_sha256(), secret, Int32(clamping: secret.count), message, message.count,
        buffer.baseAddress, nil)
      precondition(code != nil, "OpenSSL could not compute an HMAC.")
      count = SHA256Hasher.digestByteCount
    }
  }
}
