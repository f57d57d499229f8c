// A blocking reader of the event streams over a real socket, on both transports.
// The rule to keep: it reads as the standards say and not as the service writes.

import Trading
import Wire

/// An event as a reader gets it.
struct ReceivedEvent: Equatable {
  let type: String
  /// Nil for states.
  let id: String?
  /// The JSON text.
  let text: String

  var json: JSONValue? { try? JSONDocument(parsing: Array(text.utf8)).root }
  var name: String? { json?["event"]?.string }

  static func == (a: ReceivedEvent, b: ReceivedEvent) -> Bool { a.text == b.text && a.id == b.id }
}

enum StreamKind: String, CaseIterable {
  case serverSentEvents = "/events"
  case webSocket = "/ws"
}

final class StreamClient {
  let connection: APIConnection
  let head: APIAnswer
  /// The id to come back with.
  private(set) var lastID: String?
  /// The code that the service has closed a WebSocket with.
  private(set) var closeCode: WebSocketCloseCode?
  /// Whether the last chunk of a chunked answer came.
  private(set) var hasEndedInOrder = false

  private let kind: StreamKind
  private var ready: [ReceivedEvent] = []
  private var decoder = WebSocketDecoder(from: .server, messageBytesMax: 1 << 20)
  private var chunked: [UInt8] = []
  private var text: [UInt8] = []

  init(
    _ kind: StreamKind, port: UInt16, after id: String? = nil, query: String = "",
    receiveBufferBytes: Int32? = nil, headers: [(name: String, value: String)] = []
  ) throws {
    self.kind = kind
    connection = try APIConnection(port: port, receiveBufferBytes: receiveBufferBytes)
    var headers = headers
    var query = query
    switch kind {
    case .serverSentEvents: if let id { headers.append(("Last-Event-ID", id)) }
    case .webSocket:
      headers += [
        ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
      ]
      if let id { query += (query.isEmpty ? "" : "&") + "last_event_id=\(id)" }
    }
    connection.send(
      "GET", kind.rawValue + (query.isEmpty ? "" : "?" + query), headers: headers)
    head = try connection.receive()
    lastID = id
  }

  /// Heartbeats in a row after which nothing else is expected.
  private static let idleHeartbeatsMax = 3
  private var idleHeartbeats = 0

  /// The next event; nil when the stream has ended, or nothing comes for too long.
  func next() -> ReceivedEvent? {
    while ready.isEmpty {
      guard closeCode == nil, let bytes = connection.receiveBytes() else { return nil }
      switch kind {
      case .serverSentEvents: takeChunks(bytes)
      case .webSocket: takeFrames(bytes)
      }
    }
    let event = ready.removeFirst()
    idleHeartbeats = event.type == "heartbeat" ? idleHeartbeats + 1 : 0
    guard idleHeartbeats <= StreamClient.idleHeartbeatsMax else { return nil }
    if let id = event.id { lastID = id }
    return event
  }

  /// The next event of the journal.
  func nextInJournal() -> ReceivedEvent? {
    while let event = next() { if event.id != nil, event.type != "heartbeat" { return event } }
    return nil
  }

  /// Events of the journal until one is as wanted.
  func journal(until isLast: (ReceivedEvent) -> Bool) -> [ReceivedEvent] {
    var events: [ReceivedEvent] = []
    while let event = nextInJournal() {
      events.append(event)
      if isLast(event) { break }
    }
    return events
  }

  /// Events of the journal up to where the stream is live, which the first state shows.
  func journalUntilCaughtUp() -> [ReceivedEvent] {
    var events: [ReceivedEvent] = []
    while let event = next(), event.type != "plugin" && event.type != "position" {
      if event.id != nil, event.type != "heartbeat" { events.append(event) }
    }
    return events
  }

  // MARK: Server-sent events

  private func takeChunks(_ bytes: [UInt8]) {
    chunked += bytes
    while let lineEnd = chunked.firstIndex(of: 0x0A),
      let count = Int(String(decoding: chunked[..<(lineEnd - 1)], as: UTF8.self), radix: 16),
      chunked.count >= lineEnd + 1 + count + 2
    {
      if count == 0 { hasEndedInOrder = true }
      text += chunked[(lineEnd + 1)..<(lineEnd + 1 + count)]
      chunked.removeFirst(lineEnd + 1 + count + 2)
    }
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard let blank = lines.dropLast().lastIndex(where: \.isEmpty) else { return }
    var block: [String] = []
    for line in lines[...blank] {
      if line.isEmpty {
        dispatch(block)
        block = []
      } else {
        block.append(String(decoding: line, as: UTF8.self))
      }
    }
    text = Array(lines[(blank + 1)...].joined(separator: [0x0A]))
  }

  private func dispatch(_ block: [String]) {
    func field(_ name: String) -> String? {
      block.last { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
    let id = field("id")
    if let data = field("data") {
      ready.append(ReceivedEvent(type: field("event") ?? "message", id: id, text: data))
    } else if let id {
      ready.append(ReceivedEvent(type: "heartbeat", id: id, text: ""))
    }
  }

  // MARK: WebSocket

  private func takeFrames(_ bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      switch decoder.parse(bytes.span, from: &offset) {
      case .message(let message, true): dispatch(message)
      case .ping(let content): send(.pong, content)
      case .close(let code, _): closeCode = code ?? .normal
      case .needsMoreBytes, .message, .pong: break
      case .failure: closeCode = .protocolError
      }
    }
  }

  private func dispatch(_ message: [UInt8]) {
    let json = try? JSONDocument(parsing: message).root
    ready.append(
      ReceivedEvent(
        type: json?["type"]?.string ?? "", id: json?["id"]?.string,
        text: String(decoding: message, as: UTF8.self)))
  }

  func send(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
    var bytes: [UInt8] = []
    WebSocketEncoder.append(opcode, payload, mask: [9, 8, 7, 6], to: &bytes)
    connection.send(bytes)
  }
}
