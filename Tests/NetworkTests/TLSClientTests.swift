// Encrypted connections: whom the client trusts, what it tells people, sessions taken up again, and
// ends that somebody else may have made.
// The rule to keep: every certificate is really presented by a server that holds its key.

import COpenSSL
import Testing
import Wire

@testable import Network

/// Looks up every name as an address of this machine.
@LoopActor func localClient(
  trusting trustFile: String? = Certificates.shared.authority,
  limits: HTTPClient.Limits = HTTPClient.Limits(), proxy: HTTPProxy? = nil
) throws -> HTTPClient {
  let address = try SocketAddress(host: "127.0.0.1", port: 0)
  let resolver = Resolver { _ in .success([address]) }
  return try HTTPClient(limits: limits, proxy: proxy, trustFile: trustFile, resolver: resolver)
}

@Suite("TLS client", .serialized, .timeLimit(.minutes(10))) struct TLSClientTests {
  @Test(arguments: ["venue.test", "127.0.0.1", "localhost"])
  func `a server with a good certificate is asked, by the name that it has`(host: String)
    async throws
  {
    let server = OriginServer(certificate: "good", handler: echo)
    let client = try await localClient()
    let answer = await outcome(client, try server.request(host: host, isSecure: true))
    #expect(answer.hasPrefix("200 GET / HTTP/1.1\r\nHost: \(host):\(server.port)\r\n"))
    #expect(server.counts.protocols == ["http/1.1"])
    // An address is no name for Server Name Indication.
    #expect(server.counts.names == [host == "127.0.0.1" ? "" : host])
    await client.close()
  }

  private static let refusals: [(certificate: String, host: String, sentence: String)] = [
    ("expired", "venue.test", "The certificate of venue.test has expired. Check this machine's"),
    ("wrong-host", "venue.test", "The certificate is for another host than venue.test."),
    ("wrong-host", "127.0.0.1", "The certificate is for another host than 127.0.0.1."),
    ("self-signed", "venue.test", "The certificate of venue.test is signed by itself."),
    ("revoked", "venue.test", "The certificate of venue.test was revoked by its issuer."),
  ]

  @Test(arguments: refusals)
  func `a bad certificate is refused before a byte of the request leaves`(
    certificate: String, host: String, sentence: String
  ) async throws {
    let server = OriginServer(certificate: certificate, handler: echo)
    let client = try await localClient(trusting: Certificates.shared.authorityWithRevocations)
    let request = try server.request(host: host, isSecure: true)
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .certificateRefused && error?.delivery == .notSent)
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    #expect(server.counts.requests == 0)
    await client.close()
  }

  @Test func `an issuer that nobody trusts is refused`() async throws {
    let server = OriginServer(certificate: "good", handler: echo)
    let client = try await localClient(trusting: nil)
    let request = try server.request(host: "venue.test", isSecure: true)
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .certificateRefused && error?.delivery == .notSent)
    #expect(error?.description.contains("Nobody that this machine trusts has signed") == true)
    await client.close()
  }

  @Test func `a list of revoked certificates refuses only what is on it`() async throws {
    let server = OriginServer(certificate: "good", handler: echo)
    let client = try await localClient(trusting: Certificates.shared.authorityWithRevocations)
    let answer = await outcome(client, try server.request(host: "venue.test", isSecure: true))
    #expect(answer.hasPrefix("200 "))
    await client.close()
  }

  @Test func `a file without certificates is refused by name`() async throws {
    let error = await #expect(throws: NetworkError.self) {
      try await HTTPClient(trustFile: "/nonexistent.pem")
    }
    #expect(error?.description.contains("/nonexistent.pem") == true)
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `later connections take up the session of an earlier one`(version: Int32) async throws {
    let server = OriginServer(certificate: "good", version: version) { peer in
      while peer.receiveRequest() != nil { peer.answer("a", "Connection: close\r\n") }
    }
    let client = try await localClient()
    let request = try server.request(host: "venue.test", isSecure: true)
    for _ in 1...4 { #expect(await outcome(client, request) == "200 a") }
    #expect(server.counts.connections == 4 && server.counts.resumed == 3)
    await client.close()
  }

  @Test func `a server that speaks nothing newer than TLS 1_1 is refused`() async throws {
    let server = OriginServer(certificate: "good", version: TLS1_1_VERSION, handler: echo)
    let client = try await localClient()
    let request = try server.request(host: "venue.test", isSecure: true)
    #expect(await outcome(client, request) == "TLS_FAILED notSent")
    await client.close()
  }

  @Test func `a server that does not encrypt is told apart from a bad one`() async throws {
    let server = OriginServer { peer in
      _ = peer.receive()
      peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    let client = try await localClient()
    let request = try server.request(isSecure: true)
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .tlsFailed && error?.delivery == .notSent)
    #expect(error?.description.contains("does not speak TLS on this port") == true)
    await client.close()
  }

  @Test func `a handshake that breaks off has sent nothing`() async throws {
    let server = OriginServer { peer in
      _ = peer.receive()
      peer.reset()
    }
    let client = try await localClient()
    #expect(
      await outcome(client, try server.request(isSecure: true)) == "CONNECTION_LOST notSent")
    await client.close()
  }

  @Test func `a body without a length needs close_notify, another does not`() async throws {
    let head = "HTTP/1.1 200 OK\r\n"
    for (answer, expected) in [
      (head + "\r\nab", "ANSWER_TRUNCATED uncertain"),
      (head + "Content-Length: 2\r\n\r\nab", "200 ab"),
      (head + "Content-Length: 3\r\n\r\nab", "ANSWER_TRUNCATED uncertain"),
    ] {
      let server = OriginServer(certificate: "good") { peer in
        _ = peer.receiveRequest()
        peer.send(answer)
        peer.cut()
      }
      let client = try await localClient()
      #expect(await outcome(client, try server.request(isSecure: true)) == expected)
      await client.close()
    }
  }

  @Test func `the server is told when the client has no more use for it`() async throws {
    let (ends, end) = AsyncStream.makeStream(of: Bool.self)
    let server = OriginServer(certificate: "good") { peer in
      _ = peer.receiveRequest()
      peer.answer("a", "Connection: close\r\n")
      _ = peer.receive()
      end.yield(peer.hasReceivedCloseNotify)
    }
    let client = try await localClient()
    #expect(await outcome(client, try server.request(isSecure: true)) == "200 a")
    #expect(await ends.first { _ in true } == true)
    await client.close()
  }

  @Test func `a long answer and a long request come whole`() async throws {
    let server = OriginServer(certificate: "good", handler: echo)
    let client = try await localClient()
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
    let request = try server.request(.post, isSecure: true, body: body)
    let response = try await client.send(request)
    #expect(response.body.count > body.count && response.body.suffix(body.count) == body[...])
    await client.close()
  }
}
