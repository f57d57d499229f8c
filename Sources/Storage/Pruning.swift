// `prune`: takes whole months from the beginning of the journal once all their orders have ended.
// The rows go to an archive first, which is a store of its own that only has a journal. What is
// left begins at an anchor, number and hash of the last row that went, so the chain still holds.

internal import SQL
public import Trading

/// The end of old months.
public enum Pruning {
  /// What was pruned.
  public struct Report: Equatable, Sendable {
    /// How many rows.
    public let rows: Int64
    /// The months, such as `2026-11`, oldest first.
    public let months: [String]
    /// An order because of which later months were kept; nil if none were for such a reason.
    public let openOrder: OrderID?
  }

  /// Moves the rows of the months before `month` to an empty place, as far as their orders have
  /// ended. The journal's newest month stays. The service must not be running.
  public static func prune(
    _ location: StoreLocation, before month: JournalMonth, to archive: StoreLocation,
    progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StoreError) -> Report {
    let writable = try location.openToWrite()
    defer { withExtendedLifetime(writable) {} }
    let database = try Database(writable.connection, writable.lease)
    try database.catchUp()
    let open = try firstOpenOrder(in: database)
    let all = database.journal.months.all
    // A month ends where the next one begins.
    let old = zip(all, all.dropFirst()).prefix { $0.0.month < month }
    let ended = old.prefix { $1.first <= open?.sequence ?? .max }
    let kept = ended.count < old.count ? open?.id : nil
    guard let last = ended.last else { return Report(rows: 0, months: [], openOrder: kept) }
    let through = last.1.first - 1
    let begin = database.journal.anchor.sequence
    let end = try move(database.journal, through: through, to: archive) {
      progress($0 - begin, through - begin)
    }
    let months = ended.map { $0.0.month }
    try remove(months, endingIn: end, from: writable, database.journal)
    return Report(
      rows: through - begin, months: months.map { "\($0)" }, openOrder: kept)
  }

  /// The order with the oldest row among those that a restart needs.
  private static func firstOpenOrder(
    in database: Database
  ) throws(StoreError) -> (id: OrderID, sequence: Int64)? {
    var first: (id: OrderID, sequence: Int64)?
    for order in try database.queries.liveOrders(database.orders) {
      guard let sequence = try database.queries.firstEntry(of: order.id)?.sequence else { continue }
      if sequence < first?.sequence ?? .max { first = (order.id, sequence) }
    }
    return first
  }

  /// Copies the rows to the archive, and gives the last one as it is there.
  private static func move(
    _ journal: JournalTable, through sequence: Int64, to archive: StoreLocation,
    progress: (Int64) -> Void
  ) throws(StoreError) -> JournalTable.Head {
    let target = try archive.openToWrite()
    defer { withExtendedLifetime(target) {} }
    let copy = try Database(target.connection, target.lease)
    guard copy.head == .empty, copy.journal.anchor == .empty else {
      throw StoreError(
        code: "STORE_FAILED", "\(archive) has a journal already. Name an archive that is empty.")
    }
    do throws(StoreError) {
      do throws(DatabaseError) {
        try target.connection.begin()
        try target.lease?.assert()
        try setAnchor(journal.anchor, in: target.connection)
      } catch {
        throw StoreError(error, doing: "begin the archive")
      }
      try journal.copy(
        through: sequence, to: copy.journal, in: target.connection, progress: progress)
      let end = try Verification.walk(copy.journal, from: journal.anchor)
      do throws(DatabaseError) {
        try target.connection.commit()
      } catch {
        throw StoreError(error, doing: "commit the archive")
      }
      return end
    } catch {
      target.connection.rollBack()
      throw error
    }
  }

  private static func setAnchor(
    _ head: JournalTable.Head, in connection: any DatabaseConnection
  ) throws(DatabaseError) {
    let anchor = try connection.prepare("UPDATE journal_anchor SET sequence = ?, hash = ?")
    try anchor.bind(head.sequence).bind(head.hash).run()
  }

  private static func remove(
    _ months: [JournalMonth], endingIn end: JournalTable.Head, from writable: WritableDatabase,
    _ journal: JournalTable
  ) throws(StoreError) {
    let connection = writable.connection
    guard let next = try journal.rows(after: end.sequence, count: 1).first,
      journal.isIntact(next, after: end)
    else { throw Verification.broken(after: end) }
    do throws(DatabaseError) {
      try connection.transaction { () throws(DatabaseError) in
        try writable.lease?.assert()
        try setAnchor(end, in: connection)
        for month in months {
          try connection.execute("DELETE FROM journal_months WHERE month = \(month.number)")
          guard connection.dialect == .postgresql else { continue }
          try connection.execute("DROP TABLE order_events_\(month.number)")
        }
        guard connection.dialect == .sqlite else { return }
        try connection.execute("DELETE FROM order_events WHERE sequence <= \(end.sequence)")
      }
    } catch {
      throw StoreError(error, doing: "take the archived rows out")
    }
  }
}
