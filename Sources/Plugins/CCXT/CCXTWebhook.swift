// The CCXT service before our bridge: it takes signed webhooks and makes MARKET orders of them. It
// cannot be asked for anything: not for an order, not for a price, not for what is held. So what it
// does not say at once stays unknown here, and an alarm is on.

internal import Crypto
public import Network
public import Trading
internal import Wire

/// An account behind a CCXT service that takes webhooks and nothing else.
@LoopActor public final class CCXTWebhook: ExecutionPlugin {
  /// The instance's name.
  public let name: AccountID
  /// Whether the service answers.
  public private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  /// What the service does: MARKET orders, whatever type it is asked for.
  public let capabilities: PluginCapabilities
  private let settings: CCXTSettings
  private var watch: FarSideWatch?

  /// An account that is reached with `settings`.
  public init(name: AccountID, settings: CCXTSettings) {
    self.name = name
    self.settings = settings
    capabilities = PluginCapabilities(
      isLive: !settings.service.isTestnet, tellsOutcomes: false,
      rules: VenueRules(
        canBeAskedLater: false, visibilityWindowMilliseconds: 0, orderTypes: [.market],
        timesInForce: [.immediateOrCancel], hasPostOnly: false, hasReduceOnly: false,
        hasDisplayQuantity: false, canAmend: false))
  }

  /// What is assumed where the service does not say.
  public var model: [String] {
    [
      "The service takes webhooks only. It cannot be asked for an order, a price or a position.",
      "It chooses the quantity of an order itself and tells no trades: positions here stay as they "
        + "are, and every order that it takes raises an alarm for missing trades.",
      "What it does not answer stays UNKNOWN until somebody has looked at the exchange and stated "
        + "the outcome.",
    ]
  }

  /// How often the service is asked whether it is there.
  private static let healthMilliseconds = 15_000

  /// Begins to watch over the service.
  public func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    setHealth(nil)
    let watch = FarSideWatch(everyMilliseconds: Self.healthMilliseconds) { [weak self] in
      await self?.failure() ?? nil
    } changed: { [weak self] problem in
      self?.setHealth(problem)
      report(problem.map { .disconnected(reason: $0) } ?? .connected)
    }
    self.watch = watch
    await watch.start()
  }

  private func failure() async -> String? {
    do throws(PluginError) {
      return try await CCXTHealth(of: settings).speaksContract
        ? "The service was exchanged for our bridge. Start this program again to use it." : nil
    } catch {
      return error.description
    }
  }

  private func setHealth(_ reason: String?) {
    health = PluginHealth(
      isHealthy: reason == nil,
      detail: reason ?? "Connected to a service that takes webhooks only.")
  }

  /// Ends what is under way.
  public func stop() async {
    watch?.stop()
    setHealth("Stopped.")
  }

  // MARK: Orders

  /// Where webhooks go.
  private static let path = "/webhook/tradingview"

  /// What would be sent for an order, without its signature.
  public func request(for order: Order) -> VenueRequest {
    VenueRequest(
      method: "POST", target: Self.path, body: String(decoding: body(of: order), as: UTF8.self))
  }

  private func body(of order: Order) -> [UInt8] {
    let pair = settings.pairs.first { $0.symbol == order.terms.symbol }
    return CCXTWebhookBody.of(
      order, symbol: pair?.description ?? order.terms.symbol.text,
      seconds: EventLoop.shared.wallClockMicroseconds / 1_000_000)
  }

  /// Sends an order, once.
  public func submit(_ order: Order) async -> SubmitOutcome {
    guard order.executedType == .market else {
      return .rejected(
        Rejection(
          code: "CCXT_MARKET_ONLY",
          sentence: "The service would make a MARKET order of it; nothing was sent."))
    }
    let service = settings.service
    let body = body(of: order)
    let request = HTTPClientRequest(
      .post, service.origin, Self.path,
      headers: [
        ("Content-Type", "application/json"),
        ("X-Webhook-Signature", Hex.encode(service.signer.sign(body))),
      ], body: body)
    do throws(TransportError) {
      let answer = try await service.client.send(request)
      return CCXTWebhookAnswer(status: answer.status, body: answer.body).outcome(of: order)
    } catch {
      guard error.delivery == .notSent else { return .unknown(reason: error.description) }
      return .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: error.description))
    }
  }

  /// Cannot be asked for.
  public func cancel(_ order: Order) async -> CancelOutcome {
    .refused(isGone: false, reason: "The service cancels nothing. Cancel it at the exchange.")
  }

  /// Cannot be asked for.
  public func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "The service changes nothing.")
  }

  /// Cannot be asked for.
  public func query(_ order: Order) async -> QueryOutcome {
    .unavailable(reason: "The service cannot be asked for an order. Look at the exchange.")
  }

  private var blindness: PluginError {
    PluginError("The service of \(name) tells nothing of its account. Run the bridge instead.")
  }

  /// Not told.
  public func openOrders() async throws(PluginError) -> [OrderReport] { throw blindness }

  /// Not told.
  public func positions() async throws(PluginError) -> [PositionReport] { throw blindness }

  /// Not told.
  public func balances() async throws(PluginError) -> [Balance] { throw blindness }

  // MARK: Markets

  /// The finest step of any asset: the service does not tell the exchange's own rules.
  private static let finestStep = Decimal(units: 1, scale: 8)
  /// More than an order can be; the limits of the gateway come first.
  private static let quantityMax = Decimal(1_000_000_000)

  /// The pairs of the settings, without rules.
  public func instruments() async throws(PluginError) -> [Instrument] {
    settings.pairs.map { pair in
      Instrument(
        symbol: pair.symbol, baseAsset: pair.base, quoteAsset: pair.quote,
        tickSize: Self.finestStep, lotStep: Self.finestStep, minQuantity: Self.finestStep,
        maxQuantity: Self.quantityMax, minNotional: .zero)
    }
  }

  /// The price that the service tells, where it does: most have no such path.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard let pair = settings.pairs.first(where: { $0.symbol == symbol }) else { return nil }
    let service = settings.service
    let answer: HTTPClientResponse
    do throws(TransportError) {
      answer = try await service.client.send(
        HTTPClientRequest(.get, service.origin, "/ticker/\(pair)"))
    } catch {
      throw PluginError("The CCXT service tells no price of \(symbol): \(error.description)")
    }
    guard answer.status == 200, let document = try? JSONDocument(parsing: answer.body),
      let last = document.root.price("last")
    else { throw PluginError("The CCXT service tells no price of \(symbol).") }
    return MarketData(symbol: symbol, last: last)
  }
}
