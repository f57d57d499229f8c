// The laws that money arithmetic has to obey, over seeds.

import Testing
import Trading

@testable import Simulation

@Suite struct DecimalArithmeticTests {
  @Test(arguments: 0..<200)
  func `what is added and taken away again leaves the number as it was`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<50 {
      let a = random.decimal(digitsMax: 18, scaleMax: 18)
      let b = random.decimal(digitsMax: 18, scaleMax: 18)
      #expect(a + b - b == a, "seed \(seed)")
      #expect(a + b == b + a, "seed \(seed)")
      #expect(a - b == -(b - a), "seed \(seed)")
      #expect((a < b) == (a - b).isNegative, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<200)
  func `a product of sums is the sum of products while nothing is rounded`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<50 {
      let a = random.decimal(digitsMax: 12, scaleMax: 9)
      let b = random.decimal(digitsMax: 12, scaleMax: 9)
      let c = random.decimal(digitsMax: 12, scaleMax: 9)
      #expect((a + b) * c == a * c + b * c, "seed \(seed)")
      #expect(a * b == b * a, "seed \(seed)")
      #expect(a.multiplied(by: b) == a * b, "seed \(seed)")
    }
  }

  @Test func `equal values are equal whatever zeros they end in`() {
    #expect(decimal("1.0") == decimal("1"))
    #expect(Decimal(units: 1_000, scale: 3) == Decimal(1))
    #expect(Decimal(units: 1_001, scale: 3) > Decimal(1))
  }

  @Test(arguments: [
    ("1", "8", "0.12"), ("3", "8", "0.38"), ("1", "3", "0.33"), ("2", "3", "0.67"),
    ("-1", "8", "-0.12"), ("-3", "8", "-0.38"), ("5", "1000", "0"), ("15", "1000", "0.02"),
    ("-5", "-1000", "0"), ("7", "-2", "-3.5"),
  ])
  func `a quotient is the nearest one, and the even one of two`(
    a: String, b: String, quotient: String
  ) {
    #expect(Decimal.quotient(decimal(a), over: decimal(b), scale: 2) == decimal(quotient))
  }

  @Test(arguments: 0..<200)
  func `a quotient is at most half a last digit away`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<50 {
      let a = random.decimal(digitsMax: 12, scaleMax: 8)
      let b = random.decimal(digitsMax: 6, scaleMax: 4)
      guard !b.isZero else { continue }
      let quotient = Decimal.quotient(a, over: b, scale: 8)
      let rest = (a - quotient * b).magnitude
      #expect(rest * Decimal(2) <= b.magnitude * decimal("0.00000001"), "seed \(seed)")
    }
  }

  @Test func `a quotient may have a product beyond 128 bits`() {
    let large = Decimal(units: 170_000_000_000_000_000_000_000_000_000_000_000_000, scale: 10)
    #expect(Decimal.quotient(large, times: large, over: large, scale: 10) == large)
  }

  @Test(arguments: [
    ("2.5", "2"), ("3.5", "4"), ("-2.5", "-2"), ("2.51", "3"), ("-2.51", "-3"), ("2.49", "2"),
  ])
  func `rounding goes to the nearest and from the middle to the even`(text: String, to: String) {
    #expect(decimal(text).rounded(toScale: 0) == decimal(to))
  }

  @Test func `a product of more than 38 digits is no number`() {
    let large = Decimal(units: Int128(1) << 80, scale: 0)
    #expect(large.multiplied(by: large) == nil)
  }

  @Test func `a product keeps 18 digits after the point`() {
    let tiny = decimal("0.000000000001")
    #expect(tiny * tiny == .zero)
    #expect(decimal("0.0000000015") * decimal("0.000000001") == decimal("0.000000000000000002"))
  }

  @Test func `three thousandths are a multiple of one thousandth`() {
    #expect(decimal("0.003").isMultiple(of: decimal("0.001")))
    #expect(decimal("67500.1").isMultiple(of: decimal("0.10")))
    #expect(!decimal("0.0031").isMultiple(of: decimal("0.001")))
    #expect(!decimal("1").isMultiple(of: decimal("0.3")))
  }

  @Test(arguments: 0..<200)
  func `truncating to a step leaves a multiple less than one step away`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<50 {
      let value = random.decimal(digitsMax: 12, scaleMax: 8)
      let step = random.decimal(digitsMax: 4, scaleMax: 6, isSigned: false)
      guard step.isPositive else { continue }
      let truncated = value.truncated(toMultipleOf: step)
      #expect(truncated.isMultiple(of: step), "seed \(seed)")
      #expect(truncated.magnitude <= value.magnitude, "seed \(seed)")
      #expect((value - truncated).magnitude < step, "seed \(seed)")
    }
  }

  @Test func `a quantity is never negative and a price never nothing`() {
    #expect(Quantity(decimal("-1")) == nil)
    #expect(Quantity(.zero) == Quantity.zero)
    #expect(Price(.zero) == nil)
    #expect(Price(decimal("-1")) == nil)
    #expect(quantity("1") - quantity("2") == .zero)
  }
}
