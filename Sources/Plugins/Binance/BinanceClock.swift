// Binance's time by our clock. A signed request has to be stamped with the venue's time, not with
// ours: it is refused when it is more than a second ahead or older than its window.

internal import Trading

/// How far the venue's clock is ahead of ours.
struct BinanceClock {
  /// Microseconds to add to our time; below nothing if ours is ahead.
  private(set) var offsetMicroseconds: Int64 = 0
  /// By how much the offset may be wrong: the venue read its clock at some moment of the way.
  private(set) var uncertaintyMicroseconds: Int64 = 0

  /// How far a stamp may be ahead of the venue's time: half of what the venue takes.
  private static let aheadMaxMicroseconds: Int64 = 500_000

  /// Takes in what the venue said its time was between two moments of ours.
  ///
  /// - Parameters:
  ///   - venueTime: The venue's time.
  ///   - askedAt: When it was asked, by our clock.
  ///   - answeredAt: When the answer was there, by our clock.
  mutating func set(venueTime: Timestamp, askedAt: Timestamp, answeredAt: Timestamp) {
    // The venue read its clock somewhere in between, by rights in the middle. Where the way was
    // long, rather too late: the venue takes what is old by seconds, and nothing that is ahead by
    // one.
    let way = answeredAt.microseconds - askedAt.microseconds
    let sinceRead = min(way / 2, BinanceClock.aheadMaxMicroseconds)
    offsetMicroseconds = venueTime.microseconds + sinceRead - answeredAt.microseconds
    uncertaintyMicroseconds = way
  }

  /// The venue's time at a moment of ours.
  func venueTime(at now: Timestamp) -> Timestamp {
    Timestamp(microseconds: now.microseconds + offsetMicroseconds)
  }
}
