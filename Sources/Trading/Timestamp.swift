// A moment. The core never reads a clock: every moment is handed in by its caller.

/// Microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970 in UTC.
  public let microseconds: Int64

  /// A moment from microseconds since 1970 in UTC.
  @inlinable
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Whether `a` is the earlier moment.
  @inlinable
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  /// The moment so many milliseconds later.
  @inlinable
  public func adding(milliseconds: Int64) -> Timestamp {
    Timestamp(microseconds: microseconds + milliseconds * 1_000)
  }

  /// Milliseconds from `earlier` to this moment; negative where this one is the earlier.
  @inlinable
  public func milliseconds(since earlier: Timestamp) -> Int64 {
    (microseconds - earlier.microseconds) / 1_000
  }
}
