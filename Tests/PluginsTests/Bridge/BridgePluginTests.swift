// A bridge and a terminal over sockets: who is let in, and what becomes of an order when commands,
// answers and events are lost, repeated or late. Nothing is executed twice and nothing invented.

import FakeTerminal
import Network
import Testing
import Trading
import Wire

@testable import Plugins

@Suite @LoopActor struct BridgePluginTests {
  // MARK: Who is let in

  @Test func `a terminal with a wrong token is refused`() async throws {
    let venue = try BridgeVenue(token: "some-other-token-1")
    try await venue.plugin.start { _ in }
    venue.terminal.start()
    await venue.until { venue.terminal.refusal != nil }
    #expect(venue.terminal.refusal == "BRIDGE_UNAUTHORIZED")
    #expect(!venue.plugin.health.isHealthy)
    #expect(venue.terminal.sessionCount == 0)
  }

  @Test func `a bridge that is not started lets nobody in`() async throws {
    let venue = try BridgeVenue()
    venue.terminal.start()
    await venue.until { venue.terminal.refusal != nil }
    #expect(venue.terminal.refusal == "BRIDGE_NOT_STARTED")
  }

  @Test func `a second terminal waits until the first is gone`() async throws {
    let venue = try await BridgeVenue().started()
    let other = try FakeTerminal(
      venue.origin, bridge: "mt5", token: Terminals.token, terminalID: "fake-2")
    other.start()
    await venue.until { other.refusal != nil }
    #expect(other.refusal == "BRIDGE_BUSY")
    #expect(venue.plugin.health.isHealthy)
    venue.terminal.stop()
    venue.plugin.end(reason: "The terminal was not heard any more.")
    await venue.until { other.sessionCount > 0 && venue.plugin.health.isHealthy }
  }

  @Test func `a real account is refused where a demo account is meant`() async throws {
    let venue = try BridgeVenue(isDemo: false)
    try await venue.plugin.start { _ in }
    venue.terminal.start()
    await venue.until { venue.terminal.refusal != nil }
    #expect(venue.terminal.refusal == "BRIDGE_ACCOUNT")
    #expect(venue.plugin.health.detail.contains("real"))
  }

  @Test func `another account than the one that is meant is refused`() async throws {
    let settings = BridgeSettings(
      token: Array(Terminals.token.utf8), account: "12345", isDemo: true)
    let venue = try BridgeVenue(settings: settings)
    try await venue.plugin.start { _ in }
    venue.terminal.start()
    await venue.until { venue.terminal.refusal != nil }
    #expect(venue.terminal.refusal == "BRIDGE_ACCOUNT")
    #expect(venue.plugin.health.detail.contains("12345"))
  }

  @Test func `a bridge to a real account is live, and one to a demo account is not`() {
    for isDemo in [true, false] {
      let settings = BridgeSettings(token: Array(Terminals.token.utf8), isDemo: isDemo)
      let plugin = BridgePlugin(name: account("mt5"), settings: settings)
      #expect(plugin.capabilities.isLive == !isDemo)
    }
  }

  // MARK: Sessions

