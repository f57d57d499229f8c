// The server over real sockets: order, framing, timeouts, limits, stopping.
// It does not repeat the parser's rules; one malformed request stands for all.
// The rule to keep: time limits are set short and waited for by reading, never by sleeping.

import Network
import Testing
import Wire

private func get(_ path: String, _ headers: String = "") -> String {
  "GET \(path) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n"
}

@Suite("HTTP server", .timeLimit(.minutes(10))) struct HTTPServerTests {
  @Test func `a request is answered and the connection stays open`() async throws {
    let server = try await TestServer()
    let client = server.client()
    for _ in 0..<3 {
      client.send(get("/now"))
      let answer = client.receive(until: "</now>")
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
    }
    await server.closeAll()
  }

  @Test func `a request in single bytes is answered`() async throws {
    let server = try await TestServer()
    let client = server.client()
    let request =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "5\r\nhello\r\n0\r\n\r\n"
    for character in request.utf8 { client.send(String(decoding: [character], as: UTF8.self)) }
    #expect(client.receive(until: "hello").hasSuffix("\r\n\r\nhello"))
    await server.closeAll()
  }

  @Test func `answers keep the order of pipelined requests`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send(get("/later/1") + get("/later/2") + get("/now") + get("/later/3") + get("/release"))
    let answers = client.receive(until: "</release>")
    let bodies = answers.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
    #expect(bodies == ["/later/1", "/later/2", "/now", "/later/3", "/release"])
    await server.closeAll()
  }

  @Test func `no more requests are read than may wait`() async throws {
    var limits = TestServer.quickLimits()
    limits.pipelinedRequestsMax = 2
    let server = try await TestServer(limits: limits)
    let client = server.client()
    client.send(get("/later/1") + get("/later/2") + get("/now"))
    let other = server.client()
    other.send(get("/release"))
    let answers = client.receive(until: "</now>")
    #expect(answers.occurrences(of: "HTTP/1.1 200") == 3)
    await server.closeAll()
  }

  @Test func `thousands of pipelined requests are all answered`() async throws {
    let server = try await TestServer()
    let client = server.client()
    let count = 5_000
    let requests = String(repeating: get("/now"), count: count)
    let sender = Task.detached { client.send(requests) }
    let answers = client.receive(until: "</now>", count: count)
    #expect(answers.occurrences(of: "</now>") == count)
    await sender.value
    await server.closeAll()
  }

  @Test func `a slow reader gets a big answer whole`() async throws {
    let server = try await TestServer()
    let client = server.client(receiveBufferBytes: 4_096)
    client.send(get("/big", "Connection: close\r\n"))
    let answer = client.receiveToEnd()
    #expect(answer?.hasSuffix(String(repeating: "b", count: 1_000_000)) == true)
    await server.closeAll()
  }

  @Test func `HEAD gets the length and no body`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send("HEAD /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let answer = client.receiveToEnd()
    #expect(answer?.contains("Content-Length: 6\r\n") == true)
    #expect(answer?.hasSuffix("\r\n\r\n") == true)
    await server.closeAll()
  }

  @Test func `a client that expects it is told to continue`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    #expect(client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send("hello")
    #expect(client.receive(until: "hello").hasPrefix("HTTP/1.1 200 OK\r\n"))
    await server.closeAll()
  }

  @Test func `100 Continue does not overtake an earlier answer`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send(
      get("/later/1")
        + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    let other = server.client()
    other.send(get("/release"))
    let answers = client.receive(until: "100 Continue\r\n\r\n")
    #expect(answers.hasPrefix("HTTP/1.1 200 OK"))
    #expect(answers.hasSuffix("</later/1>HTTP/1.1 100 Continue\r\n\r\n"))
    client.send("hello")
    #expect(client.receive(until: "hello").hasSuffix("hello"))
    await server.closeAll()
  }

  @Test func `a malformed request is answered, counted, and ends the connection`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send(get("/now") + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + get("/now"))
    let answers = client.receiveToEnd()
    #expect(answers?.occurrences(of: "HTTP/1.1 200 OK") == 1)
    #expect(answers?.occurrences(of: "HTTP/1.1 400 Bad Request") == 1)
    #expect(answers?.contains("Connection: close\r\n") == true)
    #expect(answers?.contains(#""code":"BAD_HEADER","detail":{},"request_id":null}"#) == true)
    let metrics = await server.metrics()
    #expect(metrics.contains(#"http_parse_errors_total{code="BAD_HEADER"} 1"#))
    await server.closeAll()
  }

  @Test func `a body that is too large is refused, and the refusal arrives`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
    client.send(String(repeating: "x", count: 3_000_000))
    #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 413 ") == true)
    await server.closeAll()
  }

  @Test func `a request without an answer gets 500`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send(get("/drop"))
    #expect(client.receive(until: "}").hasPrefix("HTTP/1.1 500 "))
    await server.closeAll()
  }

  @Test func `after the end of input what was asked is still answered`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send(get("/later/1"))
    client.endSending()
    let other = server.client()
    other.send(get("/release"))
    #expect(client.receiveToEnd()?.hasSuffix("</later/1>") == true)
    await server.closeAll()
  }

  @Test func `a request that ends in the middle is refused`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send("GET / HTT")
    client.endSending()
    #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 400 ") == true)
    await server.closeAll()
  }

  @Test func `an HTTP 1_0 client is told when the connection stays open`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(client.receive(until: "now>").contains("Connection: keep-alive\r\n"))
    client.send("GET /now HTTP/1.0\r\n\r\n")
    #expect(client.receiveToEnd()?.contains("Connection: close\r\n") == true)
    await server.closeAll()
  }
}
