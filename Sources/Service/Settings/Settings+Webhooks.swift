// Settings as what webhooks go by.

internal import Network
internal import Plugins
internal import Telemetry
internal import Trading

extension WebhookRoutes {
  /// The routes of alerts. Throws where the file of strategies cannot be used.
  convenience init(_ settings: Settings, gateway: Gateway) throws(StartError) {
    let plan = try WebhookPlan(path: settings.strategiesFile)
    let accounts = plan.strategies.values.map(\.account) + plan.instruments.values.map(\.account)
    if let unknown = accounts.lazy.compactMap({ $0 }).first(where: {
      gateway.registry.instance($0) == nil
    }) {
      throw StartError(
        description: "\(settings.strategiesFile) names the account \(unknown), which PLUGINS does "
          + "not enable.")
    }
    self.init(
      gateway: gateway, plan, guard: WebhookGuard.Rules(settings, plan),
      desk: AlertDesk.Rules(
        minConfidence: try Decimal(setting: settings.confidenceMin),
        riskPercent: try Decimal(setting: settings.riskPerTrade) * Decimal(100),
        ageMilliseconds: Int64(settings.webhookAgeMaxSeconds) * 1_000,
        futureMilliseconds: Int64(settings.webhookFutureMaxSeconds) * 1_000,
        windowSeconds: settings.webhookDuplicateSeconds))
  }
}

extension WebhookGuard.Rules {
  fileprivate init(_ settings: Settings, _ plan: WebhookPlan) {
    let isEmpty = settings.webhookSecret.reveal().isEmpty
    // Who has asked for keys, or trades with real money, has not meant an address without a lock.
    let mayBeOpen = settings.apiKeys == nil && !settings.isLiveTradingEnabled
    self.init(
      plain: WebhookSource(
        name: WebhookSource.plainName, secret: isEmpty ? nil : settings.webhookSecret),
      sources: plan.sources, addresses: settings.webhookAddresses,
      proxies: settings.trustedProxies,
      window: SlidingWindow(
        limit: settings.webhookRequestsMax,
        milliseconds: Int64(settings.webhookWindowSeconds) * 1_000),
      breaker: CircuitBreaker.Configuration(
        threshold: settings.circuitBreakerThreshold,
        openMilliseconds: Int64(settings.circuitBreakerTimeoutSeconds) * 1_000,
        probesMax: settings.circuitBreakerProbes),
      toleranceMilliseconds: Int64(settings.webhookToleranceSeconds) * 1_000,
      openToLoopback: mayBeOpen, openToAll: mayBeOpen && settings.allowsUnauthenticated)
  }
}
