// Metrics of webhooks, under the names that dashboards use already. Who calls is told by the range
// of the allow-list that lets it in, because strangers choose their addresses; instruments only if
// they exist.

internal import Network
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor final class WebhookMetrics {
  private let requests: CounterFamily
  private let durations: HistogramFamily
  private let invalid: CounterFamily
  private let signatureFailures: CounterFamily
  private let filtered: CounterFamily
  private let stale: CounterFamily
  private let duplicates: CounterFamily
  private let addressChecks: Counter
  private let addressRejections: Counter
  private let rateChecks: CounterFamily
  private let rateRejections: CounterFamily
  private let audited: CounterFamily
  private let sizes: HistogramFamily
  private let missed: GaugeFamily

  private static let durationBuckets = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5,
  ]
  private static let percentBuckets: [Double] = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]

  init(_ r: MetricRegistry) {
    requests = r.counter(
      "execution_webhook_requests_total", "Alerts that were understood.",
      labels: ["source", "symbol", "side"])
    durations = r.histogram(
      "execution_webhook_processing_duration_seconds", "From a webhook's request to its answer.",
      labels: ["source", "status"], buckets: WebhookMetrics.durationBuckets)
    invalid = r.counter(
      "execution_webhook_validation_failures_total", "Alerts that were not understood.",
      labels: ["source", "reason"])
    signatureFailures = r.counter(
      "execution_webhook_signature_failures_total", "Webhooks without the right secret.",
      labels: ["source"])
    filtered = r.counter(
      "execution_webhook_confidence_filtered_total", "Alerts below MIN_CONFIDENCE.",
      labels: ["source", "symbol"])
    stale = r.counter(
      "execution_webhook_stale_rejected_total",
      "Alerts that were too old, from the future, or overtaken by a newer one.",
      labels: ["source", "symbol"])
    duplicates = r.counter(
      "execution_webhook_duplicates_total", "Alerts that had come before.", labels: ["source"])
    addressChecks =
      r.counter(
        "execution_ip_whitelist_checks_total", "Addresses of webhooks that were looked at."
      ).only
    addressRejections =
      r.counter(
        "execution_ip_whitelist_rejections_total", "Webhooks from addresses that are not allowed."
      ).only
    rateChecks = r.counter(
      "execution_rate_limit_requests_total", "Webhooks that were counted against a client's limit.",
      labels: ["client_ip", "allowed"])
    rateRejections = r.counter(
      "execution_rate_limit_rejections_total", "Webhooks above a client's limit.",
      labels: ["client_ip"])
    audited = r.counter(
      "execution_audit_events_total", "Decisions on webhooks.",
      labels: ["event_type", "client_ip", "result"])
    sizes = r.histogram(
      "execution_position_size_pct", "Sizes that were worked out, in percent of the balance.",
      labels: ["method"], buckets: WebhookMetrics.percentBuckets)
    missed = r.gauge(
      "execution_webhook_heartbeat_missed", "1 if something of a strategy is due and did not come.",
      labels: ["strategy"])
  }

  func understood(_ source: String, _ symbol: Symbol?, _ action: Alert.Action) {
    requests.with(source, symbol?.text ?? "unknown", action.name).increment()
  }

  func answered(_ source: String, _ word: String, nanoseconds: UInt64) {
    durations.with(source, word).observe(Double(nanoseconds) / 1e9)
  }

  func notUnderstood(_ source: String, code: String) { invalid.with(source, code).increment() }

  func notProved(_ source: String) { signatureFailures.with(source).increment() }

  func ignored(_ source: String, _ symbol: Symbol?, code: String) {
    let symbol = symbol?.text ?? "unknown"
    switch code {
    case "LOW_CONFIDENCE": filtered.with(source, symbol).increment()
    case "STALE_SIGNAL", "FUTURE_SIGNAL", "OUT_OF_ORDER": stale.with(source, symbol).increment()
    default: break
    }
  }

  func repeated(_ source: String) { duplicates.with(source).increment() }

  func addressChecked(isAllowed: Bool) {
    addressChecks.increment()
    if !isAllowed { addressRejections.increment() }
  }

  func rateChecked(_ client: String, isAllowed: Bool) {
    rateChecks.with(client, "\(isAllowed)").increment()
    if !isAllowed { rateRejections.with(client).increment() }
  }

  func decided(_ client: String, _ word: String) {
    audited.with("webhook", client, word).increment()
  }

  /// A size was worked out; both in the quote asset.
  func sized(_ method: String, worth notional: Decimal, of balance: Decimal) {
    guard balance.isPositive else { return }
    let percent = Decimal.quotient(notional, times: Decimal(100), over: balance, scale: 6)
    sizes.with(method).observe(percent.approximate)
  }

  func heartbeat(_ strategy: Label, isMissed: Bool) {
    missed.with(strategy.text).set(isMissed ? 1 : 0)
  }
}
