// A server that is gone: what nobody was promised is given back, what is known is kept and written
// when the server is there again, and nothing is ever written twice.

import Glibc
import PostgreSQLServer
import SQL
import Storage
import Testing
import Trading

/// A store whose first order lives, on a server of its own or by way of a proxy.
private struct World {
  let open: OpenStore
  var stream: EntryStream

  init(_ url: String) throws {
    let streams = (0..<100 as Range<UInt64>).map { EntryStream(seed: $0) }
    stream = try #require(streams.first { !$0.begun.order.state.isSealed })
    open = try OpenStore(valid(StoreLocation(postgresqlURL: url), "address"))
    #expect(open.record([stream.begin()]))
    _ = try open.order(stream.begun.order.id)
  }

  /// A fact about the first order and a new order.
  mutating func nextEntries() -> (fact: JournalEntry, order: JournalEntry) {
    let order = stream.begun
    return (stream.goOn().renumbered(2), order.renumbered(3))
  }
}

@Suite(.serialized) struct LostServerTests {
  @Test func `facts are kept and orders given back while a killed server is gone`() throws {
    let server = try PostgreSQLServer()
    var world = try World(server.url(try server.makeDatabase()))
    let open = world.open
    server.killServer()
    #expect(isTrueSoon { open.messages.availability == [false] })
    let (fact, order) = world.nextEntries()
    open.store.append([fact, order])
    #expect(isTrueSoon { open.messages.notRecorded == [3] })
    let error = try #require(throws: StoreError.self) { try open.order(fact.order.id) }
    #expect(error.isPassing)
    #expect(!error.description.contains(PostgreSQLServer.password))
    try server.start()
    #expect(isTrueSoon { open.messages.recordedThrough == 2 })
    #expect(open.messages.availability == [false, true])
    #expect(try open.order(fact.order.id) == fact.order)
    #expect(try open.order(order.order.id) == nil)
  }

  @Test func `a server that comes back finds a store that kept nothing, and it says so`() throws {
    let server = try PostgreSQLServer()
    let world = try World(server.url(try server.makeDatabase()))
    try server.stop()
    #expect(isTrueSoon { world.open.messages.availability == [false] })
    try server.start()
    #expect(isTrueSoon { world.open.messages.availability == [false, true] })
  }

  @Test func `a session that the server ends is replaced, and nothing is lost`() throws {
    let place = try Place(.postgresql)
    let open = try place.open()
    var stream = EntryStream(seed: 5)
    for _ in 0..<8 {
      let entries = stream.next(30)
      let isRecorded = open.record(entries)
      #expect(isRecorded)
      _ = try? place.column(
        "SELECT pg_terminate_backend(pid, 10000)::text FROM pg_stat_activity "
          + "WHERE datname = current_database() AND pid <> pg_backend_pid()")
      // What is appended before the end is noticed may be given back; a read waits for it.
      let known = try #require(entries.first?.order.id)
      let isBack = isTrueSoon { (try? open.order(known)) != nil }
      #expect(isBack)
    }
    #expect(open.messages.notRecorded == [])
    open.close()
    #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 240)
    expectTables(of: stream, at: place)
  }

  @Test func `a commit whose answer is lost is found, and not made twice`() throws {
    let place = try Place(.postgresql)
    let proxy = try LossyProxy(to: try PostgreSQLServer.shared.get().port)
    var world = try World(place.url(by: proxy.port))
    let open = world.open
    let (fact, order) = world.nextEntries()
    proxy.set(.losingAnswers)
    open.store.append([.order(fact), .order(order)], audit: [auditEntry])
    #expect(isTrueSoon { open.messages.availability == [false] })
    #expect(open.messages.notRecorded == [])
    proxy.set(.passing)
    #expect(isTrueSoon { open.messages.recordedThrough == 3 })
    #expect(open.messages.notRecorded == [])
    #expect(try open.order(order.order.id) == order.order)
    open.close()
    #expect(try place.value("SELECT count(*)::text FROM order_events") == "3")
    #expect(try place.value("SELECT count(*)::text FROM audit") == "1")
    #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 3)
  }

  @Test func `a commit that never arrived is given back or made later, by kind`() throws {
    let place = try Place(.postgresql)
    let proxy = try LossyProxy(to: try PostgreSQLServer.shared.get().port)
    var world = try World(place.url(by: proxy.port))
    let open = world.open
    let (fact, order) = world.nextEntries()
    proxy.set(.losingQuestions)
    open.store.append([.order(fact), .order(order)], audit: [auditEntry])
    #expect(isTrueSoon { open.messages.availability == [false] })
    #expect(open.messages.notRecorded == [])
    proxy.set(.passing)
    #expect(isTrueSoon { open.messages.recordedThrough == 2 })
    #expect(open.messages.notRecorded == [3])
    #expect(try open.order(order.order.id) == nil)
    open.close()
    #expect(try place.value("SELECT count(*)::text FROM order_events") == "2")
    #expect(try place.value("SELECT count(*)::text FROM audit") == "1")
  }

  @Test func `a server that does not answer is given up, and looked up when it does`() throws {
    let server = try PostgreSQLServer()
    var world = try World(server.url(try server.makeDatabase()))
    let open = world.open
    let (fact, order) = world.nextEntries()
    server.signalAll(SIGSTOP)
    open.store.append([fact, order])
    #expect(isTrueSoon(seconds: 40) { open.messages.availability == [false] })
    server.signalAll(SIGCONT)
    #expect(isTrueSoon(seconds: 40) { open.messages.availability == [false, true] })
    // The server had the whole batch in its hands or none of it.
    #expect(isTrueSoon { open.messages.recordedThrough >= 2 })
    let isThere = try open.order(order.order.id) != nil
    #expect(open.messages.notRecorded == (isThere ? [] : [3]))
    #expect(open.messages.recordedThrough == (isThere ? 3 : 2))
  }

  private var auditEntry: AuditEntry {
    AuditEntry(
      at: start, caller: Provenance.Caller(key: "k", requestID: "r"), method: "POST",
      path: "/orders", digest: [1], status: 201)
  }

  private func expectTables(of stream: EntryStream, at place: Place) {
    let orders = try? place.open().state.orders.sorted { $0.id < $1.id }
    let isSame = orders == stream.unfinishedOrders
    #expect(isSame)
  }
}
