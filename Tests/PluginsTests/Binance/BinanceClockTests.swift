// The venue's time by a clock of ours that is wrong, over ways of any length.

import Testing
import Trading

@testable import Plugins

@Suite struct BinanceClockTests {
  @Test(arguments: [
    (wayMilliseconds: Int64(0), readAfter: Int64(0)), (40, 20), (40, 0), (40, 40), (900, 0),
    (900, 900), (4_500, 0), (4_500, 2_250), (4_500, 4_500),
  ])
  func `a stamp is never a second ahead, and in its window`(
    wayMilliseconds: Int64, readAfter: Int64
  ) {
    for error in [-90_000, 0, 90_000] as [Int64] {
      var clock = BinanceClock()
      let askedAt = start
      let readAt = start.adding(milliseconds: readAfter + error)
      clock.set(
        venueTime: readAt, askedAt: askedAt,
        answeredAt: askedAt.adding(milliseconds: wayMilliseconds))
      let later = start.adding(milliseconds: 60_000)
      let ahead = clock.venueTime(at: later).milliseconds(
        since: later.adding(milliseconds: error))
      #expect(ahead <= 500)
      #expect(ahead > -5_000)
    }
  }

  @Test func `over a short way the venue's time is known to half of it`() {
    var clock = BinanceClock()
    clock.set(
      venueTime: start.adding(milliseconds: 1_020), askedAt: start,
      answeredAt: start.adding(milliseconds: 40))
    #expect(clock.venueTime(at: start) == start.adding(milliseconds: 1_000))
  }
}
