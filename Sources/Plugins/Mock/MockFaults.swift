// What can be made to go wrong at the simulated exchange, so that a bad day can be rehearsed. The
// rule to keep: a fault changes what the exchange does or tells, never what it remembers: its
// ledger stays the truth that everybody is measured by.

/// Something that goes wrong with one request. The words are those of the HTTP interface.
public enum MockFault: String, CaseIterable, Sendable {
  /// An order is refused.
  case rejects
  /// An order is executed, and nothing is heard of it until the plugin gives up.
  case timeouts
  /// An order is executed, but its answer comes late.
  case lateAnswers = "late_answers"
  /// An order's answer is told twice more as a report.
  case doubleAnswers = "double_answers"
  /// An order is executed, but its answer is lost.
  case lostAnswers = "lost_answers"
  /// An order never reaches the exchange.
  case lostOrders = "lost_orders"
  /// An order is executed, but the connection drops before its answer.
  case disconnects
  /// A lookup is not answered.
  case silentQueries = "silent_queries"
  /// A cancel is confirmed, and then the exchange tells that the order has traded after all.
  case fillsAfterCancel = "fills_after_cancel"
  /// One lot step more is traded than an order asked for.
  case overfills
  /// An order that filled at once is answered, and then the exchange takes its last trade back.
  case busts
}

/// Faults that are still to happen. Each count goes down as it is used.
public struct MockFaults: Equatable, Sendable {
  private var counts: [MockFault: Int] = [:]
  /// How long nothing is heard of a late answer, or of an order that is given up. Longer than a
  /// caller waits for an answer by default.
  public var lateMilliseconds = 3_000
  /// How long the connection is down after it dropped.
  public var disconnectMilliseconds = 3_000

  /// No faults.
  public init() {}

  /// How often a fault is still to happen.
  public subscript(fault: MockFault) -> Int {
    get { counts[fault] ?? 0 }
    set { counts[fault] = newValue }
  }

  /// Whether a fault is to happen now; it counts as used.
  mutating func take(_ fault: MockFault) -> Bool {
    guard self[fault] > 0 else { return false }
    self[fault] -= 1
    return true
  }
}
