// The trail of an order as one JSON document: what was asked, checked, sent, answered and traded,
// and the journal's rows as the proof. The rule to keep: all of it is made from the rows, so that
// whoever has the document can make it again and compare; what no row says is null.

internal import Crypto
internal import Storage
internal import Trading
internal import Wire

enum TrailDocument {
  /// The name of the format; another one for any change that a reader would stumble over.
  static let format = "fks-execution-trail-1"

  /// An event with the row that it stands in.
  struct Step {
    let row: TrailRow
    let body: JSONValue
    let event: JSONValue

    var name: String { event["event"]?.string ?? "" }
  }

  /// What the gateway decides; every other event is what a venue answered, or that it did not.
  private static let ownEvents: Set<String> = [
    "received", "denied", "held", "trailed", "submitting", "filled", "cancel_requested",
    "replace_requested", "protection_waived", "protection_ended", "settled",
  ]

  static func json(of trail: Trail) -> [UInt8] {
    let bodies = trail.rows.map { row in (row, try? JSONDocument(parsing: row.body).root) }
    let steps = bodies.flatMap { row, body in
      (body?["events"]?.elements ?? []).compactMap { event in
        body.map { Step(row: row, body: $0, event: event) }
      }
    }
    var json = JSONWriter(reserving: 4_096)
    json.beginObject()
    json.member("format", format)
    json.member("order_id", trail.order.id.description)
    json.key("order")
    json.beginObject()
    json.members(of: trail.order)
    json.endObject()
    if let first = steps.first { json.request(first) }
    json.checks(steps)
    json.list("commands", bodies.filter { $1?["key"] != nil }) { $0.command($1.0, $1.1) }
    json.list("sent", bodies.filter { $1?["sent"] != nil }) { $0.sent($1.0, $1.1) }
    json.list("answers", steps.filter { !ownEvents.contains($0.name) }) { $0.event($1) }
    json.list("fills", steps.filter { $0.name == "filled" }) { $0.event($1) }
    json.related(trail)
    json.timings(steps, answered: steps.first { !ownEvents.contains($0.name) })
    json.list("rows", trail.rows) { $0.row($1) }
    json.endObject()
    return json.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func list<Values: Sequence>(
    _ name: StaticString, _ values: Values, _ write: (inout JSONWriter, Values.Element) -> Void
  ) {
    key(name)
    beginArray()
    for value in values {
      beginObject()
      write(&self, value)
      endObject()
    }
    endArray()
  }

  private mutating func place(_ row: TrailRow) {
    member("sequence", Int(row.sequence))
    member("timestamp", row.recordedAt.text)
  }

  fileprivate mutating func event(_ step: TrailDocument.Step) {
    place(step.row)
    facts(of: step.event)
  }

  /// The request that made the order, as it was understood.
  fileprivate mutating func request(_ first: TrailDocument.Step) {
    key("request")
    beginObject()
    place(first.row)
    member("key", first.body["key"]?.string)
    member("request_id", first.body["request_id"]?.string)
    key("terms")
    beginObject()
    facts(of: first.event, without: ["event"])
    endObject()
    endObject()
  }

  /// The owner's limits that the order was held to; nothing of closes and protective orders, which
  /// pass all limits.
  fileprivate mutating func checks(_ steps: [TrailDocument.Step]) {
    let denied = steps.first { $0.name == "denied" }?.event
    let code = denied?["code"]?.string
    let measured = steps.first?.body["checks"]?.elements.map(\.elements) ?? []
    key("checks")
    beginArray()
    for parts in measured where !parts.isEmpty {
      let name = parts[0].string ?? ""
      check(name, parts.dropFirst().first, parts.dropFirst(2).first, passed: name != code)
    }
    // A limit without a number, such as a list of symbols, was not measured.
    if let denied, let code, !measured.contains(where: { $0.first?.string == code }) {
      check(code, denied["value"], denied["limit"], passed: false)
    }
    endArray()
  }

  private mutating func check(
    _ name: String, _ value: JSONValue?, _ limit: JSONValue?, passed: Bool
  ) {
    beginObject()
    member("check", name)
    member("passed", passed)
    member("value", value?.string)
    member("limit", limit?.string)
    endObject()
  }

  fileprivate mutating func command(_ row: TrailRow, _ body: JSONValue?) {
    place(row)
    member("key", body?["key"]?.string)
    member("request_id", body?["request_id"]?.string)
    key("events")
    beginArray()
    for event in body?["events"]?.elements ?? [] { string(event["event"]?.string ?? "") }
    endArray()
  }

  fileprivate mutating func sent(_ row: TrailRow, _ body: JSONValue?) {
    let request = body?["sent"]
    place(row)
    member("method", request?["method"]?.string)
    member("target", request?["target"]?.string)
    member("body_sha256", request?["body_sha256"]?.string)
  }

  fileprivate mutating func related(_ trail: Trail) {
    key("related")
    beginObject()
    member("parent_order_id", trail.order.terms.parent?.description)
    member("replaces", trail.order.terms.replaces?.description)
    member("replaced_by", trail.order.successor?.description)
    key("protective_order_ids")
    beginArray()
    for id in trail.protective { string(id.description) }
    endArray()
    endObject()
  }

  /// When each stage was reached, by the journal. That the disk had the row and that the last byte
  /// had left is told to nobody, so the journal has no time of it.
  fileprivate mutating func timings(
    _ steps: [TrailDocument.Step], answered: TrailDocument.Step?
  ) {
    let fills = steps.filter { $0.name == "filled" }
    let stages: [(name: String, step: TrailDocument.Step?)] = [
      ("received", steps.first), ("intended", steps.first { $0.name == "submitting" }),
      ("recorded", nil), ("sent", nil), ("answered", answered), ("first_fill", fills.first),
      ("last_fill", fills.last), ("settled", steps.last { $0.name == "settled" }),
    ]
    list("timings", stages) { json, stage in
      let at = stage.step?.row.recordedAt
      json.member("stage", stage.name)
      json.member("journaled", stage.name != "recorded" && stage.name != "sent")
      json.member("timestamp", at?.text)
      json.key("microseconds")
      if let at, let start = steps.first?.row.recordedAt {
        json.integer(Int(at.microseconds - start.microseconds))
      } else {
        json.null()
      }
    }
  }

  fileprivate mutating func row(_ row: TrailRow) {
    place(row)
    member("recorded_at", Int(row.recordedAt.microseconds))
    member("body", String(decoding: row.body, as: UTF8.self))
    member("previous_hash", Hex.encode(row.previousHash))
    member("hash", Hex.encode(row.hash))
  }
}
