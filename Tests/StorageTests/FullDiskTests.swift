// A disk that is full: what nobody was promised is given back, what is known is kept and written as
// soon as there is room, and nobody reads what is not up to date. The disk is a small one in
// memory, which takes the right to mount it.

import Glibc
import PostgreSQLServer
import Storage
import Testing
import Trading

@Suite(
  .serialized,
  .enabled(if: SmallDisk.isPossible, "Mounting a disk of one megabyte takes root's rights."))
struct FullDiskTests {
  @Test func `new orders are given back, facts are kept and written once there is room`() throws {
    let disk = try #require(SmallDisk())
    // The first order has to live, or nothing could be recorded about it later.
    let streams = (0..<100 as Range<UInt64>).map { EntryStream(seed: $0) }
    var stream = try #require(streams.first { !$0.begun.order.state.isSealed })
    let open = try disk.open()
    let known = stream.begun
    #expect(open.record([stream.begin()]))
    // With the tables up to date, nothing else is being written while the disk fills.
    _ = try open.order(known.order.id)
    disk.fill()
    let (lost, kept) = (stream.begun, stream.goOn())
    open.store.append([kept.renumbered(2), lost.renumbered(3)])
    #expect(isTrueSoon { open.messages.notRecorded == [3] })
    #expect(open.messages.availability == [false])
    #expect(open.messages.recordedThrough == 1)
    disk.empty()
    #expect(isTrueSoon { open.messages.recordedThrough == 2 })
    #expect(open.messages.availability == [false, true])
    #expect(try open.order(known.order.id) == kept.order)
    #expect(try open.order(lost.order.id) == nil)
    open.close()
    #expect(try Verification.verify(at: disk.location) { _, _ in }.rows == 2)
  }

  @Test func `a store that kept nothing says by itself that there is room again`() throws {
    let disk = try #require(SmallDisk())
    var stream = EntryStream(seed: 2)
    let open = try disk.open()
    #expect(open.record([stream.begin()]))
    _ = try open.order(OrderID(value: 1))
    disk.fill()
    open.store.append([stream.begun])
    #expect(isTrueSoon { open.messages.notRecorded == [2] })
    disk.empty()
    #expect(isTrueSoon { open.messages.availability == [false, true] })
    #expect(open.record([stream.begin()]))
  }

  @Test func `tables that cannot be brought up to date are not read`() throws {
    let disk = try #require(SmallDisk())
    var stream = EntryStream(seed: 3)
    let open = try disk.open()
    #expect(open.record(stream.next(5)))
    _ = try open.order(OrderID(value: 1))
    // Room for the journal's row, but not for those of the tables.
    disk.fill(leavingBytes: 20_480)
    let entry = stream.begin()
    open.store.append([entry])
    try #require(
      isTrueSoon { open.messages.recordedThrough == entry.number },
      "The row did not fit: \(open.messages.availability)")
    let error = try #require(throws: StoreError.self) { try open.order(entry.order.id) }
    #expect(error.isPassing)
    disk.empty()
    #expect(isTrueSoon { open.messages.availability == [false, true] })
    #expect(try open.order(entry.order.id) == entry.order)
  }

  @Test func `a stop on a full disk keeps what was acknowledged`() throws {
    let disk = try #require(SmallDisk())
    let stream = EntryStream(seed: 4, entries: 60)
    let open = try disk.open()
    #expect(open.record(stream.entries))
    disk.fill()
    open.close()
    disk.empty()
    let again = try disk.open()
    #expect(again.state.positions == stream.positions)
    for order in stream.orders.values { #expect(try again.order(order.id) == order) }
  }

  @Test func `a server whose disk is full takes nothing, and goes on when there is room`() throws {
    let disk = try #require(try ServerDisk())
    var stream = EntryStream(seed: 4)
    let open = try OpenStore(disk.location)
    #expect(open.record(stream.next(20)))
    disk.fill()
    // Pages that are there already have room for some rows.
    while open.messages.availability.last != false {
      open.store.append(stream.next(50))
      let last = stream.lastNumber
      let isAnswered = isTrueSoon {
        open.messages.availability.last == false || open.messages.recordedThrough == last
      }
      try #require(isAnswered)
    }
    let recorded = open.messages.recordedThrough
    disk.empty()
    #expect(isTrueSoon { open.messages.availability.last == true })
    #expect(open.messages.notRecorded.allSatisfy { $0 > recorded })
    open.close()
    _ = try Verification.verify(at: disk.location) { _, _ in }
  }
}

/// A disk of one megabyte with a store on it; unmounted with the value.
private final class SmallDisk {
  private let place: Place
  private var ballast: String { place.directory + "/ballast" }

  static let isPossible = SmallDisk() != nil

  init?() {
    guard let place = try? Place() else { return nil }
    self.place = place
    guard mount("tmpfs", place.directory, "tmpfs", 0, "size=1m") == 0 else { return nil }
  }

  deinit {
    // The store may still be on its way out, so the disk goes when its last file does.
    umount2(place.directory, Int32(MNT_DETACH))
  }

  var location: StoreLocation { place.location }
  func open() throws -> OpenStore { try place.open() }

  /// Leaves no more room than so many bytes.
  func fill(leavingBytes: Int = 0) {
    let descriptor = Glibc.open(ballast, O_WRONLY | O_CREAT, 0o600)
    let chunk = [UInt8](repeating: 1, count: 4_096)
    var written = 0
    while case let count = write(descriptor, chunk, chunk.count), count > 0 { written += count }
    ftruncate(descriptor, max(0, written - leavingBytes))
    close(descriptor)
  }

  /// Makes room again.
  func empty() { unlink(ballast) }
}

/// A disk of a few megabytes with a database of the tests' server on it; unmounted with the value.
private final class ServerDisk {
  private let directory: String
  private let server: PostgreSQLServer
  private let name: String
  let location: StoreLocation

  init?() throws {
    let name = "small_\(getpid())"
    let directory = "/tmp/fks-\(name)"
    self.name = name
    self.directory = directory
    server = try PostgreSQLServer()
    location = valid(StoreLocation(postgresqlURL: server.url(name)), "address")
    mkdir(directory, 0o755)
    let options = "size=24m,mode=0700,uid=\(PostgreSQLServer.owner)"
    guard mount("tmpfs", directory, "tmpfs", 0, options) == 0 else {
      rmdir(directory)
      return nil
    }
    try server.execute("CREATE TABLESPACE small LOCATION '\(directory)'")
    try server.execute("CREATE DATABASE \(name) TABLESPACE small")
  }

  deinit {
    try? server.stop()
    umount2(directory, Int32(MNT_DETACH))
    rmdir(directory)
  }

  func fill() { system("cat /dev/zero > \(directory)/ballast 2>/dev/null") }
  func empty() { unlink("\(directory)/ballast") }
}
