// How events travel: as server-sent events (HTML standard, section 9.2) so far. It turns events into
// bytes and decides nothing.
// The rule to keep: the JSON of an event is the same on every transport.

/// The ways to read a stream.
enum StreamTransport: String, CaseIterable {
  case serverSentEvents = "sse"

  /// Appends an event.
  func append(_ event: StreamEvent, to bytes: inout [UInt8]) {
    switch self {
    case .serverSentEvents:
      if let id = event.id { bytes.append(contentsOf: "id: \(id)\n".utf8) }
      bytes.append(contentsOf: "event: \(event.type.rawValue)\ndata: ".utf8)
      bytes.append(contentsOf: event.json)
      bytes.append(contentsOf: "\n\n".utf8)
    }
  }

  /// What comes first: how to come back, and the place from which the stream goes on.
  func opening(at place: EventID) -> [UInt8] {
    switch self {
    case .serverSentEvents:
      Array("retry: \(StreamLimits.retryMilliseconds)\nid: \(place)\n\n".utf8)
    }
  }

  /// A sign of life that moves the reader's place on, over events that its filter keeps out. A block
  /// with an id and no data sets the id and dispatches nothing (HTML standard, section 9.2.6).
  func heartbeat(at place: EventID) -> [UInt8] {
    switch self {
    case .serverSentEvents: Array(": heartbeat\nid: \(place)\n\n".utf8)
    }
  }
}
