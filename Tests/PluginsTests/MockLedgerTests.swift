// The memory of the simulated exchange: what it told anybody survives a crash, and what it could
// not tell is found again. Its levers do what they say.

import Network
import Plugins
import SQLite
import Testing
import Trading

@Suite @LoopActor struct MockLedgerTests {
  private func started(
    _ directory: Directory, _ reports: Reports = Reports()
  ) async throws -> MockPlugin {
    let plugin = MockPlugin(
      name: account("mock"), directory: directory.path, settings: usualSettings)
    try await plugin.start { reports.add($0) }
    return plugin
  }

  private func move(
    _ plugin: MockPlugin, _ text: String, available: String? = nil
  ) async -> Bool {
    await plugin.setPrice(
      MockPriceMove(
        symbol: bitcoin, price: price(text), available: available.map { quantity($0) }))
  }

  // MARK: Durability

  @Test func `a restart finds orders, money, positions and prices`() async throws {
    let directory = Directory()
    let plugin = try await started(directory)
    _ = await plugin.submit(order(1, .buy, "0.5"))
    _ = await plugin.submit(order(2, .buy, "1", limit: "60000"))
    _ = await plugin.submit(order(3, .sell, "1", limit: "70000"))
    _ = await plugin.cancel(order(3, .sell, "1", limit: "70000"))
    #expect(await move(plugin, "61000", available: "0.25"))
    _ = await plugin.submit(order(4, .buy, "1", limit: "61000"))
    let before = try await Facts(plugin, ids: 1...4)
    await plugin.stop()
    let again = try await started(directory)
    #expect(try await Facts(again, ids: 1...4) == before)
    #expect(try await again.marketData(bitcoin)?.last == price("61000"))
    #expect(before.openOrders.count == 2)
    // What was left at the price is still all that there is.
    let next = await again.submit(order(5, .buy, "1"))
    #expect(next.report?.filledQuantity == .zero)
  }

  @Test func `trade and order ids go on after a restart`() async throws {
    let directory = Directory()
    let plugin = try await started(directory)
    let first = await plugin.submit(order(1, .buy, "0.5"))
    await plugin.stop()
    let second = await (try started(directory)).submit(order(2, .buy, "0.5"))
    #expect(first.report?.venueOrderID != second.report?.venueOrderID)
    #expect(first.report?.fills.first?.tradeID != second.report?.fills.first?.tradeID)
  }

  @Test func `an answer is given only after the ledger has it`() async throws {
    let directory = Directory()
    let plugin = try await started(directory)
    for number in 1...12 as ClosedRange<UInt64> {
      let sent =
        number % 2 == 0
        ? order(number, .buy, "0.01") : order(number, .buy, "0.01", limit: "60000")
      let outcome = await plugin.submit(sent)
      let crashed = try directory.crashed()
      let after = try await started(crashed)
      #expect(await after.query(sent).report == outcome.report)
      await after.stop()
    }
  }

  @Test func `a cancel is told only after the ledger has it`() async throws {
    let directory = Directory()
    let plugin = try await started(directory)
    let resting = order(1, .buy, "0.01", limit: "60000")
    _ = await plugin.submit(resting)
    let outcome = await plugin.cancel(resting)
    let after = try await started(directory.crashed())
    guard case .canceled(let report) = outcome else {
      return #expect(Bool(false), "\(outcome)")
    }
    #expect(await after.query(resting).report == report)
    #expect(try await after.openOrders() == [])
  }

  @Test func `many orders at once are all in the ledger when they are answered`() async throws {
    let directory = Directory()
    let plugin = try await started(directory)
    let answers = Answers()
    let orders = (1...300 as ClosedRange<UInt64>).map { order($0, .buy, "0.001") }
    let tasks = orders.map { sent in
      Task { @LoopActor in
        answers.add(await plugin.submit(sent).report)
        guard answers.all.count % 100 == 0 else { return }
        let told = answers.all
        let after = try await started(try directory.crashed())
        for report in told {
          let asked = orders[Int(report.orderID.value) - 1]
          #expect(await after.query(asked).report == report)
        }
      }
    }
    for task in tasks { try await task.value }
    #expect(answers.all.count == 300)
  }

