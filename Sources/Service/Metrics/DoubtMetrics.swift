// Metrics of what somebody should look at: unknown outcomes, late fills, contradictions,
// differences.

internal import Network
internal import Telemetry
internal import Trading

@LoopActor final class DoubtMetrics {
  private let unknownOrders: Gauge
  private let unknownAge: Gauge
  private let unknownOutcomes: Counter
  private let lateFills: Counter
  private let busts: Counter
  private let anomalies: CounterFamily
  private let positionDifferences: CounterFamily
  private let missingFills: Counter
  private let externalOrders: Counter
  private let unprotected: Gauge
  private let unprotectedAge: Gauge
  private let overCloses: Counter

  init(_ registry: MetricRegistry) {
    unknownOrders =
      registry.gauge("execution_unknown_orders", "Orders whose outcome at the venue is unknown.")
      .only
    unknownAge =
      registry.gauge(
        "execution_unknown_order_oldest_age_seconds", "Age of the oldest unknown outcome."
      ).only
    unknownOutcomes =
      registry.counter(
        "execution_unknown_outcomes_total", "Orders whose outcome became unknown."
      ).only
    lateFills =
      registry.counter(
        "execution_late_fill_total", "Fills that arrived after their order had ended."
      ).only
    busts =
      registry.counter("execution_busted_trades_total", "Trades that a venue took back.").only
    anomalies = registry.counter(
      "execution_order_anomalies_total", "Events that contradicted what was known.",
      labels: ["state", "event"])
    positionDifferences = registry.counter(
      "execution_position_differences_total", "Comparisons in which a position differed.",
      labels: ["exchange", "symbol"])
    missingFills =
      registry.counter(
        "execution_missing_fills_total", "Reports with more traded than told."
      ).only
    unprotected =
      registry.gauge(
        "execution_unprotected_orders",
        "Orders whose fills asked for a stop and have none, unless it was given up."
      ).only
    unprotectedAge =
      registry.gauge(
        "execution_unprotected_oldest_seconds", "How long the oldest of them has been without."
      ).only
    overCloses =
      registry.counter(
        "execution_over_closed_total",
        "Stops and take-profits that together closed more than there was."
      ).only
    externalOrders =
      registry.counter(
        "execution_external_orders_total",
        "Orders that a venue has and that were not sent from here."
      ).only
  }

  func count(_ notice: Notice) {
    switch notice {
    case .lateFill: lateFills.increment()
    case .busted: busts.increment()
    case .anomaly(_, let state, let event):
      anomalies.with(state.rawValue, event.rawValue).increment()
    case .outcomeUnknown: unknownOutcomes.increment()
    case .strangeOrder, .externalOrder: externalOrders.increment()
    case .fillsMissing: missingFills.increment()
    case .positionDiffers(let key, _, _):
      positionDifferences.with(key.account.text, key.symbol.text).increment()
    case .overClosed: overCloses.increment()
    case .unprotected, .denied, .breaker: break
    }
  }

  func unprotected(count: Int, oldestSeconds: Double) {
    unprotected.set(Double(count))
    unprotectedAge.set(oldestSeconds)
  }

  func unknown(count: Int, oldestSeconds: Double) {
    unknownOrders.set(Double(count))
    unknownAge.set(oldestSeconds)
  }
}
