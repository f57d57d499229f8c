// What a user is told about an account before trading there.

import Network
import StandIn
import Testing
import Trading

@testable import Plugins

@LoopActor @Suite struct BinanceDoctorTests {
  private func findings(
    _ venue: BinanceVenue = .spot, secret: String = StandIn.secret,
    _ prepare: (StandIn) -> Void = { _ in }
  ) async throws -> [Finding] {
    let standIn = StandIn()
    let port = try standIn.listen()
    prepare(standIn)
    let plugin = BinancePlugin(
      name: account("binance"), at: venue, settings: StandIns.settings(port: port, secret: secret))
    return await plugin.examine([bitcoin])
  }

  @Test func `an account where all is fine`() async throws {
    let findings = try await findings()
    #expect(findings.allSatisfy { $0.isFine }, "\(findings)")
    let text = findings.map(\.sentence).joined(separator: "\n")
    #expect(text.contains("BTCUSDT: prices in steps of 0.01"))
    #expect(text.contains("0 orders are open"))
    #expect(text.contains("stream is there"))
  }

  @Test func `an account of Futures has to be in one-way mode`() async throws {
    let fine = try await findings(.futures)
    #expect(fine.allSatisfy { $0.isFine }, "\(fine)")
    #expect(fine.contains { $0.sentence == "The account is in one-way mode." })
    let hedged = try await findings(.futures) { $0.setHedged(true) }
    #expect(hedged.filter { !$0.isFine }.count == 1)
    #expect(hedged.contains { !$0.isFine && $0.sentence.contains("switch to one-way mode") })
  }

  @Test func `a wrong secret is told from a wrong key`() async throws {
    let wrong = try await findings(secret: "another")
    #expect(wrong.last?.isFine == false)
    #expect(wrong.last?.sentence.contains("BINANCE_API_SECRET does not belong") == true)
    #expect(!wrong.contains { $0.sentence.contains("another") })
    let refused = try await findings {
      $0.add(
        .answer(
          status: 401,
          body: #"{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}"#,
          isCarriedOut: false), to: "GET", "/api/v3/account")
    }
    #expect(refused.last?.sentence.contains("not on the key's list") == true)
  }

  @Test func `a clock that is off is told, and made up for`() async throws {
    let findings = try await findings { $0.clockOffsetMilliseconds = -120_000 }
    let clock = try #require(findings.first)
    #expect(!clock.isFine)
    #expect(clock.sentence.contains("ahead of Binance's"))
    #expect(findings.dropFirst().allSatisfy { $0.isFine })
  }

  @Test func `a symbol that is not traded is named`() async throws {
    let standIn = StandIn()
    let plugin = BinancePlugin(
      name: account("binance"), at: .spot,
      settings: StandIns.settings(port: try standIn.listen()))
    let findings = await plugin.examine([symbol("NOSUCHUSDT")])
    #expect(findings.contains { !$0.isFine && $0.sentence.contains("NOSUCHUSDT is not traded") })
  }

  @Test func `a venue that is not there is told with what to look at`() async throws {
    let plugin = BinancePlugin(
      name: account("binance"), at: .spot, settings: StandIns.settings(port: 1))
    let findings = await plugin.examine([])
    #expect(findings.count == 1)
    #expect(findings.first?.isFine == false)
    #expect(findings.first?.sentence.contains("Check the network") == true)
  }
}
