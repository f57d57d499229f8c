// Metrics of the journal: who writes it, how long a commit takes, how many share it, what waits.

internal import Network
internal import Telemetry

@LoopActor final class JournalMetrics {
  private let commitSeconds: Histogram
  private let commitEntries: Histogram
  private let queue: Gauge
  private let lag: Gauge
  private let roles: GaugeFamily

  /// What a process is to the database.
  enum Role: String, CaseIterable {
    /// It writes, and may send.
    case writer
    /// It writes, but the database has not confirmed that in time: it sends nothing that trades.
    case uncertain
    /// Another one writes, or nobody yet.
    case standby
  }

  private static let batchBuckets: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

  init(_ registry: MetricRegistry) {
    commitSeconds =
      registry.histogram(
        "execution_journal_commit_seconds", "Duration of a commit of the journal.",
        buckets: ServiceMetrics.latencyBuckets
      ).only
    commitEntries =
      registry.histogram(
        "execution_journal_commit_entries", "Entries that shared a commit.",
        buckets: JournalMetrics.batchBuckets
      ).only
    queue =
      registry.gauge("execution_journal_queue", "Batches and entries that wait for the store.")
      .only
    lag = registry.gauge(
      "execution_lag_seconds", "Age of the oldest journal entry that is not durable.",
      labels: ["service"]
    ).with("fks-execution")
    roles = registry.gauge(
      "execution_role", "1 for what this process is to its database, 0 for what it is not.",
      labels: ["role"])
  }

  func role(_ current: Role) {
    for role in Role.allCases { roles.with(role.rawValue).set(role == current ? 1 : 0) }
  }

  func committed(entries: Int, seconds: Double) {
    commitSeconds.observe(seconds)
    commitEntries.observe(Double(entries))
  }

  func waiting(_ count: Int, oldestSeconds: Double) {
    queue.set(Double(count))
    lag.set(oldestSeconds)
  }
}
