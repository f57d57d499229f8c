// What the service relies on, held against every kind of plugin that the registry has. A new venue
// is under these tests as soon as it is in the registry; none of them knows which one it is.

import Network
import Plugins
import StandIn
import Testing
import Trading

/// All kinds; `ccxt` only where its bridge was set up, which `make test` does.
private let conformingKinds = PluginRegistry.kindNames.filter { $0 != "ccxt" || CCXTBridge.isThere }

@Suite @LoopActor final class PluginConformanceTests {
  /// What runs in them ends with the test.
  private var directories: [Directory] = []

  /// A started plugin of a kind, with what it told.
  private func started(_ kind: String, _ directory: Directory) async throws -> any ExecutionPlugin {
    directories.append(directory)
    try await PluginProcesses.prepare(kind, directory)
    let registry = registry(directory)
    // Paper accounts trade in the market of another one.
    for name in ["mock-market", kind] { #expect(registry.add(account(name))) }
    let plugin = try #require(registry.instance(account(kind)))
    try await plugin.start { _ in }
    try await Terminals.connect(plugin, directory)
    return plugin
  }

  private func order(
    _ number: UInt64, _ side: Side, _ text: String, limit: String? = nil, on kind: String
  ) -> Order {
    PluginsTests.order(number, side, text, limit: limit, on: kind)
  }

  @Test(arguments: PluginRegistry.kindNames)
  func `a plugin has the name that it was given`(kind: String) async throws {
    let registry = registry(Directory())
    for name in ["mock-market", kind, "\(kind)-mock-market"] {
      #expect(registry.add(account(name)))
      #expect(registry.instance(account(name))?.name == account(name))
    }
    #expect(registry.defaultName == account("mock-market"))
    #expect(registry.setDefault(account("\(kind)-mock-market")))
    #expect(!registry.setDefault(account("none")))
  }

  @Test func `there is no plugin of an unknown kind`() {
    #expect(!registry(Directory()).add(account("nowhere")))
  }

  @Test(arguments: conformingKinds)
  func `a market order is accepted with its fills and the position`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    for (number, side) in [(1, Side.buy), (2, .buy), (3, .sell)] {
      let sent = order(UInt64(number), side, "0.3", on: kind)
      guard case .accepted(let report, let position) = await plugin.submit(sent) else {
        return #expect(Bool(false))
      }
      #expect(report.orderID == sent.id && report.status == .filled)
      #expect(report.filledQuantity == quantity("0.3"))
      #expect(report.signedQuantity(side).magnitude == decimal("0.3"))
      if let position {
        #expect(position.symbol == bitcoin)
        #expect(position.quantity == decimal(["0.3", "0.6", "0.3"][number - 1]))
      }
    }
  }

