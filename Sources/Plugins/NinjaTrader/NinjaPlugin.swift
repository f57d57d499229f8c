// NinjaTrader 8 by signals: over fks_ninja's HTTP interface, or straight to the TCP socket of a
// strategy. Neither tells what becomes of a signal: an order stays WORKING where it was
// acknowledged, and UNKNOWN where nothing answers. It can be neither asked for nor cancelled.

public import Network
internal import Trading
public import Wire

/// Where signals go.
public enum NinjaWay {
  /// fks_ninja; the path that takes signals.
  case service(HTTPClient, HTTPOrigin, path: String)
  /// The socket of a strategy.
  case socket(MessageSender, HTTPOrigin)
}

/// How signals are sent.
public struct NinjaSettings {
  /// Where they go.
  public var way: NinjaWay
  /// What is traded there.
  public var contracts: [BridgeContract]
  /// Whether nothing on the account is worth money.
  public var isDemo: Bool

  /// Settings from their parts.
  public init(way: NinjaWay, contracts: [BridgeContract], isDemo: Bool) {
    self.way = way
    self.contracts = contracts
    self.isDemo = isDemo
  }
}

/// An account that signals trade.
@LoopActor final class NinjaPlugin: ExecutionPlugin {
  let name: AccountID
  private(set) var health = PluginHealth(isHealthy: false, detail: "Not started.")
  let capabilities: PluginCapabilities
  private let settings: NinjaSettings
  private let contracts: BridgeContracts
  private var report: (@LoopActor (PluginReport) -> Void)?
  private var watch: FarSideWatch?
  /// The path that took the last signal.
  private var knownPath: String?

  init(name: AccountID, settings: NinjaSettings) {
    self.name = name
    self.settings = settings
    contracts = BridgeContracts(settings.contracts)
    capabilities = PluginCapabilities(
      isLive: !settings.isDemo, tellsOutcomes: false,
      rules: VenueRules(
        canBeAskedLater: false, visibilityWindowMilliseconds: 0, orderTypes: [.limit],
        timesInForce: [.goodTillCanceled], hasPostOnly: false, hasReduceOnly: false,
        hasDisplayQuantity: false, canAmend: false))
  }

  private static let connectedDetail =
    "fks_ninja answers. What becomes of a signal is never told."
  /// How often it is looked whether fks_ninja is there.
  private static let lookMilliseconds = 10_000

