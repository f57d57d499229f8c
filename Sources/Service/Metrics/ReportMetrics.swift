// The metrics of reports to subscribers.

internal import Telemetry

/// What was sent, what was given up, and who cannot be reached.
struct ReportMetrics {
  let sent: CounterFamily
  let deadLetters: Counter
  let failing: Gauge

  init(_ registry: MetricRegistry) {
    sent = registry.counter(
      "execution_reports_sent_total", "Attempts to send a report, by what the receiver said.",
      labels: ["outcome"])
    deadLetters =
      registry.counter(
        "execution_report_dead_letters_total", "Reports that their receivers refused for good."
      ).only
    failing =
      registry.gauge(
        "execution_subscriptions_failing", "Subscriptions whose newest report was not taken."
      ).only
  }
}
