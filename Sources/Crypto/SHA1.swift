// SHA-1 (FIPS 180-4) by OpenSSL, for protocols that demand it, such as the WebSocket handshake.
// It is broken as a promise that two texts are the same; nothing that must be safe uses it.

import COpenSSL

/// SHA-1, where a protocol demands it.
public enum SHA1 {
  /// How many bytes a hash has.
  public static let digestByteCount = 20

  /// The 20 bytes of a text's hash. Traps if OpenSSL has no SHA-1.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: digestByteCount) { buffer, count in
      let succeeded =
        EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_sha1(), nil) == 1
      precondition(succeeded, "OpenSSL could not compute a SHA-1.")
      count = digestByteCount
    }
  }
}
