// One writer a database, whoever believes to be it.

import PostgreSQLServer
import SQL
import Storage
import Synchronization
import Testing
import Trading

@Suite struct WriterLeaseTests {
  @Test func `a writer whose epoch has passed writes nothing and says so`() throws {
    let place = try Place(.postgresql)
    let open = try place.open()
    var stream = EntryStream(seed: 1)
    #expect(open.record(stream.next(10)))
    // As a process does that has become the writer; the old one still has its session and lock.
    try place.tamper("UPDATE writer SET epoch = epoch + 1")
    open.store.append(stream.next(5))
    #expect(isTrueSoon { open.messages.isSuperseded })
    #expect(open.messages.recordedThrough == 10)
    open.close()
    #expect(try place.value("SELECT count(*)::text FROM order_events") == "10")
    #expect(try Verification.verify(at: place.location) { _, _ in }.rows == 10)
  }

  @Test func `a writer that has nothing to write learns that its epoch has passed`() throws {
    let place = try Place(.postgresql)
    let open = try place.open()
    try place.tamper("UPDATE writer SET epoch = epoch + 1")
    #expect(isTrueSoon { open.messages.isSuperseded })
  }

  @Test func `a writer that lost its session does not write after another one did`() throws {
    let place = try Place(.postgresql)
    let proxy = try LossyProxy(to: try PostgreSQLServer.shared.get().port)
    let location = valid(StoreLocation(postgresqlURL: try place.url(by: proxy.port)), "address")
    let first = try OpenStore(location)
    var stream = EntryStream(seed: 2)
    #expect(first.record(stream.next(10)))
    let second = try Candidate(place.location)
    #expect(second.messages.recordedThrough == 0)
    proxy.set(.losingAnswers)
    first.store.append([stream.begun])
    #expect(isTrueSoon { second.state != nil })
    proxy.set(.passing)
    #expect(isTrueSoon { first.messages.isSuperseded })
    second.store.append([.order(stream.next())])
    #expect(isTrueSoon { second.messages.recordedEntries == 1 })
    second.store.close()
    first.close()
    _ = try Verification.verify(at: place.location) { _, _ in }
  }

  @Test func `a store that stands by reads what the writer writes, and takes over all of it`()
    throws
  {
    let place = try Place(.postgresql)
    let open = try place.open()
    let stream = EntryStream(seed: 3, entries: 300)
    let standby = try Candidate(place.location)
    #expect(open.record(stream.entries))
    let last = try #require(stream.entries.last).order
    #expect(isTrueSoon { standby.order(last.id) == last })
    #expect(standby.state == nil)
    open.close()
    #expect(isTrueSoon { standby.state != nil })
    let isSame = standby.state?.orders.sorted { $0.id < $1.id } == stream.unfinishedOrders
    #expect(isSame)
    #expect(standby.state?.positions == stream.positions)
    standby.store.close()
  }

  @Test func `stores that open an empty database at once migrate it once`() throws {
    let place = try Place(.postgresql)
    let stores = try (0..<4).map { _ in try Candidate(place.location) }
    #expect(isTrueSoon { stores.filter { $0.isWriter }.count == 1 })
    #expect(
      try place.value("SELECT count(*) = max(version) FROM schema_migrations") == "t")
    for store in stores { store.store.close() }
  }
}

/// A store that may stand by.
private final class Candidate: Sendable {
  let store: Store
  let messages = Messages()
  private let opened: RestoredState?

  init(_ location: StoreLocation) throws {
    let messages = messages
    (store, opened) = try Store.open(location) { messages.add($0) }
  }

  /// What it took over, once it has become the writer; nil if it opened as that.
  var state: RestoredState? { messages.takenOver }
  var isWriter: Bool { opened != nil || state != nil }

  func order(_ id: OrderID) -> Order? {
    let found = Mutex<Order??>(nil)
    store.read { reader in
      let order = try? reader.order(.id(id))
      found.withLock { $0 = .some(order) }
    }
    _ = isTrueSoon { found.withLock { $0 != nil } }
    return found.withLock { $0 } ?? nil
  }
}
