// Connections through a proxy: what it is asked, what it may answer, and when it is asked at all.

import Testing
import Wire

@testable import Network

@Suite("HTTP proxy", .serialized, .timeLimit(.minutes(10))) struct HTTPProxyTests {
  private func proxied(
    by server: OriginServer, credentials: String = ""
  ) async throws -> HTTPClient {
    let proxy = try HTTPProxy(
      environment: ["HTTPS_PROXY": "http://\(credentials)127.0.0.1:\(server.port)"])
    return try await localClient(proxy: proxy)
  }

  @Test func `an encrypted connection goes through a tunnel, and the proxy sees no request`()
    async throws
  {
    let (questions, question) = AsyncStream.makeStream(of: String.self)
    let server = OriginServer { peer in
      question.yield(peer.receiveRequest() ?? "")
      peer.send("HTTP/1.1 200 Connection established\r\n\r\n")
      peer.startTLS("good")
      echo(peer)
    }
    let client = try await proxied(by: server, credentials: "user:p%40ss@")
    let request = HTTPClientRequest(.get, try HTTPOrigin("https://venue.test"), "/a")
    for _ in 1...2 {
      #expect(
        await outcome(client, request).hasPrefix("200 GET /a HTTP/1.1\r\nHost: venue.test\r\n"))
    }
    #expect(
      await questions.first { _ in true }
        == "CONNECT venue.test:443 HTTP/1.1\r\nHost: venue.test:443\r\n"
        + "Proxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n")
    #expect(server.counts.connections == 1 && server.counts.names == ["venue.test"])
    await client.close()
  }

  private static let refusals: [(answer: String, sentence: String)] = [
    ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "opens no connection: status 403."),
    (
      "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
      "The proxy wants a name and a password (407)"
    ),
    ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\nno", "The proxy gives no answer."),
    ("SSH-2.0-OpenSSH\r\n", "The proxy gives no answer. The status line is not"),
    ("", "The proxy gives no answer. The connection ended before the answer."),
  ]

  @Test(arguments: refusals)
  func `a proxy that opens no tunnel has got nothing of the request`(
    answer: String, sentence: String
  ) async throws {
    let server = OriginServer { peer in
      _ = peer.receiveRequest()
      peer.send(answer)
    }
    let client = try await proxied(by: server, credentials: "user:secret@")
    let request = HTTPClientRequest(.get, try HTTPOrigin("https://venue.test"), "/a")
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .proxyRefused && error?.delivery == .notSent)
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    #expect(error?.description.contains("secret") == false)
    await client.close()
  }

  @Test func `connections in clear and to this machine go without the proxy`() async throws {
    let proxy = OriginServer { peer in _ = peer.receive() }
    let server = OriginServer(certificate: "good", handler: echo)
    let plain = OriginServer(handler: echo)
    let client = try await proxied(by: proxy)
    let secure = await outcome(client, try server.request(host: "localhost", isSecure: true))
    let clear = await outcome(client, try plain.request(host: "venue.test"))
    #expect(secure.hasPrefix("200 ") && clear.hasPrefix("200 "))
    #expect(proxy.counts.connections == 0)
    await client.close()
  }

  @Test(arguments: [
    ("", true), ("*", false), ("api.venue.test", false), ("venue.test", false),
    (".venue.test", false), ("*.venue.test", false), ("enue.test", true), ("other.test", true),
    ("other.test, API.venue.test", false), ("api.venue.test:443", false),
    ("api.venue.test:8443", true),
  ])
  func `exceptions are names and domains`(exceptions: String, isServed: Bool) throws {
    let proxy = try HTTPProxy(
      environment: ["https_proxy": "http://proxy:3128", "NO_PROXY": exceptions])
    #expect(proxy?.serves(try HTTPOrigin("https://api.venue.test")) == isServed)
  }

  @Test func `there is no proxy without its variable`() throws {
    #expect(try HTTPProxy(environment: ["NO_PROXY": "*"]) == nil)
    #expect(try HTTPProxy(environment: ["HTTPS_PROXY": ""]) == nil)
  }

  @Test(arguments: [
    "proxy:3128", "https://proxy:3128", "http://user:secret@", "http://user:%zz@proxy",
    "http://proxy/secret",
  ])
  func `a proxy that cannot be read is refused without its password`(text: String) {
    let error = #expect(throws: NetworkError.self) {
      try HTTPProxy(environment: ["HTTPS_PROXY": text])
    }
    #expect(error?.description.contains("secret") == false)
    #expect(error?.description.contains("HTTPS_PROXY must be") == true)
  }

  @Test func `a proxy prints without its password`() throws {
    let proxy = try HTTPProxy(environment: ["HTTPS_PROXY": "http://user:secret@proxy:3128"])
    #expect(!"\(String(reflecting: proxy))".contains("dXNlcjpzZWNyZXQ="))
    #expect(!"\(String(reflecting: proxy))".contains("secret"))
  }
}