  func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError) {
    self.report = report
    guard case .service(let client, let origin, _) = settings.way else {
      // A connection without a signal would take the place of one, so nothing is tried.
      return setHealth(nil, "Not examined: the socket tells nothing, not even that it is there.")
    }
    setHealth(nil, Self.connectedDetail)
    let watch = FarSideWatch(everyMilliseconds: Self.lookMilliseconds) {
      let answer = try? await client.send(HTTPClientRequest(.get, origin, "/health"))
      return answer.map { (200...299).contains($0.status) } == true
        ? nil : "fks_ninja does not answer at \(origin)."
    } changed: { [weak self] problem in
      guard let self else { return }
      setHealth(problem, Self.connectedDetail)
      self.report?(problem.map { .disconnected(reason: $0) } ?? .connected)
    }
    self.watch = watch
    await watch.start()
  }

  private func setHealth(_ problem: String?, _ detail: String) {
    health = PluginHealth(isHealthy: problem == nil, detail: problem ?? detail)
  }

  func stop() async {
    watch?.stop()
    report = nil
    setHealth("Stopped.", "")
  }

  // MARK: Orders

  func request(for order: Order) -> VenueRequest {
    let signal = contracts[order.terms.symbol].flatMap { try? NinjaSignal(order, of: $0) }
    let target =
      switch settings.way {
      case .service(_, _, let path): knownPath ?? path
      case .socket(_, let origin): origin.authorityWithPort
      }
    return VenueRequest(
      method: "POST", target: target,
      body: String(decoding: signal.map { bytes(of: $0) } ?? [], as: UTF8.self))
  }

  private func bytes(of signal: NinjaSignal) -> [UInt8] {
    if case .service = settings.way { signal.json(quantity: 1) } else { signal.json() }
  }

  func submit(_ order: Order) async -> SubmitOutcome {
    guard let contract = contracts[order.terms.symbol] else {
      return .rejected(
        Rejection(code: "NO_LOTS", sentence: "\(name) has no \(order.terms.symbol)."))
    }
    let message: [UInt8]
    do throws(NinjaRefusal) {
      message = bytes(of: try NinjaSignal(order, of: contract))
    } catch {
      return .rejected(Rejection(code: error.code, sentence: error.sentence))
    }
    guard message.count <= NinjaSignal.bytesMax else {
      return .rejected(
        Rejection(
          code: "NINJA_TOO_LONG",
          sentence: "The signal has \(message.count) bytes, and the far side reads "
            + "\(NinjaSignal.bytesMax); nothing was sent. Shorten the instrument's name."))
    }
    switch settings.way {
    case .service(let client, let origin, let path):
      return await submit(message, of: order, by: client, origin, path)
    case .socket(let sender, let origin): return await submit(message, by: sender, origin)
    }
  }

  /// The paths that are known to take signals.
  private static let paths = ["/api/v1/signals", "/api/v1/signals/send"]

  /// Sends a signal to the first path that is there: a status of 404 or 405 proves that the one
  /// before took nothing.
  private func submit(
    _ message: [UInt8], of order: Order, by client: HTTPClient, _ origin: HTTPOrigin,
    _ path: String
  ) async -> SubmitOutcome {
    var tried: [String] = []
    for path in [knownPath ?? path, path] + Self.paths where !tried.contains(path) {
      tried.append(path)
      let answer: NinjaAnswer
      do throws(TransportError) {
        let response = try await client.send(
          HTTPClientRequest(
            .post, origin, path, headers: [("Content-Type", "application/json")], body: message))
        answer = NinjaAnswer(status: response.status, body: response.body)
      } catch {
        return error.delivery == .notSent
          ? .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: error.description))
          : .unknown(reason: error.description)
      }
      if answer == .noSuchPath { continue }
      knownPath = path
      switch answer {
      case .accepted(let id): return .accepted(working(order, id), position: nil)
      case .refused(let code, let reason):
        return .rejected(
          Rejection(code: code, sentence: "fks_ninja refused the signal. \(reason)"))
      case .unknown(let reason): return .unknown(reason: reason)
      case .noSuchPath: continue
      }
    }
    return .rejected(
      Rejection(
        code: "NINJA_NO_PATH",
        sentence: "fks_ninja takes signals at none of \(tried.joined(separator: ", ")); set "
          + "NINJA_SIGNAL_PATH. Nothing was done."))
  }

  private func working(_ order: Order, _ id: VenueOrderID) -> OrderReport {
    OrderReport(
      orderID: order.id, venueOrderID: id, status: .working,
      filledQuantity: order.filledQuantity, fills: [])
  }

  private func submit(
    _ message: [UInt8], by sender: MessageSender, _ origin: HTTPOrigin
  ) async -> SubmitOutcome {
    do throws(TransportError) {
      try await sender.send(message, to: origin)
      return .unknown(reason: Self.unanswered)
    } catch {
      return error.delivery == .notSent
        ? .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: error.description))
        : .unknown(reason: error.description)
    }
  }

  private static let unanswered =
    "The signal was sent, and NinjaTrader's socket answers nothing. Look in NinjaTrader, and use "
    + "the bridge (docs/BRIDGES.md) to be told."

  func cancel(_ order: Order) async -> CancelOutcome {
    .refused(isGone: false, reason: "Signals cannot be taken back. Cancel it in NinjaTrader.")
  }

  func amend(_ order: Order) async -> AmendOutcome {
    .refused(isGone: false, reason: "\(name) changes no orders.")
  }

  func query(_ order: Order) async -> QueryOutcome {
    .unavailable(
      reason: "What became of a signal cannot be asked. Look in NinjaTrader, and use the bridge "
        + "(docs/BRIDGES.md) to be told.")
  }

  /// None can be listed. Each order is asked for by itself, without an answer.
  func openOrders() async throws(PluginError) -> [OrderReport] { [] }

  func positions() async throws(PluginError) -> [PositionReport] {
    throw PluginError("\(name) is never told positions; look in NinjaTrader, or use the bridge.")
  }

  /// None are told.
  func balances() async throws(PluginError) -> [Balance] { [] }

  // MARK: Markets

  func instruments() async throws(PluginError) -> [Instrument] { contracts.list.map(\.instrument) }

  func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard contracts[symbol] != nil else { return nil }
    throw PluginError("\(name) is never told prices.")
  }
}
