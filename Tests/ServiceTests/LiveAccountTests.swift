// While live trading is off, no order leaves for a live plugin, by whatever way it came. The plugin
// ends the process if one does.

import Network
import Plugins
import Storage
import Telemetry
import Testing
import Trading

@testable import Service

@Suite @LoopActor struct LiveAccountTests {
  private let directory: TestDirectory

  init() throws { directory = try TestDirectory() }

  private func gateway(isPaperEnabled: Bool = true) throws -> Gateway {
    let balance = ["USDT": Decimal(1_000_000)].reduce(into: [Asset: Decimal]()) { balances, entry in
      if let asset = Asset(entry.key) { balances[asset] = entry.value }
    }
    let registry = PluginRegistry(
      PluginRegistry.Settings(
        directory: directory.path,
        mock: MockSettings(
          balances: balance, feeBasisPoints: .zero, slippageBasisPoints: .zero,
          latencyMilliseconds: 0),
        paper: PaperSettings(balances: balance, feeBasisPoints: .zero, latencyMilliseconds: 0),
        isPaperEnabled: isPaperEnabled, isLiveEnabled: false))
    registry.add(TrappingPlugin(try #require(AccountID("venue"))))
    let inbox = Inbox()
    let opened = try Store.open(.sqlite(path: "\(directory.path)/execution.db")) { message in
      EventLoop.shared.post { inbox.gateway?.storeSays(message) }
    }
    let gateway = Gateway(
      configuration: try EngineConfiguration(
        Settings.load(environment: [:], knownPlugins: ["mock", "paper"])),
      registry: registry, metrics: ServiceMetrics(version: "test"), log: Logger(level: .error),
      reconcileSeconds: 300)
    inbox.gateway = gateway
    gateway.start(opened.store, try #require(opened.state))
    return gateway
  }

  @LoopActor private final class Inbox {
    var gateway: Gateway?
  }

  private func submit(_ account: AccountID, to gateway: Gateway) async throws -> Reply {
    while !gateway.registry.instances.allSatisfy({ gateway.isGateOpen($0.name) }) {
      try await Task.sleep(for: .milliseconds(5))
    }
    let terms = OrderTerms(
      account: account, symbol: try #require(Symbol("BTCUSDT")), side: .buy, type: .market,
      quantity: try #require(Quantity(Decimal(1))))
    return await withCheckedContinuation { continuation in
      gateway.submit(terms, by: Provenance.Caller(key: "test", requestID: "1")) {
        continuation.resume(returning: $0)
      }
    }
  }

  @Test func `a caller's order for a live plugin is executed on paper`() async throws {
    let gateway = try gateway()
    let account = try gateway.account(naming: try #require(AccountID("venue")))
    guard case .created(let order) = try await submit(account, to: gateway) else {
      return #expect(Bool(false))
    }
    #expect(order.terms.account.text == "paper-venue")
    #expect(order.state == .filled || order.state == .settled)
    #expect(gateway.positions.keys.map(\.account.text) == ["paper-venue"])
  }

  @Test func `without paper trading a caller's order for a live plugin is refused`() async throws {
    let gateway = try gateway(isPaperEnabled: false)
    let venue = try #require(AccountID("venue"))
    do throws(APIError) {
      _ = try gateway.account(naming: venue)
      #expect(Bool(false))
    } catch {
      #expect(error.status == 422 && error.code == "LIVE_TRADING_OFF")
    }
  }

  @Test func `an order that is on a live account already is rejected before it leaves`()
    async throws
  {
    let gateway = try gateway()
    let venue = try #require(AccountID("venue"))
    guard case .rejected(let order) = try await submit(venue, to: gateway) else {
      return #expect(Bool(false))
    }
    #expect(order.explanation?.code == "LIVE_TRADING_OFF")
    #expect(order.filledQuantity == .zero)
  }
}

/// A live plugin that must not get an order.
@LoopActor private final class TrappingPlugin: ExecutionPlugin {
  let name: AccountID
  let capabilities = PluginCapabilities(
    isLive: true, rules: VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0))
  let health = PluginHealth(isHealthy: true, detail: "Live.")

  init(_ name: AccountID) { self.name = name }

  func start(reporting report: @escaping @LoopActor (PluginReport) -> Void) async {
    if let symbol = Symbol("BTCUSDT"), let price = Price(Decimal(100)) {
      report(.price(symbol, price))
    }
  }
  func request(for order: Order) -> VenueRequest {
    VenueRequest(method: "POST", target: name.text, body: "")
  }

  func submit(_ order: Order) async -> SubmitOutcome { preconditionFailure("It got an order.") }
  func cancel(_ order: Order) async -> CancelOutcome { .unknown(reason: "Silent.") }
  func amend(_ order: Order) async -> AmendOutcome { preconditionFailure("It got a change.") }
  func query(_ order: Order) async -> QueryOutcome { .notFound }
  func openOrders() async -> [OrderReport] { [] }
  func positions() async -> [PositionReport] { [] }
  func balances() async -> [Balance] { [] }
  func stop() async {}

  func instruments() async -> [Instrument] {
    guard let symbol = Symbol("BTCUSDT"), let base = Asset("BTC"), let quote = Asset("USDT") else {
      return []
    }
    return [
      Instrument(
        symbol: symbol, baseAsset: base, quoteAsset: quote, tickSize: Decimal(1),
        lotStep: Decimal(1), minQuantity: Decimal(1), maxQuantity: Decimal(1_000),
        minNotional: Decimal(1))
    ]
  }

  func marketData(_ symbol: Symbol) async -> MarketData? {
    guard let price = Price(Decimal(100)), let quantity = Quantity(Decimal(5)) else { return nil }
    return MarketData(
      symbol: symbol, last: price, asks: [BookLevel(price: price, quantity: quantity)])
  }
}
