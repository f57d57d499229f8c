// Conditional orders of USD-M Futures against a stand-in of the venue: placed, triggered, filled
// through what they become, and cancelled before and after.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

/// A conditional order of Futures.
private func conditional(
  _ number: UInt64, _ type: OrderType, _ trigger: Trigger, _ side: Side = .buy,
  _ text: String = "0.1", limit: String? = nil, isReduceOnly: Bool = false
) -> Order {
  var instructions = OrderInstructions()
  instructions.isReduceOnly = isReduceOnly
  instructions.trigger = trigger
  return Order(
    id: OrderID(value: UInt128(number)),
    terms: OrderTerms(
      account: account("binance-futures"), symbol: bitcoin, side: side, type: type,
      quantity: quantity(text), limitPrice: limit.map { price($0) }, instructions: instructions),
    at: start)
}

private let stop = conditional(1, .stop, .price(price("70000")))
private let stopLimit = conditional(2, .stopLimit, .price(price("70000")), limit: "69000")
private let algoPath = "/fapi/v1/algoOrder"

@LoopActor @Suite struct BinanceAlgoOrderTests {
  @Test func `a conditional order waits apart from orders, and is listed with them`() async throws {
    let venue = try await FuturesVenue().started()
    let report = try #require(await venue.plugin.submit(stop).report)
    #expect(report.status == .working)
    #expect(report.venueOrderID?.text.hasPrefix("algo-") == true)
    #expect(venue.standIn.orderCount == 0)
    #expect(try await venue.plugin.openOrders().map(\.orderID) == [stop.id])
    #expect(await venue.plugin.query(stop).report?.status == .working)
  }

