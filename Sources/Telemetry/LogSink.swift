// Where log lines go: an open file descriptor, which the sink does not own and never closes.

/// Where log lines go.
public struct LogSink: Sendable {
  let descriptor: Int32

  /// The process's standard error.
  public static let standardError = LogSink(descriptor: 2)

  /// An open descriptor, which must stay open as long as a logger writes to it.
  public init(descriptor: Int32) {
    self.descriptor = descriptor
  }
}
