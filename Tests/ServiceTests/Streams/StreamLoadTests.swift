// The event streams while orders pour in: nobody loses an event and nobody gets one twice, whatever
// happens to the reader or to the service.

import Dispatch
import Glibc
import Synchronization
import Testing
import Trading
import Wire

@Suite struct StreamLoadTests {
  /// Sends market orders from several callers at once until told to stop; the service may die.
  private final class Orders: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let answered = Atomic<Int>(0)
    private let group = DispatchGroup()

    init(_ port: UInt16, callers: Int = 3) {
      for _ in 0..<callers {
        DispatchQueue(label: "orders").async(group: group) { self.run(port) }
      }
    }

    var count: Int { answered.load(ordering: .relaxed) }

    private func run(_ port: UInt16) {
      guard let connection = try? APIConnection(port: port) else { return }
      let body = #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.001}"#
      while !isOver.load(ordering: .relaxed) {
        connection.send("POST", "/orders", Array(body.utf8))
        guard (try? connection.receive().status) == 201 else { return }
        answered.add(1, ordering: .relaxed)
      }
    }

    func end() {
      isOver.store(true, ordering: .relaxed)
      group.wait()
    }
  }

  private static let settings = ServiceProcess.unlimited.merging(
    ["MOCK_BALANCES": "USDT=100000000000"]
  ) { $1 }

  private func all(_ service: ServiceProcess) throws -> [ReceivedEvent] {
    try StreamClient(.serverSentEvents, port: service.port, after: "0").journalUntilCaughtUp()
  }

  @Test func `readers that begin anywhere under load have every event once`() async throws {
    try await apart {
      let service = try ServiceProcess.start(StreamLoadTests.settings)
      let orders = Orders(service.port)
      let found = Mutex<[[ReceivedEvent]]>([])
      let group = DispatchGroup()
      let isLast: @Sendable (ReceivedEvent) -> Bool = { $0.type == "trading_state" }
      for number in 0..<12 {
        #expect(eventually { orders.count > number * 60 })
        let kind = StreamKind.allCases[number % 2]
        DispatchQueue(label: "reader").async(group: group) {
          let client = try? StreamClient(kind, port: service.port, after: "0")
          let events = client?.journal(until: isLast) ?? []
          found.withLock { $0.append(events) }
        }
      }
      orders.end()
      let state = #"{"state":"REDUCING","reason":"The test is over."}"#
      #expect(try service.call("PUT", "/trading-state", state).status == 200)
      group.wait()
      let journal = try self.all(service)
      #expect(journal.count > 12 * 60 * 4)
      for events in found.withLock({ $0 }) { #expect(events == journal) }
    }
  }

  @Test func `streams go on without a gap after the service was killed under load`() async throws {
    try await apart {
      let directory = try TestDirectory()
      var received: [StreamKind: [ReceivedEvent]] = [:]
      var last: [StreamKind: String] = [:]
      for _ in 0..<3 {
        let service = try ServiceProcess.start(StreamLoadTests.settings, directory: directory)
        let clients = try StreamKind.allCases.map { kind in
          (kind, try StreamClient(kind, port: service.port, after: last[kind] ?? "0"))
        }
        for (kind, client) in clients {
          #expect([101, 200].contains(client.head.status), "\(kind)")
        }
        let orders = Orders(service.port)
        #expect(eventually { orders.count > 200 })
        service.end(SIGKILL)
        orders.end()
        for (kind, client) in clients {
          while let event = client.next() {
            if event.id != nil, event.type != "heartbeat" {
              received[kind, default: []].append(event)
            }
          }
          last[kind] = client.lastID
        }
      }
      let service = try ServiceProcess.start(StreamLoadTests.settings, directory: directory)
      let journal = try self.all(service)
      for kind in StreamKind.allCases {
        let rest = try StreamClient(kind, port: service.port, after: last[kind])
        let whole = (received[kind] ?? []) + rest.journalUntilCaughtUp()
        #expect(whole.count > 600 * 4)
        let differing = zip(whole, journal).first { $0 != $1 }
        #expect(differing == nil, "\(differing.map { "\($0.0.text) / \($0.1.text)" } ?? "")")
        #expect(whole.count >= journal.count)
      }
    }
  }

  @Test(arguments: StreamKind.allCases)
  func `a reader that does not read is let go, and comes back without a gap`(
    kind: StreamKind
  ) async throws {
    try await apart {
      let service = try ServiceProcess.start(StreamLoadTests.settings)
      let name = kind == .webSocket ? "websocket" : "sse"
      let slow = try StreamClient(kind, port: service.port, receiveBufferBytes: 4_096)
      while let event = slow.next(), event.type != "plugin" {}
      let orders = Orders(service.port)
      let dropped = "execution_streams_dropped_total{transport=\"\(name)\"}"
      var isDropped = false
      // Some megabytes lie in the kernel before anything waits in the service, and a sanitizer
      // makes it slow.
      for _ in 0..<30 where !isDropped {
        isDropped = try eventually { try service.metric(dropped) == 1 }
      }
      #expect(isDropped)
      orders.end()
      var events: [ReceivedEvent] = []
      while let event = slow.next() {
        if event.id != nil, event.type != "heartbeat" { events.append(event) }
      }
      if kind == .webSocket { #expect(slow.closeCode == .tryAgainLater) }
      let journal = try self.all(service)
      #expect(events.count < journal.count)
      let rest = try StreamClient(kind, port: service.port, after: slow.lastID)
      #expect(events + rest.journalUntilCaughtUp() == journal)
    }
  }

  @Test func `heartbeats move the id over what a filter keeps out`() async throws {
    try await apart {
      let service = try ServiceProcess.start(StreamLoadTests.settings)
      let clients = try StreamKind.allCases.map {
        try StreamClient($0, port: service.port, query: "types=plugin,trading_state")
      }
      for client in clients { while let event = client.next(), event.type != "plugin" {} }
      let orders = Orders(service.port)
      #expect(eventually { orders.count > 20 })
      orders.end()
      for client in clients {
        let event = client.next()
        #expect(event?.type == "heartbeat")
        #expect(client.lastID == event?.id)
        // By now the journal has long been at rest.
        let end = try self.all(service).last?.json?["sequence"]?.integer
        #expect(event?.id == end.map { "\($0)" })
      }
    }
  }
}
