// The client over real sockets: answers of every shape, connections that are kept, and what is told
// when something goes wrong.
// The rule to keep: time limits are set short and waited for, never slept over; a server counts
// what it got, so that nothing can be sent twice unseen.

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

@Suite("HTTP client", .timeLimit(.minutes(1))) struct HTTPClientTests {
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

  @Test func `a server that is not there has got nothing`() async throws {
    let server = OriginServer(handler: echo)
    server.stop()
    let client = try await HTTPClient()
    let request = try server.request()
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .connectFailed && error?.delivery == .notSent)
    #expect(
      error?.description
        == "http://127.0.0.1:\(server.port): It takes no connections: Connection refused. "
        + "Nothing was sent.")
    await client.close()
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
