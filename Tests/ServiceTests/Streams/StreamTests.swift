// The event streams of a running service: what is told, in which order, to whom, and what is
// refused. Both transports tell the same.

import Glibc
import Testing
import Trading
import Wire

@Suite struct StreamTests {
  private static let market = #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","#

  /// A life with several orders of two strategies and both symbols, and a change of the state.
  private func live(_ service: ServiceProcess) throws -> [String] {
    var ids: [String] = []
    for number in 1...3 {
      let body = StreamTests.market + #""quantity":0.01,"strategy_id":"s\#(number)"}"#
      ids.append(try service.order(body).orderID ?? "")
    }
    let resting = try service.order(
      #"{"symbol":"ETHUSDT","side":"SELL","order_type":"LIMIT","quantity":0.5,"price":3600,"#
        + #""client_order_id":"rests"}"#)
    ids.append(resting.orderID ?? "")
    #expect(try service.call("PUT", "/orders/rests/cancel").status == 200)
    let state = #"{"state":"REDUCING","reason":"The test is over."}"#
    #expect(try service.call("PUT", "/trading-state", state).status == 200)
    return ids
  }

  private func all(
    _ kind: StreamKind, _ service: ServiceProcess, after id: String = "0", query: String = ""
  ) throws -> [ReceivedEvent] {
    try StreamClient(kind, port: service.port, after: id, query: query).journalUntilCaughtUp()
  }

  @Test(arguments: StreamKind.allCases)
  func `the life of orders is told as it happens, in the words of their journal`(
    kind: StreamKind
  ) throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    let client = try StreamClient(kind, port: service.port)
    #expect(client.head.status == (kind == .webSocket ? 101 : 200))
    let ids = try live(service)
    let events = client.journal { $0.type == "trading_state" }
    for id in ids {
      let journal = try service.get("/orders/\(id)/events").json?["events"]?.elements ?? []
      let told = events.filter { $0.json?["order_id"]?.string == id }.compactMap(\.json)
      #expect(!journal.isEmpty && told.count == journal.count)
      for (told, kept) in zip(told, journal) {
        for (name, value) in kept.members {
          #expect(told[name: name]?.string == value.string, "\(name)")
          #expect(told[name: name]?.numberText == value.numberText, "\(name)")
        }
      }
    }
    let keys = events.map { $0.id.flatMap { id in id.split(separator: ".").last } ?? "" }
    #expect(!keys.contains(""))
    #expect(events.last?.json?["state"]?.string == "REDUCING")
    #expect(try all(kind, service) == events)
    // Both ways to read tell the same.
    #expect(try all(.webSocket, service) == all(.serverSentEvents, service))
  }

