// Signatures against known answers: of RFC 4231 and RFC 8032, and of the openssl command for RSA.
// The keys were made for these tests and open nothing.

import Crypto
import Testing

@Suite struct RequestSignerTests {
  private func signature(_ text: String, by key: String) throws -> String {
    Hex.encode(try RequestSigner(key).sign(Array(text.utf8)))
  }

  @Test func `a shared secret gives the HMAC of RFC 4231`() throws {
    #expect(try RequestSigner("Jefe").algorithm == .hmac)
    #expect(
      try signature("what do ya want for nothing?", by: "Jefe")
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func `an Ed25519 key gives the signature of RFC 8032`() throws {
    let key = """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7
      -----END PRIVATE KEY-----
      """
    #expect(try RequestSigner(key).algorithm == .ed25519)
    #expect(
      try signature("r", by: key)
        == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
  }

  private let rsaKey = """
    -----BEGIN PRIVATE KEY-----
    MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMjLpfl/sOJqdWPt
    UyDNvjUZqpWV5Gepsuwp7hUEx7+GC//CKCG8HvQGVKmRCkdHh3G8Gyhp0z/yrMjA
    wSClS+sDORS0wX3B6/vjP2b6SmdMnBbg2Kg4StiXZBXsNQidSwCMs3Oho2aRdoGX
    XP+42KP0jzWNUtihtbCieVXE/pVdAgMBAAECgYB1BhMmNOAvJOJjqaYAAUiwg9Pi
    OCiUrddEQi+qek279nC5zzs6ZfwYNjRTWt+FqU9r3rhpNjvTEijXG1ezIgL626kf
    YBKOhdRvjdIzI5w7gffMZ1EyL0EZogO7ENKr813D4WT/j74sz4GjXwC1iGcc5JQH
    O29hzGyftrIq9x3KwQJBAP6dsxdGWA7btqjSwL/NmAlNOu1Gh+wB8UfWjYAvWlJj
    qF8iho5Q+gibwSIOTPjEFzszpc6i3qbIInVVa3PKKLECQQDJ4w6aogmezWXEUn1s
    3FNOdy9xbOQFFTAvih7trRUrD/CEURQvnWFj+zgiAkRCfEgQ9Y0wKZWJ4bKkZ4nf
    r+JtAkEA/bP5PZnUKIn5SeMmOHgNpEcWDlOXIC0XVDOPL0j/wNSYcqMeXDSHz4gT
    O3HwdHg/hbgC4REctib5XtzMgsXPIQJARTpoApx34g2azQRgYBj5NBnomeN2GUwX
    tuWND4FfleGkXysSWfWEtO0rZXYThBzr9WzOWmqYDazoPjoG7D56zQJAaUM01/YQ
    Epa/v8BnXxCP6oEdjs6yF6VqH6hrq03I3SfijGYzCeTzNqPUu+uxGzDDzXijtHCp
    5/oVAYCouZM7hg==
    -----END PRIVATE KEY-----
    """

  @Test func `an RSA key gives the signature that the openssl command gives`() throws {
    #expect(try RequestSigner(rsaKey).algorithm == .rsa)
    #expect(
      try signature("symbol=BTCUSDT&timestamp=1499827319559", by: rsaKey)
        == "9c64971c631134a04d44fbc5d9052e427176dab4a903346bbebefd861d29d9c5"
        + "e017fb7c0a72448a3cdff1abbd90b37dcfd13e96495c00ea1e5d97174b1b8f8d"
        + "ebed0f17ae13e9b4cbbf3a59b9558cc8c1a2c58ed579336b8ba7a96f8ff04169"
        + "e756beb43e0283103942d3ae98b198c7f9fc02b2c8ca6c00267916f956d0dc4d")
  }

  @Test func `a key that cannot sign is refused with the reason and without the key`() throws {
    let curve = """
      -----BEGIN PRIVATE KEY-----
      MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrfo8eTY7C2V1cUme
      ccpAYEqSuQrkJQlSCYuBVrleaRChRANCAAR2fdoXuoQc0uMZmrm/aFrDYcMIGXq8
      0KyFJp7bWQPcUkSgfCA1ShsJUFOQ/ftgTJacKAn1RkR3wyYxhm2kZ7D3
      -----END PRIVATE KEY-----
      """
    let locked = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi16yJVuIOKfwICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPdVIGmS3wMUApByJj7IYvUEQJ42
      fmWdyxv7/xBhIvFUcpU1MAY0ogNYv4JPzNH0D7OkrVnLuaTo118liKhzoYbmUmUK
      YdhG08cKXnipIn3KPJI=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    let cases = [
      ("", "is empty"), ("-----BEGIN PRIVATE KEY-----\nMC4C", "cannot be read"),
      (curve, "neither RSA nor Ed25519"), (locked, "without a passphrase"),
    ]
    for (key, reason) in cases {
      let error = try #require(throws: SigningKeyError.self) { try RequestSigner(key) }
      #expect(error.description.contains(reason))
      #expect(key.isEmpty || !error.description.contains(key.suffix(40).prefix(4)))
    }
  }
}
