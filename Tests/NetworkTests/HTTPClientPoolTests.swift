// Which request gets which connection, and how long anything may take.
// The rule to keep: the server holds its answers until the test lets them go, so that nothing
// depends on who is faster.

import Dispatch
import Testing
import Wire

@testable import Network

/// A server whose answers wait, and that tells each request's path when it comes.
private final class SlowServer: Sendable {
  let server: OriginServer
  let arrivals: AsyncStream<String>
  private let gate: DispatchSemaphore

  init() {
    let (arrivals, arrival) = AsyncStream.makeStream(of: String.self)
    let gate = DispatchSemaphore(value: 0)
    self.arrivals = arrivals
    self.gate = gate
    server = OriginServer { peer in
      while let request = peer.receiveRequest() {
        arrival.yield(String(request.split(separator: " ")[1]))
        gate.wait()
        peer.answer("a")
      }
    }
  }

  /// Lets one answer go; whichever request has waited longest gets it.
  func release(_ count: Int = 1) { for _ in 0..<count { gate.signal() } }
}

/// Requests in the order in which they were made, and what comes of them in the order in which it
/// comes.
@LoopActor private final class Caller {
  let client: HTTPClient
  private let origin: HTTPOrigin
  private let (outcomes, outcome) = AsyncStream.makeStream(of: String.self)

  init(_ server: OriginServer, _ limits: HTTPClient.Limits) throws {
    client = try HTTPClient(limits: limits)
    origin = try HTTPOrigin("http://127.0.0.1:\(server.port)")
  }

  func send(_ path: String, isUrgent: Bool = false) {
    let request = HTTPClientRequest(.post, origin, path)
    client.send(request, isUrgent: isUrgent) { [outcome] result in
      switch result {
      case .success(let response): outcome.yield("\(path) \(response.status)")
      case .failure(let error): outcome.yield("\(path) \(error.code.rawValue) \(error.delivery)")
      }
    }
  }

  func next(_ count: Int = 1) async -> [String] { await first(count, of: outcomes) }
}

private func first(_ count: Int, of stream: AsyncStream<String>) async -> [String] {
  var found: [String] = []
  for await element in stream.prefix(count) { found.append(element) }
  return found
}

private func limits(_ change: (inout HTTPClient.Limits) -> Void) -> HTTPClient.Limits {
  var limits = HTTPClient.Limits()
  change(&limits)
  return limits
}

