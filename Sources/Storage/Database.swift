// The journal and its projections in one database, used by one thread. A batch of entries is one
// transaction with one fsync. Tables lag behind the journal by at most a moment and are brought up
// to date before anything is read. Their rows are written while there is nothing to append, in the
// transaction of the next batch, so that they take no commit of their own and nobody waits for
// them.

internal import PostgreSQL
internal import SQL
internal import Trading

final class Database {
  private let connection: any DatabaseConnection
  private let lease: WriterLease?
  let journal: JournalTable
  let orders: OrderTable
  private let fills: FillTable
  private let positions: PositionTable
  private let tradingStates: TradingStateTable
  private let lossMarks: LossMarkTable
  let queries: Queries
  let audit: AuditTable
  let documents: DocumentTable
  private let setProjected: any DatabaseStatement
  private let readProjected: any DatabaseStatement
  private let readHead: any DatabaseStatement

  private(set) var head = JournalTable.Head.empty
  /// The last entry that any row of the tables contains.
  private var writtenThrough: Int64 = 0
  /// The last entry up to which the tables contain everything.
  private var projectedThrough: Int64 = 0
  /// A batch whose commit was not answered, and the journal's end if it is there.
  private var doubt: (records: ArraySlice<JournalRecord>, head: JournalTable.Head)?
  private var projection = Projection()
  private var isInTransaction = false
  /// Whether rows are being written ahead, until none is left to write.
  private var isStaging = false

  /// Opens a database that is migrated already.
  init(
    _ connection: any DatabaseConnection, _ lease: WriterLease? = nil
  ) throws(StoreError) {
    self.connection = connection
    self.lease = lease
    do throws(DatabaseError) {
      journal = try JournalTable(connection)
      orders = try OrderTable(connection)
      fills = try FillTable(connection)
      positions = try PositionTable(connection)
      tradingStates = try TradingStateTable(connection)
      lossMarks = try LossMarkTable(connection)
      queries = Queries(connection)
      audit = try AuditTable(connection)
      documents = try DocumentTable(connection)
      setProjected = try connection.prepare(
        "UPDATE projection SET projected_through = ?, written_through = ?")
      readProjected = try connection.prepare(
        "SELECT projected_through, written_through FROM projection")
      readHead = try connection.prepare(
        "SELECT sequence, hash FROM order_events ORDER BY sequence DESC LIMIT 1")
      // The tables' mark first: a running service may write between the two, and the journal must
      // not look shorter than the tables for that.
      try readMarks()
      head = try recordedHead()
    } catch {
      throw StoreError(error, doing: "read its tables")
    }
  }

  private func readMarks() throws(DatabaseError) {
    defer { readProjected.reset() }
    guard try readProjected.step() else { return }
    (projectedThrough, writtenThrough) = (readProjected.integer(0), readProjected.integer(1))
  }

  private func recordedHead() throws(DatabaseError) -> JournalTable.Head {
    defer { readHead.reset() }
    guard try readHead.step() else { return .empty }
    return JournalTable.Head(sequence: readHead.integer(0), hash: readHead.bytes(1))
  }

  /// An order that so many entries have followed is taken to rest: its outcome, which comes with
  /// one of the next batches, is then in its row.
  static let restingEntries: Int64 = 256
  /// Rows are written once so many entries wait for them: then a page of a table is written with a
  /// few commits and not with every one.
  static let waitingEntriesMin = 1_024
  /// Rows are written with the batch itself if so many entries wait for them: bounds the memory and
  /// the work after a crash.
  static let waitingEntriesMax = 2_048

  /// Whether tables lag behind the journal, or commands wait for the audit log.
  var isLagging: Bool { !projection.isEmpty || !audit.isEmpty }

  /// Whether it is time to write rows ahead, and there is one to write.
  var isStagingDue: Bool {
    (isStaging || projection.waitingEntries >= Database.waitingEntriesMin)
      && projection.hasRested(since: head.sequence - Database.restingEntries)
  }

  /// Whether a journal that ends there has at least what the tables were made of.
  func reaches(_ sequence: Int64) -> Bool { writtenThrough <= sequence }

