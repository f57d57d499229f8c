// The audit log's table: it rides along, survives, is bounded, and is looked through in pieces.

import SQL
import Storage
import Testing
import Trading

@Suite struct AuditTableTests {
  private func entry(_ key: String) -> AuditEntry {
    AuditEntry(
      at: start, caller: Provenance.Caller(key: key, requestID: "r-\(key)"), method: "POST",
      path: "/orders", digest: [1, 2, 3], status: 201)
  }

  private func keys(_ open: OpenStore, _ filter: AuditFilter = AuditFilter()) throws -> [String] {
    try open.read { (reader) throws(StoreError) in
      try reader.audit(filter).entries.map(\.entry.caller.key)
    }
  }

  @Test(arguments: dialects)
  func `commands are read as soon as they came, newest first, and survive`(dialect: Dialect) throws
  {
    let place = try Place(dialect)
    let open = try place.open()
    open.store.append([], audit: [entry("a"), entry("b")])
    #expect(try keys(open) == ["b", "a"])
    open.store.append([], audit: [entry("c")])
    open.close()
    #expect(try keys(try place.open()) == ["c", "b", "a"])
  }

  @Test(arguments: dialects)
  func `commands take the commit of the next entries along`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    var stream = EntryStream(seed: 3)
    let entries = stream.next(4)
    open.store.append(entries.map { .order($0) }, audit: [entry("a")])
    #expect(isTrueSoon { open.messages.recordedEntries == entries.count })
    #expect(try place.crashed().value("SELECT count(*) FROM audit") == "1")
  }

  @Test(arguments: dialects)
  func `the oldest commands go when there are too many`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    open.store.append([], audit: [entry("a"), entry("b")])
    open.close()
    try place.tamper("UPDATE audit SET audit_id = 1000000 WHERE key = 'b'")
    let again = try place.open()
    again.store.append([], audit: [entry("c")])
    #expect(try keys(again) == ["c", "b"])
    again.close()
    #expect(try place.column("SELECT key FROM audit ORDER BY audit_id") == ["b", "c"])
  }

  @Test(arguments: dialects)
  func `a page looks through so many commands only, and says where to go on`(dialect: Dialect)
    throws
  {
    let place = try Place(dialect)
    let open = try place.open()
    open.store.append([], audit: [entry("a"), entry("b")])
    open.close()
    try place.tamper("UPDATE audit SET audit_id = 50000 WHERE key = 'b'")
    let again = try place.open()
    var filter = AuditFilter()
    var found: [String] = []
    var pages = 0
    repeat {
      let asked = filter
      let page = try again.read { (reader) throws(StoreError) in try reader.audit(asked) }
      found += page.entries.map(\.entry.caller.key)
      filter.before = page.next
      pages += 1
    } while filter.before != nil && pages < 10
    #expect(found == ["b", "a"])
    #expect(pages == 3)
  }
}
