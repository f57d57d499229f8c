// What the plugin of USD-M Futures hears by itself, and the listen key that it hears by.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

@LoopActor @Suite struct BinanceFuturesStreamTests {
  private func stop(limit: String? = nil) -> Order {
    var instructions = OrderInstructions()
    instructions.trigger = .price(price("70000"))
    return Order(
      id: OrderID(value: 2),
      terms: OrderTerms(
        account: account("binance-futures"), symbol: bitcoin, side: .buy,
        type: limit == nil ? .stop : .stopLimit, quantity: quantity("0.1"),
        limitPrice: limit.map { price($0) }, instructions: instructions), at: start)
  }

  @Test(.timeLimit(.minutes(10)))
  func `a resting order's trade is told when it happens, with its fee`() async throws {
    let listener = try await Listener(.futures).started()
    let resting = order(1, .buy, "0.5", limit: "60000", on: "binance-futures")
    _ = await listener.plugin.submit(resting)
    listener.standIn.setPrice("BTCUSDT", decimal("60000"), available: decimal("0.2"))
    await listener.hears { listener.orders($0).contains { !$0.fills.isEmpty } }
    let report = try #require(listener.orders(listener.reports).last)
    #expect(report.orderID == resting.id)
    #expect(report.status == .working)
    #expect(report.filledQuantity == quantity("0.2"))
    #expect(report.fills.map(\.fee) == [decimal("12")])
    #expect(report.fills.map(\.isMaker) == [true])
  }

  @Test(.timeLimit(.minutes(10)))
  func `a stop that trades before its trigger is told loses no trade`() async throws {
    let listener = try await Listener(.futures).started()
    let stop = stop()
    _ = await listener.plugin.submit(stop)
    listener.standIn.setPrice("BTCUSDT", decimal("70001"))
    await listener.hears { listener.orders($0).contains { $0.status == .filled } }
    let report = try #require(listener.orders(listener.reports).last { $0.status == .filled })
    #expect(report.orderID == stop.id)
    #expect(report.fills.map(\.price) == [price("70001")])
  }

  @Test(.timeLimit(.minutes(10)))
  func `what a stop has become is told as the stop`() async throws {
    let listener = try await Listener(.futures).started()
    let stop = stop(limit: "69000")
    _ = await listener.plugin.submit(stop)
    listener.standIn.setPrice("BTCUSDT", decimal("70000"))
    await listener.hears { listener.orders($0).contains { $0.status == .triggered } }
    listener.standIn.setPrice("BTCUSDT", decimal("68000"))
    await listener.hears { listener.orders($0).contains { $0.status == .filled } }
    #expect(listener.orders(listener.reports).allSatisfy { $0.orderID == stop.id })
  }

  @Test(.timeLimit(.minutes(10)))
  func `an expired listen key is a lost stream, and the next one has another key`() async throws {
    let listener = try await Listener(.futures).started()
    let before = listener.standIn.listenKeyCount
    listener.standIn.expireListenKey()
    await listener.hears { $0.contains { if case .disconnected = $0 { true } else { false } } }
    #expect(listener.wasHealthyWhenDisconnected == false)
    await listener.hears { $0.last == .connected }
    #expect(listener.standIn.listenKeyCount == before + 1)
    _ = await listener.plugin.submit(order(3, .buy, "0.1", on: "binance-futures"))
    await listener.hears { listener.orders($0).contains { $0.status == .filled } }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a renewal keeps the stream, and one of a key that is gone opens the next one`()
    async throws
  {
    let listener = try await Listener(.futures).started()
    await listener.plugin.renewListenKey()
    #expect(listener.plugin.health.isHealthy)
    #expect(
      listener.standIn.received.filter { $0.target.hasPrefix("/fapi/v1/listenKey") }.map(\.target)
        == ["/fapi/v1/listenKey", "/fapi/v1/listenKey"])
    listener.standIn.add(
      .answer(
        status: 400, body: #"{"code":-1125,"msg":"This listenKey does not exist."}"#,
        isCarriedOut: false), to: "PUT", "/fapi/v1/listenKey")
    await listener.plugin.renewListenKey()
    #expect(!listener.plugin.health.isHealthy)
    await listener.hears { $0.last == .connected }
    #expect(listener.plugin.health.isHealthy)
  }

  @Test(.timeLimit(.minutes(10)))
  func `prices of what is traded are told as they move`() async throws {
    let listener = try await Listener(.futures).started()
    _ = await listener.plugin.submit(order(5, .buy, "0.1", on: "binance-futures"))
    let count = listener.reports.count
    await listener.hears { $0[count...].contains { isPrice($0, bitcoin, price("67500")) } }
    listener.standIn.setPrice("BTCUSDT", decimal("67501"))
    await listener.hears { $0.contains { isPrice($0, bitcoin, price("67501")) } }
  }
}