  /// Appends records to the journal, durably and all or none. If the outcome is unknown, `resume`
  /// tells it.
  func append(_ records: ArraySlice<JournalRecord>) throws(DatabaseError) {
    var newHead = head
    do throws(DatabaseError) {
      try inTransaction { () throws(DatabaseError) in
        try journal.append(records, after: &newHead)
        while projection.waitingEntries > Database.waitingEntriesMax, try stageNext() {}
        try commit(tablesThrough: projection.hasStaged ? head.sequence : nil)
      }
    } catch {
      if error.isOutcomeUnknown { doubt = (records, newHead) }
      throw error
    }
    take(records, newHead)
  }

  /// Goes on from records that are in the journal now.
  private func take(_ records: ArraySlice<JournalRecord>, _ newHead: JournalTable.Head) {
    for (record, sequence) in zip(records, (head.sequence + 1)...) {
      switch record {
      case .order(let entry, _): add(entry, sequence)
      case .tradingState(let change, _): projection.add(change)
      case .lossMark(let mark, _, _): projection.add(mark)
      }
    }
    head = newHead
  }

  private func add(_ entry: JournalEntry, _ sequence: Int64) {
    projection.add(entry.order, entry.events, sequence: sequence)
    guard let position = entry.position else { return }
    projection.add(position, of: entry.order.terms.positionKey, sequence: sequence)
  }

  /// Writes documents, durably and all or none.
  func keep(_ kept: [StoredDocument]) throws(DatabaseError) {
    try inTransaction { () throws(DatabaseError) in
      for document in kept { try documents.write(document) }
      try commit(tablesThrough: projection.hasStaged ? head.sequence : nil)
    }
  }

  /// Writes the rows of at most so many orders that rest; the next commit takes them along.
  func stage(ordersMax: Int) throws(DatabaseError) {
    try inTransaction { () throws(DatabaseError) in
      for _ in 0..<ordersMax where try stageNext() {}
    }
    isStaging = projection.hasRested(since: head.sequence - Database.restingEntries)
  }

  /// Brings the tables up to date with the journal.
  func project() throws(DatabaseError) {
    guard isLagging else { return }
    try project(through: head.sequence)
  }

  private func project(through sequence: Int64) throws(DatabaseError) {
    try inTransaction { () throws(DatabaseError) in
      while try stageNext(restingSince: sequence) {}
      try commit(tablesThrough: sequence)
    }
  }

  /// Writes a little and changes nothing: whether the disk has room again. The mark goes there and
  /// back because SQLite does not write a page whose bytes stay the same.
  func probe() throws(DatabaseError) {
    try inTransaction { () throws(DatabaseError) in
      try mark(projectedThrough + 1, writtenThrough)
      try mark(projectedThrough, writtenThrough)
      try commit(tablesThrough: nil)
    }
  }

  /// Writes the row of the next order that rests; false if there is none.
  private func stageNext(restingSince sequence: Int64? = nil) throws(DatabaseError) -> Bool {
    let sequence = sequence ?? head.sequence - Database.restingEntries
    guard let row = projection.stageNext(restingSince: sequence) else { return false }
    try orders.write(row.order, through: row.last)
    for (id, fill) in row.fills { try fills.write(fill, id: id, of: row.order) }
    if let busts = row.order.busts { try fills.remove(busts, of: row.order) }
    return true
  }

  private func mark(_ projected: Int64, _ written: Int64) throws(DatabaseError) {
    setProjected.bind(projected).bind(written)
    try setProjected.run()
  }

  // MARK: Transaction