  @Test func `a session that is over can tell nothing`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.restart()
    await venue.until { venue.connections == (1, 1) }
    #expect(await venue.terminal.tellInOldSession() == "BRIDGE_SESSION_OVER")
  }

  @Test func `a terminal that cannot trade is no connection, until it can`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.hindrance = "AutoTrading is off."
    _ = try await venue.plugin.positions()
    await venue.until { !venue.plugin.health.isHealthy }
    #expect(venue.plugin.health.detail.contains("AutoTrading is off."))
    venue.terminal.hindrance = nil
    _ = try await venue.plugin.positions()
    await venue.until { venue.plugin.health.isHealthy }
    #expect(venue.connections == (1, 1))
  }

  @Test func `an order without a terminal is refused as never sent`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.stop()
    venue.plugin.end(reason: "Gone.")
    guard case .rejected(let rejection) = await venue.submit(1) else {
      return #expect(Bool(false))
    }
    #expect(rejection.code == "VENUE_UNREACHABLE")
    guard case .unavailable = await venue.query(1) else { return #expect(Bool(false)) }
    await #expect(throws: PluginError.self) { try await venue.plugin.positions() }
    #expect(venue.terminal.account.orderCount == 0)
  }

  @Test func `an order that nobody fetched is refused as never sent, and never comes later`()
    async throws
  {
    let venue = try BridgeVenue()
    try await venue.plugin.start { _ in }
    let contract = try #require(
      BridgeContract(
        name: "BTCUSDT", size: Decimal(1), tickSize: decimal("0.01"),
        lots: BridgeContract.Lots(step: decimal("0.1"), min: decimal("0.1"), max: Decimal(9)),
        base: btc, quote: usdt))
    venue.plugin.contracts = BridgeContracts([contract])
    venue.plugin.session = BridgeSession(id: "s", terminalID: "t", at: venue.plugin.now)
    venue.plugin.patienceMilliseconds = 100
    guard case .rejected(let rejection) = await venue.submit(1) else {
      return #expect(Bool(false))
    }
    #expect(rejection.code == "VENUE_UNREACHABLE")
    let later = venue.plugin.session?.deliver(at: venue.plugin.now) ?? []
    #expect(!later.contains { $0.command.isSubmit })
  }

  // MARK: Accidents

  @Test func `commands that were lost on the way are handed over again`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.faults = [.lostCommands]
    guard case .accepted(let report, _) = await venue.submit(1) else {
      return #expect(Bool(false))
    }
    #expect(report.status == .filled)
    #expect(venue.terminal.account.orderCount == 1)
  }

  @Test func `an order that is handed over again after it was executed is not executed again`()
    async throws
  {
    let venue = try await BridgeVenue().started()
    venue.terminal.faults = [.crashAfterTrade]
    guard case .unknown = await venue.submit(1) else { return #expect(Bool(false)) }
    #expect(venue.terminal.submissions.count == 2)
    #expect(venue.terminal.account.orderCount == 1)
    guard case .found(let report) = await venue.query(1) else { return #expect(Bool(false)) }
    #expect(report.filledQuantity == quantity("0.3"))
  }

  @Test func `a lost answer leaves the order unknown, and it is found`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.faults = [.lostAnswers]
    async let outcome = venue.submit(1)
    await venue.until { venue.terminal.submissions.count == 1 }
    venue.plugin.end(reason: "The terminal was not heard any more.")
    guard case .unknown = await outcome else { return #expect(Bool(false)) }
    await venue.until { venue.plugin.health.isHealthy }
    guard case .found = await venue.query(1) else { return #expect(Bool(false)) }
    #expect(venue.terminal.submissions.count == 1)
  }

  @Test func `a restart between order and answer leaves the order unknown`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.faults = [.crashBeforeTrade]
    guard case .unknown = await venue.submit(1) else { return #expect(Bool(false)) }
    await venue.until { venue.plugin.health.isHealthy }
    #expect(await venue.query(1) == .notFound)
    #expect(venue.terminal.account.orderCount == 0)
  }

  @Test func `an order that was said not to be there is never executed`() async throws {
    let venue = try await BridgeVenue().started()
    #expect(await venue.query(1) == .notFound)
    guard case .rejected = await venue.submit(1) else { return #expect(Bool(false)) }
    #expect(venue.terminal.account.orderCount == 0)
    #expect(await venue.query(1) == .notFound)
  }

  @Test func `what is told twice is heard once`() async throws {
    let venue = try await BridgeVenue().started()
    _ = await venue.submit(1, limit: "60000")
    venue.terminal.faults = [.repeatedEvents]
    _ = await venue.submit(2, limit: "60000")
    venue.terminal.setPrice("BTCUSDT", Decimal(60_000))
    await venue.until { venue.orders.count == 2 }
    #expect(venue.orders.map(\.orderID.value) == [1, 2])
    #expect(venue.orders.allSatisfy { $0.status == .filled })
  }

  @Test func `a gap is asked for again, and nothing is missing after it`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.faults = [.gap]
    guard case .accepted = await venue.submit(1) else { return #expect(Bool(false)) }
    #expect(venue.connections.lost == 0)
  }

  @Test func `what cannot be read has everything compared`() async throws {
    let venue = try await BridgeVenue().started()
    venue.terminal.faults = [.unreadableEvent]
    _ = await venue.submit(1)
    await venue.until { venue.connections == (1, 1) }
  }

  @Test func `a price is told as it moves where somebody trades`() async throws {
    let venue = try await BridgeVenue().started()
    _ = await venue.submit(1)
    await venue.until { venue.terminal.watched.contains("BTCUSDT") }
    venue.terminal.setPrice("BTCUSDT", Decimal(66_000))
    await venue.until { venue.reports.contains { isPrice($0, bitcoin, price("66000")) } }
    #expect(try await venue.plugin.marketData(bitcoin)?.last == price("66000"))
  }

  @Test func `the price of a closed market is as old as the terminal says`() async throws {
    let venue = try await BridgeVenue().started()
    _ = await venue.submit(1)
    await venue.until { venue.terminal.watched.contains("BTCUSDT") }
    venue.terminal.priceAgeMilliseconds = 3_600_000
    venue.terminal.setPrice("BTCUSDT", Decimal(66_000))
    await venue.until { venue.reports.contains { isPrice($0, bitcoin, price("66000")) } }
    for case .price(bitcoin, price("66000"), let quotedAt) in venue.reports {
      let now = Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds)
      let age = now.milliseconds(since: try #require(quotedAt))
      #expect((3_600_000...3_700_000).contains(age))
    }
  }

  @Test func `a stop ends what waits`() async throws {
    let venue = try await BridgeVenue().started()
    await venue.plugin.stop()
    #expect(!venue.plugin.health.isHealthy)
    guard case .rejected = await venue.submit(1) else { return #expect(Bool(false)) }
  }
}
