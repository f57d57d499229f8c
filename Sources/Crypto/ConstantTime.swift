// Comparison of secrets in a time that tells nothing about them. The rule to keep: whatever a
// stranger sent is compared with a secret here and nowhere else.

import COpenSSL

/// Comparison whose duration does not depend on where two texts differ.
public enum ConstantTime {
  /// Whether the bytes are equal. Both sides are hashed first, so their lengths leak nothing
  /// either.
  public static func equals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let hasher = SHA256Hasher()
    return equalDigests(hasher.hash(left), hasher.hash(right))
  }

  /// Whether two hashes are equal; for sides that are hashed already. The count of bytes, which is
  /// no secret in a hash, is compared first.
  public static func equalDigests(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
  }
}