@Suite("HTTP client pool", .serialized, .timeLimit(.minutes(10))) struct HTTPClientPoolTests {
  @Test func `requests at the same time share no connection, and no more are opened than may be`()
    async throws
  {
    let slow = SlowServer()
    let caller = try await Caller(slow.server, limits { $0.connectionsMax = 2 })
    for path in ["/1", "/2", "/3", "/4", "/5"] { await caller.send(path) }
    #expect(await Set(first(2, of: slow.arrivals)) == ["/1", "/2"])
    slow.release(5)
    #expect(await Set(caller.next(5)) == ["/1 200", "/2 200", "/3 200", "/4 200", "/5 200"])
    #expect(slow.server.counts.connections == 2 && slow.server.counts.requests == 5)
    await caller.client.close()
  }

  @Test func `an urgent request has connections that no other may take`() async throws {
    let slow = SlowServer()
    let caller = try await Caller(
      slow.server,
      limits {
        $0.connectionsMax = 1
        $0.urgentConnectionsMax = 1
      })
    await caller.send("/order")
    #expect(await first(1, of: slow.arrivals) == ["/order"])
    await caller.send("/cancel", isUrgent: true)
    #expect(await first(1, of: slow.arrivals) == ["/cancel"])
    await caller.send("/later")
    slow.release()
    // The order's answer comes first; its connection is then free for the one that waits.
    #expect(await caller.next() == ["/order 200"])
    #expect(await first(1, of: slow.arrivals) == ["/later"])
    slow.release()
    #expect(await caller.next() == ["/cancel 200"])
    await caller.send("/last")
    await caller.send("/brake", isUrgent: true)
    // The free connection is for urgent requests as long as another one is busy.
    #expect(await first(1, of: slow.arrivals) == ["/brake"])
    slow.release(3)
    #expect(await Set(caller.next(3)) == ["/later 200", "/brake 200", "/last 200"])
    #expect(slow.server.counts.connections == 2)
    await caller.client.close()
  }

  @Test func `an urgent request stands first where requests wait`() async throws {
    let slow = SlowServer()
    let caller = try await Caller(
      slow.server,
      limits {
        $0.connectionsMax = 1
        $0.urgentConnectionsMax = 0
      })
    for path in ["/1", "/2", "/3"] { await caller.send(path) }
    #expect(await first(1, of: slow.arrivals) == ["/1"])
    await caller.send("/4", isUrgent: true)
    await caller.send("/5", isUrgent: true)
    slow.release(5)
    #expect(await first(4, of: slow.arrivals) == ["/4", "/5", "/2", "/3"])
    await caller.client.close()
  }

  @Test func `more requests than may wait fail at once, with nothing sent`() async throws {
    let slow = SlowServer()
    let caller = try await Caller(
      slow.server,
      limits {
        $0.connectionsMax = 1
        $0.requestsWaitingMax = 1
      })
    await caller.send("/1")
    #expect(await first(1, of: slow.arrivals) == ["/1"])
    await caller.send("/2")
    await caller.send("/3")
    #expect(await caller.next() == ["/3 TOO_MANY_REQUESTS notSent"])
    slow.release(2)
    #expect(await caller.next(2) == ["/1 200", "/2 200"])
    await caller.client.close()
  }

  @Test func `what a closed client had under way is uncertain, what waited was not sent`()
    async throws
  {
    let slow = SlowServer()
    let caller = try await Caller(slow.server, limits { $0.connectionsMax = 1 })
    await caller.send("/1")
    await caller.send("/2")
    #expect(await first(1, of: slow.arrivals) == ["/1"])
    await caller.client.close()
    #expect(await caller.next(2) == ["/1 CLIENT_CLOSED uncertain", "/2 CLIENT_CLOSED notSent"])
    slow.release()
  }

  @Test func `an answer that does not come in time is uncertain, a request that waited not sent`()
    async throws
  {
    let slow = SlowServer()
    let caller = try await Caller(
      slow.server,
      limits {
        $0.connectionsMax = 1
        $0.firstByteMilliseconds = 50
      })
    await caller.send("/1")
    #expect(await caller.next() == ["/1 ANSWER_TIMEOUT uncertain"])
    let other = try await Caller(
      slow.server,
      limits {
        $0.connectionsMax = 1
        // Never reached.
        $0.firstByteMilliseconds = 600_000
        $0.exchangeMilliseconds = 2 * reachableMilliseconds
        $0.waitMilliseconds = reachableMilliseconds
      })
    await other.send("/2")
    #expect(await first(2, of: slow.arrivals) == ["/1", "/2"])
    await other.send("/3")
    #expect(await other.next(2) == ["/3 WAIT_TIMEOUT notSent", "/2 EXCHANGE_TIMEOUT uncertain"])
    slow.release(2)
    await caller.client.close()
    await other.client.close()
  }

  @Test func `an answer that goes on is ended by the deadline of the exchange`() async throws {
    let server = OriginServer { peer in
      _ = peer.receiveRequest()
      peer.send("HTTP/1.1 200 OK\r\n\r\n")
      _ = peer.receive()
    }
    let client = try await HTTPClient(
      limits: limits { $0.exchangeMilliseconds = reachableMilliseconds })
    #expect(await outcome(client, try server.request()) == "EXCHANGE_TIMEOUT uncertain")
    await client.close()
  }

  @Test func `a server that takes no bytes is given up, and may have got some`() async throws {
    let gate = DispatchSemaphore(value: 0)
    let server = OriginServer { _ in gate.wait() }
    let client = try await HTTPClient(limits: limits { $0.writeMilliseconds = 50 })
    let body = [UInt8](repeating: 0, count: 32 * 1024 * 1024)
    #expect(
      await outcome(client, try server.request(.post, body: body)) == "WRITE_TIMEOUT uncertain")
    gate.signal()
    await client.close()
  }

  @Test func `a connection that stays idle is closed`() async throws {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let server = OriginServer { peer in
      echo(peer)
      end.yield()
    }
    let client = try await HTTPClient(limits: limits { $0.idleMilliseconds = 20 })
    #expect(await outcome(client, try server.request()).hasPrefix("200 "))
    await ends.first { true }
    #expect(server.counts.connections == 1)
    await client.close()
  }

  @Test func `a body above the limit ends the exchange`() async throws {
    let server = OriginServer { peer in
      _ = peer.receiveRequest()
      peer.answer(String(repeating: "a", count: 101))
    }
    let client = try await HTTPClient(limits: limits { $0.answer.bodyBytesMax = 100 })
    #expect(await outcome(client, try server.request()) == "ANSWER_TOO_LARGE uncertain")
    await client.close()
  }

  @Test(arguments: UInt64(1)...5)
  func `many requests at once are each answered with their own`(seed: UInt64) async throws {
    let server = OriginServer(certificate: "good", handler: echo)
    let client = try await localClient()
    let count = 50
    await withTaskGroup { group in
      for number in 0..<count {
        group.addTask {
          var body = [UInt8](repeating: UInt8(ascii: "a"), count: Int(seed) * number * 30)
          body += Array("<\(number)>".utf8)
          let request = try? server.request(.post, "/\(number)", isSecure: true, body: body)
          guard let request else { return }
          let answer = await outcome(client, request)
          #expect(answer.hasPrefix("200 POST /\(number) "), "seed \(seed)")
          #expect(answer.hasSuffix("<\(number)>"), "seed \(seed)")
        }
      }
    }
    #expect(server.counts.requests == count && server.counts.connections <= 8, "seed \(seed)")
    await client.close()
  }
}
