// That a secret does not slip out by the ways values are usually printed.

import Telemetry
import Testing

private struct Holder {
  let key = Secret("correct horse")
}

@Suite struct SecretTests {
  @Test func `a secret prints as stars however it is printed`() {
    let secret = Secret("correct horse")
    var dumped = ""
    dump(Holder(), to: &dumped)
    for text in ["\(secret)", String(describing: secret), String(reflecting: Holder()), dumped] {
      #expect(!text.contains("horse"), "\(text)")
    }
    #expect("\(secret)" == "***")
  }

  @Test func `reveal is the way out`() {
    #expect(Secret("correct horse").reveal() == "correct horse")
  }

  @Test func `secrets are equal when their texts are`() {
    #expect(Secret("a") == Secret("a"))
    #expect(Secret("a") != Secret("b"))
  }
}
