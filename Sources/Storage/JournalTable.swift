// The journal: rows that are only ever appended, each with the hash of the one before in its own.
// A row that was changed, taken out, added or moved breaks the chain from there on.

internal import Crypto
internal import SQL
internal import Trading

final class JournalTable {
  /// One row of the journal.
  struct Row {
    let sequence: Int64
    let orderID: [UInt8]
    let recordedAt: Int64
    let body: [UInt8]
    var hash: [UInt8]

    /// The hash that the row must have after the row whose hash is `previous`.
    func hash(after previous: [UInt8], by hasher: SHA256Hasher) -> [UInt8] {
      var frame: [UInt8] = []
      frame.reserveCapacity(80)
      frame += previous
      for value in [sequence, recordedAt] {
        withUnsafeBytes(of: value.bigEndian) { frame.append(contentsOf: $0) }
      }
      frame += orderID
      return hasher.hash(frame, body)
    }
  }

  /// The end of the chain: the last row's sequence and hash.
  struct Head: Equatable {
    var sequence: Int64
    var hash: [UInt8]

    /// The chain before its first row.
    static let empty = Head(
      sequence: 0, hash: [UInt8](repeating: 0, count: SHA256Hasher.digestByteCount))
  }

  /// Stands where a row is about no order.
  static let noOrder = [UInt8](repeating: 0, count: 16)

  /// Rows that one statement appends: on PostgreSQL each takes a fifth less of the server's time
  /// then than by itself. SQLite gains and loses nothing.
  private static let rowsPerInsert = 16

  private let connection: any DatabaseConnection
  /// What rows were pruned: the last of them. The chain begins there.
  let anchor: Head
  private(set) var months = JournalMonths()
  private let insert: any DatabaseStatement
  private let insertMany: any DatabaseStatement
  /// Rows that wait for their statement.
  private var waiting: [Row] = []
  private let after: any DatabaseStatement
  private let hasher = SHA256Hasher()

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    self.connection = connection
    let dialect = connection.dialect
    insert = try connection.prepare(JournalTable.insertion(rows: 1, dialect))
    insertMany = try connection.prepare(
      JournalTable.insertion(rows: JournalTable.rowsPerInsert, dialect))
    after = try connection.prepare(JournalTable.following(dialect))
    let begin = try connection.prepare("SELECT sequence, hash FROM journal_anchor")
    defer { begin.reset() }
    anchor =
      try begin.step() ? Head(sequence: begin.integer(0), hash: begin.bytes(1)) : Head.empty
    let months = try connection.prepare(
      "SELECT month, first_sequence FROM journal_months ORDER BY month")
    while try months.step() {
      self.months.add(JournalMonth(number: months.integer(0)), first: months.integer(1))
    }
  }

  /// Rows after one, which are in its month and later ones.
  static func following(_ dialect: Dialect) -> String {
    "SELECT sequence, order_id, recorded_at, body, hash FROM order_events "
      + "WHERE sequence > ? \(dialect == .postgresql ? "AND month >= ? " : "")"
      + "ORDER BY sequence LIMIT ?"
  }

  /// Only PostgreSQL has a row's month in the row, to find its part of the table.
  private static func insertion(rows: Int, _ dialect: Dialect) -> String {
    let hasMonth = dialect == .postgresql
    let row = "(?, ?, ?, ?, ?\(hasMonth ? ", ?" : ""))"
    return
      "INSERT INTO order_events (sequence, order_id, recorded_at, body, hash"
      + "\(hasMonth ? ", month" : "")) VALUES "
      + Array(repeating: row, count: rows).joined(separator: ", ")
  }

  /// Appends rows and moves the head on.
  func append(
    _ records: ArraySlice<JournalRecord>, after head: inout Head
  ) throws(DatabaseError) {
    for record in records { add(record, after: &head) }
    defer { waiting.removeAll(keepingCapacity: true) }
    try insert(waiting[...])
  }

  /// Appends rows as they are, with numbers and hashes.
  func insert(_ rows: ArraySlice<Row>) throws(DatabaseError) {
    try openMonths(of: rows)
    var rest = rows
    while !rest.isEmpty {
      let isMany = rest.count >= JournalTable.rowsPerInsert
      let statement = isMany ? insertMany : insert
      let rows = rest.prefix(isMany ? JournalTable.rowsPerInsert : 1)
      for row in rows {
        statement.bind(row.sequence).bind(row.orderID).bind(row.recordedAt).bind(text: row.body)
          .bind(row.hash)
        if connection.dialect == .postgresql { statement.bind(months.month(of: row.sequence)) }
      }
      try statement.run()
      rest = rest.dropFirst(rows.count)
    }
  }

  /// Notes the months that rows begin. On PostgreSQL each has a part of the table, and so has the
  /// month after it, long before its first row comes.
  private func openMonths(of rows: ArraySlice<Row>) throws(DatabaseError) {
    guard let first = rows.first else { return }
    months.forget(from: first.sequence)
    for row in rows {
      guard let month = months.begun(by: row.recordedAt) else { continue }
      if connection.dialect == .postgresql {
        let open = try connection.prepare("SELECT open_journal_month(?), open_journal_month(?)")
        try open.bind(month.number).bind(month.next.number).run()
      }
      let note = try connection.prepare(
        "INSERT INTO journal_months (month, first_sequence) VALUES (?, ?)")
      try note.bind(month.number).bind(row.sequence).run()
      months.add(month, first: row.sequence)
    }
  }

  private func add(_ record: JournalRecord, after head: inout Head) {
    switch record {
    case .order(let entry, let provenance):
      let body = EventCodec.encode(entry, provenance, hasher)
      add(entry.order.id.bytes, entry.at, body, after: &head)
    case .tradingState(let change, _):
      add(JournalTable.noOrder, change.at, EventCodec.encode(change), after: &head)
    case .lossMark(let mark, let at, _):
      add(JournalTable.noOrder, at, EventCodec.encode(mark), after: &head)
    }
  }

  private func add(
    _ id: [UInt8], _ at: Timestamp, _ body: [UInt8], after head: inout Head
  ) {
    var row = Row(
      sequence: head.sequence + 1, orderID: id, recordedAt: at.microseconds, body: body, hash: [])
    row.hash = row.hash(after: head.hash, by: hasher)
    waiting.append(row)
    head = Head(sequence: row.sequence, hash: row.hash)
  }

  /// Whether a row is what its writer wrote, and follows `head`.
  func isIntact(_ row: Row, after head: Head) -> Bool {
    row.sequence == head.sequence + 1 && row.hash == row.hash(after: head.hash, by: hasher)
  }

  /// The rows that follow `sequence`, at most `count`.
  func rows(after sequence: Int64, count: Int) throws(StoreError) -> [Row] {
    after.bind(sequence)
    if connection.dialect == .postgresql { after.bind(months.month(of: sequence + 1)) }
    after.bind(Int64(count))
    return try after.rows(of: "order_events") {
      Row(
        sequence: $0.integer(0), orderID: $0.bytes(1), recordedAt: $0.integer(2), body: $0.bytes(3),
        hash: $0.bytes(4))
    }
  }
}