  @Test(arguments: StreamKind.allCases)
  func `a stream that goes on after any id has exactly the rest`(kind: StreamKind) throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    _ = try live(service)
    let events = try all(kind, service)
    #expect(events.count > 15)
    for (index, event) in events.enumerated() {
      let rest = try all(kind, service, after: event.id ?? "")
      #expect(rest == Array(events[(index + 1)...]))
    }
    // A whole row.
    let sequence = events[4].json?["sequence"]?.integer ?? 0
    #expect(
      try all(kind, service, after: "\(sequence)")
        == events.filter { ($0.json?["sequence"]?.integer ?? 0) > sequence })
  }

  @Test func `filters let through what they name, and the trading state`() throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    let ids = try live(service)
    let events = try all(.serverSentEvents, service)
    func expect(_ query: String, _ wants: (ReceivedEvent) -> Bool) throws {
      let found = try all(.serverSentEvents, service, query: query)
      #expect(found == events.filter(wants), "\(query)")
      #expect(found.count > 1 && found.count < events.count, "\(query)")
    }
    try expect("symbol=ETH%2FUSDT") {
      $0.json?["symbol"]?.string == "ETHUSDT" || $0.type == "trading_state"
    }
    try expect("strategy_id=s2") {
      $0.json?["strategy_id"]?.string == "s2" || $0.type == "trading_state"
    }
    try expect("order_id=\(ids[1])&plugin=mock") {
      $0.json?["order_id"]?.string == ids[1] || $0.type == "trading_state"
    }
    let fills = try StreamClient(
      .webSocket, port: service.port, after: "0", query: "types=fill,plugin")
    #expect(fills.journalUntilCaughtUp() == events.filter { $0.type == "fill" })
  }

  @Test func `states come after the journal, and positions again when they change`() throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    _ = try service.order(StreamTests.market + #""quantity":0.01}"#)
    for kind in StreamKind.allCases {
      let client = try StreamClient(
        kind, port: service.port, after: "0", query: "types=position,plugin")
      var types: [String] = []
      while types.count < 2, let event = client.next() {
        if event.type != "heartbeat" { types.append(event.type) }
      }
      #expect(types == ["position", "plugin"])
      let before = try service.get("/positions/BTCUSDT").json?["quantity"]?.numberText
      _ = try service.order(StreamTests.market + #""quantity":0.01}"#)
      let after = try service.get("/positions/BTCUSDT").json?["quantity"]?.numberText
      var event = client.next()
      while event?.type == "heartbeat" { event = client.next() }
      #expect(event?.type == "position" && event?.id == nil)
      #expect(event?.json?["quantity"]?.numberText == after)
      #expect(before != after)
    }
  }

  @Test func `a plugin whose breaker opens is told`() throws {
    let service = try ServiceProcess.start(
      ServiceProcess.unlimited.merging(
        ["SUBMIT_WAIT_MS": "100", "CIRCUIT_BREAKER_THRESHOLD": "1"]
      ) { $1 })
    let client = try StreamClient(
      .serverSentEvents, port: service.port, query: "types=plugin")
    var event = client.next()
    while event?.type == "heartbeat" { event = client.next() }
    #expect(event?.json?["breaker"]?.string == "closed")
    _ = try service.setFaults(#"{"lost_answers":1}"#)
    _ = try service.order(StreamTests.market + #""quantity":0.01}"#)
    while let next = client.next(), next.json?["breaker"]?.string != "open" {}
    #expect(client.lastID != nil)
  }

  @Test func `ids and filters that cannot be used are refused`() throws {
    let service = try SharedService.unlimited
    for kind in StreamKind.allCases {
      for (id, code) in [
        ("x", "INVALID_EVENT_ID"), ("-1", "INVALID_EVENT_ID"), ("1.0", "INVALID_EVENT_ID"),
        ("1.2.3", "INVALID_EVENT_ID"), ("999999999", "UNKNOWN_EVENT_ID"),
        ("999999999.1", "UNKNOWN_EVENT_ID"),
      ] {
        let answer = try StreamClient(kind, port: service.port, after: id).head
        #expect(answer.status == 400 && answer.code == code, "\(id)")
      }
      for query in ["types=orders", "types=", "plugin=nowhere", "order_id=1", "symbol=%2F"] {
        let answer = try StreamClient(kind, port: service.port, query: query).head
        #expect(answer.status == 422 && answer.code == "INVALID_QUERY", "\(query)")
      }
    }
  }

  @Test func `a WebSocket needs its handshake, and no web page gets one without keys`() throws {
    let service = try SharedService.unlimited
    #expect(try service.get("/ws").code == "BAD_HANDSHAKE")
    #expect(try service.get("/ws").header("Sec-WebSocket-Version") == "13")
    let page = try StreamClient(
      .webSocket, port: service.port, headers: [("Origin", "http://localhost")])
    #expect(page.head.status == 403 && page.head.code == "BROWSER_REFUSED")
    let accepted = try StreamClient(.webSocket, port: service.port)
    #expect(accepted.head.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test func `HEAD has the head of a stream and no stream`() throws {
    let connection = try APIConnection(port: try SharedService.unlimited.port)
    connection.send("HEAD", "/events")
    let answer = try connection.receive(hasBody: false)
    #expect(answer.status == 200)
    #expect(answer.header("Content-Type") == "text/event-stream")
    #expect(connection.receiveBytes() == nil)
  }

  @Test func `a peer that sends messages or nonsense is closed with the code for it`() throws {
    let service = try SharedService.unlimited
    let speaker = try StreamClient(.webSocket, port: service.port)
    speaker.send(.text, Array("hello".utf8))
    while speaker.next() != nil {}
    #expect(speaker.closeCode == .unsupportedData)
    let liar = try StreamClient(.webSocket, port: service.port)
    liar.connection.send([0x81, 0x01, 0x61])
    while liar.next() != nil {}
    #expect(liar.closeCode == .protocolError)
    let leaver = try StreamClient(.webSocket, port: service.port)
    leaver.send(.ping, [1, 2, 3])
    leaver.send(.close, WebSocketEncoder.closePayload(.normal, reason: "bye"))
    while leaver.next() != nil {}
    #expect(leaver.closeCode == .normal)
  }

  @Test func `a stop ends streams in order and is not held up by them`() throws {
    let service = try ServiceProcess.start()
    let events = try StreamClient(.serverSentEvents, port: service.port)
    let socket = try StreamClient(.webSocket, port: service.port)
    // Both are open once they have had their first states.
    for client in [events, socket] { while let event = client.next(), event.type != "plugin" {} }
    service.signal(SIGTERM)
    while events.next() != nil {}
    while socket.next() != nil {}
    #expect(events.hasEndedInOrder)
    #expect(socket.closeCode == .goingAway)
    #expect(eventually { service.hasEnded })
    #expect(service.exitStatus == 0)
  }

  @Test func `open streams are counted, and forgotten when they end`() throws {
    let service = try ServiceProcess.start()
    let open = #"execution_streams_open{transport="websocket"}"#
    var client: StreamClient? = try StreamClient(.webSocket, port: service.port)
    #expect(try eventually { try service.metric(open) == 1 })
    #expect(client?.next() != nil)
    client = nil
    #expect(try eventually { try service.metric(open) == 0 })
    #expect(try service.metric("execution_stream_events_total") >= 1)
  }
}
