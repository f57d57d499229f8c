// `import` and `export`: all that one database has, in another one of either kind. The copy is one
// transaction that is committed after the copied journal was walked and all rows were counted, so
// that whatever ends it early leaves the target as empty as it was.

internal import SQL

/// Copies of a whole store.
public enum StoreCopy {
  /// Rows that are read at once.
  static let rowsPerStep = 2_000

  /// The tables besides the journal, with the key by which long ones are read in pages.
  static let tables: [(name: String, key: String?)] = [
    ("orders", "order_id"), ("fills", "fill_id"), ("audit", "audit_id"), ("positions", nil),
    ("trading_states", nil), ("loss_marks", nil), ("documents", nil), ("projection", nil),
    ("journal_anchor", nil),
  ]
  /// Those that have their one row from the beginning.
  static let marks = ["projection", "journal_anchor"]
  /// What belongs to the place and not to its content, and what comes with the journal's rows.
  static let uncopiedTables = ["schema_migrations", "writer", "journal_months"]

  /// Copies everything from one place to another, which must be empty, and gives the number of
  /// rows. Nobody else may write either place meanwhile.
  public static func copy(
    from source: StoreLocation, to target: StoreLocation,
    progress: @escaping (_ done: Int64, _ total: Int64) -> Void
  ) throws(StoreError) -> Int64 {
    guard source != target else {
      throw StoreError(code: "STORE_LOCKED", "\(source) cannot be copied onto itself.")
    }
    let from = try source.openToCopy()
    let to = try target.openToWrite()
    defer { withExtendedLifetime((from, to)) {} }
    var copying = try StoreCopying(from: from, to: to, target, progress)
    return try copying.run()
  }
}

/// One copy while it is made.
private struct StoreCopying {
  private let source: any DatabaseConnection
  private let target: any DatabaseConnection
  private let lease: WriterLease?
  private let location: StoreLocation
  private let journals: (source: JournalTable, target: JournalTable)
  private let end: JournalTable.Head
  private let progress: (Int64, Int64) -> Void
  private var done: Int64 = 0
  private var total: Int64 = 0

  init(
    from: WritableDatabase, to: WritableDatabase, _ location: StoreLocation,
    _ progress: @escaping (Int64, Int64) -> Void
  ) throws(StoreError) {
    (source, target, lease) = (from.connection, to.connection, to.lease)
    self.location = location
    self.progress = progress
    let database = try Verification.reader(source)
    end = database.head
    journals = (database.journal, try Database(target, lease).journal)
  }

  mutating func run() throws(StoreError) -> Int64 {
    let names = ["order_events"] + StoreCopy.tables.map(\.name)
    do throws(DatabaseError) {
      for name in names { total += try count(name, in: source) }
    } catch {
      throw StoreError(error, doing: "count the rows to be copied")
    }
    do throws(DatabaseError) {
      try target.begin()
      try lease?.assert()
    } catch {
      throw StoreError(error, doing: "begin the copy")
    }
    do throws(StoreError) {
      try refuseRows()
      try copyJournal()
      for table in StoreCopy.tables { try copy(table.name, by: table.key) }
      try check(names)
      do throws(DatabaseError) {
        try target.commit()
        // Or the first queries would be planned for empty tables.
        if target.dialect == .postgresql { try target.execute("ANALYZE") }
      } catch {
        throw StoreError(error, doing: "commit the copy")
      }
      return total
    } catch {
      target.rollBack()
      throw error
    }
  }

