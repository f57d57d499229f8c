// The client over real sockets: answers of every shape, connections that are kept, and what is told
// when something goes wrong.
// The rule to keep: time limits are set short and waited for, never slept over; a server counts
// what it got, so that nothing can be sent twice unseen.

import Dispatch
import Testing
import Wire

@testable import Network

/// Answers every request with what it got.
let echo: @Sendable (PeerConnection) -> Void = { peer in
  while let request = peer.receiveRequest() { peer.answer(request) }
}

extension OriginServer {
  func request(
    _ method: HTTPMethod = .get, _ target: String = "/", host: String = "127.0.0.1",
    isSecure: Bool = false, body: [UInt8] = []
  ) throws -> HTTPClientRequest {
    let origin = try HTTPOrigin("\(isSecure ? "https" : "http")://\(host):\(port)")
    return HTTPClientRequest(method, origin, target, body: body)
  }
}

/// What came of a request, as text that can be compared.
func outcome(_ client: HTTPClient, _ request: HTTPClientRequest) async -> String {
  do throws(TransportError) {
    let response = try await client.send(request)
    return "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
  } catch {
    return "\(error.code.rawValue) \(error.delivery)"
  }
}

@Suite("HTTP client", .serialized, .timeLimit(.minutes(10))) struct HTTPClientTests {
  @Test func `requests one after the other share a connection`() async throws {
    let server = OriginServer(handler: echo)
    let client = try await HTTPClient()
    for count in 1...3 {
      let request = try server.request(.post, "/a?b=\(count)", body: Array("body".utf8))
      let response = try await client.send(request)
      let text = String(decoding: response.body, as: UTF8.self)
      #expect(text.hasPrefix("POST /a?b=\(count) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
      #expect(text.hasSuffix("\r\n\r\nbody"))
    }
    #expect(server.counts.connections == 1)
    await client.close()
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "200 ab"),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 No\r\nContent-Length: 1\r\n\r\na", "429 a"),
    ("HTTP/1.1 204 No Content\r\n\r\n", "204 "),
    ("HTTP/1.1 200 OK\r\n\r\nto the end", "200 to the end"),
    ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200 a"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "ANSWER_TRUNCATED uncertain"),
    ("HTTP/1.1 200 O", "ANSWER_TRUNCATED uncertain"),
    ("", "CONNECTION_LOST uncertain"),
    ("SSH-2.0-OpenSSH\r\n", "ANSWER_MALFORMED uncertain"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "ANSWER_TOO_LARGE uncertain"),
  ])
  func `an answer is taken whole or not at all`(answer: String, expected: String) async throws {
    for certificate in [nil, "good"] {
      let server = OriginServer(certificate: certificate) { peer in
        _ = peer.receiveRequest()
        peer.send(answer)
      }
      let client = try await HTTPClient(trustFile: Certificates.shared.authority)
      let request = try server.request(isSecure: certificate != nil)
      #expect(await outcome(client, request) == expected)
      await client.close()
    }
  }

  @Test func `a connection that the server announces to close is not used again`() async throws {
    let server = OriginServer { peer in
      while peer.receiveRequest() != nil { peer.answer("a", "Connection: close\r\n") }
    }
    let client = try await HTTPClient()
    for _ in 1...2 { #expect(await outcome(client, try server.request()) == "200 a") }
    #expect(server.counts.connections == 2)
    await client.close()
  }

  @Test func `bytes after an answer are nobody's, and the connection ends`() async throws {
    let server = OriginServer { peer in
      _ = peer.receiveRequest()
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n")
      _ = peer.receive()
    }
    let client = try await HTTPClient()
    for _ in 1...2 { #expect(await outcome(client, try server.request()) == "200 a") }
    #expect(server.counts.connections == 2)
    await client.close()
  }

  @Test
  func `an idle connection that its server has closed is replaced, and the request sent once`()
    async throws
  {
    for certificate in [nil, "good"] {
      let (ends, end) = AsyncStream.makeStream(of: Void.self)
      let server = OriginServer(certificate: certificate) { peer in
        _ = peer.receiveRequest()
        peer.answer("a")
        peer.end()
        end.yield()
      }
      let client = try await HTTPClient(trustFile: Certificates.shared.authority)
      let request = try server.request(.post, isSecure: certificate != nil)
      var ended = ends.makeAsyncIterator()
      for _ in 1...5 {
        #expect(await outcome(client, request) == "200 a")
        await ended.next()
      }
      #expect(server.counts.requests == 5)
      await client.close()
    }
  }

  @Test func `an end that the loop has not heard of yet is seen before a byte is sent`()
    async throws
  {
    let (gate, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let server = OriginServer { peer in
      _ = peer.receiveRequest()
      peer.answer("a")
      gate.wait()
      peer.end()
      ended.signal()
    }
    let client = try await HTTPClient()
    let request = try server.request(.post)
    #expect(await outcome(client, request) == "200 a")
    let status = await Self.sendInTheTurn(client, request) {
      gate.signal()
      ended.wait()
    }
    #expect(status == 200)
    #expect(server.counts.requests == 2)
    gate.signal()
    await client.close()
  }

  /// The loop stands still while something happens, and sends before it looks at sockets.
  @LoopActor private static func sendInTheTurn(
    _ client: HTTPClient, _ request: HTTPClientRequest, after happening: @LoopActor () -> Void
  ) async -> Int? {
    happening()
    return await withCheckedContinuation { continuation in
      client.send(request) { continuation.resume(returning: try? $0.get().status) }
    }
  }

  @Test func `a request that may have arrived is never sent again`() async throws {
    let server = OriginServer { peer in
      guard peer.receiveRequest() != nil else { return }
      peer.answer("a")
      _ = peer.receiveRequest()
      peer.reset()
    }
    let client = try await HTTPClient()
    let request = try server.request(.post)
    #expect(await outcome(client, request) == "200 a")
    #expect(await outcome(client, request) == "CONNECTION_LOST uncertain")
    #expect(server.counts.requests == 2)
    await client.close()
  }

  @Test(arguments: [nil, "good"])
  func `a connection that breaks before the kernel took a byte has sent nothing`(
    certificate: String?
  ) async throws {
    let (gate, reset) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let server = OriginServer(certificate: certificate) { peer in
      gate.wait()
      peer.reset()
      reset.signal()
    }
    let error = try await Self.outcomeOnNewConnection(to: server) {
      gate.signal()
      reset.wait()
    }
    #expect(error.code != .answerTimeout && error.delivery == .notSent, "\(error)")
  }

  /// What comes of a request on a new connection to which something happens first.
  @LoopActor private static func outcomeOnNewConnection(
    to server: OriginServer, after happening: @LoopActor () -> Void
  ) async throws -> TransportError {
    let request = try server.request(isSecure: server.isSecure)
    let limits = HTTPClient.Limits()
    let dialer = Dialer(
      resolver: Resolver(), tls: try TLSContext(trustFile: Certificates.shared.authority),
      proxy: nil, connectMilliseconds: limits.connectMilliseconds)
    let socket = try await withCheckedContinuation { continuation in
      Dial(request.origin, dialer) { continuation.resume(returning: $1) }.start()
    }.get()
    happening()
    let pool = HTTPClientPool(request.origin, limits, dialer)
    let connection = HTTPClientConnection(socket, limits, pool: pool)
    let bytes = try request.encoded()
    let result = await withCheckedContinuation { continuation in
      let exchange = HTTPClientExchange(
        request, bytes: bytes, isUrgent: false, deadlineNanoseconds: .max
      ) { continuation.resume(returning: $0) }
      connection.begin(exchange)
    }
    guard case .failure(let error) = result else { throw SurprisingAnswer() }
    return error
  }

  private struct SurprisingAnswer: Error {}

  @Test func `a server that is not there has got nothing`() async throws {
    let server = DeafPort(refuses: true)
    let client = try await HTTPClient()
    let request = HTTPClientRequest(.get, try HTTPOrigin("http://127.0.0.1:\(server.port)"), "/")
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .connectFailed && error?.delivery == .notSent)
    #expect(
      error?.description
        == "http://127.0.0.1:\(server.port): It takes no connections: Connection refused. "
        + "Nothing was sent.")
    await client.close()
    server.close()
  }

  @Test func `a request that cannot be written is not sent`() async throws {
    let client = try await HTTPClient()
    let request = HTTPClientRequest(.get, try HTTPOrigin("http://127.0.0.1:1"), "no path")
    #expect(await outcome(client, request) == "INVALID_REQUEST notSent")
    await client.close()
    let later = HTTPClientRequest(.get, try HTTPOrigin("http://127.0.0.1:1"), "/")
    #expect(await outcome(client, later) == "CLIENT_CLOSED notSent")
  }
}
