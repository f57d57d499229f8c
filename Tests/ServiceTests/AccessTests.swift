// Which keys are accepted, and whom they let in.

import Crypto
import Testing

@testable import Service

private let clearKey = "correct-horse-battery"

private func refusal(_ text: String) -> String {
  do throws(APIKeyError) {
    _ = try APIKeyRing(parsing: text)
    return "(accepted)"
  } catch {
    return error.sentence
  }
}

@Suite struct AccessTests {
  private let digest = Hex.encode(SHA256Hasher().hash(Array("another-long-key".utf8)))

  @Test func `a key in clear lets its principal in, by either header`() throws {
    let ring = try APIKeyRing(parsing: "desk:read+trade:\(clearKey)")
    let desk = Principal(name: "desk", scopes: [.read, .trade])
    #expect(ring.authenticate(authorization: "Bearer \(clearKey)", apiKeyHeader: nil) == desk)
    #expect(ring.authenticate(authorization: "bearer  \(clearKey) ", apiKeyHeader: nil) == desk)
    #expect(ring.authenticate(authorization: nil, apiKeyHeader: clearKey) == desk)
    #expect(
      ring.authenticate(authorization: "Bearer \(clearKey)", apiKeyHeader: clearKey) == desk)
  }

  @Test func `a key known by its digest lets its principal in`() throws {
    let ring = try APIKeyRing(
      parsing: "desk:trade:\(clearKey), web:read:sha256=\(digest.uppercased())")
    #expect(ring.names == ["desk", "web"])
    #expect(ring.authenticate(authorization: nil, apiKeyHeader: "another-long-key")?.name == "web")
    #expect(ring.authenticate(authorization: nil, apiKeyHeader: clearKey)?.name == "desk")
  }

  @Test func `what is no key lets nobody in`() throws {
    let ring = try APIKeyRing(parsing: "desk:trade:\(clearKey),web:read:sha256=\(digest)")
    let attempts: [(String?, String?)] = [
      (nil, nil), (nil, ""), ("", nil), ("Bearer", nil), ("Bearer ", nil), (clearKey, nil),
      ("Basic \(clearKey)", nil), (nil, clearKey + "x"), (nil, String(clearKey.dropLast())),
      (nil, clearKey.uppercased()), (nil, digest), (nil, "sha256=\(digest)"), (nil, "desk"),
    ]
    for (authorization, header) in attempts {
      #expect(
        ring.authenticate(authorization: authorization, apiKeyHeader: header) == nil,
        "\(authorization ?? "-") \(header ?? "-")")
    }
  }

  @Test func `two different keys in the two headers let nobody in`() throws {
    let ring = try APIKeyRing(parsing: "desk:trade:\(clearKey),web:read:sha256=\(digest)")
    #expect(
      ring.authenticate(authorization: "Bearer \(clearKey)", apiKeyHeader: "another-long-key")
        == nil)
    #expect(ring.authenticate(authorization: "Bearer \(clearKey)", apiKeyHeader: "") == nil)
  }

  @Test func `a key may hold colons and equals signs`() throws {
    let ring = try APIKeyRing(parsing: "desk:admin:a:b=c:0123456789abcdef")
    #expect(ring.authenticate(authorization: nil, apiKeyHeader: "a:b=c:0123456789abcdef") != nil)
  }

  @Test(arguments: [
    ("", "Entry 1 is not"), ("desk", "Entry 1 is not"), ("desk:trade", "Entry 1 is not"),
    ("a:read:0123456789abcdef,", "Entry 2 is not"),
    (":read:0123456789abcdef", "The name of entry 1 must"),
    ("de sk:read:0123456789abcdef", "The name of entry 1 must"),
    ("désk:read:0123456789abcdef", "The name of entry 1 must"),
    ("desk::0123456789abcdef", "The scopes of entry 1 (desk)"),
    ("desk:read+:0123456789abcdef", "The scopes of entry 1 (desk)"),
    ("desk:Read:0123456789abcdef", "The scopes of entry 1 (desk)"),
    ("desk:read:0123456789abcde", "The key of entry 1 (desk)"),
    ("desk:read:0123456789abcdé", "The key of entry 1 (desk)"),
    ("desk:read:0123456789 abcdef", "The key of entry 1 (desk)"),
    ("desk:read:sha256=0123456789abcdef", "The digest of entry 1 (desk)"),
    ("a:read:0123456789abcdef,a:read:fedcba9876543210", "The name of entry 2 (a) is taken"),
    ("a:read:0123456789abcdef,b:read:0123456789abcdef", "The key of entry 2 (b) is that"),
  ])
  func `a list that cannot be used is refused by position and name, never by key`(
    text: String, sentence: String
  ) {
    let found = refusal(text)
    #expect(found.hasPrefix(sentence), "\(found)")
    #expect(!found.contains("0123456789"))
  }

  @Test func `each scope is what it says, and admin grants all`() {
    let trader = Principal(name: "desk", scopes: [.trade])
    #expect(trader.allows(.trade))
    #expect(!trader.allows(.read))
    #expect(!trader.allows(.admin))
    let chief = Principal(name: "chief", scopes: [.admin])
    #expect(Scope.allCases.allSatisfy { chief.allows($0) })
    #expect(Scope.allCases.allSatisfy { Principal.anonymous.allows($0) })
  }

  @Test func `a generated key opens what its entry describes`() throws {
    let made = APIKeyRing.generateKey(name: "desk", scopes: [.trade, .read])
    #expect(made.entry.hasPrefix("desk:read+trade:sha256="))
    #expect(made.key.wholeMatch(of: /fks_[A-Za-z0-9_-]{43}/) != nil)
    let ring = try APIKeyRing(parsing: made.entry)
    #expect(
      ring.authenticate(authorization: nil, apiKeyHeader: made.key)
        == Principal(name: "desk", scopes: [.read, .trade]))
    #expect(APIKeyRing.generateKey(name: "desk", scopes: [.read]).key != made.key)
  }

  @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")])
  func `base64 for URLs gives the answers of RFC 4648 without padding`(text: String, digits: String)
  {
    #expect(Base64URL.encode(Array(text.utf8)) == digits)
  }

  @Test func `base64 for URLs uses dash and underscore`() {
    #expect(Base64URL.encode([0xFB, 0xEF, 0xFF]) == "--__")
  }
}
