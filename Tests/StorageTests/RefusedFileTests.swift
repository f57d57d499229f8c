// Files that a store must not take: it says why, and leaves them as they are.

import FoundationEssentials
import Glibc
import SQL
import SQLite
import Storage
import Testing

@Suite struct RefusedFileTests {
  /// The error of opening a place, which must not change the file there.
  private func refusal(at place: Place) throws -> StoreError {
    let before = try place.fingerprint()
    let error = try #require(throws: StoreError.self) { try place.open() }
    #expect(try place.fingerprint() == before)
    #expect(error.description.hasSuffix("."), "\(error)")
    #expect(!error.isPassing)
    return error
  }

  private func filledPlace() throws -> Place {
    let place = try Place()
    let open = try place.open()
    #expect(open.record(EntryStream(seed: 1, entries: 300).entries))
    open.close()
    return place
  }

  @Test func `a file that is no database`() throws {
    let place = try Place()
    try place.write(Array(repeating: UInt8(ascii: "x"), count: 10_000))
    let error = try refusal(at: place)
    #expect(error.code == "STORE_CORRUPT")
    #expect(error.description.contains("restore a backup"))
    #expect(throws: StoreError.self) { try Verification.verify(at: place.location) { _, _ in } }
  }

  @Test func `a database whose first page is damaged`() throws {
    let place = try filledPlace()
    var bytes = place.fileBytes
    for index in 100..<4_096 { bytes[index] = 0xA5 }
    try place.write(bytes)
    #expect(try refusal(at: place).code == "STORE_CORRUPT")
  }

  @Test func `a database whose pages are damaged`() throws {
    let place = try filledPlace()
    var bytes = place.fileBytes
    for index in 4_096..<bytes.count where index % 4_096 < 64 { bytes[index] = 0xA5 }
    try place.write(bytes)
    #expect(try refusal(at: place).code == "STORE_CORRUPT")
  }

  @Test func `a database that was cut short`() throws {
    let place = try filledPlace()
    try place.write(Array(place.fileBytes.prefix(8_192)))
    #expect(try refusal(at: place).code == "STORE_CORRUPT")
  }

  @Test func `a database of a newer version`() throws {
    let place = try filledPlace()
    try place.tamper("INSERT INTO schema_migrations VALUES (99)")
    let error = try refusal(at: place)
    #expect(error.code == "STORE_NEWER")
    #expect(error.description.contains("99"))
    let verified = try #require(throws: StoreError.self) {
      try Verification.verify(at: place.location) { _, _ in }
    }
    #expect(verified.code == "STORE_NEWER")
  }

  @Test func `a database of another program`() throws {
    let place = try Place()
    try place.tamper("CREATE TABLE orders (id INTEGER)")
    #expect(try refusal(at: place).code == "STORE_FOREIGN")
    #expect(try place.column("SELECT name FROM sqlite_schema") == ["orders"])
  }

  @Test func `a database that was never opened by the service cannot be verified`() throws {
    let place = try Place()
    try place.tamper("PRAGMA user_version = 0")
    let error = try #require(throws: StoreError.self) {
      try Verification.verify(at: place.location) { _, _ in }
    }
    #expect(error.code == "STORE_OLDER")
  }

  @Test func `a database that another process has open`() throws {
    let place = try filledPlace()
    let open = try place.open()
    #expect(try refusal(at: place).code == "STORE_LOCKED")
    let error = try #require(throws: StoreError.self) {
      try Verification.rebuild(at: place.location) { _, _ in }
    }
    #expect(error.code == "STORE_LOCKED")
    // The refusal takes nothing away from who has it.
    #expect(open.record([EntryStream(seed: 2).begun]))
  }

  @Test func `the lock is free again after a close and after a refusal`() throws {
    let place = try Place()
    try place.open().close()
    try place.open().close()
    try place.tamper("INSERT INTO schema_migrations VALUES (99)")
    #expect(try refusal(at: place).code == "STORE_NEWER")
    #expect(try refusal(at: place).code == "STORE_NEWER")
  }

  @Test func `a process being started at the close, which has a copy of all files, keeps no lock`()
    throws
  {
    let place = try filledPlace()
    let open = try place.open()
    let copies = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
      .filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
          == place.path + ".lock"
      }
      .compactMap { Int32($0).map { dup($0) } }
    defer { for copy in copies { close(copy) } }
    #expect(copies.count == 1)
    open.close()
    try place.open().close()
  }

  @Test func `a directory that is not there`() throws {
    let place = try Place()
    let error = try #require(throws: StoreError.self) {
      try OpenStore(.sqlite(path: place.directory + "/none/store.db"))
    }
    #expect(error.code == "STORE_FAILED")
    #expect(error.description.contains("directory"))
  }

  @Test func `a directory in the place of the file`() throws {
    let place = try Place()
    try FileManager.default.createDirectory(
      atPath: place.path, withIntermediateDirectories: false)
    let error = try #require(throws: StoreError.self) { try place.open() }
    #expect(error.code == "STORE_FAILED")
  }

  @Test func `a file in the place of the directory`() throws {
    let place = try Place()
    try place.write([1, 2, 3])
    let error = try #require(throws: StoreError.self) {
      try OpenStore(.sqlite(path: place.path + "/store.db"))
    }
    #expect(error.code == "STORE_FAILED")
    #expect(place.fileBytes == [1, 2, 3])
  }

  @Test func `verify does not make a file that is not there`() throws {
    let place = try Place()
    #expect(throws: StoreError.self) { try Verification.verify(at: place.location) { _, _ in } }
    #expect(!FileManager.default.fileExists(atPath: place.path))
  }

  @Test func `migrations run once`() throws {
    let place = try Place()
    for _ in 0..<3 { try place.open().close() }
    #expect(
      try place.column("SELECT version FROM schema_migrations") == ["1", "2", "3", "4", "5", "6"])
    #expect(try place.column("SELECT count(*) FROM projection") == ["1"])
  }
}
