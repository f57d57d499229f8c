// The audit log's table. Entries wait in memory until something else is committed, or nothing else
// is to be done, and go with that: the log has no commit of its own. A crash may therefore lose the
// last of them; whose command an order was stands in the journal as well.

internal import SQL
internal import Trading

final class AuditTable {
  /// Entries that are kept, about 200 MB: the journal is for ever, this is for looking things up.
  static let rowsMax: Int64 = 1_000_000
  /// Entries that wait while the disk takes nothing; beyond it the oldest are given up.
  static let waitingMax = 10_000
  /// So many waiting entries are written although nothing else is.
  static let waitingDue = 256
  /// Rows that a page looks through: a few milliseconds, in which orders wait.
  static let rowsPerPage: Int64 = 20_000

  private let insert: any DatabaseStatement
  private let delete: any DatabaseStatement
  private let newest: any DatabaseStatement
  private let connection: any DatabaseConnection
  private var last: Int64 = 0
  private var waiting: [AuditEntry] = []

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    self.connection = connection
    insert = try connection.prepare(
      "INSERT INTO audit (audit_id, at, key, request_id, method, path, digest, status) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    delete = try connection.prepare("DELETE FROM audit WHERE audit_id <= ?")
    newest = try connection.prepare("SELECT max(audit_id) FROM audit")
    last = try newestNumber()
  }

  private func newestNumber() throws(DatabaseError) -> Int64 {
    defer { newest.reset() }
    return try newest.step() ? newest.integer(0) : 0
  }

  var isEmpty: Bool { waiting.isEmpty }
  var isDue: Bool { waiting.count >= AuditTable.waitingDue }

  /// Takes entries that the next commit is to write.
  func add(_ entries: [AuditEntry]) {
    waiting += entries
    if waiting.count > AuditTable.waitingMax {
      waiting.removeFirst(waiting.count - AuditTable.waitingMax)
    }
  }

  /// Writes what waits, in the open transaction, and takes out what is too old.
  func write() throws(DatabaseError) {
    guard !isEmpty else { return }
    var number = last
    for entry in waiting {
      number += 1
      insert.bind(number).bind(entry.at.microseconds).bind(entry.caller.key)
        .bind(entry.caller.requestID)
        .bind(entry.method).bind(entry.path).bind(entry.digest).bind(Int64(entry.status))
      try insert.run()
    }
    guard number > AuditTable.rowsMax else { return }
    delete.bind(number - AuditTable.rowsMax)
    try delete.run()
  }

  /// What waited is durable.
  func committed() {
    last += Int64(waiting.count)
    waiting.removeAll(keepingCapacity: true)
  }

  /// Goes on after the connection was lost: the last commit may have been made or not.
  func resume() throws(DatabaseError) {
    let found = try newestNumber()
    waiting.removeFirst(min(Int(clamping: max(0, found - last)), waiting.count))
    last = found
  }

  /// A page, newest first.
  func page(_ filter: AuditFilter) throws(StoreError) -> AuditPage {
    let before = min(filter.before ?? last + 1, last + 1)
    let oldest = max(1, last - AuditTable.rowsMax + 1)
    let floor = max(oldest, before - AuditTable.rowsPerPage)
    var conditions = "audit_id < \(before) AND audit_id >= \(floor)"
    var texts: [String] = []
    for (column, text) in [
      ("key", filter.key), ("method", filter.method), ("request_id", filter.requestID),
    ] {
      guard let text else { continue }
      conditions += " AND \(column) = ?"
      texts.append(text)
    }
    if let status = filter.status { conditions += " AND status = \(status)" }
    if let since = filter.since { conditions += " AND at >= \(since.microseconds)" }
    if let until = filter.until { conditions += " AND at < \(until.microseconds)" }
    let select: any DatabaseStatement
    do throws(DatabaseError) {
      select = try connection.prepare(
        "SELECT audit_id, at, key, request_id, method, path, digest, status FROM audit "
          + "WHERE \(conditions) ORDER BY audit_id DESC LIMIT \(filter.limit)")
    } catch {
      throw StoreError(error, doing: "prepare a query")
    }
    for text in texts { select.bind(text) }
    let entries = try select.rows(of: "audit") { row in
      (number: row.integer(0), entry: AuditTable.read(row))
    }
    let reached = entries.count == filter.limit ? entries.last?.number ?? floor : floor
    return AuditPage(entries: entries, next: reached > oldest ? reached : nil)
  }

  private static func read(_ row: any DatabaseStatement) -> AuditEntry {
    AuditEntry(
      at: Timestamp(microseconds: row.integer(1)),
      caller: Provenance.Caller(key: row.text(2) ?? "", requestID: row.text(3) ?? ""),
      method: row.text(4) ?? "", path: row.text(5) ?? "",
      digest: row.bytes(6), status: Int(row.integer(7)))
  }
}
