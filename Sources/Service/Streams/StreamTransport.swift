// How events travel: as server-sent events (HTML standard, section 9.2) or as text messages of a
// WebSocket (RFC 6455). It turns events into bytes and decides nothing.
// The rule to keep: the JSON of an event is the same on every transport.

internal import Wire

/// The ways to read a stream.
enum StreamTransport: String, CaseIterable {
  case serverSentEvents = "sse"
  case webSocket = "websocket"

  /// Appends an event.
  func append(_ event: StreamEvent, to bytes: inout [UInt8]) {
    switch self {
    case .serverSentEvents:
      if let id = event.id { bytes.append(contentsOf: "id: \(id)\n".utf8) }
      bytes.append(contentsOf: "event: \(event.type.rawValue)\ndata: ".utf8)
      bytes.append(contentsOf: event.json)
      bytes.append(contentsOf: "\n\n".utf8)
    case .webSocket: WebSocketEncoder.append(.text, event.json, to: &bytes)
    }
  }

  /// What comes first: how to come back, and the place from which the stream goes on.
  func opening(at place: EventID) -> [UInt8] {
    switch self {
    case .serverSentEvents:
      Array("retry: \(StreamLimits.retryMilliseconds)\nid: \(place)\n\n".utf8)
    case .webSocket: placeMessage(place)
    }
  }

  /// A sign of life that moves the reader's place on, over events that its filter keeps out. A
  /// block with an id and no data sets the id and dispatches nothing (HTML standard, section
  /// 9.2.6).
  func heartbeat(at place: EventID) -> [UInt8] {
    switch self {
    case .serverSentEvents: return Array(": heartbeat\nid: \(place)\n\n".utf8)
    case .webSocket:
      var bytes = placeMessage(place)
      WebSocketEncoder.append(.ping, [], to: &bytes)
      return bytes
    }
  }

  /// The last words to a reader.
  func farewell(_ code: WebSocketCloseCode, _ reason: String) -> [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .serverSentEvents: break
    case .webSocket:
      WebSocketEncoder.append(
        .close, WebSocketEncoder.closePayload(code, reason: reason), to: &bytes)
    }
    return bytes
  }

  private func placeMessage(_ place: EventID) -> [UInt8] {
    var json = JSONWriter(reserving: 48)
    json.beginObject()
    json.member("type", "heartbeat")
    json.member("id", place.description)
    json.endObject()
    var bytes: [UInt8] = []
    WebSocketEncoder.append(.text, json.bytes, to: &bytes)
    return bytes
  }
}
