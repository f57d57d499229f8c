// A server on a free port whose handler answers at once, later, out of order or never.
// It is not a router; the path says what the handler does.
// The rule to keep: stop it at the end of the test.

import Network
import Telemetry
import Wire

/// `/now`, `/echo` and `/big` are answered at once, `/room` with whether there is room for a long
/// answer; `/later/…` and `/long/…`, whose answer may be long, wait for `/release`, which answers
/// the waiting ones last first; `/drop` is never answered.
final class TestServer: Sendable {
  let port: UInt16
  private let server: HTTPServer
  private let registry: RegistryBox
  private let waiting: Waiting

  init(
    limits: HTTPServer.Limits = TestServer.quickLimits()
  ) async throws {
    (server, registry, waiting, port) = try await Self.start(limits)
  }

  /// Deadlines far away, but looked at often.
  static func quickLimits() -> HTTPServer.Limits {
    var limits = HTTPServer.Limits()
    limits.sweepMilliseconds = 10
    return limits
  }

  @LoopActor private static func start(
    _ limits: HTTPServer.Limits
  ) throws -> (HTTPServer, RegistryBox, Waiting, UInt16) {
    let registry = MetricRegistry()
    let waiting = Waiting()
    let server = HTTPServer(limits: limits, metrics: registry) { request, responder in
      waiting.handle(request, responder)
    }
    let port = try server.listen(host: "127.0.0.1", port: 0)
    return (server, RegistryBox(registry), waiting, port)
  }

  func client(receiveBufferBytes: Int32? = nil) -> TestClient {
    TestClient(port: port, receiveBufferBytes: receiveBufferBytes)
  }

  @LoopActor func stopAccepting() { server.stopAccepting() }

  @LoopActor func drain() async { await server.drain() }

  @LoopActor func closeAll() { server.closeAll() }

  @LoopActor var connectionCount: Int { server.connectionCount }

  @LoopActor func metrics() -> String { registry.text }

  /// Requests that wait for `/release`.
  @LoopActor var waitingCount: Int { waiting.responders.count }

  /// Bytes of answers that clients have not taken yet.
  @LoopActor var answerBytesWaiting: Int? {
    let name = "http_answer_bytes_waiting "
    let line = registry.text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { Int($0.dropFirst(name.count)) }
  }
}

/// Keeps the registry, which may be used on the loop only.
@LoopActor private final class RegistryBox {
  private let registry: MetricRegistry

  init(_ registry: MetricRegistry) { self.registry = registry }

  var text: String { String(decoding: registry.render(), as: UTF8.self) }
}

@LoopActor private final class Waiting {
  private(set) var responders: [(String, HTTPResponder)] = []

  func handle(_ request: HTTPRequest, _ responder: HTTPResponder) {
    switch request.pathSegments.first {
    case "later", "long":
      if request.pathSegments.first == "long" { responder.expectLongAnswer() }
      responders.append((request.path, responder))
      return
    case "release":
      for (path, waiting) in responders.reversed() { waiting.respond(text(path)) }
      responders = []
    case "drop":
      return
    case "room":
      return responder.respond(text(responder.hasRoom ? "room" : "no room"))
    case "echo":
      responder.respond(HTTPResponse(status: 200, contentType: "text/plain", body: request.body))
      return
    case "big":
      let body = [UInt8](repeating: UInt8(ascii: "b"), count: 1_000_000)
      responder.respond(HTTPResponse(status: 200, contentType: "text/plain", body: body))
      return
    default:
      break
    }
    responder.respond(text(request.path))
  }

  private func text(_ path: String) -> HTTPResponse {
    HTTPResponse(status: 200, contentType: "text/plain", body: Array("<\(path)>".utf8))
  }
}
