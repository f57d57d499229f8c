// Processes that plugins of the kinds `http` and `ccxt` are held against, one a directory: the
// example of docs/PLUGINS.md, and the bridge to ccxt on a stand-in of Binance.

import Crypto
import Network
import Plugins
import StandIn
import Synchronization
import Wire

@LoopActor enum PluginProcesses {
  nonisolated static let secret = "a secret of the tests"

  private static var http: [String: HTTPPluginSettings] = [:]
  private static var ccxt: [String: HTTPPluginSettings] = [:]

  /// One for all: a new one reads the certificates of the system, which takes a while.
  private static let client = valid(
    try? HTTPClient(limits: HTTPPluginSettings.clientLimits), "client")

  /// How a plugin process at a port is reached.
  static func settings(port: UInt16, isTestnet: Bool = true) -> HTTPPluginSettings {
    HTTPPluginSettings(
      client: client,
      origin: valid(try? HTTPOrigin("http://127.0.0.1:\(port)"), "origin"),
      signer: valid(try? RequestSigner(secret), "secret"), isTestnet: isTestnet)
  }

  /// Nobody listens there.
  private static let nobody: UInt16 = 1

  static func http(_ directory: Directory) -> HTTPPluginSettings {
    http[directory.path] ?? settings(port: nobody)
  }

  static func ccxt(_ directory: Directory) -> CCXTSettings {
    CCXTSettings(
      service: ccxt[directory.path] ?? settings(port: nobody), exchange: "binance",
      pairs: ["BTC/USDT", "ETH/USDT"].compactMap { CCXTPair($0) })
  }

  /// Starts what a kind of plugin needs in a directory, unless it runs there.
  static func prepare(_ kind: String, _ directory: Directory) async throws {
    switch kind {
    case "http" where http[directory.path] == nil:
      http[directory.path] = settings(port: try await startExample(directory))
    case "ccxt" where ccxt[directory.path] == nil:
      let exchange = try StandIn().listen()
      ccxt[directory.path] = settings(
        port: try await Bridges.shared.start(exchange: exchange, directory))
    default: break
    }
  }

  private static func startExample(_ directory: Directory) async throws -> UInt16 {
    let process = try ExamplePlugin.start(in: directory.path, secret: secret)
    directory.companions.withLock { $0.append(process) }
    guard let port = await process.line().flatMap({ UInt16($0) }) else { throw ChildFailure() }
    return port
  }
}

/// Bridges to ccxt, all of one program. They are started one after the other.
@LoopActor final class Bridges {
  static let shared = Bridges()
  private var starter: ChildProcess?
  private var last: Task<UInt16, any Error>?

  /// Starts a bridge to a stand-in that listens at a port; the port of the bridge. It ends with the
  /// directory.
  func start(exchange: UInt16, _ directory: Directory) async throws -> UInt16 {
    let before = last
    let task = Task { @LoopActor in
      _ = try? await before?.value
      return try await begin(exchange, directory)
    }
    last = task
    return try await task.value
  }

  private func begin(_ exchange: UInt16, _ directory: Directory) async throws -> UInt16 {
    let starter =
      try starter
      ?? ChildProcess([
        CCXTBridge.python, "\(ExamplePlugin.root)/Tests/bridges/ccxt-bridges.py",
        CCXTBridge.directory,
      ])
    self.starter = starter
    let file = "\(directory.path)/bridge.db"
    let settings = [
      "CCXT_WEBHOOK_SECRET": PluginProcesses.secret, "EXCHANGE_API_KEY": StandIn.keyName,
      "EXCHANGE_API_SECRET": StandIn.secret, "EXCHANGE_URL": "http://127.0.0.1:\(exchange)",
      "PORT": "0", "POLL_SECONDS": "0.1", "DATA_FILE": file,
    ]
    let members = settings.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
    starter.write("{\(members)}")
    directory.companions.withLock { $0.append(Bridge(file: file, starter: starter)) }
    let line = await starter.line() ?? ""
    guard let port = line.firstMatch(of: /127\.0\.0\.1:([0-9]+)/).flatMap({ UInt16($0.output.1) })
    else { throw ChildFailure() }
    return port
  }

  /// A running bridge.
  private final class Bridge: Sendable {
    private let file: String
    private let starter: ChildProcess

    init(file: String, starter: ChildProcess) { (self.file, self.starter) = (file, starter) }

    deinit { starter.write("\"\(file)\"") }
  }
}
