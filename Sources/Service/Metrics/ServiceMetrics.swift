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

  /// Calls of venues, their connections and breakers.
  let venues: VenueMetrics
  /// Commits of the journal.
  let journal: JournalMetrics
  /// What an operator should look at.
  let doubts: DoubtMetrics

  private let orders: CounterFamily
  private let failures: CounterFamily
  private let sizes: HistogramFamily
  private let events: CounterFamily
  private let orderDuration: HistogramFamily
  private let denials: CounterFamily
  let rateBudgetLeft: GaugeFamily
  private let rateHits: CounterFamily
  private let cancelLatency: HistogramFamily
  private let orderLatency: Histogram
  private let lifecycle: OrderLifecycleMetrics
  private let states: GaugeFamily
  private let profit: Gauge
  private let tradingState: GaugeFamily
  let isHealthy: GaugeFamily

  private let venueStage: Histogram
  private let validateStage: Histogram
  private let journalStage: Histogram
  private let pipelineLatency: Histogram
  private var eventCounters: [String: Counter] = [:]
  private var orderChildren: [OrderKind: OrderChildren] = [:]

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

  /// From a tenth of a millisecond to ten seconds: below lies the noise of a timer, above a
  /// timeout.
  nonisolated static let latencyBuckets = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  private static let sizeBuckets: [Double] = [
    10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000,
  ]

  init(version: String) {
    let r = registry
    let latency = ServiceMetrics.latencyBuckets
    venues = VenueMetrics(r)
    journal = JournalMetrics(r)
    doubts = DoubtMetrics(r)
    let stages = r.histogram(
      "execution_stage_duration_seconds", "Time spent in each stage of the order path.",
      labels: ["stage"], buckets: latency)
    venueStage = stages.with("venue")
    journalStage = stages.with("journal")
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
    denials = r.counter(
      "execution_validation_errors_total", "Requests and orders that were turned away.",
      labels: ["validation_type", "field"])
    rateBudgetLeft = r.gauge(
      "execution_rate_budget_left", "New orders that the rate budget still allows at once.")
    rateHits = r.counter(
      "order_execution_rate_limit_hits_total", "New orders that the rate budget refused.")
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
    states = r.gauge(
      "order_execution_order_state", "Live orders by state.", labels: ["state"])
    profit =
      registry.gauge(
        "execution_profit",
        "Profit of all that was traded, closed or open, less fees, in quote assets taken as one."
      ).only
    tradingState = r.gauge(
      "execution_trading_state",
      "What may be sent: 0 everything, 1 what makes positions smaller, 2 nothing but cancels.",
      labels: ["scope"])
    isHealthy = r.gauge("fks_service_health", "1 if the store takes orders.", labels: ["service"])
    r.gauge("fks_build_info", "1, labelled with the version.", labels: ["service", "version"])
      .with("fks_execution", version).set(1)
  }

  // MARK: The order path

  /// A body was read and checked.
  func validated(nanoseconds: UInt64) { validateStage.observe(Double(nanoseconds) / 1e9) }

  /// Entries that went to the store together are durable.
  func journaled(nanoseconds: UInt64) { journalStage.observe(Double(nanoseconds) / 1e9) }

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
    let nanoseconds = EventLoop.shared.monotonicNanoseconds() - start
    venueStage.observe(Double(nanoseconds) / 1e9)
    children(of: order.terms).duration.observe(Double(nanoseconds) / 1e9)
    venues.submitted(order.terms.account, outcome, nanoseconds: nanoseconds)
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
    case .denied(let code):
      denials.with(code, "").increment()
      if code == "RATE_LIMITED" { rateHits.only.increment() }
    case .breaker(let account, let from, let to): venues.breakerChanged(account, from, to)
    case .lateFill, .busted, .anomaly, .outcomeUnknown, .strangeOrder, .externalOrder,
      .fillsMissing,
      .positionDiffers, .unprotected, .overClosed:
      doubts.count(notice)
    }
  }

  /// A request was turned away before the engine saw it, because of `field` if there is one.
  func refused(_ error: APIError) {
    denials.with(error.code, error.detail.first { $0.name == "field" }?.value ?? "").increment()
    if error.code == "RATE_LIMITED" { rateHits.only.increment() }
  }

  /// A cancel was answered.
  func cancelAnswered(nanoseconds: UInt64) {
    cancelLatency.only.observe(Double(nanoseconds) / 1e9)
  }

  /// The trading state of every scope that ever had one, and of the service always.
  func tradingStates(_ changes: [TradingStateChange]) {
    tradingState.with(TradingScope.service.text).set(0)
    for change in changes {
      tradingState.with(change.scope.text).set(Double(change.state.strictness))
    }
  }

  func profit(_ profit: Decimal) { self.profit.set(profit.approximate) }

  func orderStates(_ counts: [OrderState: Int]) {
    for state in OrderState.allCases { states.with(state.rawValue).set(Double(counts[state] ?? 0)) }
  }

}

extension Decimal {
  /// The value as a binary floating point number, for metrics only; never for money.
  var approximate: Double {
    // The conversion from 128 bits is forty times slower, and hardly ever needed.
    var value = Int64(exactly: units).map { Double($0) } ?? Double(units)
    for _ in 0..<scale { value /= 10 }
    return value
  }
}
