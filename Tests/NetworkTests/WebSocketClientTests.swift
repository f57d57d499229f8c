// WebSockets to servers that behave and to servers that do not.
// The rule to keep: the server's frames are written by hand where the codec would not write them.

import Crypto
import Dispatch
import Testing
import Wire

@testable import Network

/// A WebSocket and what happens to it, in order, as text that can be compared.
@LoopActor private final class Reader {
  let client: HTTPClient
  let webSocket: WebSocketClient
  private let (happenings, happening) = AsyncStream.makeStream(of: String.self)

  convenience init(
    _ server: OriginServer, _ change: (inout WebSocketClient.Limits) -> Void = { _ in }
  ) throws {
    try self.init(server.isSecure ? "wss" : "ws", server.port, change)
  }

  init(
    _ scheme: String, _ port: UInt16,
    _ change: (inout WebSocketClient.Limits) -> Void = { _ in }
  ) throws {
    client = try localClient()
    var limits = WebSocketClient.Limits()
    change(&limits)
    webSocket = client.openWebSocket(
      try HTTPOrigin("\(scheme)://venue.test:\(port)"), "/stream?a=b",
      headers: [("X-Key", "k")], limits: limits
    ) { [happening] _, event in happening.yield(Self.text(of: event)) }
  }

  private static func text(of event: WebSocketClient.Event) -> String {
    switch event {
    case .opened: "opened"
    case .drained: "drained"
    case .message(let message, let isText):
      isText
        ? "text \(String(decoding: message, as: UTF8.self))"
        : "binary \(message.count) \(Hex.encode(SHA256Hasher().hash(message)).prefix(8))"
    case .closed(.byServer(let code, let reason)): "closed \(code?.number ?? 0) \(reason)"
    case .closed(.failed(let error)): "failed \(error.code.rawValue) \(error.delivery)"
    }
  }

  /// The next things that happen.
  func next(_ count: Int = 1) async -> [String] {
    var found: [String] = []
    for await element in happenings.prefix(count) { found.append(element) }
    return found
  }

  func end() { client.close() }
}

