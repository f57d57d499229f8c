// Fake terminals over real sockets, one a directory and kind: whoever starts again in a directory
// finds the account as it was.

import FakeTerminal
import Network
import Plugins
import Trading
import Wire

@LoopActor enum Terminals {
  nonisolated static let token = "token-of-a-terminal"

  /// How the terminals of tests are known.
  static let settings = BridgeSettings(token: Array(token.utf8), isDemo: true)

  private static var accounts: [String: FakeAccount] = [:]
  private static var connected: [ObjectIdentifier: (FakeTerminal, HTTPServer)] = [:]

  /// Connects a terminal to a plugin that is a bridge, and waits until it is there.
  static func connect(_ plugin: any ExecutionPlugin, _ directory: Directory) async throws {
    guard let bridge = plugin as? BridgePlugin else { return }
    // Whoever had the account before is gone.
    for (terminal, _) in connected.values where terminal.place == directory.path {
      accounts[directory.path] = terminal.account
      terminal.stop()
    }
    let server = bridgeServer(bridge)
    let port = try server.listen(host: "127.0.0.1", port: 0)
    let terminal = try FakeTerminal(
      account: accounts[directory.path] ?? FakeAccount(),
      HTTPOrigin("http://127.0.0.1:\(port)"), bridge: bridge.name.text, token: token,
      place: directory.path)
    terminal.start()
    connected[ObjectIdentifier(bridge)] = (terminal, server)
    while !bridge.health.isHealthy { try await Task.sleep(for: .milliseconds(2)) }
  }
}

/// A server with the routes of one bridge.
@LoopActor func bridgeServer(_ bridge: BridgePlugin) -> HTTPServer {
  HTTPServer(metrics: nil) { [weak bridge] request, responder in
    let step = request.pathSegments.last.flatMap { BridgePlugin.Step(rawValue: $0) }
    guard let bridge, let step else { return responder.respond(HTTPResponse(status: 404)) }
    bridge.take(
      step, authorization: request.header("authorization"), bytes: request.body
    ) { answer in
      switch answer {
      case .object(let bytes): responder.respond(HTTPResponse(status: 200, body: bytes))
      case .nothing: responder.respond(HTTPResponse(status: 204, contentType: nil))
      case .refused(let refusal):
        responder.respond(
          HTTPResponse(
            status: refusal.status, body: Array(#"{"code":"\#(refusal.code)"}"#.utf8)))
      }
    }
  }
}