  @Test func `one that was triggered is found filled, through what it has become`() async throws {
    let venue = try await FuturesVenue().started()
    _ = await venue.plugin.submit(stop)
    venue.standIn.setPrice("BTCUSDT", decimal("70001"))
    let report = try #require(await venue.plugin.query(stop).report)
    #expect(report.orderID == stop.id)
    #expect(report.status == .filled)
    #expect(report.fills.map(\.price) == [price("70001")])
    #expect(
      try await venue.plugin.positions()
        == [PositionReport(symbol: bitcoin, quantity: decimal("0.1"))])
  }

  @Test func `what it has become is ours once it was asked for, and nobody else's`() async throws {
    let venue = try FuturesVenue()
    var external: [[ExternalOrder]] = []
    // A plugin that was not there when it was triggered, such as after a restart.
    try await venue.plugin.start { _ in }
    _ = await venue.plugin.submit(stopLimit)
    await venue.plugin.stop()
    venue.standIn.setPrice("BTCUSDT", decimal("70000"))
    let next = venue.restarted()
    try await next.start { if case .externalOrders(let orders) = $0 { external.append(orders) } }
    #expect(try await next.openOrders() == [])
    #expect(external.last?.count == 1)
    #expect(await next.query(stopLimit).report?.status == .triggered)
    let open = try await next.openOrders()
    #expect(open.map(\.orderID) == [stopLimit.id])
    #expect(open.map(\.status) == [.triggered])
    #expect(external.last?.count == 0)
  }

  @Test func `a cancel before the trigger ends it, once`() async throws {
    let venue = try await FuturesVenue().started()
    _ = await venue.plugin.submit(stop)
    guard case .canceled(let report) = await venue.plugin.cancel(stop) else {
      Issue.record("It was not cancelled.")
      return
    }
    #expect(report.orderID == stop.id)
    #expect(await venue.plugin.query(stop).report?.status == .canceled(reason: nil))
    guard case .refused(isGone: true, _) = await venue.plugin.cancel(stop) else {
      Issue.record("It was cancelled twice.")
      return
    }
    venue.standIn.setPrice("BTCUSDT", decimal("70001"))
    #expect(venue.standIn.orderCount == 0)
  }

  @Test func `a cancel after the trigger ends what it has become`() async throws {
    let venue = try await FuturesVenue().started()
    _ = await venue.plugin.submit(stopLimit)
    venue.standIn.setPrice("BTCUSDT", decimal("70000"))
    guard case .canceled(let report) = await venue.plugin.cancel(stopLimit) else {
      Issue.record("It was not cancelled.")
      return
    }
    #expect(report.orderID == stopLimit.id)
    #expect(report.status == .canceled(reason: nil))
    #expect(await venue.plugin.query(stopLimit).report?.status == .canceled(reason: nil))
    #expect(try await venue.plugin.openOrders() == [])
  }

  @Test func `a cancel of what was filled since is refused as gone`() async throws {
    let venue = try await FuturesVenue().started()
    _ = await venue.plugin.submit(stop)
    venue.standIn.setPrice("BTCUSDT", decimal("70001"))
    guard case .refused(isGone: true, _) = await venue.plugin.cancel(stop) else {
      Issue.record("It was filled.")
      return
    }
  }

  @Test func `a cancel while it is being triggered ends what it becomes, or proves nothing`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    let race = StandInFault.answer(
      status: 400, body: #"{"code":-4117,"msg":"Stop order is in triggering process."}"#,
      isCarriedOut: false)
    _ = await venue.plugin.submit(stopLimit)
    venue.standIn.add(race, to: "DELETE", algoPath)
    guard case .unknown = await venue.plugin.cancel(stopLimit) else {
      Issue.record("Nobody knows what has become of it.")
      return
    }
    venue.standIn.setPrice("BTCUSDT", decimal("70000"))
    venue.standIn.add(race, to: "DELETE", algoPath)
    guard case .canceled = await venue.plugin.cancel(stopLimit) else {
      Issue.record("What it has become was not cancelled.")
      return
    }
  }

  @Test func `one that is lost on its way, or whose answer is lost, is unknown and asked for`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    venue.standIn.add(.lostAnswer, to: "POST", algoPath)
    guard case .unknown = await venue.plugin.submit(stop) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(await venue.plugin.query(stop).report?.status == .working)
    venue.standIn.add(.lostRequest, to: "POST", algoPath)
    guard case .unknown = await venue.plugin.submit(stopLimit) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(await venue.plugin.query(stopLimit) == .notFound)
    #expect(venue.count("POST", algoPath) == 2)
  }

  @Test func `one that would be triggered at once is refused with a proof`() async throws {
    let venue = try await FuturesVenue().started()
    let late = conditional(3, .stop, .price(price("60000")))
    guard case .rejected(let rejection) = await venue.plugin.submit(late) else {
      Issue.record("The price is there already.")
      return
    }
    #expect(rejection.code == "BINANCE_-2021")
  }

  @Test func `one that comes to nothing when it is triggered is over`() async throws {
    let venue = try await FuturesVenue().started()
    let reducing = conditional(
      4, .stop, .price(price("60000")), .sell, isReduceOnly: true)
    _ = await venue.plugin.submit(reducing)
    venue.standIn.setPrice("BTCUSDT", decimal("60000"))
    guard case .canceled(let reason) = await venue.plugin.query(reducing).report?.status else {
      Issue.record("There was no position to reduce.")
      return
    }
    #expect(reason?.contains("when it was triggered") == true)
  }

  @Test func `a trailing stop follows the market by percent, from its activation on`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    let trailing = conditional(
      5, .trailingStop, .trailing(.percent(decimal("1")), activationPrice: price("70000")), .sell)
    _ = await venue.plugin.submit(trailing)
    for text in ["60000", "70000", "71000"] {
      venue.standIn.setPrice("BTCUSDT", decimal(text))
      #expect(await venue.plugin.query(trailing).report?.status == .working)
    }
    venue.standIn.setPrice("BTCUSDT", decimal("70290"))
    #expect(await venue.plugin.query(trailing).report?.status == .filled)
  }

  @Test func `the venue follows by tenths of a percent, and the gateway by anything else`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    let filters = try #require(try await venue.plugin.instruments().first?.filters)
    #expect(
      filters.trailingPercent
        == TrailingPercentFilter(min: decimal("0.1"), max: decimal("10"), step: decimal("0.1")))
    #expect(filters.orderTypes.map { Set($0) } == Set(OrderType.allCases))
  }
}
