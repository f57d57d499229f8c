// Alerts on a venue that is asked over the network.

import Network
import StandIn
import Testing
import Trading
import Wire

@Suite struct WebhookVenueTests {
  private let venue: Binance

  init() async throws { venue = try await Binance() }

  private func start() throws -> ServiceProcess {
    try ServiceProcess.start(
      ServiceProcess.alerting.merging(venue.settings) { $1 }.merging([
        "ENABLE_LIVE_TRADING": "false"
      ]) { $1 })
  }

  @Test func `a perpetual is not bought on a spot account, and a size comes from its balances`()
    async throws
  {
    try await apart { [self] in
      let service = try start()
      let perpetual = try service.alert(
        fields: #""symbol":"BINANCE:BTCUSDT.P","action":"buy","quantity":0.01"#)
      #expect(perpetual.status == 422)
      #expect(perpetual.code == "SYMBOL_NOT_MAPPED", "\(perpetual.text)")
      let balance = try #require(try service.get("/balances/USDT")["total"])
      let sized = try service.alert(fields: #""symbol":"BINANCE:BTCUSDT","action":"buy""#)
      #expect(sized.status == 200, "\(sized.text)")
      #expect(sized["exchange"] == "binance")
      // A twentieth of what the venue says, down to the step.
      let price = try Decimal(text: try #require(sized["average_price"]))
      let twentieth = try Decimal(text: balance) * Decimal(units: 5, scale: 2)
      let quantity = Decimal.quotient(twentieth, over: price, scale: 12)
      let step = Decimal(units: 1, scale: 5)
      #expect(sized["quantity"] == quantity.truncated(toMultipleOf: step).description)
      #expect(venue.orderCount == 1)
    }
  }
}