  @Test(arguments: conformingKinds)
  func `a query finds an order as the submission told it`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    for sent in [
      order(1, .buy, "0.3", on: kind), order(2, .buy, "0.3", limit: "60000", on: kind),
    ] {
      let outcome = await plugin.submit(sent)
      let told = try #require(outcome.report)
      let found = await plugin.query(sent)
      #expect(found.report == told)
    }
  }

  @Test(arguments: conformingKinds)
  func `an order that was never sent is not found`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    #expect(await plugin.query(order(1, .buy, "0.3", on: kind)) == .notFound)
    guard case .refused(let isGone, _) = await plugin.cancel(order(1, .buy, "0.3", on: kind))
    else { return #expect(Bool(false)) }
    #expect(isGone)
  }

  @Test(arguments: conformingKinds)
  func `an id of an open order is refused, and the open one stays as it is`(
    kind: String
  ) async throws {
    let plugin = try await started(kind, Directory())
    let sent = order(1, .buy, "0.3", limit: "60000", on: kind)
    let told = await plugin.submit(sent).report
    switch await plugin.submit(sent) {
    case .rejected(let rejection):
      #expect(!rejection.code.isEmpty && rejection.sentence.hasSuffix("."))
    // Where the id is known to be taken, the order may be there.
    case .unknown(let reason): #expect(!reason.isEmpty)
    case .accepted: Issue.record("It was placed twice.")
    }
    let found = await plugin.query(sent)
    #expect(found.report == told)
    #expect(try await plugin.openOrders().count == 1)
  }

  @Test(arguments: conformingKinds)
  func `an order against the rules is refused with a proof`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    let sent = order(1, .buy, "0.3000000001", on: kind)
    guard case .rejected(let rejection) = await plugin.submit(sent) else {
      return #expect(Bool(false))
    }
    #expect(!rejection.code.isEmpty)
    #expect(await plugin.query(sent) == .notFound)
  }

  @Test(arguments: conformingKinds)
  func `a cancel ends an open order, once`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    let sent = order(1, .buy, "0.3", limit: "60000", on: kind)
    _ = await plugin.submit(sent)
    guard case .canceled(let report) = await plugin.cancel(sent) else {
      return #expect(Bool(false))
    }
    #expect(report.orderID == sent.id && report.filledQuantity == .zero)
    guard case .canceled = report.status else { return #expect(Bool(false)) }
    let found = await plugin.query(sent)
    #expect(found.report == report)
    guard case .refused(let isGone, let reason) = await plugin.cancel(sent) else {
      return #expect(Bool(false))
    }
    #expect(isGone && !reason.isEmpty)
  }

  @Test(arguments: conformingKinds)
  func `a cancel of a filled order is refused as gone`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    let sent = order(1, .buy, "0.3", on: kind)
    let told = await plugin.submit(sent).report
    guard case .refused(let isGone, _) = await plugin.cancel(sent) else {
      return #expect(Bool(false))
    }
    #expect(isGone)
    let found = await plugin.query(sent)
    #expect(found.report == told)
  }

  @Test(arguments: conformingKinds)
  func `the open orders are those that were accepted and have not ended`(
    kind: String
  ) async throws {
    let plugin = try await started(kind, Directory())
    for number in 1...5 as ClosedRange<UInt64> {
      _ = await plugin.submit(order(number, .buy, "0.3", limit: "60000", on: kind))
    }
    _ = await plugin.submit(order(6, .buy, "0.3", on: kind))
    _ = await plugin.cancel(order(2, .buy, "0.3", limit: "60000", on: kind))
    let open = try await plugin.openOrders()
    #expect(open.map(\.orderID.value).sorted() == [1, 3, 4, 5])
    #expect(open.allSatisfy { $0.status == .working })
  }

  @Test(arguments: conformingKinds)
  func `positions are the sum of the fills`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    var random = SeededGenerator(seed: 1)
    var sum = try await held(plugin)
    for number in 1...40 as ClosedRange<UInt64> {
      let side: Side = random.chance(50) ? .buy : .sell
      let sent = order(number, side, "0.\(random.number(1...9))", on: kind)
      let report = try #require(await plugin.submit(sent).report)
      sum += report.signedQuantity(side)
      if plugin.capabilities.rules.statesHoldings {
        sum -= report.fills.reduce(.zero) { $1.feeAsset == btc ? $0 + $1.fee : $0 }
      }
      #expect(try await held(plugin) == sum)
    }
  }

  private func held(_ plugin: any ExecutionPlugin) async throws -> Decimal {
    try await plugin.positions().filter { $0.symbol == bitcoin }
      .reduce(.zero) { $0 + $1.quantity }
  }

  @Test(arguments: conformingKinds)
  func `balances hold back what open orders may cost`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    let before = try #require(try await plugin.balances().first { $0.asset == usdt })
    #expect(before.locked == .zero)
    _ = await plugin.submit(order(1, .buy, "0.5", limit: "60000", on: kind))
    let during = try #require(try await plugin.balances().first { $0.asset == usdt })
    #expect(during.locked == decimal("30000"))
    #expect(during.total == before.total)
    _ = await plugin.cancel(order(1, .buy, "0.5", limit: "60000", on: kind))
    #expect(try await plugin.balances().first { $0.asset == usdt } == before)
  }

  @Test(arguments: conformingKinds)
  func `instruments have rules that can be kept`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    let instruments = try await plugin.instruments()
    #expect(!instruments.isEmpty)
    #expect(Set(instruments.map(\.symbol)).count == instruments.count)
    for instrument in instruments {
      #expect(instrument.tickSize.isPositive && instrument.lotStep.isPositive)
      #expect(instrument.minQuantity <= instrument.maxQuantity)
      #expect(instrument.minQuantity.isMultiple(of: instrument.lotStep))
      #expect(Symbol(anySpelling: instrument.symbol.text) == instrument.symbol)
    }
  }

  @Test(arguments: conformingKinds)
  func `market data are there for instruments and for nothing else`(kind: String) async throws {
    let plugin = try await started(kind, Directory())
    for instrument in try await plugin.instruments() {
      let data = try #require(try await plugin.marketData(instrument.symbol))
      #expect(data.symbol == instrument.symbol)
    }
    #expect(try await plugin.marketData(symbol("NOSUCHTHING")) == nil)
  }

  @Test(arguments: conformingKinds)
  func `a plugin starts again after a stop, with what it had`(kind: String) async throws {
    let directory = Directory()
    let first = try await started(kind, directory)
    _ = await first.submit(order(1, .buy, "0.3", limit: "60000", on: kind))
    let before = try await first.openOrders()
    await first.stop()
    #expect(!first.health.isHealthy)
    let second = try await started(kind, directory)
    #expect(second.health.isHealthy)
    #expect(try await second.openOrders() == before)
  }
}
