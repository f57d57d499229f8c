// What the plugin sets on an account of USD-M Futures: leverage and margin type at its start, and
// the countdowns after which the venue cancels open orders.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

@LoopActor @Suite struct BinanceFuturesAccountTests {
  @Test func `leverage and margin type are set at the start, and again at the next`() async throws {
    let venue = try FuturesVenue {
      $0.leverage = [bitcoin: 5]
      $0.marginType = .isolated
    }
    for _ in 1...2 {
      let plugin = venue.restarted()
      try await plugin.start { _ in }
      #expect(plugin.health.isHealthy)
      await plugin.stop()
    }
    #expect(venue.standIn.leverage("BTCUSDT") == 5)
    #expect(venue.standIn.marginType("BTCUSDT") == "ISOLATED")
    #expect(venue.standIn.leverage("ETHUSDT") == nil)
    #expect(venue.standIn.marginType("ETHUSDT") == "CROSSED")
  }

  @Test func `what the venue does not set is a reason not to start, with what to correct`()
    async throws
  {
    let venue = try FuturesVenue { $0.leverage = [bitcoin: 126] }
    let error = try await #require(throws: PluginError.self) {
      try await venue.plugin.start { _ in }
    }
    #expect(error.description.contains("the leverage of BTCUSDT to 126"))
    #expect(error.description.contains("(-4028)"))
    #expect(error.description.contains("Correct BINANCE_FUTURES_LEVERAGE"))
    #expect(!venue.plugin.health.isHealthy)
  }

  @Test func `nothing is set that nobody asked for`() async throws {
    let venue = try await FuturesVenue().started()
    _ = await venue.plugin.submit(sent(1))
    for path in ["leverage", "marginType", "countdownCancelAll"] {
      #expect(venue.count("POST", "/fapi/v1/\(path)") == 0)
    }
  }
}

private let path = "/fapi/v1/countdownCancelAll"

private func sent(_ number: UInt64, _ symbol: Symbol = bitcoin) -> Order {
  order(number, .buy, "0.5", symbol, limit: "1000", on: "binance-futures")
}

@LoopActor @Suite struct BinanceCountdownTests {
  private func started() async throws -> FuturesVenue {
    try await FuturesVenue { $0.countdownSeconds = 60 }.started()
  }

  @Test func `a symbol with open orders counts down, and one without does not`() async throws {
    let venue = try await started()
    _ = await venue.plugin.submit(sent(1))
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("BTCUSDT") == 60_000)
    #expect(venue.standIn.countdown("ETHUSDT") == nil)
    _ = await venue.plugin.cancel(sent(1))
    // The round before this one saw the order being sent.
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("BTCUSDT") == nil)
    _ = await venue.plugin.submit(sent(2))
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("BTCUSDT") == 60_000)
  }

  @Test func `an orderly stop lets open orders stand`() async throws {
    let venue = try await started()
    _ = await venue.plugin.submit(sent(1))
    _ = await venue.plugin.submit(sent(2, ether))
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("ETHUSDT") == 60_000)
    await venue.plugin.stop()
    #expect(venue.standIn.countdown("BTCUSDT") == nil)
    #expect(venue.standIn.countdown("ETHUSDT") == nil)
  }

  @Test func `a start takes up the orders that are open from before`() async throws {
    let venue = try await started()
    _ = await venue.plugin.submit(sent(1))
    await venue.plugin.stop()
    let next = venue.restarted()
    try await next.start { _ in }
    #expect(venue.standIn.countdown("BTCUSDT") == 60_000)
    await next.stop()
  }

  @Test func `orders of others have no countdown`() async throws {
    let venue = try await started()
    venue.standIn.placeExternal("web_1", "BTCUSDT", decimal("0.25"), at: decimal("50000"))
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("BTCUSDT") == nil)
  }

  @Test func `where open orders cannot be listed, what counts down is renewed`() async throws {
    let venue = try await started()
    _ = await venue.plugin.submit(sent(1))
    await venue.plugin.countdown?.renew()
    let before = venue.count("POST", path)
    venue.standIn.add(.lostRequest, to: "GET", "/fapi/v1/openOrders")
    await venue.plugin.countdown?.renew()
    #expect(venue.count("POST", path) == before + 1)
    #expect(venue.standIn.countdown("BTCUSDT") == 60_000)
  }

  @Test func `a countdown that was not stopped is stopped in the next round`() async throws {
    let venue = try await started()
    _ = await venue.plugin.submit(sent(1))
    await venue.plugin.countdown?.renew()
    _ = await venue.plugin.cancel(sent(1))
    venue.standIn.add(.lostRequest, to: "POST", path)
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("BTCUSDT") == 60_000)
    #expect(venue.plugin.health.detail.contains("The countdown of BTCUSDT was not set to 0 s"))
    await venue.plugin.countdown?.renew()
    #expect(venue.standIn.countdown("BTCUSDT") == nil)
  }
}
