// The programs that run inside terminals, compiled against stubs of what runs on Windows only, and
// held to the protocol by the kit. What cannot be compiled is left out, and the script says so.

import Glibc
import Testing

@Suite struct BridgeProgramTests {
  @Test func `the add-on and the Expert Advisor keep the protocol`() async throws {
    let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    try await apart {
      let directory = try TestDirectory()
      let command = "'\(root)/Tests/bridges/run' > '\(directory.path)/output' 2>&1"
      #expect(system(command) == 0, "\(String(decoding: directory.read("output"), as: UTF8.self))")
    }
  }

  @Test(arguments: [
    (["PLUGINS": "mt5"], "MT5_BRIDGE_TOKEN"),
    (["PLUGINS": "mt5", "MT5_BRIDGE_TOKEN": "too-short"], "MT5_BRIDGE_TOKEN"),
    (["PLUGINS": "ninjatrader"], "NINJATRADER_BRIDGE_TOKEN"),
    (["PLUGINS": "mt5", "MT5_TRANSPORT": "meta"], "MT5_INSTRUMENTS"),
    (["PLUGINS": "mt5", "MT5_TRANSPORT": "smoke"], "MT5_TRANSPORT"),
    (
      [
        "PLUGINS": "mt5", "MT5_TRANSPORT": "meta", "MT5_INSTRUMENTS": "EURUSD:0.00001:100000",
        "META_URL": "ftp://fks-meta",
      ], "META_URL"
    ),
    (["PLUGINS": "ninjatrader", "NINJATRADER_TRANSPORT": "socket"], "NINJATRADER_INSTRUMENTS"),
    (
      [
        "PLUGINS": "ninjatrader", "NINJATRADER_TRANSPORT": "ninja",
        "NINJATRADER_INSTRUMENTS": "ES 03-25:0:50",
      ], "NINJATRADER_INSTRUMENTS"
    ),
  ])
  func `what a terminal needs and has not is named`(
    settings: [String: String], name: String
  ) async throws {
    try await apart {
      let refused = try ServiceProcess.refusedStart(settings)
      #expect(refused.status != 0)
      #expect(refused.output.contains(name), "\(refused.output)")
      #expect(!refused.output.contains("too-short"))
    }
  }

  @Test func `a signal to the socket stays unknown, and says what to do`() async throws {
    try await apart {
      let service = try ServiceProcess.start(
        ServiceProcess.unlimited.merging([
          "PLUGINS": "ninjatrader", "NINJATRADER_TRANSPORT": "socket", "NINJATRADER_DEMO": "true",
          "NINJATRADER_INSTRUMENTS": "ES 03-25:0.25:50", "NINJATRADER_PORT": "9",
        ]) { $1 })
      let body = #"{"symbol":"ES0325","side":"BUY","order_type":"LIMIT","price":5000,"quantity":"#
      // Nobody listens at this port, so nothing was sent.
      let unreachable = try service.order(body + "50}")
      #expect(unreachable.status == 422)
      #expect(unreachable["code"] == "VENUE_UNREACHABLE")
      let two = try service.order(body + "100}")
      #expect(two["code"] == "NINJA_ONE_CONTRACT")
    }
  }
}
