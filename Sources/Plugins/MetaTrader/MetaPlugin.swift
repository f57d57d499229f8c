// MetaTrader 5 by way of fks_meta's HTTP interface. It can answer much less than the bridge: see
// MetaOrders for what is proved. What is not proved stays as it is, and is asked for again.

public import Network
public import Trading
public import Wire

/// How fks_meta is reached.
public struct MetaSettings {
  /// What sends requests.
  public var client: HTTPClient
  /// Where it is.
  public var origin: HTTPOrigin
  /// What is traded there.
  public var contracts: [BridgeContract]
  /// The currency in which commissions are taken.
  public var currency: Asset
  /// Whether nothing on the account is worth money.
  public var isDemo: Bool

  /// Settings from their parts.
  public init(
    client: HTTPClient, origin: HTTPOrigin, contracts: [BridgeContract], currency: Asset,
    isDemo: Bool
  ) {
    self.client = client
    self.origin = origin
    self.contracts = contracts
    self.currency = currency
    self.isDemo = isDemo
  }
}

/// An account behind fks_meta.
@LoopActor final class MetaPlugin: ExecutionPlugin {
  let name: AccountID
  private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  let capabilities: PluginCapabilities
  private let settings: MetaSettings
  private let contracts: BridgeContracts
  private var report: (@LoopActor (PluginReport) -> Void)?
  private var watch: FarSideWatch?
  /// Orders whose trades are waited for: nothing tells them by itself.
  private var waiting: [OrderID: Order] = [:]
  private var watched: Set<Symbol> = []
  /// The time that the last price of an instrument had, and when that was seen first.
  private var ticks: [Symbol: (time: Int, seenAt: Timestamp)] = [:]

  init(name: AccountID, settings: MetaSettings) {
    self.name = name
    self.settings = settings
    contracts = BridgeContracts(settings.contracts)
    capabilities = PluginCapabilities(
      isLive: !settings.isDemo,
      rules: VenueRules(
        canBeAskedLater: false, visibilityWindowMilliseconds: 0, orderTypes: MetaOrders.types,
        timesInForce: [.goodTillCanceled, .immediateOrCancel], hasPostOnly: false,
        hasReduceOnly: false, hasDisplayQuantity: false, canAmend: false))
  }

  /// How often it is looked for health, trades and prices. Quotes may be five seconds old.
  private static let lookMilliseconds = 2_000

  // MARK: Start and end

