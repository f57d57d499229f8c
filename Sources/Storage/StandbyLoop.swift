// What the store's thread does while another process writes: it answers reads with what that one
// has written, and tries to become the writer.

internal import Dispatch
internal import PostgreSQL
internal import SQL
public import Trading

/// What a process knows that stands by.
public struct Standby: Sendable, Equatable {
  /// Where the writer said that it is; nil if it did not, or is not known.
  public let writerAddress: String?
  /// Why this process could not become the writer if the other one ended; nil if it could.
  public let problem: String?
  /// All positions, as the tables have them.
  public let positions: [PositionKey: Position]
  /// The trading states, as the tables have them.
  public let tradingStates: [TradingStateChange]

  /// Nothing is known yet.
  public static let unknown = Standby(
    writerAddress: nil, problem: nil, positions: [:], tradingStates: [])
}

final class StandbyLoop {
  /// How often it is tried to become the writer: well within two seconds after the other's end all
  /// is taken over.
  static let retry = DispatchTimeInterval.milliseconds(250)

  private let lease: WriterLease
  private let address: String?
  private let deliver: @Sendable (StoreMessage) -> Void
  /// To read from; nil while the schema is not the one that this program knows.
  private var database: Database?
  private var problem: StoreError?
  private var nextTry = DispatchTime.now()
  private var told: Standby?

  /// Connects to the server.
  init(
    _ server: ServerAddress, address: String?, deliver: @escaping @Sendable (StoreMessage) -> Void
  ) throws(StoreError) {
    lease = WriterLease(PostgreSQL.Connection(to: server))
    self.address = address
    self.deliver = deliver
    do throws(DatabaseError) {
      try lease.connection.connect()
    } catch {
      throw StoreError(error, doing: "open \(server)")
    }
  }

  /// Becomes the writer and takes over what the journal has; nil if another process writes.
  func takeOver() throws(StoreError) -> (database: Database, state: RestoredState)? {
    guard let writable = try lease.openToWrite(at: address) else { return nil }
    do throws(StoreError) {
      return try writable.takeOver()
    } catch {
      lease.unlock()
      lease.connection.isPatient = false
      throw error
    }
  }

  /// Stands by until this process is the writer; nil once the store is to be closed.
  func run(_ store: Store) -> (database: Database, state: RestoredState)? {
    while let jobs = store.takeJobs(waiting: StandbyLoop.retry) {
      for job in jobs { serve(job) }
      guard DispatchTime.now() >= nextTry else { continue }
      nextTry = .now() + StandbyLoop.retry
      do throws(StoreError) {
        try reconnect()
        if let taken = try takeOver() { return taken }
        try look()
      } catch {
        problem = error
        tell(
          Standby(
            writerAddress: nil, problem: error.description, positions: [:], tradingStates: []))
      }
    }
    return nil
  }

  private func reconnect() throws(StoreError) {
    guard !lease.connection.isConnected else { return }
    do throws(DatabaseError) {
      try lease.connection.connect()
    } catch {
      throw StoreError(error, doing: "reach its server")
    }
  }

  /// Learns who writes and what was written.
  private func look() throws(StoreError) {
    if database == nil { database = try Verification.reader(lease.connection) }
    let writerAddress: String?
    do throws(DatabaseError) {
      writerAddress = try lease.writerAddress()
      try database?.refresh()
    } catch {
      throw StoreError(error, doing: "look at what the writer has written")
    }
    problem = nil
    tell(
      Standby(
        writerAddress: writerAddress, problem: nil,
        positions: try database?.recordedPositions() ?? [:],
        tradingStates: try database?.recordedTradingStates() ?? []))
  }

  private func tell(_ standby: Standby) {
    guard standby != told else { return }
    told = standby
    deliver(.standsBy(standby))
  }

  private static let notWriter = StoreError(
    code: "NOT_THE_WRITER", "This process stands by; another one writes. Ask that one.",
    isPassing: true)
  private static let notRead = StoreError(
    code: "STORE_UNAVAILABLE", "The database was not read yet. Ask again.", isPassing: true)

  private func serve(_ job: Store.Job) {
    switch job {
    // Nobody gives orders to a process that stands by.
    case .append: break
    case .read(let body):
      if let database {
        body(Reader(database, problem: problem))
      } else {
        body(Reader(unavailable: problem ?? StandbyLoop.notRead))
      }
    case .readJournal(let body):
      if let database { body(JournalReader(database)) }
    case .keep(_, let done): done(StandbyLoop.notWriter)
    }
  }
}
