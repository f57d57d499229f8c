// Known answers and properties of the cryptographic tools.

import Crypto
import Testing

@Suite struct CryptoTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `SHA-256 gives the answers of FIPS 180-4`(text: String, digest: String) {
    #expect(Hex.encode(SHA256Hasher().hash(Array(text.utf8))) == digest)
  }

  @Test func `a hasher may be used again`() {
    let hasher = SHA256Hasher()
    let first = hasher.hash([1, 2, 3])
    _ = hasher.hash([9])
    #expect(hasher.hash([1, 2, 3]) == first)
  }

  @Test func `parts hash like their concatenation`() {
    let hasher = SHA256Hasher()
    #expect(hasher.hash([1], [], [2, 3]) == hasher.hash([1, 2, 3]))
    #expect(hasher.hash() == hasher.hash([]))
  }

  @Test func `constant-time equality is equality`() {
    #expect(ConstantTime.equals([], []))
    #expect(ConstantTime.equals([1, 2], [1, 2]))
    #expect(!ConstantTime.equals([1, 2], [1, 3]))
    #expect(!ConstantTime.equals([1, 2], [1, 2, 0]))
    #expect(!ConstantTime.equals([], [0]))
  }

  @Test func `digests of different lengths differ`() {
    #expect(ConstantTime.equalDigests([7, 8], [7, 8]))
    #expect(!ConstantTime.equalDigests([7, 8], [7]))
    #expect(!ConstantTime.equalDigests([7, 8], [7, 9]))
  }

  @Test func `random bytes come in the count asked for and do not repeat`() {
    #expect(SecureRandom.bytes(0).isEmpty)
    #expect(SecureRandom.bytes(32).count == 32)
    #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
  }

  @Test func `hexadecimal digits read back to the same bytes`() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    #expect(Hex.encode([0x0A, 0xF0]) == "0af0")
    #expect(Hex.decode("0AF0") == [0x0A, 0xF0])
    #expect(Hex.decode("") == [])
  }

  @Test(arguments: ["0", "0g", "0x", " 0", "+1", "é"])
  func `what is not hexadecimal is refused`(text: String) {
    #expect(Hex.decode(text) == nil)
  }
}

@Suite struct SHA1Tests {
  @Test(arguments: [
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
      "b37a4f2cc0624f1690f64606cf385945b2bec4ea"
    ),
  ])
  func `SHA-1 gives the answers of FIPS 180-4 and of RFC 6455`(text: String, digest: String) {
    #expect(Hex.encode(SHA1.hash(Array(text.utf8))) == digest)
  }
}
