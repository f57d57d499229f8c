// The entry that libFuzzer calls, compiled with each target. A target is one file beside this
// one with `func check(_ input: [UInt8])`. The rule to keep: a broken promise ends the process
// with a sentence, because that is what the fuzzer takes for a finding.

import Glibc

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  check(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// Ends the process where a promise is broken.
func promise(_ isKept: Bool, _ sentence: @autoclosure () -> String) {
  guard !isKept else { return }
  var text = Array("Broken promise: \(sentence())\n".utf8)
  _ = write(STDERR_FILENO, &text, text.count)
  abort()
}

/// Choices out of an input's bytes. Once they are used up they repeat in a scrambled order, so that
/// whoever draws until something fits comes to an end.
struct Choices: RandomNumberGenerator {
  private let bytes: [UInt8]
  private var position = 0
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  mutating func next() -> UInt64 {
    guard position < bytes.count else {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    // The high bits decide where a number is drawn from a range.
    var value: UInt64 = 0
    for shift in [56, 48, 40] as [UInt64] where position < bytes.count {
      value |= UInt64(bytes[position]) << shift
      position += 1
    }
    state ^= value
    return value | 0x80_0000_0000
  }
}