  @Test func `nothing is told about an order that a crash could take back`() async throws {
    let directory = Directory()
    let plugin = try await started(directory)
    for number in 1...20 as ClosedRange<UInt64> {
      let sent = order(number, .buy, "0.01", limit: "60000")
      // The exchange has the order at once, the ledger a little later.
      async let outcome = plugin.submit(sent)
      while true {
        let found = await plugin.query(sent)
        guard found.report != nil else { continue }
        let after = try await started(try directory.crashed())
        #expect(await after.query(sent).report == found.report)
        break
      }
      #expect(await outcome.report != nil)
    }
  }

  @Test func `a row that cannot be read is never taken for an order that is not there`()
    async throws
  {
    let directory = Directory()
    let plugin = try await started(directory)
    let (filled, resting) = (order(1, .buy, "0.01"), order(2, .buy, "0.01", limit: "60000"))
    _ = await plugin.submit(filled)
    _ = await plugin.submit(resting)
    let ledger = try Connection(path: directory.path + "/mock.db")
    try ledger.execute("UPDATE mock_orders SET body = '{}' WHERE is_open = 0")
    guard case .unavailable = await plugin.query(filled) else {
      return #expect(Bool(false), "The order was called found or not found.")
    }
    try ledger.execute("UPDATE mock_orders SET body = '{}'")
    await plugin.stop()
    await #expect(throws: PluginError.self) { try await started(directory) }
  }

