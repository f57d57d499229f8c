// When an order with an unknown outcome is asked for again.

import Testing
import Trading

@testable import Simulation

@Suite struct RetryScheduleTests {
  @Test(arguments: 0..<200)
  func `a wait is between half and all of the doubled wait, and never beyond the longest`(
    seed: Int
  ) {
    var random = SeededGenerator(seed: UInt64(seed))
    let first = Int64(random.number(1...2_000))
    let longest = Int64(random.number(2_000...60_000))
    let schedule = RetrySchedule(firstMilliseconds: first, longestMilliseconds: longest)
    var full = first
    for attempt in 0..<100 {
      let wait = schedule.delayMilliseconds(attempt: attempt, random: random.next())
      #expect(wait >= full / 2 && wait <= full, "seed \(seed) attempt \(attempt)")
      full = min(full * 2, longest)
    }
  }

  @Test func `many orders do not ask at the same moment`() {
    let schedule = RetrySchedule(firstMilliseconds: 1_000, longestMilliseconds: 30_000)
    var random = SeededGenerator(seed: 1)
    let waits = (0..<100).map { _ in schedule.delayMilliseconds(attempt: 0, random: random.next()) }
    #expect(Set(waits).count > 50)
  }

  @Test func `the same seed gives the same numbers`() {
    var a = SeededGenerator(seed: 7)
    var b = SeededGenerator(seed: 7)
    var c = SeededGenerator(seed: 8)
    #expect((0..<10).map { _ in a.next() } == (0..<10).map { _ in b.next() })
    #expect(a.next() != c.next())
  }
}
