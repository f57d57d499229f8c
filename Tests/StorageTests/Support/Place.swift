// Where a test's store lies. This is the only file of these tests that knows which database engine
// it is, beside the tests that are about SQLite's own behaviour: another engine is another `Place`.

import Crypto
import FoundationEssentials
import Glibc
import SQLite
import Storage

/// A fresh place for a store; gone with the value.
final class Place: Sendable {
  let directory: String

  init() {
    var template = Array("/tmp/fks-storage-XXXXXX".utf8CString)
    directory = valid(
      template.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
      }, "temporary directory")
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var path: String { directory + "/store.db" }

  /// Opens the store of this place.
  func open() throws(StoreError) -> OpenStore { try OpenStore(path: path) }

  /// What a power cut would leave now: everything that was acknowledged, and maybe more.
  func crashed() throws -> Place {
    let copy = Place()
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy.path + suffix)
    }
    return copy
  }

  /// Changes the closed database behind the store's back.
  func tamper(_ sql: String) throws { try Connection(path: path).execute(sql) }

  /// The first column of a query's first row, or nothing.
  func value(_ sql: String) throws -> String? {
    let statement = try Connection(path: path, mode: .readOnly).prepare(sql)
    defer { statement.reset() }
    return try statement.step() ? statement.text(0) : nil
  }

  /// The first column of a query's rows.
  func column(_ sql: String) throws -> [String] {
    let statement = try Connection(path: path, mode: .readOnly).prepare(sql)
    var values: [String] = []
    while try statement.step() { values.append(statement.text(0) ?? "NULL") }
    return values
  }

  /// Every row of the tables that are made from the journal.
  func tables() throws -> [String] {
    try ["orders", "fills", "positions", "trading_states", "loss_marks"].flatMap { table in
      let columns = try column("SELECT name FROM pragma_table_info('\(table)')")
      let row = columns.map { "quote(\($0))" }.joined(separator: " || '|' || ")
      return try column("SELECT '\(table): ' || \(row) FROM \(table) ORDER BY 1")
    }
  }

  /// Stands for the content of the file.
  var fingerprint: [UInt8] { SHA256Hasher().hash(fileBytes) }

  var fileBytes: [UInt8] {
    FileManager.default.contents(atPath: path).map { Array($0) } ?? []
  }

  func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }
}
