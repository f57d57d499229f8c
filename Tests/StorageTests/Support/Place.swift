// Where a test's store lies: in a SQLite file or in a PostgreSQL database. This is the only file of
// these tests that knows how both are looked into, beside the tests that are about one of them.

import Crypto
import FoundationEssentials
import Glibc
import PostgreSQL
import PostgreSQLServer
import SQL
import SQLite
import Storage

/// The databases that every promise of a store is tested on.
let dialects = Dialect.allCases

/// So many seeds for SQLite, and some of them for PostgreSQL too, which takes longer.
func seeds(_ count: UInt64) -> [(dialect: Dialect, seed: UInt64)] {
  (0..<count).map { (.sqlite, $0) } + (0..<count / 4).map { (.postgresql, $0) }
}

/// A fresh place for a store; gone with the value.
final class Place: Sendable {
  /// A directory of its own, for SQLite.
  let directory: String
  let dialect: Dialect
  let location: StoreLocation
  private let database: String

  init(_ dialect: Dialect = .sqlite) throws {
    self.dialect = dialect
    var template = Array("/tmp/fks-storage-XXXXXX".utf8CString)
    directory = valid(
      template.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
      }, "temporary directory")
    switch dialect {
    case .sqlite:
      database = directory + "/store.db"
      location = .sqlite(path: database)
    case .postgresql:
      let server = try PostgreSQLServer.shared.get()
      database = try server.makeDatabase()
      location = valid(StoreLocation(postgresqlURL: server.url(database)), "address")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// The path of the SQLite file.
  var path: String { database }

  /// The address of the PostgreSQL database by way of another port.
  func url(by port: UInt16) throws -> String {
    try PostgreSQLServer.shared.get().url(database, hosts: "127.0.0.1:\(port)")
  }

  /// Opens the store of this place.
  func open() throws -> OpenStore { try OpenStore(location) }

  /// A connection of one's own.
  func connect() throws -> any DatabaseConnection {
    switch dialect {
    case .sqlite: try SQLite.Connection(path: path)
    case .postgresql: try PostgreSQLServer.shared.get().connect(database)
    }
  }

  /// What a power cut would leave now: everything that was acknowledged, and maybe more.
  func crashed() throws -> Place {
    switch dialect {
    case .sqlite:
      let copy = try Place(dialect)
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy.path + suffix)
      }
      return copy
    case .postgresql: return try snapshot()
    }
  }

  /// A database with what one moment shows of this one.
  private func snapshot() throws -> Place {
    let source = try connect()
    try source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    let rows = try (Place.journalTables + ["writer", "audit"] + Place.tables).map { table in
      let all = try source.prepare("SELECT array_agg(t)::text FROM \(table) AS t")
      return (table, try all.step() ? all.text(0) : nil)
    }
    let copy = try Place(dialect)
    try copy.open().close()
    let target = try copy.connect()
    for (table, text) in rows {
      try target.execute("DELETE FROM \(table)")
      guard let text else { continue }
      let insert = try target.prepare(
        "INSERT INTO \(table) SELECT * FROM unnest(CAST(? AS \(table)[]))")
      try insert.bind(text).run()
      guard table == "journal_months" else { continue }
      try target.execute("SELECT open_journal_month(month) FROM journal_months")
    }
    return copy
  }

  /// Changes the closed database behind the store's back.
  func tamper(_ sql: String) throws { try connect().execute(sql) }

  /// The first column of a query's first row, or nothing.
  func value(_ sql: String) throws -> String? { try column(sql).first }

  /// The first column of a query's rows.
  func column(_ sql: String) throws -> [String] {
    let statement = try connect().prepare(sql)
    var values: [String] = []
    while try statement.step() { values.append(statement.text(0) ?? "NULL") }
    return values
  }

  private static let journalTables = ["journal_months", "journal_anchor", "order_events"]
  private static let tables = [
    "orders", "fills", "positions", "trading_states", "loss_marks", "projection",
  ]

  /// Every row of the tables that are made from the journal.
  func tables() throws -> [String] {
    try Place.tables.dropLast().flatMap { try rows(of: $0) }
  }

  /// The journal, in words that are the same for both databases.
  func journal() throws -> [String] {
    let bytes = dialect == .sqlite ? "lower(hex(hash))" : "encode(hash, 'hex')"
    let id =
      dialect == .sqlite ? "lower(hex(order_id))" : "replace(order_id::text, '-', '')"
    return try column(
      "SELECT sequence || ' ' || \(id) || ' ' || recorded_at || ' ' || \(bytes) || ' ' || "
        + "CAST(body AS TEXT) FROM order_events ORDER BY sequence")
  }

  /// The names of all tables.
  func tableNames() throws -> [String] {
    try column(
      dialect == .sqlite
        ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
        : "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
          + "AND relkind IN ('r', 'p') AND NOT relispartition")
  }

  /// Every row of a table, as its database shows it.
  func rows(of table: String) throws -> [String] {
    switch dialect {
    case .sqlite:
      let columns = try column("SELECT name FROM pragma_table_info('\(table)')")
      let row = columns.map { "quote(\($0))" }.joined(separator: " || '|' || ")
      return try column("SELECT '\(table): ' || \(row) FROM \(table) ORDER BY 1")
    case .postgresql:
      return try column("SELECT '\(table): ' || t::text FROM \(table) AS t ORDER BY 1")
    }
  }

  /// Stands for the content of the database.
  func fingerprint() throws -> [UInt8] {
    switch dialect {
    case .sqlite: return SHA256Hasher().hash(fileBytes)
    case .postgresql:
      let rows = try (Place.journalTables + ["writer", "audit"] + Place.tables).flatMap {
        try self.rows(of: $0)
      }
      return SHA256Hasher().hash(Array(rows.joined().utf8))
    }
  }

  var fileBytes: [UInt8] {
    FileManager.default.contents(atPath: path).map { Array($0) } ?? []
  }

  func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }
}