  private func count(
    _ table: String, in connection: any DatabaseConnection
  ) throws(DatabaseError) -> Int64 {
    let statement = try connection.prepare("SELECT count(*) FROM \(table)")
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  private func refuseRows() throws(StoreError) {
    do throws(DatabaseError) {
      for table in ["order_events"] + StoreCopy.tables.map(\.name)
      where !StoreCopy.marks.contains(table) {
        guard try count(table, in: target) == 0 else {
          throw DatabaseError(
            .unusable, "\(location) has rows already",
            advice: "Name an empty database; nothing was changed.")
        }
      }
      for table in StoreCopy.marks { try target.execute("DELETE FROM \(table)") }
    } catch {
      throw StoreError(error, doing: "begin the copy")
    }
  }

  // MARK: Rows

  private mutating func copyJournal() throws(StoreError) {
    let (before, target) = (done, target)
    let beginning = journals.source.anchor.sequence
    try journals.source.copy(through: end.sequence, to: journals.target, in: target) {
      progress(before + $0 - beginning, total)
    }
    done += end.sequence - beginning
  }

  private mutating func copy(_ table: String, by key: String?) throws(StoreError) {
    do throws(DatabaseError) {
      let columns = try Column.all(of: table, in: source)
      let names = columns.map(\.name).joined(separator: ", ")
      let marks = columns.map { _ in "?" }.joined(separator: ", ")
      let insert = try target.prepare("INSERT INTO \(table) (\(names)) VALUES (\(marks))")
      let keyColumn = columns.firstIndex { $0.name == key }
      var page = try source.prepare(select(names, of: table, by: key, isFirst: true)) as Optional
      while let rows = page {
        page = nil
        var count = 0
        while try rows.step() {
          for (index, column) in columns.enumerated() {
            column.kind.move(Int32(index), of: rows, to: insert)
          }
          try insert.run()
          count += 1
          guard let keyColumn, count == StoreCopy.rowsPerStep else { continue }
          let next = try source.prepare(select(names, of: table, by: key, isFirst: false))
          columns[keyColumn].kind.move(Int32(keyColumn), of: rows, to: next)
          page = next
        }
        try target.settle()
        tell(count)
      }
    } catch {
      throw StoreError(error, doing: "copy \(table)")
    }
  }

  /// The query of a page; but for the first, it begins after the key that is bound to it.
  private func select(
    _ columns: String, of table: String, by key: String?, isFirst: Bool
  ) -> String {
    guard let key else { return "SELECT \(columns) FROM \(table)" }
    return "SELECT \(columns) FROM \(table) \(isFirst ? "" : "WHERE \(key) > ?") "
      + "ORDER BY \(key) LIMIT \(StoreCopy.rowsPerStep)"
  }

  private mutating func tell(_ rows: Int) {
    done += Int64(rows)
    progress(done, total)
  }

  // MARK: Check

  /// Walks the copied chain, and counts both places.
  private func check(_ tables: [String]) throws(StoreError) {
    let copied = try Verification.walk(journals.target, from: journals.source.anchor)
    guard copied == end else { throw Verification.broken(after: copied) }
    do throws(DatabaseError) {
      for table in tables {
        let counts = (try count(table, in: source), try count(table, in: target))
        guard counts.0 == counts.1 else {
          throw DatabaseError(
            .lasting, "\(table) has \(counts.0) rows and its copy \(counts.1)",
            advice: "Nothing was copied; look for what else writes there.")
        }
      }
    } catch {
      throw StoreError(error, doing: "compare the copy")
    }
  }
}

extension JournalTable {
  /// Copies the rows from the first one through `end` into the open transaction of another place.
  func copy(
    through end: Int64, to target: JournalTable, in connection: any DatabaseConnection,
    progress: (_ done: Int64) -> Void
  ) throws(StoreError) {
    var done = anchor.sequence
    while done < end {
      let rows = try rows(after: done, count: StoreCopy.rowsPerStep).prefix { $0.sequence <= end }
      guard let last = rows.last else { throw Verification.broken(at: done + 1) }
      do throws(DatabaseError) {
        try target.insert(rows)
        try connection.settle()
      } catch {
        throw StoreError(error, doing: "copy the journal")
      }
      done = last.sequence
      progress(done)
    }
  }
}

extension DatabaseConnection {
  /// Has the database answer what was queued for it, so that no more than a step waits in memory.
  fileprivate func settle() throws(DatabaseError) {
    let answer = try prepare("SELECT 1")
    defer { answer.reset() }
    _ = try answer.step()
  }
}

/// A column as both databases have it.
private struct Column {
  enum Kind {
    case integer
    case bytes
    case text

    init(type: String) {
      switch type.uppercased() {
      case "INTEGER", "BIGINT", "SMALLINT": self = .integer
      case "BLOB", "BYTEA", "UUID": self = .bytes
      default: self = .text
      }
    }

    func move(
      _ column: Int32, of row: any DatabaseStatement, to statement: any DatabaseStatement
    ) {
      guard !row.isNull(column) else {
        statement.bindNull()
        return
      }
      switch self {
      case .integer: statement.bind(row.integer(column))
      case .bytes: statement.bind(row.bytes(column))
      case .text: statement.bind(row.text(column))
      }
    }
  }

  let name: String
  let kind: Kind

  static func all(
    of table: String, in connection: any DatabaseConnection
  ) throws(DatabaseError) -> [Column] {
    let catalogue =
      switch connection.dialect {
      case .sqlite: "SELECT name, type FROM pragma_table_info('\(table)')"
      case .postgresql:
        "SELECT column_name, data_type FROM information_schema.columns "
          + "WHERE table_schema = current_schema() AND table_name = '\(table)' "
          + "ORDER BY ordinal_position"
      }
    let statement = try connection.prepare(catalogue)
    var columns: [Column] = []
    while try statement.step() {
      guard let name = statement.text(0), let type = statement.text(1) else { continue }
      columns.append(Column(name: name, kind: Kind(type: type)))
    }
    return columns
  }
}
