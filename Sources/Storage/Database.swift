// The journal and its projections in one SQLite file, used by one thread. A batch of entries is one
// transaction with one fsync. Projections lag behind the journal by at most a moment and are
// brought up to date before anything is read, so an order that fills at once is written to its
// table once.

internal import SQLite
internal import Trading

final class Database {
  private let connection: Connection
  let journal: JournalTable
  let orders: OrderTable
  private let fills: FillTable
  private let positions: PositionTable
  let queries: Queries
  private let setProjected: Statement

  private(set) var head: JournalTable.Head
  private var projectedThrough: Int64
  private var dirty = Projection()

  /// Opens a database that is migrated already.
  init(_ connection: Connection) throws(StoreError) {
    self.connection = connection
    do throws(DatabaseError) {
      journal = try JournalTable(connection)
      orders = try OrderTable(connection)
      fills = try FillTable(connection)
      positions = try PositionTable(connection)
      queries = Queries(connection)
      setProjected = try connection.prepare("UPDATE projection SET projected_through = ?")
      // The tables' mark first: a running service may write between the two, and the journal must
      // not look shorter than the tables for that.
      let projected = try connection.prepare("SELECT projected_through FROM projection")
      projectedThrough = try projected.step() ? projected.integer(0) : 0
      projected.reset()
      let last = try connection.prepare(
        "SELECT sequence, hash FROM order_events ORDER BY sequence DESC LIMIT 1")
      head =
        try last.step()
        ? JournalTable.Head(sequence: last.integer(0), hash: last.bytes(1)) : .empty
      last.reset()
    } catch {
      throw StoreError(error, doing: "read its tables")
    }
  }

  /// Rows that are written to the tables at the latest after so many entries: bounds the memory
  /// and the work after a crash.
  static let dirtyEntriesMax = 1_024

  /// Whether tables lag behind the journal.
  var isLagging: Bool { dirty.entries > 0 }

  /// Whether a journal that ends there has at least what the tables were made of.
  func reaches(_ sequence: Int64) -> Bool { projectedThrough <= sequence }

  /// Appends entries to the journal, durably and all or none.
  func append(_ entries: ArraySlice<JournalEntry>) throws(DatabaseError) {
    var newHead = head
    let isFlushDue = dirty.entries >= Database.dirtyEntriesMax
    try connection.transaction { () throws(DatabaseError) in
      for entry in entries { try journal.append(entry, after: &newHead) }
      if isFlushDue { try writeDirty(through: head.sequence) }
    }
    if isFlushDue { forgetDirty(through: head.sequence) }
    head = newHead
    for entry in entries { dirty.add(entry) }
  }

  /// Brings the tables up to date with the journal.
  func project() throws(DatabaseError) {
    guard isLagging else { return }
    try connection.transaction { () throws(DatabaseError) in
      try writeDirty(through: head.sequence)
    }
    forgetDirty(through: head.sequence)
  }

  /// Writes a little and changes nothing: whether the disk has room again. The mark goes there and
  /// back because SQLite does not write a page whose bytes stay the same.
  func probe() throws(DatabaseError) {
    try connection.transaction { () throws(DatabaseError) in
      for mark in [projectedThrough + 1, projectedThrough] {
        setProjected.bind(mark)
        try setProjected.run()
      }
    }
  }

  private func writeDirty(through sequence: Int64) throws(DatabaseError) {
    for order in dirty.orders.values { try orders.write(order) }
    for (order, fill) in dirty.fills { try fills.write(fill, of: order) }
    for (key, position) in dirty.positions { try positions.write(position, of: key) }
    setProjected.bind(sequence)
    try setProjected.run()
  }

  private func forgetDirty(through sequence: Int64) {
    projectedThrough = sequence
    dirty.removeAll()
  }

  // MARK: Restart

  /// Takes in the journal's rows that the tables do not have yet, and checks their chain.
  func catchUp(progress: (Int64) -> Void = { _ in }) throws(StoreError) {
    guard reaches(head.sequence) else { throw Verification.cutOff(head.sequence) }
    var chain = try self.chain(at: projectedThrough)
    var fold = Fold(orders: orders, positions: try positions.readAll())
    while chain.sequence < head.sequence {
      let rows = try journal.rows(after: chain.sequence, count: Database.dirtyEntriesMax)
      for row in rows {
        guard journal.isIntact(row, after: chain) else { throw Verification.broken(after: chain) }
        dirty.add(try fold.apply(row))
        chain = JournalTable.Head(sequence: row.sequence, hash: row.hash)
      }
      do throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
          try writeDirty(through: chain.sequence)
        }
      } catch {
        throw StoreError(error, doing: "bring its tables up to date")
      }
      forgetDirty(through: chain.sequence)
      fold.forgetOrders()
      progress(chain.sequence)
    }
  }

  /// Empties the tables; `catchUp` then fills them from the journal's first row.
  func emptyTables() throws(StoreError) {
    do throws(DatabaseError) {
      try connection.transaction { () throws(DatabaseError) in
        try connection.execute("DELETE FROM orders; DELETE FROM fills; DELETE FROM positions")
        setProjected.bind(0)
        try setProjected.run()
      }
    } catch {
      throw StoreError(error, doing: "empty its tables")
    }
    forgetDirty(through: 0)
  }

  private func chain(at sequence: Int64) throws(StoreError) -> JournalTable.Head {
    guard sequence > 0 else { return .empty }
    guard let row = try journal.rows(after: sequence - 1, count: 1).first, row.sequence == sequence
    else { throw Verification.broken(at: sequence) }
    return JournalTable.Head(sequence: sequence, hash: row.hash)
  }

  /// What a process needs to go on: live orders, positions and all keys.
  func restoredState() throws(StoreError) -> RestoredState {
    RestoredState(
      orders: try queries.liveOrders(orders), positions: try positions.readAll(),
      usedKeys: try queries.keyFingerprints(), lastOrderID: try queries.lastOrderID())
  }
}

/// Rows that the journal has and the tables do not have yet.
struct Projection {
  var orders: [OrderID: Order] = [:]
  var fills: [(Order, Fill)] = []
  var positions: [PositionKey: Position] = [:]
  var entries = 0

  /// Forgets the rows and keeps their memory: the next ones are about as many.
  mutating func removeAll() {
    orders.removeAll(keepingCapacity: true)
    fills.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    entries = 0
  }

  mutating func add(_ entry: JournalEntry) {
    entries += 1
    orders[entry.order.id] = entry.order
    for case .filled(let fill) in entry.events { fills.append((entry.order, fill)) }
    if let position = entry.position {
      let terms = entry.order.terms
      positions[PositionKey(account: terms.account, symbol: terms.symbol)] = position
    }
  }
}
