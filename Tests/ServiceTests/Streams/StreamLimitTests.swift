// Where streams end without having been asked to: too many of them, and peers that are gone without
// a word.

import Glibc
import Testing
import Wire

@Suite struct StreamLimitTests {
  @Test func `one stream too many is refused, and orders and the others go on`() async throws {
    try await apart { try self.fillUp() }
  }

  private func fillUp() throws {
    allowDescriptors(4_096)
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    var clients: [StreamClient] = []
    for _ in 0..<2_000 {
      clients.append(try StreamClient(.serverSentEvents, port: service.port))
    }
    #expect(clients.allSatisfy { $0.head.status == 200 })
    for kind in StreamKind.allCases {
      let refused = try StreamClient(kind, port: service.port).head
      #expect(refused.status == 503 && refused.code == "TOO_MANY_STREAMS")
      #expect(refused.header("Retry-After") == "1")
    }
    let order = try service.order(
      #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.001}"#)
    #expect(order.status == 201)
    #expect(clients.last?.nextInJournal()?.json?["order_id"]?.string == order.orderID)
    clients.removeFirst()
    let open = #"execution_streams_open{transport="sse"}"#
    #expect(try eventually { try service.metric(open) == 1_999 })
    #expect(try StreamClient(.webSocket, port: service.port).head.status == 101)
  }

  @Test func `a peer that answers no ping is cut off, and one that does is not`() async throws {
    try await apart { try self.outlastPings() }
  }

  private func outlastPings() throws {
    let service = try ServiceProcess.start()
    let open = #"execution_streams_open{transport="websocket"}"#
    let mute = try StreamClient(.webSocket, port: service.port)
    let alive = try StreamClient(.webSocket, port: service.port)
    #expect(try eventually { try service.metric(open) == 2 })
    // Two heartbeats: the ping, and the look for its answer.
    var looksLeft = 400
    while try service.metric(open) == 2, looksLeft > 0 {
      looksLeft -= 1
      alive.send(.pong, [])
      usleep(100_000)
    }
    #expect(try service.metric(open) == 1)
    while mute.next() != nil {}
    #expect(mute.closeCode == nil, "there is nobody to say good-bye to")
    alive.send(.close, WebSocketEncoder.closePayload(.normal, reason: ""))
    while alive.next() != nil {}
    #expect(alive.closeCode == .normal)
  }

  /// As many open files as that, if the system lets this process have them.
  private func allowDescriptors(_ count: rlim_t) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = max(limit.rlim_cur, min(count, limit.rlim_max))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
