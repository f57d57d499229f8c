// Every limit and pace of reports, with its reason.

internal import Network

enum ReportLimits {
  /// As many as a desk has receivers; each may hold a connection and a page of the journal.
  static let subscriptionsMax = 32

  /// As long as servers commonly take.
  static let urlBytesMax = 2_048

  /// Events of one report: what a receiver handles in a moment, some 50 KB.
  static let eventsPerReport = 100

  /// Rows of the journal that are read at once: about a millisecond of the storage thread.
  static let rowsPerPage = 256

  /// What is done with what was recorded meanwhile waits so long, so that events of one moment
  /// travel together.
  static let paceMilliseconds = 20

  /// How often places are written down; so much is told again after a crash.
  static let saveMilliseconds = 1_000

  /// How often a report that its receiver refuses is sent, before it is a dead letter: a receiver
  /// that is being changed has a minute.
  static let refusalsMax = 5

  /// Dead letters that are kept of a subscription.
  static let deadLettersMax = 1_000

  /// The waits before a report is sent again. A receiver that is away is tried for ever.
  static let firstWaitMilliseconds = 1_000
  static let longestWaitMilliseconds = 300_000

  /// A receiver that has not answered by then has not taken the report.
  static var client: HTTPClient.Limits {
    var limits = HTTPClient.Limits()
    limits.exchangeMilliseconds = 10_000
    limits.firstByteMilliseconds = 10_000
    return limits
  }
}
