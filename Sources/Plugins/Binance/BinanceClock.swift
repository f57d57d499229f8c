// Binance's time by our clock. A signed request has to be stamped with the venue's time, not with
// ours: it is refused when it is more than a second ahead or older than its window.

internal import Trading

/// How far the venue's clock is ahead of ours.
struct BinanceClock {
  /// Microseconds to add to our time; below nothing if ours is ahead.
  private(set) var offsetMicroseconds: Int64 = 0
  /// Whether the venue was asked.
  private(set) var isSet = false

  /// Takes in what the venue said its time was between two moments of ours.
  ///
  /// - Parameters:
  ///   - venueTime: The venue's time.
  ///   - askedAt: When it was asked, by our clock.
  ///   - answeredAt: When the answer was there, by our clock.
  mutating func set(venueTime: Timestamp, askedAt: Timestamp, answeredAt: Timestamp) {
    // The venue read its clock somewhere in between; the middle is wrong by half the way at most.
    let middle = askedAt.microseconds + (answeredAt.microseconds - askedAt.microseconds) / 2
    offsetMicroseconds = venueTime.microseconds - middle
    isSet = true
  }

  /// The venue's time at a moment of ours.
  func venueTime(at now: Timestamp) -> Timestamp {
    Timestamp(microseconds: now.microseconds + offsetMicroseconds)
  }
}
