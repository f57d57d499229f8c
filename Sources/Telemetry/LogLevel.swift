// How much a log line matters. The order of the cases is their order of weight, and their names are
// the words that appear in the log.

/// How much a log line matters, lightest first.
public enum LogLevel: Int, Sendable, Comparable {
  case trace
  case debug
  case info
  case warning
  case error

  /// Whether the first level is the lighter one.
  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
