// Alerts on a venue that is asked over the network.

import Network
import StandIn
import Testing
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
      let balances = try service.get("/balances/USDT")
      let sized = try service.alert(fields: #""symbol":"BINANCE:BTCUSDT","action":"buy""#)
      #expect(sized.status == 200, "\(sized.text) \(balances.text)")
      #expect(sized["exchange"]?.contains("binance") == true)
      let orders = try service.get("/orders").json?["orders"]?.elements ?? []
      #expect(orders.count == 1)
    }
  }
}
