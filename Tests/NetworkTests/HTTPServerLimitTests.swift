// What the server does to clients that are slow, silent or too many, and how it stops.
// It does not measure times; short limits must fire, long ones must not.
// The rule to keep: a limit under test is short, all others stay far away.

import Network
import Testing
import Wire

private func limits(_ change: (inout HTTPServer.Limits) -> Void) -> HTTPServer.Limits {
  var limits = TestServer.quickLimits()
  change(&limits)
  return limits
}

private let request = "GET /now HTTP/1.1\r\nHost: a\r\n\r\n"
private let later = "GET /later/1 HTTP/1.1\r\nHost: a\r\n\r\n"
private let release = "GET /release HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite("HTTP server limits", .timeLimit(.minutes(10))) struct HTTPServerLimitTests {
  @Test func `a head that does not end is answered with 408`() async throws {
    let server = try await TestServer(limits: limits { $0.headMilliseconds = 50 })
    let client = server.client()
    client.send("GET / HTTP/1.1\r\n")
    #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 408 ") == true)
    await server.closeAll()
  }

  @Test func `dripping bytes buys a head no time`() async throws {
    let server = try await TestServer(
      limits: limits {
        $0.headMilliseconds = 50
        $0.request.headBytesMax = .max
      })
    let client = server.client()
    client.send("GET / HTTP/1.1\r\nX: ")
    let dripper = Task.detached {
      while !Task.isCancelled { client.send("y") }
    }
    #expect(client.receive(until: "REQUEST_TIMEOUT").hasPrefix("HTTP/1.1 408 "))
    dripper.cancel()
    await dripper.value
    await server.closeAll()
  }

  @Test func `a body that does not grow is answered with 408`() async throws {
    let server = try await TestServer(limits: limits { $0.bodyProgressMilliseconds = 50 })
    let client = server.client()
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nx")
    #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 408 ") == true)
    await server.closeAll()
  }

  @Test func `a body has an end of time even if it grows`() async throws {
    let server = try await TestServer(
      limits: limits {
        $0.bodyMilliseconds = 50
        $0.bodyProgressBytesMin = 0
      })
    let client = server.client()
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nx")
    #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 408 ") == true)
    await server.closeAll()
  }

  @Test func `an idle connection is closed without a word`() async throws {
    let server = try await TestServer(limits: limits { $0.idleMilliseconds = 1_000 })
    #expect(server.client().receiveToEnd()?.isEmpty == true)
    let client = server.client()
    client.send(request)
    #expect(client.receiveToEnd()?.hasSuffix("</now>") == true)
    await server.closeAll()
  }

  @Test func `a request that waits for its answer is not idle`() async throws {
    let server = try await TestServer(limits: limits { $0.idleMilliseconds = 1_000 })
    let client = server.client()
    client.send(later)
    // The other connection ends by the idle limit, so that much time has passed by then.
    #expect(server.client().receiveToEnd()?.isEmpty == true)
    server.client().send(release)
    #expect(client.receive(until: "</later/1>").hasSuffix("</later/1>"))
    await server.closeAll()
  }

  @Test func `a client that takes no bytes is closed`() async throws {
    let server = try await TestServer(limits: limits { $0.writeStallMilliseconds = 50 })
    let client = server.client(receiveBufferBytes: 4_096)
    client.send(String(repeating: "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", count: 8))
    // What it takes shows that it was accepted; after that it takes nothing.
    _ = client.receive(until: "HTTP/1.1 200 OK")
    while await server.connectionCount > 0 { await Task.yield() }
    withExtendedLifetime(client) {}
    await server.closeAll()
  }

  @Test func `a client that never closes is closed after the last answer`() async throws {
    let server = try await TestServer(limits: limits { $0.lingerMilliseconds = 50 })
    let client = server.client()
    client.send("GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    _ = client.receiveToEnd()
    while await server.connectionCount > 0 { await Task.yield() }
    withExtendedLifetime(client) {}
    await server.closeAll()
  }

  @Test func `answers that nobody takes stay within what all connections may leave waiting`()
    async throws
  {
    let server = try await TestServer(
      limits: limits {
        $0.outputBytesMax = .max
        $0.answerBytesMax = 2_000_000
      })
    let clients = (1...4).map { _ in server.client() }
    let big = "GET /big HTTP/1.1\r\nHost: a\r\n\r\n"
    let last = "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    for client in clients { client.send(String(repeating: big, count: 15) + last) }
    while await server.answerBytesWaiting ?? 0 < 2_000_000 { await Task.yield() }
    let other = server.client()
    other.send("GET /room HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(other.receive(until: "room>").hasSuffix("<no room>"))
    // One answer of each connection comes on top; each is a megabyte and its head.
    #expect(try #require(await server.answerBytesWaiting) < 2_000_000 + 4 * 1_001_000)
    for client in clients {
      #expect(client.receiveToEnd()?.hasSuffix("</now>") == true)
    }
    other.send("GET /room HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(other.receive(until: "room>").hasSuffix("<room>"))
    #expect(await server.answerBytesWaiting == 0)
    await server.closeAll()
  }

  @Test func `answers of a connection that ends are not counted as waiting`() async throws {
    let server = try await TestServer(limits: limits { $0.outputBytesMax = .max })
    var client: TestClient? = server.client(receiveBufferBytes: 4_096)
    client?.send(later + String(repeating: "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", count: 8))
    while await server.answerBytesWaiting ?? 0 < 8_000_000 { await Task.yield() }
    client = nil
    server.client().send(release)
    while await server.connectionCount > 0 { await Task.yield() }
    #expect(await server.answerBytesWaiting == 0)
    await server.closeAll()
  }

  @Test func `while a long answer is made, its connection begins nothing else`() async throws {
    let server = try await TestServer()
    let client = server.client()
    client.send("GET /long/1 HTTP/1.1\r\nHost: a\r\n\r\n" + later + release)
    while await server.waitingCount == 0 { await Task.yield() }
    let other = server.client()
    other.send(request)
    _ = other.receive(until: "</now>")
    #expect(await server.waitingCount == 1)
    other.send(release)
    let answers = client.receive(until: "</release>")
    #expect(answers.occurrences(of: "HTTP/1.1 200 OK") == 3)
    await server.closeAll()
  }

  @Test func `one connection too many is refused politely`() async throws {
    let server = try await TestServer(limits: limits { $0.connectionsMax = 1 })
    let first = server.client()
    first.send(request)
    _ = first.receive(until: "</now>")
    let second = server.client()
    second.send(request)
    let answer = second.receiveToEnd()
    #expect(answer?.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") == true)
    #expect(answer?.contains("Retry-After: 1\r\n") == true)
    #expect(answer?.contains("Connection: close\r\n") == true)
    #expect(answer?.contains("TOO_MANY_CONNECTIONS") == true)
    first.send(request)
    #expect(first.receive(until: "</now>").hasPrefix("HTTP/1.1 200 OK"))
    let metrics = await server.metrics()
    #expect(metrics.contains("http_connections_refused_total 1"))
    #expect(metrics.contains("http_connections_open 1"))
    await server.closeAll()
  }

  @Test func `stopping answers what has begun, closes what is idle, and takes nothing new`()
    async throws
  {
    let server = try await TestServer()
    let idle = server.client()
    idle.send(request)
    _ = idle.receive(until: "</now>")
    let busy = server.client()
    busy.send(later)
    let begun = server.client()
    begun.send("GET /release HT")
    // A connection that is counted need not have been read from.
    while await server.connectionCount < 3 { await Task.yield() }
    while await server.waitingCount < 1 { await Task.yield() }
    await server.stopAccepting()
    #expect(idle.receiveToEnd()?.isEmpty == true)
    begun.send("TP/1.1\r\nHost: a\r\n\r\n")
    #expect(begun.receiveToEnd()?.contains("Connection: close\r\n") == true)
    let answer = busy.receiveToEnd()
    #expect(answer?.contains("Connection: close\r\n") == true)
    #expect(answer?.hasSuffix("</later/1>") == true)
    busy.endSending()
    begun.endSending()
    await server.drain()
    #expect(await server.connectionCount == 0)
    #expect(server.client().receive() == nil)
  }
}
