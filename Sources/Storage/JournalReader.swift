// Reading the journal in its own order, for those who follow it. What is asked of an order stands
// in its first row; only where that was pruned, the table of orders is asked.
// The rule to keep: what is read here is durable; a row that could still be taken back is not seen.

internal import SQL
public import Trading
public import Wire

/// A row of the journal, taken apart.
public struct JournalRow: Sendable {
  /// Its place in the journal.
  public let sequence: Int64
  /// When it was decided.
  public let at: Timestamp
  /// The order that it is about, as far as its first row says; nil if it is about none.
  public let order: Subject?
  /// The events, oldest first, as JSON objects with the member `event`.
  public let events: [JSONValue]

  /// What identifies an order, in the journal's own words.
  public struct Subject: Sendable {
    /// Our id.
    public let id: OrderID
    /// The account that it trades on.
    public let account: String
    /// The instrument.
    public let symbol: String
    /// The caller's id, if it has one.
    public let clientOrderID: String?
    /// The caller's strategy, if it has one.
    public let strategyID: String?
  }
}

/// What a read of the journal can ask for.
public struct JournalReader: ~Copyable {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// The sequence of the last row that was pruned; 0 if none was.
  public var beginning: Int64 { database.journal.anchor.sequence }

  /// The sequence of the last durable row; 0 in an empty journal.
  public var head: Int64 { database.head.sequence }

  /// The rows that follow `sequence`, oldest first, at most `count`.
  public func rows(after sequence: Int64, count: Int) throws(StoreError) -> [JournalRow] {
    var subjects: [OrderID: JournalRow.Subject] = [:]
    var rows: [JournalRow] = []
    for row in try database.journal.rows(after: sequence, count: count) {
      let events = try JournalReader.events(row.body, of: row.sequence)
      var subject: JournalRow.Subject?
      if row.orderID != JournalTable.noOrder {
        guard let id = OrderID(bytes: row.orderID) else {
          throw StoreError.brokenRow("order_events", "row \(row.sequence)")
        }
        subject = subjects[id]
        if subject == nil { subject = try self.subject(id, in: events, of: row.sequence) }
        subjects[id] = subject
      }
      rows.append(
        JournalRow(
          sequence: row.sequence, at: Timestamp(microseconds: row.recordedAt), order: subject,
          events: events))
    }
    return rows
  }

  /// What an order's first row says about it; `events` are those of the row at hand.
  private func subject(
    _ id: OrderID, in events: [JSONValue], of sequence: Int64
  ) throws(StoreError) -> JournalRow.Subject {
    var first = events.first
    if !JournalReader.begins(first), let entry = try database.queries.firstEntry(of: id) {
      first = try JournalReader.events(entry.body, of: entry.sequence).first
    }
    if !JournalReader.begins(first), let order = try database.orders.order(id) {
      return JournalRow.Subject(
        id: id, account: order.terms.account.text, symbol: order.terms.symbol.text,
        clientOrderID: order.terms.clientOrderID?.text,
        strategyID: order.terms.labels.strategyID?.text)
    }
    guard let terms = first, let account = terms["account"]?.string,
      let symbol = terms["symbol"]?.string
    else { throw StoreError.brokenRow("order_events", "row \(sequence)") }
    return JournalRow.Subject(
      id: id, account: account, symbol: symbol, clientOrderID: terms["client_order_id"]?.string,
      strategyID: terms["strategy_id"]?.string)
  }

  /// Whether an event is the first of its order.
  private static func begins(_ event: JSONValue?) -> Bool { event?["event"]?.string == "received" }

  private static func events(
    _ body: [UInt8], of sequence: Int64
  ) throws(StoreError) -> [JSONValue] {
    guard let list = try? JSONDocument(parsing: body).root["events"] else {
      throw StoreError.brokenRow("order_events", "row \(sequence)")
    }
    return list.elements
  }
}
