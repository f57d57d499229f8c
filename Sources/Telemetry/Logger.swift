// What the service says about itself: one JSON object a line. It is no audit trail (that is the
// journal) and may lose lines when its reader is too slow. The rule to keep: logging never blocks
// its caller, and a message that is below the level is not even built.

import Glibc

/// Writes `{"time":…,"level":…,"message":…, fields}` lines, one JSON object each, from a thread of
/// its own. A copy writes through the same thread and buffer.
public struct Logger: Sendable {
  /// Messages below this level are left out.
  public let level: LogLevel
  private let writer: LogWriter

  /// Starts the writing thread, which lives as long as the process.
  public init(level: LogLevel, sink: LogSink = .standardError) {
    self.level = level
    writer = LogWriter(sink: sink)
  }

  /// Logs what helps to follow the program in detail.
  public func debug(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, String)] = []
  ) {
    if level <= .debug { log(.debug, message(), fields()) }
  }

  /// Logs what an operator wants to see in a normal day.
  public func info(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, String)] = []
  ) {
    if level <= .info { log(.info, message(), fields()) }
  }

  /// Logs what works but should not be so.
  public func warning(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, String)] = []
  ) {
    if level <= .warning { log(.warning, message(), fields()) }
  }

  /// Logs what needs somebody to act.
  public func error(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, String)] = []
  ) {
    log(.error, message(), fields())
  }

  /// How many lines were dropped since the start because the buffer was full.
  public var droppedLineCount: Int { writer.droppedLineCount }

  /// Waits until what was logged is written, at most one second. For the end of the process.
  public func flush() {
    writer.flush()
  }

  static func wallClockMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  private func log(_ level: LogLevel, _ message: String, _ fields: [(String, String)]) {
    writer.append(
      LogLine.encode(
        microseconds: Self.wallClockMicroseconds(), level: level, message: message, fields: fields))
  }
}
