// The metrics of the order path. Names that dashboards of the neighbouring services use already are
// kept as they are; new ones begin with `execution_`. Children of the hot path are looked up once.

internal import Network
internal import Plugins
internal import Storage
internal import Telemetry
internal import Trading

/// All metrics but those of the HTTP server. Used on the loop only.
@LoopActor final class ServiceMetrics {
  let registry = MetricRegistry()

  private let stages: HistogramFamily
  private let orders: CounterFamily
  private let failures: CounterFamily
  private let sizes: HistogramFamily
  private let events: CounterFamily
  private let orderDuration: HistogramFamily
  private let calls: CounterFamily
  private let callDuration: HistogramFamily
  private let callDurationAlias: HistogramFamily
  private let exchangeErrors: CounterFamily
  private let unknownOrders: GaugeFamily
  private let unknownAge: GaugeFamily
  private let lateFills: CounterFamily
  private let anomalies: CounterFamily
  private let positionDifferences: CounterFamily
  private let missingFills: CounterFamily
  private let externalOrders: CounterFamily
  private let denials: CounterFamily
  private let commitSeconds: HistogramFamily
  private let commitEntries: HistogramFamily
  let journalQueue: GaugeFamily
  let rateBudgetLeft: GaugeFamily
  private let rateHits: CounterFamily
  private let breakerState: GaugeFamily
  private let breakerNumber: GaugeFamily
  private let breakerTransitions: CounterFamily
  private let breakerRejections: CounterFamily
  private let cancelLatency: HistogramFamily
  private let orderLatency: Histogram
  private let lifecycle: OrderLifecycleMetrics
  private let connections: GaugeFamily
  private let states: GaugeFamily
  let lag: GaugeFamily
  let isHealthy: GaugeFamily

  private let venueStage: Histogram
  private let validateStage: Histogram
  private let pipelineLatency: Histogram
  private var eventCounters: [String: Counter] = [:]
  private var orderChildren: [OrderKind: OrderChildren] = [:]
  private var venueCalls: [VenueCall: VenueCallChildren] = [:]

  /// What the labels of an order's metrics depend on.
  private struct OrderKind: Hashable {
    let account: AccountID
    let symbol: Symbol
    let side: Side
    let type: OrderType
  }

  private struct OrderChildren {
    let successes: Counter
    let size: Histogram
    let duration: Histogram
  }

  private struct VenueCall: Hashable {
    let account: AccountID
    let endpoint: String
    let status: String
  }

  private struct VenueCallChildren {
    let calls: Counter
    let duration: Histogram
    let durationAlias: Histogram
  }

  /// From a tenth of a millisecond to ten seconds: below lies the noise of a timer, above a
  /// timeout.
  nonisolated static let latencyBuckets = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  private static let sizeBuckets: [Double] = [
    10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000,
  ]
  private static let batchBuckets: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

