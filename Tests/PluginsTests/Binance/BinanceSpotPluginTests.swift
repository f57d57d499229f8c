// The Spot plugin against a stand-in of the venue, over real sockets.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

/// A stand-in with a plugin that is connected to it.
@LoopActor private final class Venue {
  let standIn = StandIn()
  let plugin: BinancePlugin

  init(secret: String = StandIn.secret, clockOffsetMilliseconds: Int64 = 0) throws {
    standIn.clockOffsetMilliseconds = clockOffsetMilliseconds
    let port = try standIn.listen()
    plugin = BinancePlugin(
      name: account("binance"), at: .spot, settings: StandIns.settings(port: port, secret: secret))
  }

  func started() async throws -> Venue {
    try await plugin.start { _ in }
    return self
  }

  /// How many new orders have arrived, whatever became of them.
  var arrivals: Int { standIn.received.count { $0.method == "POST" } }
}

private let path = "/api/v3/order"

@LoopActor @Suite struct BinanceSpotPluginTests {
  private func sent(
    _ number: UInt64 = 1, _ side: Side = .buy, _ text: String = "0.5", limit: String? = nil
  ) -> Order {
    order(number, side, text, limit: limit, on: "binance")
  }

  @Test func `a start sets the clock, loads the rules and proves the key`() async throws {
    let venue = try await Venue(clockOffsetMilliseconds: -90_000).started()
    #expect(venue.plugin.health.isHealthy)
    let instruments = try await venue.plugin.instruments()
    #expect(instruments.map(\.symbol) == [bitcoin, ether])
    #expect(instruments.first?.minNotional == decimal("5"))
  }

