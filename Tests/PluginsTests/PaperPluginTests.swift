// Paper accounts in other plugins' markets, recorded books, and live plugins that get no orders.

import FoundationEssentials
import Network
import Testing
import Trading

@testable import Plugins

@Suite @LoopActor struct PaperPluginTests {
  // MARK: Instead of live plugins

  @Test func `an order for a live plugin is executed on paper, on an account of its own`()
    async throws
  {
    let directory = Directory()
    let registry = registry(directory)
    registry.add(TrappingPlugin())
    let name = try #require(registry.account(executing: account("venue")))
    #expect(name == account("paper-venue"))
    #expect(ExecutionMode(name) == .paper)
    let paper = try #require(registry.instance(name))
    try await paper.start { _ in }
    let sent = order(1, .buy, "0.5", on: "paper-venue")
    let told = await paper.submit(sent).report
    #expect(told?.fills.map(\.price) == [price("100")])
    #expect(await paper.query(sent).report == told)
    _ = await paper.cancel(sent)
    #expect(try await paper.positions().map(\.quantity) == [decimal("0.5")])
    await paper.stop()
  }

  @Test func `without paper trading an order for a live plugin goes nowhere`() {
    let registry = registry(Directory(), isPaperEnabled: false)
    registry.add(TrappingPlugin())
    #expect(registry.account(executing: account("venue")) == nil)
    #expect(registry.instances.map(\.name) == [account("venue")])
  }

  @Test func `with live trading a live plugin gets its orders itself`() {
    let registry = registry(Directory(), isLiveEnabled: true)
    registry.add(TrappingPlugin())
    #expect(registry.account(executing: account("venue")) == account("venue"))
    #expect(registry.instances.map(\.name) == [account("venue")])
  }

  @Test func `other plugins are what they are called`() {
    let registry = registry(Directory())
    for name in ["mock", "paper", "paper-mock"] { #expect(registry.add(account(name))) }
    for name in ["mock", "paper", "paper-mock", "unknown"] {
      #expect(registry.account(executing: account(name)) == account(name))
    }
    #expect(!registry.add(account("paper-nobody")))
    let modes = ["mock-2", "paper-mock", "venue"].map { ExecutionMode(account($0)) }
    #expect(modes == [.mock, .paper, .live])
  }

  @Test func `a paper account needs a market`() {
    #expect(!registry(Directory()).add(account("paper")))
  }

  // MARK: Recorded books

  private func file(_ lines: [String], in directory: Directory) -> String {
    let path = "\(directory.path)/book.jsonl"
    _ = FileManager.default.createFile(
      atPath: path, contents: Data((lines.joined(separator: "\n") + "\n").utf8))
    return path
  }

  private let lines = [
    #"{"symbol":"BTCUSDT","at":"2026-01-31T12:00:00Z","bids":[["99",1]],"asks":[["101",1]]}"#,
    #"{"symbol":"ETH/USDT","at":"2026-01-31T12:00:01Z","bids":[[9,"2"]],"asks":[[10,"2"]]}"#,
    #"{"symbol":"BTCUSDT","at":"2026-01-31T12:00:05Z","bids":[["98",1]],"asks":[["99",1]]}"#,
  ]

  @Test func `a recorded book is replayed in its own time, and its end stays`() throws {
    let directory = Directory()
    let book = try RecordedBook(path: file(lines, in: directory))
    #expect(book.market(bitcoin, after: 0)?.last == price("100"))
    #expect(book.market(bitcoin, after: 4_999)?.asks.first?.price == price("101"))
    #expect(book.market(bitcoin, after: 5_000)?.last == price("98.5"))
    #expect(book.market(bitcoin, after: 1_000_000)?.last == price("98.5"))
    #expect(book.market(ether, after: 0)?.bids.first?.quantity == quantity("2"))
    #expect(book.market(symbol("SOLUSDT"), after: 0) == nil)
  }

  @Test(arguments: [
    "{}", #"{"symbol":"BTCUSDT","at":"yesterday","bids":[["99",1]],"asks":[["101",1]]}"#,
    #"{"symbol":"BTCUSDT","at":1769860800,"bids":[["101",1]],"asks":[["101",1]]}"#,
    #"{"symbol":"BTCUSDT","at":1769860800,"bids":[["99"]],"asks":[["101",1]]}"#,
    #"{"symbol":"BTCUSDT","at":1769860700,"bids":[["99",1]],"asks":[["101",1]]}"#,
  ])
  func `a line that is no market stops the start by its number`(line: String) {
    let directory = Directory()
    let path = file([lines[0], line], in: directory)
    do throws(PluginError) {
      _ = try RecordedBook(path: path)
      #expect(Bool(false))
    } catch {
      #expect(error.description.contains("Line 2 "))
    }
  }

  @Test func `the recorded book that is shipped can be used`() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let book = try RecordedBook(path: root + "/config/paper-book.jsonl")
    #expect(book.market(bitcoin, after: 0) != nil)
  }

