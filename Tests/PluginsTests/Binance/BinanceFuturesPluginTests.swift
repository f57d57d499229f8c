// The plugin of USD-M Futures against a stand-in of the venue, over real sockets.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

private let path = "/fapi/v1/order"

@LoopActor @Suite struct BinanceFuturesPluginTests {
  private func sent(
    _ number: UInt64 = 1, _ side: Side = .buy, _ text: String = "0.5", limit: String? = nil,
    _ timeInForce: TimeInForce? = nil, isPostOnly: Bool = false
  ) -> Order {
    order(
      number, side, text, limit: limit, timeInForce, isPostOnly: isPostOnly, on: "binance-futures")
  }

  @Test func `an account in hedge mode is a reason not to start`() async throws {
    let venue = try FuturesVenue()
    venue.standIn.setHedged(true)
    let error = try await #require(throws: PluginError.self) {
      try await venue.plugin.start { _ in }
    }
    #expect(error.description.contains("switch to one-way mode"))
    #expect(!venue.plugin.health.isHealthy)
    venue.standIn.setHedged(false)
    try await venue.plugin.start { _ in }
    #expect(venue.plugin.health.isHealthy)
  }

  @Test func `a market order is filled, with its trades and the fee in the margin's asset`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    let order = sent()
    guard case .accepted(let report, _) = await venue.plugin.submit(order) else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(report.status == .filled)
    #expect(report.fills.map(\.quantity) == [quantity("0.5")])
    #expect(report.fills.map(\.fee) == [decimal("33.75")])
    #expect(report.fills.map(\.feeAsset) == [usdt])
    #expect(await venue.plugin.query(order) == .found(report))
  }

  @Test func `an order whose trades cannot be told at once is accepted without them`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    venue.standIn.add(.lostRequest, to: "GET", "/fapi/v1/userTrades")
    let order = sent()
    guard case .accepted(let report, _) = await venue.plugin.submit(order) else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(report.status == .filled)
    #expect(report.filledQuantity == quantity("0.5"))
    #expect(report.fills == [])
    #expect(await venue.plugin.query(order).report?.fills.count == 1)
  }

  @Test func `a limit order rests, is listed, and can be cancelled once`() async throws {
    let venue = try await FuturesVenue().started()
    let order = sent(2, limit: "50000")
    #expect(await venue.plugin.submit(order).report?.status == .working)
    #expect(try await venue.plugin.openOrders().map(\.orderID) == [order.id])
    guard case .canceled(let canceled) = await venue.plugin.cancel(order) else {
      Issue.record("It was not cancelled.")
      return
    }
    #expect(canceled.orderID == order.id)
    #expect(try await venue.plugin.openOrders() == [])
    guard case .refused(isGone: true, _) = await venue.plugin.cancel(order) else {
      Issue.record("It was cancelled twice.")
      return
    }
  }

  @Test func `a position is long or short, and what closes it is filled`() async throws {
    let venue = try await FuturesVenue().started()
    _ = await venue.plugin.submit(sent(1, .sell, "0.5"))
    #expect(
      try await venue.plugin.positions()
        == [PositionReport(symbol: bitcoin, quantity: decimal("-0.5"))])
    _ = await venue.plugin.submit(sent(2, .buy, "0.5"))
    #expect(try await venue.plugin.positions() == [])
  }

  @Test func `a reduce-only order reduces, and never opens`() async throws {
    let venue = try await FuturesVenue().started()
    func reducing(_ number: UInt64) -> Order {
      var instructions = OrderInstructions()
      instructions.isReduceOnly = true
      let terms = OrderTerms(
        account: account("binance-futures"), symbol: bitcoin, side: .sell, type: .market,
        quantity: quantity("0.5"), instructions: instructions)
      return Order(id: OrderID(value: UInt128(number)), terms: terms, at: start)
    }
    guard case .rejected(let rejection) = await venue.plugin.submit(reducing(1)) else {
      Issue.record("There was nothing to reduce.")
      return
    }
    #expect(rejection.code == "BINANCE_-2022")
    _ = await venue.plugin.submit(sent(2, .buy, "0.5"))
    #expect(await venue.plugin.submit(reducing(3)).report?.status == .filled)
  }

  @Test func `what would take is refused as post-only, and what would rest as FOK`() async throws {
    let venue = try await FuturesVenue().started()
    let cases: [(Order, String)] = [
      (sent(1, limit: "70000", isPostOnly: true), "BINANCE_-5022"),
      (sent(2, limit: "50000", .fillOrKill), "BINANCE_-5021"),
    ]
    for (order, code) in cases {
      guard case .rejected(let rejection) = await venue.plugin.submit(order) else {
        Issue.record("\(code)")
        continue
      }
      #expect(rejection.code == code)
    }
    guard
      case .accepted(let report, _) = await venue.plugin.submit(
        sent(3, limit: "50000", .immediateOrCancel))
    else {
      Issue.record("An order that found nothing to trade was there all the same.")
      return
    }
    #expect(report.status == .expired(reason: nil))
  }

  @Test func `an order till a date is over by itself, at the venue`() async throws {
    let venue = try await FuturesVenue().started()
    var instructions = OrderInstructions()
    let now = EventLoop.shared.wallClockMicroseconds
    instructions.expiresAt = Timestamp(microseconds: now + 900_500_000)
    let order = Order(
      id: OrderID(value: 1),
      terms: OrderTerms(
        account: account("binance-futures"), symbol: bitcoin, side: .buy, type: .limit,
        quantity: quantity("0.1"), timeInForce: .goodTillDate, limitPrice: price("50000"),
        instructions: instructions), at: start)
    #expect(await venue.plugin.submit(order).report?.status == .working)
    #expect(venue.standIn.received.contains { $0.target.contains("&timeInForce=GTD&") })
    venue.standIn.clockOffsetMilliseconds = 902_000
    #expect(await venue.plugin.query(order).report?.status == .expired(reason: nil))
  }

  @Test func `ten minutes ahead are ten minutes by the venue's clock`() async throws {
    // By our clock the date is eleven minutes ahead; by the venue's, less than ten.
    let venue = try await FuturesVenue(clockOffsetMilliseconds: 90_000).started()
    var instructions = OrderInstructions()
    let now = EventLoop.shared.wallClockMicroseconds
    instructions.expiresAt = Timestamp(microseconds: now + 660_000_000)
    let order = Order(
      id: OrderID(value: 1),
      terms: OrderTerms(
        account: account("binance-futures"), symbol: bitcoin, side: .buy, type: .limit,
        quantity: quantity("0.1"), timeInForce: .goodTillDate, limitPrice: price("50000"),
        instructions: instructions), at: start)
    #expect(await venue.plugin.submit(order).report?.status == .working)
    #expect(venue.standIn.received.contains { $0.target.contains("&timeInForce=GTC&") })
  }

  @Test func `what the venue refuses was not placed`() async throws {
    let venue = try await FuturesVenue().started()
    guard case .rejected(let rejection) = await venue.plugin.submit(sent(3, .buy, "1000")) else {
      Issue.record("There is no margin for it.")
      return
    }
    #expect(
      rejection
        == Rejection(
          code: "BINANCE_-2019",
          sentence: "Binance refused the order: Margin is insufficient. (-2019)"))
    #expect(venue.standIn.orderCount == 0)
  }

  @Test func `orders of others are told apart, and not among ours`() async throws {
    let venue = try FuturesVenue()
    var external: [[ExternalOrder]] = []
    try await venue.plugin.start { report in
      if case .externalOrders(let orders) = report { external.append(orders) }
    }
    venue.standIn.placeExternal("web_1", "BTCUSDT", decimal("0.25"), at: decimal("50000"))
    let own = sent(2, limit: "50000")
    _ = await venue.plugin.submit(own)
    #expect(try await venue.plugin.openOrders().map(\.orderID) == [own.id])
    #expect(external.last?.map(\.leavesQuantity) == [quantity("0.25")])
  }
}

