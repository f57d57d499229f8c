// The whole service on venues that are processes of their own: the example of docs/PLUGINS.md, and
// the bridge to ccxt on Binance's stand-in. Nothing is sent twice, lost or invented.

import Dispatch
import Glibc
import StandIn
import Synchronization
import Testing

private let secret = "a secret of the tests"

private func market(_ id: String, _ quantity: String = "0.01") -> String {
  #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":\#(quantity),"#
    + #""client_order_id":"\#(id)"}"#
}

@Suite struct PluginProcessTests {
  /// A running example, and its port.
  private func example(
    _ directory: TestDirectory, port: UInt16 = 0
  ) throws -> (process: ChildProcess, port: UInt16) {
    let process = try ExamplePlugin.start(in: directory.path, port: port, secret: secret)
    guard let port = process.read().flatMap({ UInt16($0) }) else { throw ChildFailure() }
    return (process, port)
  }

  private func settings(port: UInt16, _ changes: [String: String] = [:]) -> [String: String] {
    ServiceProcess.unlimited.merging([
      "PLUGINS": "http", "HTTP_PLUGIN_URL": "http://127.0.0.1:\(port)",
      "HTTP_PLUGIN_SECRET": secret,
    ]) { $1 }.merging(changes) { $1 }
  }

  @Test func `the example of the page trades for the service, and its secret is shown nowhere`()
    async throws
  {
    try await apart {
      let directory = try TestDirectory()
      let (process, port) = try example(directory)
      let service = try ServiceProcess.start(settings(port: port, ["LOG_LEVEL": "trace"]))
      let order = try service.order(market("first-1"))
      #expect(order.status == 201)
      #expect(try service.order(order.orderID, reaches: "SETTLED"))
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.01")
      let preview = try service.call("POST", "/orders/preview", market("first-2"))
      #expect(preview.text.contains("/fks/v1/orders"))
      let shown = [
        order.text, preview.text, try service.get("/api/v1/plugins/http").text, service.output,
        try service.get("/orders/\(order.orderID ?? "")/trail").text,
      ]
      for text in shown { #expect(!text.contains(secret)) }
      withExtendedLifetime(process) {}
    }
  }

  @Test func `a process that is gone closes the gate, and one that is back opens it`()
    async throws
  {
    try await apart {
      let directory = try TestDirectory()
      var (process, port): (ChildProcess?, UInt16) = try example(directory)
      let service = try ServiceProcess.start(settings(port: port))
      #expect(try service.order(market("gone-1")).status == 201)
      withExtendedLifetime(process) {}
      process = nil
      #expect(eventually { (try? service.get("/ready").status) == 503 })
      let refused = try service.order(market("gone-2"))
      #expect(refused.status == 503)
      #expect(refused["code"] == "VENUE_GATE_CLOSED")
      (process, port) = try example(directory, port: port)
      #expect(eventually { (try? service.order(market("gone-3")).status) == 201 })
      withExtendedLifetime(process) {}
    }
  }

  @Test(arguments: [
    (["HTTP_PLUGIN_SECRET": ""], "HTTP_PLUGIN_SECRET is not set"),
    (["HTTP_PLUGIN_URL": ""], "HTTP_PLUGIN_URL is not set"),
    (["HTTP_PLUGIN_URL": "http://plugins.example"], "ALLOW_PLAINTEXT_HOSTS"),
    (["PLUGINS": "ccxt", "CCXT_WEBHOOK_SECRET": ""], "CCXT_WEBHOOK_SECRET is not set"),
    (
      ["PLUGINS": "ccxt", "CCXT_WEBHOOK_SECRET": "s", "CCXT_SYMBOLS": "BTCUSDT"],
      "no pair such as BTC/USDT"
    ),
  ])
  func `settings that would not do stop the start`(
    changes: [String: String], sentence: String
  ) async throws {
    try await apart {
      let (status, output) = try ServiceProcess.refusedStart(settings(port: 1, changes))
      #expect(status != 0 && output.contains(sentence), "\(output)")
    }
  }

  @Test func `another host may be reached without encryption if it is named`() async throws {
    try await apart {
      let service = try ServiceProcess.start(
        settings(
          port: 1,
          [
            "HTTP_PLUGIN_URL": "http://plugins.invalid",
            "ALLOW_PLAINTEXT_HOSTS": "plugins.invalid",
          ]),
        until: "/live")
      #expect(try service.get("/api/v1/plugins/http")["healthy"] == "false")
    }
  }

  @Test func `while live trading is off an order for a live process stays here`() async throws {
    try await apart {
      let service = try ServiceProcess.start(
        settings(port: 1, ["HTTP_PLUGIN_TESTNET": "false"]), until: "/live")
      #expect(try service.get("/api/v1/plugins/http")["live"] == "true")
      #expect(try service.get("/api/v1/plugins/paper-http").status == 200)
      #expect(try service.order(market("paper-1")).status >= 400)
    }
  }
}

@Suite(.enabled(if: CCXTBridge.isThere)) struct CCXTServiceTests {
  /// A bridge on a stand-in, and its port.
  private func bridge(
    _ binance: Binance, _ directory: TestDirectory, port: UInt16 = 0
  ) throws -> (process: ChildProcess, port: UInt16) {
    let process = try ChildProcess.killable(
      "\(CCXTBridge.python) \(CCXTBridge.directory)/bridge.py",
      environment: [
        "CCXT_WEBHOOK_SECRET": secret, "EXCHANGE_API_KEY": StandIn.keyName,
        "EXCHANGE_API_SECRET": StandIn.secret, "EXCHANGE_URL": "http://127.0.0.1:\(binance.port)",
        "PORT": "\(port)", "POLL_SECONDS": "0.1", "DATA_FILE": "\(directory.path)/bridge.db",
      ])
    let port = process.read()?.firstMatch(of: /127\.0\.0\.1:([0-9]+)/).flatMap {
      UInt16($0.output.1)
    }
    guard let port else { throw ChildFailure() }
    return (process, port)
  }

  private func settings(port: UInt16) -> [String: String] {
    ServiceProcess.unlimited.merging([
      "PLUGINS": "ccxt", "CCXT_BASE_URL": "http://127.0.0.1:\(port)",
      "CCXT_WEBHOOK_SECRET": secret,
    ]) { $1 }
  }

  @Test func `a lost answer at the exchange is looked up, and the order was placed once`()
    async throws
  {
    let binance = try await Binance()
    try await apart {
      let (process, port) = try bridge(binance, try TestDirectory())
      let service = try ServiceProcess.start(settings(port: port))
      binance.add(.lostAnswer)
      let answer = try service.order(market("lost-1"))
      #expect(try service.order(answer.orderID, reaches: "SETTLED"))
      #expect(binance.placements == 1)
      #expect(binance.orderCount == 1)
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.00999")
      withExtendedLifetime(process) {}
    }
  }

  @Test func `a bridge that is killed while it sends places nothing twice`() async throws {
    let binance = try await Binance()
    try await apart {
      let directory = try TestDirectory()
      var (process, port): (ChildProcess?, UInt16) = try bridge(binance, directory)
      let service = try ServiceProcess.start(settings(port: port))
      binance.add(.late(milliseconds: 5_000))
      let answer = Mutex<String?>(nil)
      let body = market("killed-1")
      DispatchQueue.global().async {
        let order = try? service.order(body)
        answer.withLock { $0 = order?.orderID }
      }
      #expect(eventually { binance.orderCount == 1 })
      withExtendedLifetime(process) {}
      process = nil
      #expect(eventually { answer.withLock { $0 } != nil })
      (process, port) = try bridge(binance, directory, port: port)
      #expect(try service.order(answer.withLock { $0 }, reaches: "SETTLED"))
      #expect(try service.order(body).status == 200)
      #expect(binance.placements == 1)
      #expect(binance.orderCount == 1)
      withExtendedLifetime(process) {}
    }
  }
}
