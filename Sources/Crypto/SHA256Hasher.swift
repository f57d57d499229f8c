// SHA-256 (FIPS 180-4) by OpenSSL, with the algorithm fetched once and the context reused, which
// OpenSSL 3 needs to be fast. It is not for passwords. The rule to keep: one thread at a time.

import COpenSSL

/// A reusable SHA-256.
public final class SHA256Hasher {
  /// How many bytes a hash has.
  public static let digestByteCount = 32

  private let algorithm: OpaquePointer
  private let context: OpaquePointer

  /// Fetches the algorithm. Traps if OpenSSL has no memory or no SHA-256, since nothing can be
  /// trusted then.
  public init() {
    guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil), let context = EVP_MD_CTX_new() else {
      preconditionFailure("OpenSSL offers no SHA-256.")
    }
    self.algorithm = algorithm
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
    EVP_MD_free(algorithm)
  }

  /// The 32 bytes of the hash over the parts, one after the other, with nothing between them.
  public func hash(_ parts: [UInt8]...) -> [UInt8] {
    var succeeded = EVP_DigestInit_ex2(context, algorithm, nil) == 1
    for part in parts {
      succeeded = EVP_DigestUpdate(context, part, part.count) == 1 && succeeded
    }
    let digest = [UInt8](unsafeUninitializedCapacity: Self.digestByteCount) { buffer, count in
      succeeded = EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1 && succeeded
      count = Self.digestByteCount
    }
    precondition(succeeded, "OpenSSL could not compute a SHA-256.")
    return digest
  }
}
