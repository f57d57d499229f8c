// Every limit and pace of the streams, with its reason.
// The sizes of single connections are the server's.
// The rule to keep: streams never take more of the loop, the store or the memory than orders can
// spare.

enum StreamLimits {
  /// Streams open at once; one more is answered with 503. Each may hold 64 KiB of unsent bytes.
  static let streamsMax = 2_000

  /// Newest events that are kept in memory: some 5 MB, and a second of full load. A reader that
  /// falls behind them is too slow.
  static let keptEventsMax = 8_192

  /// Rows of a page for who catches up: about a millisecond of the storage thread, for which orders
  /// wait.
  static let rowsPerPage = 256

  /// New rows that are read at once: what several full commits have, so that live readers stay with
  /// the journal at any load.
  static let newRowsMax = 2_048

  /// Events that are put together for a reader at once: about as much as a connection takes.
  static let eventsPerWrite = 128

  /// Readers that can be sent to in a millisecond. After a round of all, the next waits as long,
  /// so that orders get at least half of the loop however many read.
  static let readersPerMillisecond = 100

  /// How often a quiet stream shows that it lives, and how long a peer has to answer a ping: below
  /// the minute after which proxies give up.
  static let heartbeatMilliseconds = 15_000

  /// How often plugins are looked at for changes.
  static let pluginsMilliseconds = 250

  /// What a client is told to wait before it connects again.
  static let retryMilliseconds = 1_000
}
