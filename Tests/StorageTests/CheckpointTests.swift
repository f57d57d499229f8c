// The write-ahead log is copied beside the writer: it does not grow for ever, and what is committed
// stays readable while it is copied.

import FoundationEssentials
import SQL
import SQLite
import Testing

@Suite struct CheckpointTests {
  @Test func `the log starts over while commits go on`() throws {
    let place = try Place()
    let writer = try table(at: place.path)
    let insert = try writer.prepare("INSERT INTO t (body) VALUES (?)")
    let body = [UInt8](repeating: 7, count: 16_000)
    var sizesMax = 0
    for _ in 0..<640 {
      try writer.transaction { () throws(DatabaseError) in
        for _ in 0..<16 { try insert.bind(body).run() }
      }
      sizesMax = max(sizesMax, try size(of: place.path + "-wal"))
    }
    // 160 MB were written; at 64 MB at the latest the writer copies the rest itself.
    #expect(sizesMax < 80_000_000)
    let count = try writer.prepare("SELECT count(*) FROM t WHERE length(body) = 16000")
    #expect(try count.step())
    #expect(count.integer(0) == 10_240)
  }

  @Test func `a reader that stays keeps the log from starting over, and loses nothing`() throws {
    let place = try Place()
    let writer = try table(at: place.path)
    let insert = try writer.prepare("INSERT INTO t (body) VALUES (?)")
    let body = [UInt8](repeating: 7, count: 16_000)
    try insert.bind(body).run()
    let reader = try Connection(path: place.path, mode: .readOnly)
    try reader.execute("BEGIN")
    let count = try reader.prepare("SELECT count(*) FROM t")
    #expect(try count.step())
    for _ in 0..<2_000 { try insert.bind(body).run() }
    #expect(count.integer(0) == 1)
    count.reset()
    #expect(try size(of: place.path + "-wal") > 32_000_000)
    try reader.execute("COMMIT")
    #expect(try count.step())
    #expect(count.integer(0) == 2_001)
  }

  private func table(at path: String) throws -> Connection {
    let writer = try Connection(path: path)
    try writer.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)")
    return writer
  }

  private func size(of path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  }
}
