// What the plugin hears by itself: trades of orders that rest, the end of what it can hear, prices.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

@LoopActor @Suite struct BinanceStreamTests {
  @Test(.timeLimit(.minutes(10)))
  func `a resting order's trade is told when it happens, with its fee`() async throws {
    let listener = try await Listener(.spot).started()
    let resting = order(1, .buy, "0.5", limit: "60000", on: "binance")
    _ = await listener.plugin.submit(resting)
    listener.standIn.setPrice("BTCUSDT", decimal("60000"), available: decimal("0.2"))
    await listener.hears { listener.orders($0).contains { !$0.fills.isEmpty } }
    let report = try #require(listener.orders(listener.reports).last)
    #expect(report.orderID == resting.id)
    #expect(report.status == .working)
    #expect(report.filledQuantity == quantity("0.2"))
    #expect(report.fills.map(\.fee) == [decimal("0.0002")])
    #expect(report.fills.map(\.isMaker) == [true])
    listener.standIn.setPrice("BTCUSDT", decimal("59999"))
    await listener.hears { listener.orders($0).contains { $0.status == .filled } }
    guard case .found(let asked) = await listener.plugin.query(resting) else {
      Issue.record("It is not there.")
      return
    }
    let told = listener.orders(listener.reports).flatMap(\.fills).map(\.tradeID)
    #expect(asked.fills.map(\.tradeID) == told)
  }

  @Test(.timeLimit(.minutes(10)))
  func `a stop is told as triggered, and a cancel as the order's`() async throws {
    let listener = try await Listener(.spot).started()
    var instructions = OrderInstructions()
    instructions.trigger = .price(price("70000"))
    let stop = Order(
      id: OrderID(value: 2),
      terms: OrderTerms(
        account: account("binance"), symbol: bitcoin, side: .buy, type: .stopLimit,
        quantity: quantity("0.1"), limitPrice: price("69000"), instructions: instructions),
      at: start)
    guard case .accepted(let report, _) = await listener.plugin.submit(stop) else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(report.status == .working)
    listener.standIn.setPrice("BTCUSDT", decimal("70000"))
    await listener.hears { listener.orders($0).contains { $0.status == .triggered } }
    _ = await listener.plugin.cancel(stop)
    await listener.hears { listener.orders($0).contains { $0.status == .canceled(reason: nil) } }
    #expect(listener.orders(listener.reports).allSatisfy { $0.orderID == stop.id })
  }

  @Test(.timeLimit(.minutes(10)))
  func `a lost stream is told, and so is the next one`() async throws {
    let listener = try await Listener(.spot).started()
    listener.standIn.dropStreams()
    await listener.hears { $0.contains { if case .disconnected = $0 { true } else { false } } }
    #expect(listener.wasHealthyWhenDisconnected == false)
    await listener.hears { $0.last == .connected }
    #expect(listener.plugin.health.isHealthy)
    _ = await listener.plugin.submit(order(3, .buy, "0.1", on: "binance"))
    await listener.hears { listener.orders($0).contains { $0.status == .filled } }
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      #"{"event":{"e":"eventStreamTerminated","E":1}}"#, #"{"event":{"e":"serverShutdown","E":1}}"#,
      #"{"event":{"e":"executionReport","c":"00000000-0000-0000-0000-000000000001"}}"#, "no JSON",
    ])
  func `what ends the stream, or cannot be read, has everything compared anew`(
    text: String
  ) async throws {
    let listener = try await Listener(.spot).started()
    listener.standIn.tellAccount(text)
    await listener.hears { $0.contains { if case .disconnected = $0 { true } else { false } } }
    await listener.hears { $0.last == .connected }
  }

  @Test(.timeLimit(.minutes(10)))
  func `orders from elsewhere are nobody's here`() async throws {
    let listener = try await Listener(.spot).started()
    listener.standIn.tellAccount(
      #"{"event":{"e":"executionReport","c":"web_1","C":"","X":"NEW"}}"#)
    _ = await listener.plugin.submit(order(4, .buy, "0.1", on: "binance"))
    await listener.hears { listener.orders($0).contains { $0.status == .filled } }
    #expect(listener.orders(listener.reports).allSatisfy { $0.orderID == OrderID(value: 4) })
  }

  @Test(.timeLimit(.minutes(10)))
  func `prices are told of all instruments at the start, and of what is traded as they move`()
    async throws
  {
    let listener = try await Listener(.spot).started()
    #expect(listener.reports.contains { isPrice($0, bitcoin, price("67500")) })
    #expect(listener.reports.contains { isPrice($0, ether, price("3500")) })
    _ = await listener.plugin.submit(order(5, .buy, "0.1", on: "binance"))
    // The subscription is answered with the price of now.
    let count = listener.reports.count
    await listener.hears { $0[count...].contains { isPrice($0, bitcoin, price("67500")) } }
    listener.standIn.setPrice("BTCUSDT", decimal("67501"))
    await listener.hears { $0.contains { isPrice($0, bitcoin, price("67501")) } }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a key that may not listen is a reason not to start`() async throws {
    let listener = try Listener(.spot)
    let wrong = BinancePlugin(
      name: account("binance"), at: .spot,
      settings: StandIns.settings(port: try listener.standIn.listen(), secret: "another"))
    await #expect(throws: PluginError.self) { try await wrong.start { _ in } }
    #expect(!wrong.health.isHealthy)
  }
}