  @Test func `a key that the venue does not take is a reason not to start`() async throws {
    let venue = try Venue(secret: "another")
    let error = try await #require(throws: PluginError.self) {
      try await venue.plugin.start { _ in }
    }
    #expect(error.description.contains("-1022"))
    #expect(!venue.plugin.health.isHealthy)
    #expect(!error.description.contains("another"))
  }

  @Test func `a market order is filled, with its fee in what it bought`() async throws {
    let venue = try await Venue().started()
    let order = sent()
    guard case .accepted(let report, _) = await venue.plugin.submit(order) else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(report.status == .filled)
    #expect(report.filledQuantity == quantity("0.5"))
    #expect(report.fills.map(\.fee) == [decimal("0.0005")])
    #expect(report.fills.map(\.feeAsset) == [btc])
    guard case .found(let asked) = await venue.plugin.query(order) else {
      Issue.record("It is not there.")
      return
    }
    #expect(asked.fills.map(\.tradeID) == report.fills.map(\.tradeID))
    #expect(asked.fills.map(\.quantity) == report.fills.map(\.quantity))
    let holdings = try await venue.plugin.positions()
    #expect(holdings.first { $0.symbol == bitcoin }?.quantity == decimal("10.4995"))
  }

  @Test func `a limit order rests, is listed, and can be cancelled once`() async throws {
    let venue = try await Venue().started()
    let order = sent(2, limit: "50000")
    guard case .accepted(let report, _) = await venue.plugin.submit(order) else {
      Issue.record("It was not accepted.")
      return
    }
    #expect(report.status == .working)
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
    let locked = try await venue.plugin.balances().map(\.locked)
    #expect(locked.allSatisfy { $0.isZero })
  }

  @Test func `orders of others are told apart, and not among ours`() async throws {
    let venue = try Venue()
    var external: [[ExternalOrder]] = []
    try await venue.plugin.start { report in
      if case .externalOrders(let orders) = report { external.append(orders) }
    }
    venue.standIn.placeExternal("web_1", "BTCUSDT", decimal("0.25"), at: decimal("50000"))
    let own = sent(2, limit: "50000")
    _ = await venue.plugin.submit(own)
    #expect(try await venue.plugin.openOrders().map(\.orderID) == [own.id])
    let order = try #require(external.last?.first)
    #expect(external.last?.count == 1)
    #expect(order.symbol == bitcoin)
    #expect(order.side == .buy)
    #expect(order.leavesQuantity == quantity("0.25"))
  }

  @Test func `what the venue refuses was not placed`() async throws {
    let venue = try await Venue().started()
    let outcome = await venue.plugin.submit(sent(3, .buy, "1000"))
    #expect(
      outcome
        == .rejected(
          Rejection(
            code: "BINANCE_-2010",
            sentence: "Binance refused the order: Account has insufficient balance for requested "
              + "action. (-2010)")))
    #expect(venue.standIn.orderCount == 0)
  }

  @Test(arguments: [
    StandInFault.lostAnswer, .halfAnswer,
    .answer(status: 504, body: "", isCarriedOut: true),
    .answer(status: 502, body: "<html>Bad Gateway</html>", isCarriedOut: true),
    .answer(status: 400, body: #"{"code":-1007,"msg":"Timeout."}"#, isCarriedOut: true),
    .answer(status: 200, body: "{}", isCarriedOut: true),
  ])
  func `an order whose answer is lost is unknown, sent once, and found when asked for`(
    fault: StandInFault
  ) async throws {
    let venue = try await Venue().started()
    venue.standIn.add(fault, to: "POST", path)
    let order = sent()
    guard case .unknown = await venue.plugin.submit(order) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(venue.arrivals == 1)
    #expect(venue.standIn.orderCount(clientID: order.id.description) == 1)
    guard case .found(let report) = await venue.plugin.query(order) else {
      Issue.record("It was not found.")
      return
    }
    #expect(report.status == .filled)
    #expect(report.fills.count == 1)
  }

  @Test func `an order that is lost on its way is unknown until the venue says there is none`()
    async throws
  {
    let venue = try await Venue().started()
    venue.standIn.add(.lostRequest, to: "POST", path)
    let order = sent()
    guard case .unknown = await venue.plugin.submit(order) else {
      Issue.record("Silence was taken for an answer.")
      return
    }
    #expect(await venue.plugin.query(order) == .notFound)
    #expect(venue.arrivals == 1)
  }

  @Test func `an id that is taken means that the order is there`() async throws {
    let venue = try await Venue().started()
    let order = sent(4, limit: "50000")
    _ = await venue.plugin.submit(order)
    guard case .unknown = await venue.plugin.submit(order) else {
      Issue.record("A taken id was called a rejection.")
      return
    }
    #expect(venue.standIn.orderCount == 1)
  }

  @Test func `an order that was refused for its time is sent again with the right one`()
    async throws
  {
    let venue = try await Venue().started()
    venue.standIn.clockOffsetMilliseconds = 60_000
    guard case .accepted = await venue.plugin.submit(sent()) else {
      Issue.record("The clock was not set anew.")
      return
    }
    #expect(venue.arrivals == 2)
    #expect(venue.standIn.orderCount == 1)
  }

  @Test func `a venue that asks for a pause gets one, and hears nothing meanwhile`() async throws {
    let venue = try await Venue().started()
    venue.standIn.add(
      .answer(
        status: 429, body: #"{"code":-1003,"msg":"Too many requests."}"#, isCarriedOut: false,
        retryAfterSeconds: 30), to: "POST", path)
    guard case .rejected(let first) = await venue.plugin.submit(sent()) else {
      Issue.record("It is not known that nothing was placed.")
      return
    }
    #expect(first.code == "BINANCE_-1003")
    let before = venue.standIn.received.count
    guard case .rejected(let second) = await venue.plugin.submit(sent(2)) else {
      Issue.record("It was sent.")
      return
    }
    #expect(second.code == "VENUE_UNREACHABLE")
    #expect(second.sentence.contains("30 s"))
    guard case .refused(isGone: false, _) = await venue.plugin.cancel(sent(3)) else {
      Issue.record("It was sent.")
      return
    }
    #expect(venue.standIn.received.count == before)
  }

  @Test func `too many orders hold back orders, and neither cancels nor lookups`() async throws {
    let venue = try await Venue().started()
    guard case .accepted = await venue.plugin.submit(sent(1, limit: "50000")) else {
      Issue.record("It was not taken.")
      return
    }
    venue.standIn.add(
      .answer(
        status: 429, body: #"{"code":-1015,"msg":"Too many new orders."}"#, isCarriedOut: false,
        retryAfterSeconds: 30), to: "POST", path)
    guard case .rejected(let first) = await venue.plugin.submit(sent(2)) else {
      Issue.record("It was taken.")
      return
    }
    #expect(first.code == "BINANCE_-1015")
    guard case .rejected(let second) = await venue.plugin.submit(sent(3)) else {
      Issue.record("It was sent.")
      return
    }
    #expect(second.sentence.contains("30 s"))
    guard case .found = await venue.plugin.query(sent(1)) else {
      Issue.record("It was not asked for.")
      return
    }
    guard case .canceled = await venue.plugin.cancel(sent(1, limit: "50000")) else {
      Issue.record("The brake did not work.")
      return
    }
    #expect(venue.plugin.requestBudget?.limitHits == 1)
  }

  @Test func `orders leave a reserve of the budget for cancels`() async throws {
    let venue = try await Venue().started()
    venue.standIn.weightMax = 400
    try await venue.plugin.start { _ in }
    let resting = sent(1, limit: "50000")
    var isRefused = false
    for number in 1...400 where !isRefused {
      let outcome = await venue.plugin.submit(sent(UInt64(number), .buy, "0.001", limit: "50000"))
      if case .rejected = outcome { isRefused = true }
    }
    #expect(isRefused)
    guard case .canceled = await venue.plugin.cancel(resting) else {
      Issue.record("Nothing was left for the cancel.")
      return
    }
  }

  @Test func `a venue that is not there was sent nothing`() async throws {
    let venue = try await Venue().started()
    let gone = BinancePlugin(
      name: account("binance"), at: .spot, settings: StandIns.settings(port: 1))
    guard case .rejected(let rejection) = await gone.submit(sent()) else {
      Issue.record("It is not known that nothing left.")
      return
    }
    #expect(rejection.code == "VENUE_UNREACHABLE")
    #expect(venue.arrivals == 0)
    guard case .unavailable = await gone.query(sent()) else {
      Issue.record("Nobody answered, and something was said.")
      return
    }
  }

  @Test func `the market has the best prices on both sides`() async throws {
    let venue = try await Venue().started()
    // Nobody trades in it yet, so the price is that of the start; then it is the venue's of now.
    venue.standIn.setPrice("BTCUSDT", decimal("61000.5"))
    let old = try await venue.plugin.marketData(bitcoin)
    #expect(old?.last == price("67500"))
    #expect(old?.quotedAt != nil)
    venue.plugin.watch(bitcoin)
    let data = try await venue.plugin.marketData(bitcoin)
    #expect(data?.quotedAt == nil)
    #expect(data?.last == price("61000.5"))
    #expect(data?.bids.map(\.price) == [price("61000.5")])
    #expect(try await venue.plugin.marketData(symbol("NONEUSDT")) == nil)
  }
}