  /// Runs `body` in the open transaction, which is opened if there is none. An error takes back all
  /// that is in it.
  private func inTransaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
    do throws(DatabaseError) {
      if !isInTransaction {
        try connection.begin()
        try lease?.assert()
      }
      isInTransaction = true
      try body()
    } catch {
      connection.rollBack()
      isInTransaction = false
      projection.rolledBack()
      throw error
    }
  }

  /// Ends the open transaction. With a sequence, the tables' rows contain entries up to it: then
  /// positions and marks are written too.
  private func commit(tablesThrough sequence: Int64?) throws(DatabaseError) {
    var newMarks: (projected: Int64, written: Int64)?
    if let sequence {
      for (key, row) in projection.positions {
        try positions.write(row.position, of: key, through: row.last)
      }
      for change in projection.tradingStates { try tradingStates.write(change) }
      if let mark = projection.lossMark { try lossMarks.write(mark) }
      let marks = (projection.completeThrough(head: sequence), sequence)
      try mark(marks.0, marks.1)
      newMarks = marks
    }
    try audit.write()
    try connection.commit()
    audit.committed()
    isInTransaction = false
    guard let newMarks else { return }
    (projectedThrough, writtenThrough) = newMarks
    projection.committed()
  }

  // MARK: Lost connection

  /// Whether there is a connection, as far as is known; a file always has one.
  var isConnected: Bool { lease?.connection.isConnected ?? true }

  /// When the server last confirmed, by an answer, that this process is the writer, on the
  /// monotonic clock; nil for a file, which needs no confirmation.
  var confirmedAt: UInt64? { lease?.connection.lastConfirmedAt }

  /// Lets the server know that the writer is alive, and hears whether it still is the writer.
  func beat() throws(DatabaseError) { try lease?.assert() }

  /// Takes note of what the writer has recorded, in a process that only reads.
  func refresh() throws(DatabaseError) {
    try readMarks()
    head = try recordedHead()
    try audit.resume()
  }

  /// What became of a batch whose commit was not answered.
  enum Resolution {
    case recorded(ArraySlice<JournalRecord>)
    case notRecorded(ArraySlice<JournalRecord>)
  }

  /// Connects again, and looks what became of a batch that is in doubt; nil if none is.
  func resume() throws(DatabaseError) -> Resolution? {
    try lease?.resume()
    try readMarks()
    try audit.resume()
    let found = try recordedHead()
    defer { doubt = nil }
    if found == head { return doubt.map { .notRecorded($0.records) } }
    guard let doubt, found == doubt.head else {
      throw DatabaseError(
        .superseded,
        "the journal ends at sequence \(found.sequence), not as this process left it at "
          + "\(head.sequence)", advice: "Restart the service; it goes on from what is there.")
    }
    take(doubt.records, doubt.head)
    return .recorded(doubt.records)
  }

  // MARK: Restart

  /// Rows of the journal that are taken in with one commit.
  private static let rowsPerStep = 1_024

  /// Takes in the journal's rows that the tables do not have yet, and checks their chain.
  func catchUp(progress: (Int64) -> Void = { _ in }) throws(StoreError) {
    guard reaches(head.sequence) else { throw Verification.cutOff(head.sequence) }
    var chain = try self.chain(at: projectedThrough)
    var fold = Fold(orders: orders, positions: try positions.readAll())
    while chain.sequence < head.sequence {
      let rows = try journal.rows(after: chain.sequence, count: Database.rowsPerStep)
      for row in rows {
        guard journal.isIntact(row, after: chain) else { throw Verification.broken(after: chain) }
        try fold.apply(row, to: &projection)
        chain = JournalTable.Head(sequence: row.sequence, hash: row.hash)
      }
      do throws(DatabaseError) {
        try project(through: chain.sequence)
      } catch {
        throw StoreError(error, doing: "bring its tables up to date")
      }
      fold.forgetOrders()
      progress(chain.sequence)
    }
  }

  /// Empties the tables; `catchUp` then fills them from the journal's first row.
  func emptyTables() throws(StoreError) {
    do throws(DatabaseError) {
      try inTransaction { () throws(DatabaseError) in
        try connection.execute(
          "DELETE FROM orders; DELETE FROM fills; DELETE FROM positions; "
            + "DELETE FROM trading_states")
        try mark(0, 0)
        try commit(tablesThrough: nil)
      }
    } catch {
      throw StoreError(error, doing: "empty its tables")
    }
    (projectedThrough, writtenThrough) = (0, 0)
  }

  private func chain(at sequence: Int64) throws(StoreError) -> JournalTable.Head {
    guard sequence > 0 else { return .empty }
    guard let row = try journal.rows(after: sequence - 1, count: 1).first, row.sequence == sequence
    else { throw Verification.broken(at: sequence) }
    return JournalTable.Head(sequence: sequence, hash: row.hash)
  }

  /// The positions as the tables have them.
  func recordedPositions() throws(StoreError) -> [PositionKey: Position] {
    try positions.readAll().mapValues(\.position)
  }

  /// The trading states as the tables have them.
  func recordedTradingStates() throws(StoreError) -> [TradingStateChange] {
    try tradingStates.readAll()
  }

  /// What a process needs to go on: live orders, positions and all keys.
  func restoredState() throws(StoreError) -> RestoredState {
    RestoredState(
      orders: try queries.liveOrders(orders), positions: try recordedPositions(),
      tradingStates: try recordedTradingStates(), lossMark: try lossMarks.read(),
      usedKeys: try queries.keyFingerprints(), lastOrderID: try queries.lastOrderID(),
      documents: try documents.read(""))
  }
}