@Suite("WebSocket client", .serialized, .timeLimit(.minutes(10))) struct WebSocketClientTests {
  @Test(arguments: [nil, "good"])
  func `messages of any kind and size go both ways`(certificate: String?) async throws {
    let server = OriginServer(certificate: certificate) { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      while case .message(let message, let isText)? = socket.next() {
        socket.send(isText ? .text : .binary, message)
      }
    }
    let reader = try await Reader(server)
    #expect(await reader.next() == ["opened"])
    let long = (0..<200_000).map { UInt8($0 % 251) }
    #expect(await reader.webSocket.send(Array("Grüße".utf8)))
    #expect(await reader.webSocket.send([]))
    #expect(await reader.webSocket.send(long, isText: false))
    let hash = Hex.encode(SHA256Hasher().hash(long)).prefix(8)
    #expect(await reader.next(3) == ["text Grüße", "text ", "binary 200000 \(hash)"])
    await reader.end()
  }

  @Test func `the handshake asks as the RFC says, with a new key each time`() async throws {
    let (requests, request) = AsyncStream.makeStream(of: String.self)
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      request.yield(socket.request)
    }
    var keys: Set<Substring> = []
    for _ in 1...2 {
      let reader = try await Reader(server)
      let text = try #require(await requests.first { _ in true })
      let lines = text.split(separator: "\r\n")
      #expect(lines.first == "GET /stream?a=b HTTP/1.1")
      for line in [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "X-Key: k",
      ] { #expect(lines.contains(Substring(line))) }
      let key = try #require(text.firstMatch(of: /Sec-WebSocket-Key: ([A-Za-z0-9+\/]{22}==)\r\n/))
      keys.insert(key.1)
      await reader.end()
    }
    #expect(keys.count == 2)
  }

  @Test func `what comes with the answer to the handshake is not lost`() async throws {
    var first: [UInt8] = []
    WebSocketEncoder.append(.text, Array("at once".utf8), to: &first)
    let server = OriginServer { [first] peer in
      let socket = WebSocketPeer(peer, first: first)
      _ = socket?.next()
    }
    let reader = try await Reader(server)
    #expect(await reader.next(2) == ["opened", "text at once"])
    await reader.end()
  }

  @Test func `a message in parts is put together, with pings between them answered`() async throws {
    let (answers, answer) = AsyncStream.makeStream(of: WebSocketDecoder.Step?.self)
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      peer.send([0x01, 0x02, 0x48, 0xC3])
      socket.send(.ping, [1, 2, 3])
      peer.send([0x80, 0x01, 0xA4])
      answer.yield(socket.next())
      _ = socket.next()
    }
    let reader = try await Reader(server)
    #expect(await reader.next(2) == ["opened", "text Hä"])
    #expect(await answers.first { _ in true } == .pong([1, 2, 3]))
    await reader.end()
  }

  @Test func `no two frames have the same mask`() async throws {
    let (frames, frame) = AsyncStream.makeStream(of: [UInt8].self)
    let server = OriginServer { peer in
      guard WebSocketPeer(peer) != nil else { return }
      var bytes: [UInt8] = []
      while bytes.count < 2 * 10, let more = peer.receive() { bytes += more }
      frame.yield(bytes)
    }
    let reader = try await Reader(server)
    #expect(await reader.next() == ["opened"])
    for _ in 1...2 { #expect(await reader.webSocket.send(Array("same".utf8))) }
    let bytes = try #require(await frames.first { _ in true })
    #expect(bytes[0...1] == [0x81, 0x84] && bytes[10...11] == [0x81, 0x84])
    #expect(bytes[2..<6] != bytes[12..<16])
    await reader.end()
  }

  private static let refusals: [(answer: String, outcome: String)] = [
    ("403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "failed UPGRADE_REFUSED notSent"),
    ("200 OK\r\nContent-Length: 0\r\n\r\n", "failed UPGRADE_REFUSED notSent"),
    ("429 Slow down\r\n\r\nno", "failed UPGRADE_REFUSED notSent"),
    (
      "101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
      "failed UPGRADE_REFUSED notSent"
    ),
    (
      "101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "failed UPGRADE_REFUSED notSent"
    ),
    (
      "101 S\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n\r\n",
      "failed UPGRADE_REFUSED notSent"
    ),
    (
      "101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: $\r\n\r\n",
      "failed UPGRADE_REFUSED notSent"
    ),
    (
      "101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n"
        + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "failed UPGRADE_REFUSED notSent"
    ),
    (
      "101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n"
        + "Sec-WebSocket-Protocol: x\r\n\r\n", "failed UPGRADE_REFUSED notSent"
    ),
    ("101", "failed CONNECTION_LOST notSent"),
    ("1 S\r\n", "failed ANSWER_MALFORMED notSent"),
    (
      "101 S\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Accept: $\r\n\r\n", "opened"
    ),
  ]

  @Test(arguments: refusals)
  func `a handshake is done only by an answer that fits`(
    answer: String, outcome: String
  ) async throws {
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer, isPlain: true) else { return }
      peer.send("HTTP/1.1 " + answer.replacing("$", with: socket.acceptance))
    }
    let reader = try await Reader(server)
    #expect(await reader.next() == [outcome])
    await reader.end()
  }

  private static let breaches: [(bytes: [UInt8], code: UInt16, outcome: String)] = [
    ([0x81, 0x81, 1, 2, 3, 4, 0x61], 1002, "failed ANSWER_MALFORMED uncertain"),
    ([0xC1, 0x01, 0x61], 1002, "failed ANSWER_MALFORMED uncertain"),
    ([0x83, 0x00], 1002, "failed ANSWER_MALFORMED uncertain"),
    ([0x80, 0x00], 1002, "failed ANSWER_MALFORMED uncertain"),
    ([0x88, 0x01, 0x03], 1002, "failed ANSWER_MALFORMED uncertain"),
    ([0x81, 0x02, 0xC3, 0x28], 1007, "failed ANSWER_MALFORMED uncertain"),
    ([0x82, 0x7E, 0x04, 0x01], 1009, "failed ANSWER_TOO_LARGE uncertain"),
  ]

  @Test(arguments: breaches)
  func `a server that breaks the protocol is told so and left`(
    bytes: [UInt8], code: UInt16, outcome: String
  ) async throws {
    let (answers, answer) = AsyncStream.makeStream(of: WebSocketDecoder.Step?.self)
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      peer.send(bytes)
      answer.yield(socket.next())
    }
    let reader = try await Reader(server) { $0.messageBytesMax = 1_024 }
    #expect(await reader.next(2) == ["opened", outcome])
    guard case .close(let told, _)?? = await answers.first(where: { _ in true }) else {
      Issue.record("no close")
      return
    }
    #expect(told?.number == code)
    await reader.end()
  }

  @Test func `the server's close is told and answered with its code`() async throws {
    let (answers, answer) = AsyncStream.makeStream(of: WebSocketDecoder.Step?.self)
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      socket.send(.close, [0x03, 0xF5] + Array("restart".utf8))
      answer.yield(socket.next())
    }
    let reader = try await Reader(server)
    #expect(await reader.next(2) == ["opened", "closed 1013 restart"])
    #expect(await answers.first { _ in true } == .close(.tryAgainLater, reason: ""))
    #expect(await !reader.webSocket.send([]))
    await reader.end()
  }

  @Test func `a close of ours waits for the server's, but not for ever`() async throws {
    for answers in [true, false] {
      let (closes, close) = AsyncStream.makeStream(of: WebSocketDecoder.Step?.self)
      let server = OriginServer { peer in
        guard let socket = WebSocketPeer(peer) else { return }
        let step = socket.next()
        // Too late to be told.
        socket.send("late")
        if answers { socket.send(.close, [0x03, 0xE8]) }
        _ = socket.next()
        close.yield(step)
      }
      let reader = try await Reader(server) { $0.closeMilliseconds = answers ? 10_000 : 50 }
      #expect(await reader.next() == ["opened"])
      await reader.webSocket.close(.goingAway, reason: "stop")
      #expect(await !reader.webSocket.send([]))
      #expect(await reader.next() == [answers ? "closed 1000 " : "closed 0 "])
      #expect(await closes.first { _ in true } == .close(.goingAway, reason: "stop"))
      await reader.end()
    }
  }

  @Test func `a connection that ends without a close has failed`() async throws {
    let server = OriginServer(certificate: "good") { peer in
      _ = WebSocketPeer(peer)
    }
    let reader = try await Reader(server)
    #expect(await reader.next(2) == ["opened", "failed CONNECTION_LOST uncertain"])
    await reader.end()
  }

  @Test func `a server that is not there was sent nothing`() async throws {
    let server = DeafPort(refuses: true)
    let reader = try await Reader("ws", server.port)
    #expect(await !reader.webSocket.send([]))
    #expect(await reader.next() == ["failed CONNECT_FAILED notSent"])
    await reader.end()
    server.close()
  }

  @Test func `a server that answers no handshake is given up`() async throws {
    let server = OriginServer { peer in while peer.receive() != nil {} }
    let reader = try await Reader(server) { $0.handshakeMilliseconds = 50 }
    #expect(await reader.next() == ["failed ANSWER_TIMEOUT notSent"])
    await reader.end()
  }

  @Test func `a silent server is asked, and given up if it stays silent`() async throws {
    let (pings, ping) = AsyncStream.makeStream(of: WebSocketDecoder.Step?.self)
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      ping.yield(socket.next())
      _ = socket.next()
    }
    let reader = try await Reader(server) {
      $0.pingMilliseconds = 20
      $0.pongMilliseconds = 50
    }
    #expect(await reader.next(2) == ["opened", "failed ANSWER_TIMEOUT uncertain"])
    #expect(await pings.first { _ in true } == .ping([]))
    await reader.end()
  }

  @Test func `a server that answers pings is kept`() async throws {
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      for _ in 1...5 {
        guard case .ping(let content)? = socket.next() else { return }
        socket.send(.pong, content)
      }
      socket.send("still there")
      _ = socket.next()
    }
    let reader = try await Reader(server) {
      $0.pingMilliseconds = 20
      // Never reached: a pong ends the wait for it.
      $0.pongMilliseconds = 600_000
    }
    #expect(await reader.next(2) == ["opened", "text still there"])
    await reader.end()
  }

  @Test func `a server that does not read is sent no more than a limit, and loses nothing`()
    async throws
  {
    let gate = DispatchSemaphore(value: 0)
    let (counts, count) = AsyncStream.makeStream(of: Int.self)
    let server = OriginServer { peer in
      guard let socket = WebSocketPeer(peer) else { return }
      gate.wait()
      var messages = 0
      while case .message(let message, _)? = socket.next(), message.count > 1 { messages += 1 }
      count.yield(messages)
      _ = socket.next()
    }
    let reader = try await Reader(server)
    #expect(await reader.next() == ["opened"])
    let message = [UInt8](repeating: 7, count: 64 * 1024)
    var sent = 0
    while await reader.webSocket.send(message, isText: false) { sent += 1 }
    #expect(await !reader.webSocket.takesMore && sent > 3)
    gate.signal()
    #expect(await reader.next() == ["drained"])
    #expect(await reader.webSocket.send([1], isText: false))
    #expect(await counts.first { _ in true } == sent)
    await reader.end()
  }
}
