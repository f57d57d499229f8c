// Documents: durable when they are acknowledged, replaced as a whole, and copied with the rest.

import SQL
import Storage
import Synchronization
import Testing
import Trading

@Suite struct DocumentTableTests {
  private func keep(_ open: OpenStore, _ documents: [(name: String, body: String?)]) {
    let reason = Mutex<String?>(nil)
    let kept = documents.map { StoredDocument(name: $0.name, body: $0.body.map { Array($0.utf8) }) }
    open.store.keep(kept) { error in reason.withLock { $0 = error?.description ?? "" } }
    #expect(isTrueSoon { reason.withLock { $0 != nil } })
    #expect(reason.withLock { $0 } == "")
  }

  private func names(_ open: OpenStore, _ prefix: String = "") throws -> [String] {
    try open.read { (reader) throws(StoreError) in
      try reader.documents(prefix).map {
        "\($0.name)=\(String(decoding: $0.body ?? [], as: UTF8.self))"
      }
    }
  }

  @Test(arguments: dialects)
  func `a document is durable once it is acknowledged, and is replaced as a whole`(
    dialect: Dialect
  ) throws {
    let place = try Place(dialect)
    let open = try place.open()
    keep(open, [("a:1", "{}"), ("a:2", "ä"), ("b:1", "x")])
    keep(open, [("a:1", "{\"n\":1}"), ("a:2", nil)])
    #expect(try names(open, "a:") == ["a:1={\"n\":1}"])
    #expect(try place.column("SELECT name FROM documents ORDER BY name") == ["a:1", "b:1"])
    open.close()
    #expect(try names(try place.open()) == ["a:1={\"n\":1}", "b:1=x"])
  }

  @Test(arguments: dialects)
  func `documents are copied with the rest`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    keep(open, [("a:1", "{}")])
    open.close()
    let target = try Place(dialect == .sqlite ? .postgresql : .sqlite)
    _ = try StoreCopy.copy(from: place.location, to: target.location) { _, _ in }
    #expect(try names(try target.open()) == ["a:1={}"])
  }
}