@LoopActor @Suite struct BinanceFuturesAccidentTests {
  private let sent = order(1, .buy, "0.5", on: "binance-futures")

  @Test(arguments: [
    StandInFault.lostAnswer, .halfAnswer,
    .answer(status: 504, body: "", isCarriedOut: true),
    .answer(status: 408, body: #"{"code":-1007,"msg":"Timeout."}"#, isCarriedOut: true),
    .answer(status: 503, body: "", isCarriedOut: true),
    .answer(
      status: 503,
      body: #"{"msg":"Unknown error, please check your request or try again later."}"#,
      isCarriedOut: true),
    .answer(status: 400, body: #"{"code":-1001,"msg":"Internal error."}"#, isCarriedOut: true),
    .answer(status: 200, body: "{}", isCarriedOut: true),
  ])
  func `an order whose answer is lost is unknown, sent once, and found when asked for`(
    fault: StandInFault
  ) async throws {
    let venue = try await FuturesVenue().started()
    venue.standIn.add(fault, to: "POST", path)
    guard case .unknown = await venue.plugin.submit(sent) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(venue.count("POST", path) == 1)
    #expect(venue.standIn.orderCount(clientID: sent.id.description) == 1)
    #expect(await venue.plugin.query(sent).report?.fills.count == 1)
  }

  @Test(arguments: [
    #"{"msg":"Service Unavailable."}"#,
    #"{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}"#,
    #"{"code":-1008,"msg":"Request throttled by system-level protection."}"#,
  ])
  func `three bodies of status 503 say that nothing was placed, and it is not sent again`(
    body: String
  ) async throws {
    let venue = try await FuturesVenue().started()
    venue.standIn.add(.answer(status: 503, body: body, isCarriedOut: false), to: "POST", path)
    guard case .rejected = await venue.plugin.submit(sent) else {
      Issue.record("The venue has said that it failed.")
      return
    }
    #expect(venue.count("POST", path) == 1)
    #expect(await venue.plugin.query(sent) == .notFound)
  }

  @Test func `an order that is lost on its way is unknown until the venue says there is none`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    venue.standIn.add(.lostRequest, to: "POST", path)
    guard case .unknown = await venue.plugin.submit(sent) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(await venue.plugin.query(sent) == .notFound)
    #expect(venue.count("POST", path) == 1)
  }

  @Test func `an order that was refused for its time is sent again with the right one`()
    async throws
  {
    let venue = try await FuturesVenue().started()
    venue.standIn.clockOffsetMilliseconds = 60_000
    guard case .accepted = await venue.plugin.submit(sent) else {
      Issue.record("The clock was not set anew.")
      return
    }
    #expect(venue.count("POST", path) == 2)
    #expect(venue.standIn.orderCount == 1)
  }

  @Test func `an id that is taken means that the order is there`() async throws {
    let venue = try await FuturesVenue().started()
    let resting = order(4, .buy, "0.5", limit: "50000", on: "binance-futures")
    _ = await venue.plugin.submit(resting)
    guard case .unknown = await venue.plugin.submit(resting) else {
      Issue.record("A taken id was called a rejection.")
      return
    }
    #expect(venue.standIn.orderCount == 1)
  }
}
