// Decimal from and to text: exact, bounded, and strict about what a number is.

import Testing
import Trading

@testable import Simulation

private func failure(_ text: String) -> Decimal.TextError? {
  do {
    _ = try Decimal(text: text)
    return nil
  } catch {
    return error
  }
}

@Suite struct DecimalTextTests {
  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("0.000", "0"), ("1", "1"), ("-12.50", "-12.5"), ("100", "100"),
    ("9e-05", "0.00009"), ("9E-05", "0.00009"), ("1E3", "1000"), ("1e+3", "1000"),
    ("1.5e1", "15"), ("0e400", "0"), ("67500.10", "67500.1"), ("0.1", "0.1"),
    ("0.000000000000000001", "0.000000000000000001"), ("1e-18", "0.000000000000000001"),
    ("999999999999999", "999999999999999"), ("0.0000000000000000010", "0.000000000000000001"),
    ("1234567890.123456789012345678", "1234567890.123456789012345678"),
  ])
  func `a number is read and written exactly`(text: String, written: String) throws {
    #expect(try Decimal(text: text).description == written)
  }

  @Test(arguments: [
    "", "-", "+", "1.", ".5", "+1", "NaN", "nan", "Infinity", "-Infinity", "inf", "1,5", "1 ", " 1",
    "1.2.3", "--1", "1e", "1e+", "e5", "0x10", "1_000", "٣", "½", "1\0",
  ])
  func `what is not a number is refused`(text: String) {
    #expect(failure(text) == .notANumber)
  }

  @Test(arguments: [
    ("1e400", Decimal.TextError.tooLarge), ("1e99999999999999999999", .tooLarge),
    ("1000000000000000", .tooLarge), ("1e15", .tooLarge),
    ("1" + String(repeating: "0", count: 39), .tooLarge),
    (String(repeating: "7", count: 40), .tooPrecise), ("1e-400", .tooPrecise),
    ("1e-19", .tooPrecise), ("0.0000000000000000001", .tooPrecise),
    ("12345678901.123456789012345678", .tooPrecise),
  ])
  func `a number that would not fit is refused`(text: String, error: Decimal.TextError) {
    #expect(failure(text) == error)
  }

  @Test(arguments: 0..<200)
  func `what is written is read as the same value`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<50 {
      let value = random.decimal(digitsMax: 15, scaleMax: 15)
      #expect(try Decimal(text: value.description) == value, "seed \(seed)")
      #expect(Decimal(storedText: value.description) == value, "seed \(seed)")
    }
  }

  @Test func `a stored sum may have more digits than a caller may send`() throws {
    let text = "-12345678901234567890.123456789012345678"
    let value = try #require(Decimal(storedText: text))
    #expect(value.description == text)
  }

  @Test(arguments: ["", "-", "--5", "1e3", "+1", "1.2.3", "0.0000000000000000001", "x"])
  func `a stored text that this program cannot have written is refused`(text: String) {
    #expect(Decimal(storedText: text) == nil)
  }

  @Test func `a stored text of more than 38 digits is refused`() {
    #expect(Decimal(storedText: String(repeating: "9", count: 38)) != nil)
    #expect(Decimal(storedText: String(repeating: "9", count: 39)) == nil)
  }
}