  func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    self.report = report
    setHealth(nil)
    let watch = FarSideWatch(everyMilliseconds: Self.lookMilliseconds) { [weak self] in
      await self?.look()
    } changed: { [weak self] problem in
      guard let self else { return }
      setHealth(problem)
      self.report?(problem.map { .disconnected(reason: $0) } ?? .connected)
    }
    self.watch = watch
    await watch.start()
  }

  private func setHealth(_ problem: String?) {
    health = PluginHealth(isHealthy: problem == nil, detail: problem ?? "Connected.")
  }

  func stop() async {
    watch?.stop()
    report = nil
    setHealth("Stopped.")
  }

  /// Looks around; what is wrong, if something is.
  private func look() async -> String? {
    guard case .done(_, let status?) = await send(.get, "/status"),
      let isConnected = status["connected"]?.bool
    else { return "fks_meta does not answer at \(settings.origin)." }
    guard isConnected else { return "fks_meta has no connection to MetaTrader." }
    if !waiting.isEmpty, let positions = try? await metaPositions() { tellTrades(in: positions) }
    for symbol in watched {
      if let data = try? await marketData(symbol) {
        report?(.price(symbol, data.last, quotedAt: data.quotedAt))
      }
    }
    return nil
  }

  private func send(
    _ method: HTTPMethod, _ target: String, _ body: [UInt8] = [], isUrgent: Bool = true
  ) async -> MetaAnswer {
    let headers = body.isEmpty ? [] : [(name: "Content-Type", value: "application/json")]
    do throws(TransportError) {
      let answer = try await settings.client.send(
        HTTPClientRequest(method, settings.origin, target, headers: headers, body: body),
        isUrgent: isUrgent)
      return MetaAnswer(status: answer.status, body: answer.body)
    } catch {
      return error.delivery == .notSent
        ? .notSent(reason: error.description) : .silence(reason: error.description)
    }
  }

  // MARK: Orders

  func request(for order: Order) -> VenueRequest {
    let body = contracts[order.terms.symbol].flatMap { MetaOrders.body(of: order, $0) } ?? []
    return VenueRequest(
      method: "POST", target: "/orders", body: String(decoding: body, as: UTF8.self))
  }

  /// Sends an order, once, and looks at once whether it has traded.
  func submit(_ order: Order) async -> SubmitOutcome {
    guard let contract = contracts[order.terms.symbol],
      let body = MetaOrders.body(of: order, contract)
    else {
      return .rejected(
        Rejection(
          code: "NO_LOTS", sentence: "The order is no number of lots of \(name); nothing was sent.")
      )
    }
    watch(order.terms.symbol)
    if order.terms.purpose == .close { return await close(order, contract) }
    let outcome = await send(.post, "/orders", body, isUrgent: false).submitOutcome(of: order)
    guard case .accepted(let taken, _) = outcome else { return outcome }
    waiting[order.id] = order
    guard let positions = try? await metaPositions(),
      var proof = positions.proof(of: order, contract, feeAsset: settings.currency)
    else { return outcome }
    waiting[order.id] = nil
    proof.venueOrderID = taken.venueOrderID
    return .accepted(proof, position: nil)
  }

  /// Closes a position, by its ticket. At what price is never told, so the order stays as it is.
  private func close(_ order: Order, _ contract: BridgeContract) async -> SubmitOutcome {
    let isLong = order.terms.side == .sell
    guard let positions = try? await metaPositions() else {
      return .rejected(
        Rejection(
          code: "VENUE_UNREACHABLE",
          sentence: "fks_meta does not tell its positions, so none was closed."))
    }
    let held = positions.filter { $0.symbol == contract.name }
    guard held.count == 1, let position = held.first, position.isLong == isLong,
      contract.quantity(lots: position.lots) == order.terms.quantity.amount
    else {
      return .rejected(
        Rejection(
          code: "META_CLOSE",
          sentence: "fks_meta closes whole positions by their tickets, and there is no single one "
            + "of \(order.terms.quantity) \(order.terms.symbol). Close it in MetaTrader."))
    }
    switch await send(.delete, "/positions/\(position.ticket)") {
    case .done:
      return .accepted(
        MetaAnswer.working(order, VenueOrderID("position-", Int64(position.ticket))), position: nil)
    case .notSent(let reason):
      return .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: reason))
    case .error(400, let text):
      return .rejected(Rejection(code: "META_400", sentence: "fks_meta answered: \(text)"))
    case let other: return .unknown(reason: other.reason)
    }
  }

  func cancel(_ order: Order) async -> CancelOutcome {
    guard let ticket = ticket(of: order) else {
      return .refused(
        isGone: false,
        reason: "The ticket of the order is not known, and fks_meta asks for it. Look in "
          + "MetaTrader for the comment \(BridgeOrderName(id: order.id).mark).")
    }
    return await send(.delete, "/orders/\(ticket)").cancelOutcome(of: order)
  }

  /// The order's ticket; nil for a close, which has none, and where it was never told.
  private func ticket(of order: Order) -> Int? { order.venueOrderID.flatMap { Int($0.text) } }

  func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "\(name) changes no orders.")
  }

  /// Asks for an order: in the positions by its mark, and by its ticket. fks_meta lists neither
  /// orders nor trades, so that none is there can never be known.
  func query(_ order: Order) async -> QueryOutcome {
    do throws(PluginError) {
      let positions = try await metaPositions()
      if let contract = contracts[order.terms.symbol],
        let proof = positions.proof(of: order, contract, feeAsset: settings.currency)
      {
        waiting[order.id] = nil
        return .found(proof)
      }
    } catch {
      return .unavailable(reason: error.description)
    }
    if let ticket = ticket(of: order),
      case .done(_, let json?) = await send(.get, "/orders/\(ticket)"),
      json["ticket"]?.integer == ticket
    {
      waiting[order.id] = order
      return .found(MetaAnswer.working(order, order.venueOrderID))
    }
    return .unavailable(
      reason: "fks_meta lists neither orders nor trades, and no position proves what became of it. "
        + "Look in MetaTrader for the comment \(BridgeOrderName(id: order.id).mark).")
  }

  /// fks_meta lists none. Each order is asked for by itself.
  func openOrders() async throws(PluginError) -> [OrderReport] { [] }

  private func tellTrades(in positions: [MetaPosition]) {
    for order in waiting.values {
      guard let contract = contracts[order.terms.symbol],
        let proof = positions.proof(of: order, contract, feeAsset: settings.currency)
      else { continue }
      waiting[order.id] = nil
      report?(.order(proof))
    }
  }

  // MARK: The account

  private func metaPositions() async throws(PluginError) -> [MetaPosition] {
    let answer = await send(.get, "/positions")
    guard case .done(_, let json) = answer, let positions = MetaPosition.list(json) else {
      throw PluginError("fks_meta does not tell the positions of \(name): \(answer.reason)")
    }
    return positions
  }

  func positions() async throws(PluginError) -> [PositionReport] {
    var sums: [Symbol: Decimal] = [:]
    for position in try await metaPositions() {
      guard let contract = contracts[name: position.symbol],
        let quantity = contract.quantity(lots: position.signedLots)
      else { continue }
      sums[contract.symbol, default: .zero] += quantity
    }
    return sums.map { PositionReport(symbol: $0, quantity: $1) }
  }

  /// fks_meta tells none.
  func balances() async throws(PluginError) -> [Balance] { [] }

  // MARK: Markets

  func instruments() async throws(PluginError) -> [Instrument] { contracts.list.map(\.instrument) }

  func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard let contract = contracts[symbol] else { return nil }
    let answer = await send(.get, "/market/\(PercentCoding.encode(contract.name))")
    guard case .done(_, let json?) = answer, let bid = json.price("bid"),
      let ask = json.price("ask"),
      let middle = Price(
        Decimal.quotient(bid.amount + ask.amount, over: Decimal(2), scale: Position.priceScale))
    else { throw PluginError("fks_meta tells no price of \(symbol): \(answer.reason)") }
    // The time is the broker's, in a zone that is not told: it only says whether the price is new.
    let time = json["time"]?.integer ?? 0
    let now = Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds)
    if ticks[symbol]?.time != time { ticks[symbol] = (time, now) }
    return MarketData(symbol: symbol, last: middle, quotedAt: ticks[symbol]?.seenAt)
  }

  func watch(_ symbol: Symbol) { watched.insert(symbol) }
}
