// How requests of ours are written, what is refused, and which texts name a server.

import Testing
import Wire

@Suite struct HTTPClientRequestTests {
  private func text(_ request: HTTPClientRequest) throws -> String {
    String(decoding: try request.encoded(), as: UTF8.self)
  }

  @Test func `a request is written with what frames it and nothing else`() throws {
    let origin = try HTTPOrigin("https://api.example.com:443/")
    #expect(
      try text(HTTPClientRequest(.get, origin, "/a?b=%20", headers: [("X-Key", "k")]))
        == "GET /a?b=%20 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: fks-execution\r\n"
        + "Accept-Encoding: identity\r\nX-Key: k\r\n\r\n")
    #expect(
      try text(HTTPClientRequest(.post, HTTPOrigin("http://[::1]:80"), "/", body: Array("ab".utf8)))
        == "POST / HTTP/1.1\r\nHost: [::1]\r\nUser-Agent: fks-execution\r\n"
        + "Accept-Encoding: identity\r\nContent-Length: 2\r\n\r\nab")
    #expect(
      try text(HTTPClientRequest(.post, origin, "/")).contains("\r\nContent-Length: 0\r\n"))
  }

  @Test func `the server's own parser reads what is written`() throws {
    let request = HTTPClientRequest(
      .put, try HTTPOrigin("http://127.0.0.1:9001"), "/o?x=1,2", headers: [("A", "\tb c")],
      body: Array("body".utf8))
    let bytes = try request.encoded()
    var parser = HTTPRequestParser()
    var offset = 0
    guard case .request(let read) = parser.parse(bytes.span, from: &offset) else {
      Issue.record("not a request")
      return
    }
    #expect(read.method == .put && read.target == "/o?x=1,2" && read.body == request.body)
    #expect(read.header("host") == "127.0.0.1:9001" && read.header("a") == "b c")
  }

  @Test(arguments: ["", "a", "/a b", "/é", "/a\r\nX: y", "/a#b", "*"])
  func `a target that is no escaped path is refused`(target: String) throws {
    let request = HTTPClientRequest(.get, try HTTPOrigin("http://a"), target)
    #expect(throws: HTTPClientRequest.Fault.self) { try request.encoded() }
  }

  @Test func `a header that would break out of its line is refused, and its value not told`() throws
  {
    let origin = try HTTPOrigin("http://a")
    for (name, value) in [
      ("X-Key", "secret\n"), ("X-Key", "secret\r\nX: y"), ("X-Key", "secret\0"),
      ("X Key", "secret"),
      ("", "secret"), ("X:", "secret"), ("Host", "secret"), ("content-length", "1"),
      ("Transfer-Encoding", "chunked"),
    ] {
      let request = HTTPClientRequest(.get, origin, "/", headers: [(name, value)])
      let fault = #expect(throws: HTTPClientRequest.Fault.self) { try request.encoded() }
      #expect(fault?.description.contains("secret") == false)
    }
  }

  @Test(arguments: [
    ("https://api.binance.com", "https://api.binance.com", "api.binance.com:443"),
    ("HTTP://Example.COM:80/", "http://example.com", "example.com:80"),
    ("wss://stream.binance.com:9443", "https://stream.binance.com:9443", "stream.binance.com:9443"),
    ("ws://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1:1"),
    ("https://[2001:DB8::1]", "https://[2001:db8::1]", "[2001:db8::1]:443"),
    ("https://[::1]:8443", "https://[::1]:8443", "[::1]:8443"),
  ])
  func `an origin is a scheme, a host and a port`(
    text: String, description: String, authority: String
  ) throws {
    let origin = try HTTPOrigin(text)
    #expect(origin.description == description)
    #expect(origin.authorityWithPort == authority)
    #expect(!origin.host.contains("["))
  }

  @Test(arguments: [
    "", "api.binance.com", "ftp://a", "https://", "https://a:0", "https://a:65536", "https://a:",
    "https://a:b", "https://user:secret@a", "https://a/secret", "https://a?secret", "https://a b",
    "https://a%20b", "https://[::1", "https://::1", "https://a\r\n", "https://é",
  ])
  func `what is no origin is refused, and the text not told`(text: String) {
    let fault = #expect(throws: HTTPOrigin.Fault.self) { try HTTPOrigin(text) }
    #expect(fault?.description.contains("secret") == false)
  }
}