  @Test func `a paper account has the instruments that were recorded`() async throws {
    let directory = Directory()
    var paper = usualPaper
    paper.book = try RecordedBook(path: file(lines, in: directory))
    let registry = PluginRegistry(
      PluginRegistry.Settings(
        directory: directory.path, mock: usualSettings, paper: paper, isPaperEnabled: true,
        isLiveEnabled: false))
    #expect(registry.add(account("mock")) && registry.add(account("paper")))
    let plugin = try #require(registry.instance(account("paper")))
    try await plugin.start { _ in }
    #expect(Set(try await plugin.instruments().map(\.symbol)) == [bitcoin, ether])
    let report = await plugin.submit(order(1, .buy, "0.5", on: "paper")).report
    #expect(report?.fills.map(\.price) == [price("101")])
    await plugin.stop()
  }

  @Test func `a market that cannot be seen closes the gate until it is seen again`() async throws {
    let directory = Directory()
    let registry = registry(directory)
    let venue = TrappingPlugin()
    registry.add(venue)
    let paper = try #require(registry.instance(account("paper-venue")))
    var told: [PluginReport] = []
    try await paper.start { report in
      if case .price = report { return }
      told.append(report)
    }
    venue.isVisible = false
    while paper.health.isHealthy { await EventLoop.shared.pause(milliseconds: 10) }
    guard case .rejected(let rejection) = await paper.submit(order(1, .buy, "1", on: "paper-venue"))
    else { return #expect(Bool(false)) }
    #expect(rejection.code == "NO_MARKET")
    venue.isVisible = true
    while !paper.health.isHealthy { await EventLoop.shared.pause(milliseconds: 10) }
    #expect(told == [.disconnected(reason: "Not visible."), .connected])
    await paper.stop()
  }

  @Test func `a price that the market had a while ago is not told as new`() async throws {
    let directory = Directory()
    let registry = registry(directory)
    let venue = TrappingPlugin()
    venue.quotedAt = start
    registry.add(venue)
    let paper = try #require(registry.instance(account("paper-venue")))
    var told: [PluginReport] = []
    try await paper.start { told.append($0) }
    while told.isEmpty { await EventLoop.shared.pause(milliseconds: 10) }
    #expect(told.first == .price(bitcoin, price("99.5"), quotedAt: start))
    await paper.stop()
  }
}

/// A live plugin that must not get anything but questions about its market.
@LoopActor private final class TrappingPlugin: ExecutionPlugin {
  let name = account("venue")
  let capabilities = PluginCapabilities(
    isLive: true, rules: VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0))
  let health = PluginHealth(isHealthy: true, detail: "Live.")
  var isVisible = true
  var quotedAt: Timestamp?

  func start(reporting report: @escaping @LoopActor (PluginReport) -> Void) async {}
  func request(for order: Order) -> VenueRequest {
    VenueRequest(method: "POST", target: name.text, body: "")
  }

  func submit(_ order: Order) async -> SubmitOutcome { preconditionFailure("It got an order.") }
  func cancel(_ order: Order) async -> CancelOutcome { preconditionFailure("It got a cancel.") }
  func amend(_ order: Order) async -> AmendOutcome { preconditionFailure("It got a change.") }
  func query(_ order: Order) async -> QueryOutcome { preconditionFailure("It got a query.") }
  func openOrders() async -> [OrderReport] { [] }
  func positions() async -> [PositionReport] { [] }
  func balances() async -> [Balance] { [] }
  func stop() async {}

  func instruments() async -> [Instrument] {
    MockInstruments.all.map(\.instrument).filter { $0.symbol == bitcoin }
  }

  func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard isVisible else { throw PluginError("Not visible.") }
    guard symbol == bitcoin else { return nil }
    var data = MarketData(
      symbol: symbol, last: price("99.5"),
      bids: [BookLevel(price: price("99"), quantity: quantity("1"))],
      asks: [BookLevel(price: price("100"), quantity: quantity("1"))])
    data.quotedAt = quotedAt
    return data
  }
}
