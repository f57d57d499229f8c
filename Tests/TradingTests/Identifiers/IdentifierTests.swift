// Identifiers, labels, symbols and keys: what is allowed, and that their kinds never meet.

import Testing
import Trading

@testable import Simulation

@Suite struct IdentifierTests {
  @Test func `an identifier has 1 to 64 printable ASCII characters`() {
    #expect(ClientOrderID("a") != nil)
    #expect(ClientOrderID(String(repeating: "x", count: 64)) != nil)
    #expect(ClientOrderID(String(repeating: "x", count: 65)) == nil)
    for text in ["", " ", "a b", "a\n", "\u{7F}", "é", "a\0"] {
      #expect(ClientOrderID(text) == nil, "\(text)")
    }
  }

  @Test func `a label has 1 to 128 bytes without control characters`() {
    #expect(Label("Über Trend 🚀") != nil)
    #expect(Label(String(repeating: "x", count: 128)) != nil)
    #expect(Label(String(repeating: "x", count: 129)) == nil)
    #expect(Label(String(repeating: "é", count: 65)) == nil)
    for text in ["", "a\nb", "\t", "\u{7F}", "\0"] { #expect(Label(text) == nil, "\(text)") }
  }

  @Test(arguments: ["BTCUSDT", "btcusdt", "btc/usdt", "BTC-USDT", "Btc_Usdt"])
  func `every spelling of a symbol is the one symbol`(text: String) {
    #expect(Symbol(anySpelling: text) == bitcoin)
  }

  @Test(arguments: ["", "/", "BTC USDT", "ßTC", "ıCP"])
  func `what only looks like a symbol is none`(text: String) {
    #expect(Symbol(anySpelling: text) == nil)
  }

  @Test func `keys of different sources never meet`() {
    let header = IdempotencyKey(header: label("a"))
    let client = IdempotencyKey(clientOrderID: clientOrderID("a"))
    let signal = IdempotencyKey(signalID: label("a"))
    #expect(Set([header, client, signal]).count == 3)
    #expect(Set([header, client, signal].map(\.fingerprint)).count == 3)
  }

  @Test func `a stored key is the key that was stored`() {
    let key = IdempotencyKey(signalID: label("BTCUSDT_swing"))
    #expect(key.text == "signal:BTCUSDT_swing")
    #expect(IdempotencyKey(stored: key.text) == key)
    #expect(IdempotencyKey(stored: key.text).fingerprint == key.fingerprint)
  }

  @Test func `a fingerprint is FNV-1a, so that it is the same in every process`() {
    #expect(IdempotencyKey(stored: "").fingerprint == 0xCBF2_9CE4_8422_2325)
    #expect(IdempotencyKey(stored: "a").fingerprint == 0xAF63_DC4C_8601_EC8C)
    #expect(IdempotencyKey(stored: "foobar").fingerprint == 0x8594_4171_F739_67E8)
  }
}