  init(version: String) {
    let r = registry
    let latency = ServiceMetrics.latencyBuckets
    stages = r.histogram(
      "execution_stage_duration_seconds", "Time spent in each stage of the order path.",
      labels: ["stage"], buckets: latency)
    venueStage = stages.with("venue")
    validateStage = stages.with("validate")
    pipelineLatency =
      r.histogram(
        "execution_pipeline_latency_seconds", "From an order's request to its answer.",
        buckets: latency
      ).only
    orders = r.counter(
      "execution_orders_total", "Orders that were answered, by outcome.",
      labels: ["exchange", "symbol", "side", "order_type", "status"])
    failures = r.counter(
      "execution_order_failures_total", "Orders that were denied or rejected, by reason.",
      labels: ["exchange", "symbol", "reason"])
    sizes = r.histogram(
      "execution_order_size_usd", "Notional of fills in the quote asset.",
      labels: ["exchange", "symbol", "side"], buckets: ServiceMetrics.sizeBuckets)
    events = r.counter(
      "execution_order_events_total", "Events recorded in the journal.", labels: ["event"])
    orderDuration = r.histogram(
      "execution_order_duration_seconds", "From sending an order to the venue's answer.",
      labels: ["exchange", "order_type"], buckets: latency)
    calls = r.counter(
      "execution_exchange_api_calls_total", "Calls of venues.",
      labels: ["exchange", "endpoint", "status"])
    callDuration = r.histogram(
      "execution_exchange_api_duration_seconds", "Duration of calls of venues.",
      labels: ["exchange", "endpoint"], buckets: latency)
    callDurationAlias = r.histogram(
      "execution_exchange_api_calls_duration_seconds",
      "Duration of calls of venues, under the name that older alerts use.",
      labels: ["exchange", "endpoint"], buckets: latency)
    exchangeErrors = r.counter(
      "execution_exchange_errors_total", "Venue answers that were no success.",
      labels: ["exchange", "error_type"])
    unknownOrders = r.gauge(
      "execution_unknown_orders", "Orders whose outcome at the venue is unknown.")
    unknownAge = r.gauge(
      "execution_unknown_order_oldest_age_seconds", "Age of the oldest unknown outcome.")
    lateFills = r.counter(
      "execution_late_fill_total", "Fills that arrived after their order had ended.")
    anomalies = r.counter(
      "execution_order_anomalies_total", "Events that contradicted what was known.",
      labels: ["state", "event"])
    positionDifferences = r.counter(
      "execution_position_differences_total", "Comparisons in which a position differed.",
      labels: ["exchange", "symbol"])
    missingFills = r.counter(
      "execution_missing_fills_total", "Reports with more traded than told.")
    externalOrders = r.counter(
      "execution_external_orders_total", "Orders that a venue has and nobody here knows.")
    denials = r.counter(
      "execution_validation_errors_total", "Requests and orders that were turned away.",
      labels: ["validation_type", "field"])
    commitSeconds = r.histogram(
      "execution_journal_commit_seconds", "Duration of a commit of the journal.", buckets: latency)
    commitEntries = r.histogram(
      "execution_journal_commit_entries", "Entries that shared a commit.",
      buckets: ServiceMetrics.batchBuckets)
    journalQueue = r.gauge(
      "execution_journal_queue", "Batches and entries that wait for the store.")
    rateBudgetLeft = r.gauge(
      "execution_rate_budget_left", "New orders that the rate budget still allows at once.")
    rateHits = r.counter(
      "order_execution_rate_limit_hits_total", "New orders that the rate budget refused.")
    breakerState = r.gauge(
      "execution_circuit_breaker_state", "1 for the state that the breaker is in.",
      labels: ["exchange", "state"])
    breakerNumber = r.gauge(
      "order_execution_circuit_breaker_state", "0 closed, 1 half open, 2 open.", labels: ["name"])
    breakerTransitions = r.counter(
      "execution_circuit_breaker_transitions_total", "Changes of a breaker's state.",
      labels: ["exchange", "from_state", "to_state"])
    breakerRejections = r.counter(
      "execution_circuit_breaker_rejections_total", "New orders that an open breaker refused.",
      labels: ["exchange"])
    cancelLatency = r.histogram(
      "order_execution_cancel_latency_seconds", "From a cancel's request to its answer.",
      buckets: latency)
    orderLatency =
      r.histogram(
        "order_execution_order_latency_seconds",
        "From an order's request to its answer, under the name that older dashboards use.",
        buckets: latency
      ).only
    lifecycle = OrderLifecycleMetrics(r)
    connections = r.gauge(
      "execution_exchange_connections", "1 if the plugin is connected.", labels: ["exchange"])
    states = r.gauge(
      "order_execution_order_state", "Live orders by state.", labels: ["state"])
    lag = r.gauge(
      "execution_lag_seconds", "Age of the oldest journal entry that is not durable.",
      labels: ["service"])
    isHealthy = r.gauge("fks_service_health", "1 if the store takes orders.", labels: ["service"])
    r.gauge("fks_build_info", "1, labelled with the version.", labels: ["service", "version"])
      .with("fks_execution", version).set(1)
  }

  // MARK: The order path

  /// A body was read and checked.
  func validated(nanoseconds: UInt64) { validateStage.observe(Double(nanoseconds) / 1e9) }

  /// Entries that went to the store together are durable.
  func journaled(nanoseconds: UInt64) {
    stages.with("journal").observe(Double(nanoseconds) / 1e9)
  }

  func committed(entries: Int, seconds: Double) {
    commitSeconds.only.observe(seconds)
    commitEntries.only.observe(Double(entries))
  }

  func count(_ entry: JournalEntry) {
    lifecycle.count(entry)
    for event in entry.events {
      let name = event.name
      if let counter = eventCounters[name] {
        counter.increment()
      } else {
        let counter = events.with(name)
        eventCounters[name] = counter
        counter.increment()
      }
      if case .filled(let fill) = event {
        children(of: entry.order.terms).size.observe((fill.quantity * fill.price).approximate)
      }
    }
  }

  func venueAnswered(_ order: Order, _ outcome: SubmitOutcome, start: UInt64) {
    let account = order.terms.account
    let nanoseconds = EventLoop.shared.monotonicNanoseconds() - start
    venueStage.observe(Double(nanoseconds) / 1e9)
    children(of: order.terms).duration.observe(Double(nanoseconds) / 1e9)
    switch outcome {
    case .accepted: break
    case .rejected, .unknown: exchangeErrors.with(account.text, outcome.word).increment()
    }
    venueCalled(account, endpoint: "submit", status: outcome.word, nanoseconds: nanoseconds)
  }

