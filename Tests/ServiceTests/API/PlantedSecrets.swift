// Secrets that tests plant, and the search for them in every spelling that a program could give
// them by accident.

import Crypto
import FoundationEssentials
import Glibc
import Wire

/// Secrets of the settings and of requests.
struct PlantedSecrets: Sendable {
  let reader = "Planted-Reader/+=1e5b7a90c2d4f6"
  let desk = "Planted-Desk/+=8d3c5f7091a2b4e6"
  /// One that the settings hold as a digest only.
  let hashed = "fks_Planted-Hashed-77aa1c3e5f709b2d"
  /// What callers send by mistake: the key of another service, a password.
  let foreign = "Planted-Foreign/+=64b08e2f9a1c7d35"
  /// What callers write where the answer has to name it.
  let echoed = "planted-echoed-3f5a7c9e1b2d4f60"

  private var digest: String { Hex.encode(SHA256Hasher().hash(Array(hashed.utf8))) }

  /// What must not be seen anywhere.
  var all: [String] { [reader, desk, hashed, foreign, digest] }

  /// Every log line, and limits that a test reaches quickly.
  var settings: [String: String] {
    [
      "FKS_API_KEYS": "web:read:\(reader), desk:read+trade+admin:\(desk),"
        + "sealed:admin:sha256=\(digest)",
      "LOG_LEVEL": "trace", "MAX_ORDERS_BURST": "6", "MAX_ORDERS_PER_SECOND": "1",
      "SUBMIT_WAIT_MS": "50", "CIRCUIT_BREAKER_THRESHOLD": "1", "MAX_BODY_BYTES": "2048",
    ]
  }
}

extension [UInt8] {
  /// The spelling of a secret that is in these bytes: clear, Base64 at any place of a text, with
  /// percent escapes, or hexadecimal; nil if there is none.
  func spelling(of secret: String) -> String? {
    let bytes = Array(secret.utf8)
    let everyByte = bytes.map { "%" + Hex.encode([$0]) }.joined()
    let inside = (0..<3).flatMap { Base64.insides(bytes, at: $0) }
    let spellings =
      [
        secret, PercentCoding.encode(secret), PercentCoding.encode(secret).lowercased(), everyByte,
        everyByte.uppercased(), Hex.encode(bytes), Hex.encode(bytes).uppercased(),
      ] + inside
    return spellings.first { contains($0) }
  }

  /// By the C library, since the databases are large for a test without optimization.
  private func contains(_ text: String) -> Bool {
    let sought = Array(text.utf8)
    return withUnsafeBytes { whole in
      var rest = UnsafeRawBufferPointer(whole)
      while let start = rest.baseAddress, rest.count >= sought.count,
        let found = memchr(start, CInt(sought[0]), rest.count - sought.count + 1)
      {
        if memcmp(found, sought, sought.count) == 0 { return true }
        let skipped = UnsafeRawPointer(found) - start + 1
        rest = UnsafeRawBufferPointer(rebasing: rest[skipped...])
      }
      return false
    }
  }
}

enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// The letters that a text has for these bytes whatever surrounds them, if so many bytes stand
  /// before them, in the alphabets of RFC 4648 sections 4 and 5.
  static func insides(_ bytes: [UInt8], at offset: Int) -> [String] {
    let text = encode([UInt8](repeating: 0, count: offset) + bytes)
    // The letters at both ends also hold bits of what stands around.
    let start = (offset * 8 + 5) / 6
    let count = ((offset + bytes.count) * 8) / 6 - start
    let inside = String(text.dropFirst(start).prefix(count))
    let inURLs = inside.replacing("+", with: "-").replacing("/", with: "_")
    return [inside, inURLs]
  }
}
