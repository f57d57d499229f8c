// Metrics of the journal: how long a commit takes, how many share it, what waits.

internal import Network
internal import Telemetry

@LoopActor final class JournalMetrics {
  private let commitSeconds: Histogram
  private let commitEntries: Histogram
  private let queue: Gauge
  private let lag: Gauge

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
