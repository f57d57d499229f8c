// Metrics of venues: calls, connections, breakers.

internal import Network
internal import Plugins
internal import Telemetry
internal import Trading

@LoopActor final class VenueMetrics {
  private let calls: CounterFamily
  private let callDuration: HistogramFamily
  private let callDurationAlias: HistogramFamily
  private let errors: CounterFamily
  private let connections: GaugeFamily
  private let clockOffsets: GaugeFamily
  private let requestBudgets: GaugeFamily
  private let limitHits: CounterFamily
  private var limitHitsSeen: [AccountID: Int] = [:]
  private let breakerState: GaugeFamily
  private let breakerNumber: GaugeFamily
  private let breakerTransitions: CounterFamily
  private let breakerRejections: CounterFamily
  private let requestsUnderOldName: Counter
  private let errorsUnderOldName: Counter
  private let latencyUnderOldName: Histogram
  private var known: [Call: Children] = [:]

  /// What the labels of a call's metrics depend on.
  private struct Call: Hashable {
    let account: AccountID
    let endpoint: String
    let status: String
  }

  private struct Children {
    let calls: Counter
    let duration: Histogram
    let durationAlias: Histogram
  }

  init(_ registry: MetricRegistry) {
    let latency = ServiceMetrics.latencyBuckets
    calls = registry.counter(
      "execution_exchange_api_calls_total", "Calls of venues.",
      labels: ["exchange", "endpoint", "status"])
    callDuration = registry.histogram(
      "execution_exchange_api_duration_seconds", "Duration of calls of venues.",
      labels: ["exchange", "endpoint"], buckets: latency)
    callDurationAlias = registry.histogram(
      "execution_exchange_api_calls_duration_seconds",
      "Duration of calls of venues, under the name that older alerts use.",
      labels: ["exchange", "endpoint"], buckets: latency)
    errors = registry.counter(
      "execution_exchange_errors_total", "Venue answers that were no success.",
      labels: ["exchange", "error_type"])
    connections = registry.gauge(
      "execution_exchange_connections", "1 if the plugin is connected.", labels: ["exchange"])
    clockOffsets = registry.gauge(
      "execution_exchange_clock_offset_seconds", "How far the venue's clock is ahead of ours.",
      labels: ["exchange"])
    requestBudgets = registry.gauge(
      "execution_exchange_request_budget_used",
      "The share of a venue's limit on requests that is used up.", labels: ["exchange"])
    limitHits = registry.counter(
      "execution_exchange_rate_limits_total",
      "Answers of venues that too much was asked of them.", labels: ["exchange"])
    breakerState = registry.gauge(
      "execution_circuit_breaker_state", "1 for the state that the breaker is in.",
      labels: ["exchange", "state"])
    breakerNumber = registry.gauge(
      "order_execution_circuit_breaker_state", "0 closed, 1 half open, 2 open.", labels: ["name"])
    breakerTransitions = registry.counter(
      "execution_circuit_breaker_transitions_total", "Changes of a breaker's state.",
      labels: ["exchange", "from_state", "to_state"])
    breakerRejections = registry.counter(
      "execution_circuit_breaker_rejections_total", "New orders that an open breaker refused.",
      labels: ["exchange"])
    requestsUnderOldName =
      registry.counter("order_execution_exchange_requests_total", "Calls of venues.").only
    errorsUnderOldName =
      registry.counter(
        "order_execution_exchange_errors_total", "Calls of venues without an answer."
      ).only
    latencyUnderOldName =
      registry.histogram(
        "order_execution_exchange_latency_seconds", "Duration of calls of venues.",
        buckets: latency
      ).only
  }

  /// A venue answered an order, or did not.
  func submitted(_ account: AccountID, _ outcome: SubmitOutcome, nanoseconds: UInt64) {
    switch outcome {
    case .accepted: count(account, "submit", "accepted", nanoseconds)
    case .rejected:
      errors.with(account.text, "rejected").increment()
      count(account, "submit", "rejected", nanoseconds)
    case .unknown:
      errors.with(account.text, "unknown").increment()
      errorsUnderOldName.increment()
      count(account, "submit", "unknown", nanoseconds)
    }
  }

  /// A call other than a submission came back.
  func called(_ account: AccountID, endpoint: String, start: UInt64) {
    count(account, endpoint, "answered", EventLoop.shared.monotonicNanoseconds() - start)
  }

  private func count(
    _ account: AccountID, _ endpoint: String, _ status: String, _ nanoseconds: UInt64
  ) {
    let seconds = Double(nanoseconds) / 1e9
    let children = children(of: Call(account: account, endpoint: endpoint, status: status))
    children.calls.increment()
    children.duration.observe(seconds)
    children.durationAlias.observe(seconds)
    requestsUnderOldName.increment()
    latencyUnderOldName.observe(seconds)
  }

  private func children(of call: Call) -> Children {
    if let children = known[call] { return children }
    let account = call.account.text
    let children = Children(
      calls: calls.with(account, call.endpoint, call.status),
      duration: callDuration.with(account, call.endpoint),
      durationAlias: callDurationAlias.with(account, call.endpoint))
    known[call] = children
    return children
  }

  /// Takes in how a plugin is.
  func look(at plugin: any ExecutionPlugin) {
    let name = plugin.name.text
    if let offset = plugin.clockOffsetMilliseconds {
      clockOffsets.with(name).set(Double(offset) / 1_000)
    }
    if let budget = plugin.requestBudget {
      requestBudgets.with(name).set(budget.usedShare)
      let before = limitHitsSeen.updateValue(budget.limitHits, forKey: plugin.name) ?? 0
      limitHits.with(name).increment(by: Double(budget.limitHits - before))
    }
    connections.with(name).set(plugin.health.isHealthy ? 1 : 0)
  }

  // MARK: Breakers

  /// A breaker belongs to an account, or to another part of the service that has a name.
  func breaker(_ owner: some CustomStringConvertible, _ state: CircuitBreaker.State) {
    let owner = owner.description
    for (number, name) in ["closed", "half_open", "open"].enumerated() {
      breakerState.with(owner, name).set(state.name == name ? 1 : 0)
      if state.name == name { breakerNumber.with(owner).set(Double(number)) }
    }
  }

  func breakerChanged(_ owner: some CustomStringConvertible, _ from: String, _ to: String) {
    breakerTransitions.with(owner.description, from, to).increment()
  }

  /// An open breaker turned a new order away.
  func breakerRefused(_ owner: some CustomStringConvertible) {
    breakerRejections.with(owner.description).increment()
  }
}
