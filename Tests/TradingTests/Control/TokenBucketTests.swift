// The rate budget of new orders.

import Testing
import Trading

@testable import Simulation

@Suite struct TokenBucketTests {
  @Test func `a burst passes and the next one is told when to come back`() {
    var bucket = TokenBucket(perSecond: 10, burst: 3, at: start)
    for _ in 0..<3 { #expect(bucket.take(at: start) == nil) }
    #expect(bucket.take(at: start) == 100)
    #expect(bucket.left == 0)
  }

  @Test func `who comes back when told passes`() {
    var bucket = TokenBucket(perSecond: 3, burst: 1, at: start)
    #expect(bucket.take(at: start) == nil)
    #expect(bucket.take(at: start) == 334)
    #expect(bucket.take(at: start.adding(milliseconds: 334)) == nil)
  }

  @Test func `the budget refills evenly up to the burst`() {
    var bucket = TokenBucket(perSecond: 10, burst: 3, at: start)
    for _ in 0..<3 { _ = bucket.take(at: start) }
    bucket.refill(at: start.adding(milliseconds: 250))
    #expect(bucket.left == 2)
    bucket.refill(at: start.adding(milliseconds: 3_600_000))
    #expect(bucket.left == 3)
  }

  @Test func `a clock that goes back gives nothing and takes nothing`() {
    var bucket = TokenBucket(perSecond: 10, burst: 3, at: start)
    _ = bucket.take(at: start)
    bucket.refill(at: start.adding(milliseconds: -60_000))
    #expect(bucket.left == 2)
    #expect(bucket.take(at: start.adding(milliseconds: -60_000)) == nil)
    #expect(bucket.left == 1)
  }

  @Test(arguments: 0..<100)
  func `over any time no more passes than the burst and the rate allow`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let rate = random.number(1...50)
    let burst = random.number(1...20)
    var bucket = TokenBucket(perSecond: rate, burst: burst, at: start)
    var now = start
    var passed = 0
    for _ in 0..<2_000 {
      now = Timestamp(microseconds: now.microseconds + Int64(random.number(0...40_000)))
      if bucket.take(at: now) == nil { passed += 1 }
    }
    let seconds = Decimal(units: Int128(now.microseconds - start.microseconds), scale: 6)
    #expect(Decimal(passed) <= Decimal(burst) + seconds * Decimal(rate), "seed \(seed)")
  }
}
