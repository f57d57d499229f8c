// Random bytes for keys and identifiers that nobody may guess, from OpenSSL's generator, which the
// kernel seeds. It is not for simulations, which need a seed.

import COpenSSL

/// Random bytes that nobody can guess.
public enum SecureRandom {
  /// `count` random bytes, zero or more. Traps if the generator fails, since a weak key is worse
  /// than none.
  public static func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let succeeded = count == 0 || RAND_bytes(buffer.baseAddress, Int32(count)) == 1
      precondition(succeeded, "OpenSSL could not produce random bytes.")
      initializedCount = count
    }
  }
}