  @Test func `an exchange that does not run says nothing, instead of that it has nothing`()
    async throws
  {
    let directory = Directory()
    let plugin = MockPlugin(
      name: account("mock"), directory: directory.path, settings: usualSettings)
    for _ in 0..<2 {
      await #expect(throws: PluginError.self) { try await plugin.openOrders() }
      await #expect(throws: PluginError.self) { try await plugin.positions() }
      await #expect(throws: PluginError.self) { try await plugin.balances() }
      guard case .unavailable = await plugin.query(order(1, .buy, "1")),
        case .unknown = await plugin.submit(order(1, .buy, "1")),
        case .unknown = await plugin.cancel(order(1, .buy, "1"))
      else { return #expect(Bool(false), "It said more than that it does not know.") }
      #expect(!plugin.health.isHealthy)
      try await plugin.start { _ in }
      #expect(plugin.health.isHealthy)
      await plugin.stop()
    }
  }

  @Test func `a ledger that cannot be opened is said, and can be tried again`() async throws {
    let plugin = MockPlugin(
      name: account("mock"), directory: Directory().path, settings: usualSettings)
    let error = await #expect(throws: PluginError.self) { try await plugin.start { _ in } }
    #expect(error?.description.contains("mock.db") == true)
    #expect(!plugin.health.isHealthy)
  }

  // MARK: Reports

  @Test
  func `an exchange that another process has opened since writes nothing and answers nothing`()
    async throws
  {
    let directory = Directory()
    let old = try await started(directory)
    #expect(await old.submit(order(1, .buy, "0.01")).report != nil)
    let new = try await started(directory)
    let answers = Answers()
    Task { answers.add(await old.submit(order(2, .buy, "0.02")).report) }
    // The new one's commit comes after that of the old one, on the same disk.
    #expect(await new.submit(order(3, .buy, "0.03")).report != nil)
    await old.stop()
    await new.stop()
    #expect(answers.all.isEmpty)
    let after = try await started(directory)
    #expect(await after.query(order(2, .buy, "0.02")).report == nil)
    #expect(try await after.positions().map(\.quantity) == [decimal("0.04")])
    await after.stop()
  }

  @Test func `resting orders that trade are reported by themselves`() async throws {
    let reports = Reports()
    let directory = Directory()
    let plugin = try await started(directory, reports)
    _ = await plugin.submit(order(1, .buy, "1", limit: "60000"))
    #expect(await move(plugin, "59000"))
    #expect(reports.orders.map(\.status) == [.filled])
    #expect(reports.orders.map(\.filledQuantity) == [quantity("1")])
    // Prices are told again every second.
    #expect(reports.prices(of: bitcoin).first == price("67500"))
    #expect(reports.prices(of: bitcoin).last == price("59000"))
    let after = try await started(try directory.crashed())
    #expect(await after.query(order(1, .buy, "1")).report == reports.orders.first)
  }

  @Test func `a price of an instrument that is not there is refused`() async throws {
    let plugin = try await started(Directory())
    let move = MockPriceMove(symbol: symbol("NONE"), price: price("1"), available: nil)
    #expect(await plugin.setPrice(move) == false)
  }

  // MARK: Faults

  @Test func `a lost answer hides an order that is there`() async throws {
    let plugin = try await started(Directory())
    plugin.faults[.lostAnswers] = 1
    let sent = order(1, .buy, "1")
    guard case .unknown = await plugin.submit(sent) else { return #expect(Bool(false)) }
    #expect(await plugin.query(sent).report?.filledQuantity == quantity("1"))
    #expect(plugin.faults[.lostAnswers] == 0)
    #expect(await plugin.submit(order(2, .buy, "1")).report != nil)
  }

  @Test func `a lost order is not there`() async throws {
    let plugin = try await started(Directory())
    plugin.faults[.lostOrders] = 1
    guard case .unknown = await plugin.submit(order(1, .buy, "1")) else {
      return #expect(Bool(false))
    }
    #expect(await plugin.query(order(1, .buy, "1")) == .notFound)
    #expect(try await plugin.positions() == [])
    #expect(await plugin.submit(order(2, .buy, "1")).report != nil)
  }

  @Test func `a silent query says nothing about the order`() async throws {
    let plugin = try await started(Directory())
    let sent = order(1, .buy, "1", limit: "60000")
    _ = await plugin.submit(sent)
    plugin.faults[.silentQueries] = 2
    for _ in 0..<2 {
      guard case .unavailable = await plugin.query(sent) else { return #expect(Bool(false)) }
    }
    #expect(await plugin.query(sent).report?.status == .working)
  }
}

/// What a plugin says that can be compared before and after.
private struct Facts: Equatable {
  var openOrders: [OrderReport]
  var positions: [String]
  var balances: [String]
  var orders: [OrderReport?]

  @LoopActor init(_ plugin: any ExecutionPlugin, ids: ClosedRange<UInt64>) async throws {
    openOrders = try await plugin.openOrders().sorted { $0.orderID < $1.orderID }
    positions = try await plugin.positions().map { "\($0.symbol)=\($0.quantity)" }.sorted()
    balances = try await plugin.balances().map { "\($0.asset)=\($0.free)+\($0.locked)" }.sorted()
    orders = []
    for id in ids { orders.append(await plugin.query(order(id, .buy, "1")).report) }
  }
}

/// What a plugin told by itself.
@LoopActor private final class Reports {
  private var all: [PluginReport] = []

  nonisolated init() {}

  func add(_ report: PluginReport) { all.append(report) }

  var orders: [OrderReport] {
    all.compactMap { if case .order(let report) = $0 { report } else { nil } }
  }

  /// The prices that were told, each once: a quote is repeated while it stays.
  func prices(of symbol: Symbol) -> [Price] {
    let told = all.compactMap { if case .price(symbol, let price, _) = $0 { price } else { nil } }
    return told.indices.filter { $0 == 0 || told[$0] != told[$0 - 1] }.map { told[$0] }
  }
}

/// What many orders were answered.
@LoopActor private final class Answers {
  private(set) var all: [OrderReport] = []

  nonisolated init() {}

  func add(_ report: OrderReport?) {
    if let report { all.append(report) }
  }
}

extension SubmitOutcome {
  var report: OrderReport? { if case .accepted(let report, _) = self { report } else { nil } }
}

extension QueryOutcome {
  var report: OrderReport? { if case .found(let report) = self { report } else { nil } }
}
