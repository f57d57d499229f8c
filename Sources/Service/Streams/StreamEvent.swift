// One event of the streams, made from the journal and encoded once for all readers. It knows no
// transport. Live or replayed, an event comes out of `events(of:)` and nowhere else, so its bytes
// are always the same.
// The rule to keep: nothing is added here that the journal does not have.

internal import Storage
internal import Trading
internal import Wire

/// What a stream event is about.
enum StreamEventType: String, CaseIterable {
  case order
  case fill
  case tradingState = "trading_state"
  /// A state, not history: sent without an id.
  case position
  /// A state, not history: sent without an id.
  case plugin
}

/// An event as all readers get it.
struct StreamEvent: Sendable {
  let type: StreamEventType
  /// Nil for states.
  let id: EventID?
  /// What filters look at.
  let subject: Subject
  /// One line of JSON.
  let json: [UInt8]

  /// What an event can be filtered by, as far as it has it.
  struct Subject: Sendable {
    var plugin: String?
    var symbol: String?
    var strategyID: String?
    var orderID: OrderID?
  }

  /// The events of a row, in their order.
  static func events(of row: JournalRow) -> [StreamEvent] {
    row.events.enumerated().compactMap { index, event in
      let id = EventID(sequence: row.sequence, part: index + 1)
      if let order = row.order { return self.event(event, id, row, of: order) }
      // What losses are measured from is nobody's business but the journal's.
      return event["state"] == nil ? nil : tradingState(event, id, row)
    }
  }

  private static func event(
    _ event: JSONValue, _ id: EventID, _ row: JournalRow, of order: JournalRow.Subject
  ) -> StreamEvent {
    let type: StreamEventType = event["event"]?.string == "filled" ? .fill : .order
    var json = start(type, id, row)
    json.member("order_id", order.id.description)
    json.member("client_order_id", order.clientOrderID)
    json.member("plugin", order.account)
    json.member("symbol", order.symbol)
    json.member("strategy_id", order.strategyID)
    json.facts(of: event, without: ["client_order_id", "symbol", "strategy_id"])
    json.endObject()
    let subject = Subject(
      plugin: order.account, symbol: order.symbol, strategyID: order.strategyID, orderID: order.id)
    return StreamEvent(type: type, id: id, subject: subject, json: json.bytes)
  }

  private static func tradingState(
    _ event: JSONValue, _ id: EventID, _ row: JournalRow
  ) -> StreamEvent {
    var json = start(.tradingState, id, row)
    json.facts(of: event)
    json.endObject()
    return StreamEvent(type: .tradingState, id: id, subject: Subject(), json: json.bytes)
  }

  private static func start(
    _ type: StreamEventType, _ id: EventID, _ row: JournalRow
  ) -> JSONWriter {
    var json = JSONWriter(reserving: 480)
    json.beginObject()
    json.member("type", type.rawValue)
    json.member("id", id.description)
    json.member("sequence", Int(row.sequence))
    json.member("timestamp", row.at.text)
    return json
  }
}
