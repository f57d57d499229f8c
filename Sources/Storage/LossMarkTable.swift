// The loss mark: one row, and its form in the journal.

internal import SQL
internal import Trading
internal import Wire

final class LossMarkTable {
  private let upsert: any DatabaseStatement
  private let select: any DatabaseStatement

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    upsert = try connection.prepare(
      SQLText.upsert(
        into: "loss_marks", "id, day, start_pnl, peak_pnl, is_day_lost", key: "id"))
    select = try connection.prepare(
      "SELECT day, start_pnl, peak_pnl, is_day_lost FROM loss_marks")
  }

  func write(_ mark: LossMark) throws(DatabaseError) {
    upsert.bind(1).bind(mark.day).bind(mark.startPnL.description).bind(mark.peakPnL.description)
      .bind(mark.isDayLost ? 1 : 0)
    try upsert.run()
  }

  func read() throws(StoreError) -> LossMark? {
    try select.rows(of: "loss_marks") { (row: any DatabaseStatement) -> LossMark? in
      guard let start = row.decimal(1), let peak = row.decimal(2) else { return nil }
      return LossMark(
        day: row.integer(0), startPnL: start, peakPnL: peak, isDayLost: row.integer(3) == 1)
    }.first
  }
}

extension EventCodec {
  private static let lossMarkSet = "loss_mark_set"

  /// The JSON of a mark, in the shape of an entry's events.
  static func encode(_ mark: LossMark) -> [UInt8] {
    var json = JSONWriter(reserving: 192)
    json.beginObject()
    json.key("events")
    json.beginArray()
    json.beginObject()
    json.present("event", lossMarkSet)
    json.key("day")
    json.integer(Int(mark.day))
    json.present("start_pnl", mark.startPnL.description)
    json.present("peak_pnl", mark.peakPnL.description)
    json.key("is_day_lost")
    json.bool(mark.isDayLost)
    json.endObject()
    json.endArray()
    json.endObject()
    return json.bytes
  }

  /// The mark that a row's JSON holds; nil if it holds something else.
  static func decodeLossMark(_ body: [UInt8]) -> LossMark? {
    guard let document = try? JSONDocument(parsing: body),
      let value = document.root["events"]?.elements.first,
      value["event"]?.string == lossMarkSet, let day = value["day"]?.integer,
      let start = decimal(value["start_pnl"]), let peak = decimal(value["peak_pnl"]),
      let isDayLost = value["is_day_lost"]?.bool
    else { return nil }
    return LossMark(day: Int64(day), startPnL: start, peakPnL: peak, isDayLost: isDayLost)
  }
}