  func venueCalled(_ account: AccountID, endpoint: String, start: UInt64) {
    let nanoseconds = EventLoop.shared.monotonicNanoseconds() - start
    venueCalled(account, endpoint: endpoint, status: "answered", nanoseconds: nanoseconds)
  }

  private func venueCalled(
    _ account: AccountID, endpoint: String, status: String, nanoseconds: UInt64
  ) {
    let seconds = Double(nanoseconds) / 1e9
    let call = VenueCall(account: account, endpoint: endpoint, status: status)
    let made =
      venueCalls[call]
      ?? {
        let made = VenueCallChildren(
          calls: calls.with(account.text, endpoint, status),
          duration: callDuration.with(account.text, endpoint),
          durationAlias: callDurationAlias.with(account.text, endpoint))
        venueCalls[call] = made
        return made
      }()
    made.calls.increment()
    lifecycle.venueCalled(isError: status == "unknown", seconds: seconds)
    made.duration.observe(seconds)
    made.durationAlias.observe(seconds)
  }

  /// An order's request was answered.
  func answered(_ order: Order, nanoseconds: UInt64) {
    let terms = order.terms
    let isFailure = order.state.status == "REJECTED"
    pipelineLatency.observe(Double(nanoseconds) / 1e9)
    orderLatency.observe(Double(nanoseconds) / 1e9)
    guard isFailure else { return children(of: terms).successes.increment() }
    orders.with(
      terms.account.text, terms.symbol.text, terms.side.rawValue, terms.type.rawValue, "failure"
    ).increment()
    failures.with(
      terms.account.text, terms.symbol.text, order.explanation?.code ?? order.state.rawValue
    ).increment()
  }

  private func children(of terms: OrderTerms) -> OrderChildren {
    let kind = OrderKind(
      account: terms.account, symbol: terms.symbol, side: terms.side, type: terms.type)
    if let known = orderChildren[kind] { return known }
    let (account, symbol) = (terms.account.text, terms.symbol.text)
    let made = OrderChildren(
      successes: orders.with(
        account, symbol, terms.side.rawValue, terms.type.rawValue, "success"),
      size: sizes.with(account, symbol, terms.side.rawValue),
      duration: orderDuration.with(account, terms.type.rawValue))
    orderChildren[kind] = made
    return made
  }

  // MARK: Notices and gauges

  func count(_ notice: Notice) {
    switch notice {
    case .lateFill: lateFills.only.increment()
    case .anomaly(_, let state, let event):
      anomalies.with(state.rawValue, event.rawValue).increment()
    case .outcomeUnknown: exchangeErrors.with("all", "unknown_outcome").increment()
    case .externalOrder: externalOrders.only.increment()
    case .fillsMissing: missingFills.only.increment()
    case .positionDiffers(let key, _, _):
      positionDifferences.with(key.account.text, key.symbol.text).increment()
    case .denied(let code):
      denials.with(code, "").increment()
      if code == "RATE_LIMITED" { rateHits.only.increment() }
    case .breaker(let account, let from, let to):
      breakerTransitions.with(account.text, from, to).increment()
    }
  }

  /// A request was turned away before the engine saw it, because of `field` if there is one.
  func refused(_ error: APIError) {
    denials.with(error.code, error.detail.first { $0.name == "field" }?.value ?? "").increment()
  }

  /// An open breaker turned a new order away.
  func breakerRefused(_ account: AccountID) { breakerRejections.with(account.text).increment() }

  /// A cancel was answered.
  func cancelAnswered(nanoseconds: UInt64) {
    cancelLatency.only.observe(Double(nanoseconds) / 1e9)
  }

  func unknown(count: Int, oldestSeconds: Double) {
    unknownOrders.only.set(Double(count))
    unknownAge.only.set(oldestSeconds)
  }

  func orderStates(_ counts: [OrderState: Int]) {
    for state in OrderState.allCases { states.with(state.rawValue).set(Double(counts[state] ?? 0)) }
  }

  func connection(_ account: AccountID, isHealthy: Bool) {
    connections.with(account.text).set(isHealthy ? 1 : 0)
  }

  func breaker(_ account: AccountID, _ state: CircuitBreaker.State) {
    for (number, name) in ["closed", "half_open", "open"].enumerated() {
      breakerState.with(account.text, name).set(state.name == name ? 1 : 0)
      if state.name == name { breakerNumber.with(account.text).set(Double(number)) }
    }
  }
}

extension SubmitOutcome {
  fileprivate var word: String {
    switch self {
    case .accepted: "accepted"
    case .rejected: "rejected"
    case .unknown: "unknown"
    }
  }
}

extension Decimal {
  /// The value as a binary floating point number, for metrics only; never for money.
  fileprivate var approximate: Double {
    var value = Double(units)
    for _ in 0..<scale { value /= 10 }
    return value
  }
}
