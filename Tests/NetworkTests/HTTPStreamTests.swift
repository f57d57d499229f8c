// Streamed answers and upgraded connections over real sockets: framing, order, room, both ends.

import Network
import Testing
import Wire

/// Streams what it is told to, and writes down what it hears.
@LoopActor private final class Streamer {
  private(set) var heard: [String] = []
  private(set) var stream: HTTPStream?
  private var first: HTTPResponder?

  func handle(_ request: HTTPRequest, _ responder: HTTPResponder) {
    switch request.path {
    case "/first": first = responder
    case "/stream":
      responder.stream(HTTPResponse(status: 200, contentType: "text/plain"), handler: note)
    case "/upgrade":
      responder.stream(
        HTTPResponse(status: 101, contentType: nil, headers: [("Upgrade", "echo")]), handler: note)
    default: responder.respond(HTTPResponse(status: 200, contentType: nil))
    }
  }

  private func note(_ stream: HTTPStream, _ event: HTTPStream.Event) {
    switch event {
    case .began:
      self.stream = stream
      heard.append("began")
    case .drained: break
    case .received(let bytes):
      heard.append(String(decoding: bytes, as: UTF8.self))
      stream.write(bytes)
    case .closed: heard.append("closed")
    }
  }

  func answerFirst() { first?.respond(HTTPResponse(status: 204, contentType: nil)) }
}

@Suite struct HTTPStreamTests {
  private struct World: Sendable {
    let streamer: Streamer
    let server: HTTPServer
    let client: TestClient

    /// Waits until the handler was told something, for ten seconds at most.
    func hears(_ event: String) async throws {
      for _ in 0..<2_000 where await streamer.heard.last != event {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  /// A server and a client that has sent its request: at once, so that no deadline comes first.
  @LoopActor private func world(
    _ request: String, limits: HTTPServer.Limits = TestServer.quickLimits()
  ) throws -> World {
    let streamer = Streamer()
    let server = HTTPServer(limits: limits, metrics: nil) { streamer.handle($0, $1) }
    let port = try server.listen(host: "127.0.0.1", port: 0)
    let client = TestClient(port: port)
    client.send(request)
    return World(streamer: streamer, server: server, client: client)
  }

  @Test func `a stream has chunks, and its end is a last chunk`() async throws {
    let world = try await world("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(world.client.receive(until: "\r\n\r\n").contains("Transfer-Encoding: chunked\r\n"))
    await LoopActor.run {
      world.streamer.stream?.write(Array("hello".utf8))
      world.streamer.stream?.end(Array("world!".utf8))
    }
    #expect(world.client.receiveToEnd() == "5\r\nhello\r\n6\r\nworld!\r\n0\r\n\r\n")
    await world.server.closeAll()
  }

  @Test func `a client of HTTP 1.0 gets the bytes as they are, until the connection ends`()
    async throws
  {
    let world = try await world("GET /stream HTTP/1.0\r\n\r\n")
    let head = world.client.receive(until: "\r\n\r\n")
    #expect(head.contains("Connection: close\r\n") && !head.contains("Transfer-Encoding"))
    await LoopActor.run { world.streamer.stream?.end(Array("bytes".utf8)) }
    #expect(world.client.receiveToEnd() == "bytes")
    await world.server.closeAll()
  }

  @Test func `a stream waits for earlier answers, and nothing is answered after it`() async throws {
    let world = try await world(
      "GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
        + "GET /third HTTP/1.1\r\nHost: a\r\n\r\n")
    try await Task.sleep(for: .milliseconds(50))
    #expect(await world.streamer.heard == [])
    await world.streamer.answerFirst()
    let heads = world.client.receive(until: "\r\n\r\n", count: 2)
    #expect(heads.hasPrefix("HTTP/1.1 204 ") && heads.contains("HTTP/1.1 200 "))
    await LoopActor.run { world.streamer.stream?.end() }
    #expect(world.client.receiveToEnd() == "0\r\n\r\n")
    await world.server.closeAll()
  }

  @Test func `an upgraded connection carries bytes both ways`() async throws {
    let world = try await world("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\n")
    let head = world.client.receive(until: "\r\n\r\n")
    #expect(head.hasPrefix("HTTP/1.1 101 ") && head.contains("Connection: Upgrade\r\n"))
    world.client.send("GET / HTTP/1.1\r\n\r\n!")
    #expect(world.client.receive(until: "!") == "GET / HTTP/1.1\r\n\r\n!")
    await world.server.closeAll()
  }

  @Test func `a stream that rests is not idle, and its handler is told when the peer goes`()
    async throws
  {
    var limits = TestServer.quickLimits()
    limits.idleMilliseconds = 1_000
    let world = try await world("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits)
    _ = world.client.receive(until: "\r\n\r\n")
    try await Task.sleep(for: .milliseconds(1_500))
    #expect(await world.streamer.heard == ["began"])
    world.client.endSending()
    try await world.hears("closed")
    #expect(await world.streamer.heard == ["began", "closed"])
    #expect(await world.server.connectionCount == 0)
  }

  @Test func `a reader that does not read makes no room, and is cut off by the write deadline`()
    async throws
  {
    var limits = TestServer.quickLimits()
    limits.writeStallMilliseconds = 100
    let world = try await world("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits)
    _ = world.client.receive(until: "\r\n\r\n")
    let piece = [UInt8](repeating: 0x61, count: HTTPStream.unsentBytesMax)
    var written = 0
    while await world.streamer.heard.last != "closed", written < 1_000 {
      let wrote = await LoopActor.run {
        guard let stream = world.streamer.stream, stream.takesMore else { return false }
        stream.write(piece)
        return true
      }
      if wrote { written += 1 } else { try await Task.sleep(for: .milliseconds(2)) }
    }
    // No more than the buffers of both ends hold.
    #expect(written < 1_000)
  }
}

extension LoopActor {
  fileprivate static func run<R: Sendable>(
    body: @LoopActor @Sendable () -> R
  ) async -> R { await body() }
}
