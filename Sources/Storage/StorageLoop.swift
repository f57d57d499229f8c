// What the store's thread does: take everything that waits, commit it with one fsync, answer, and
// bring the tables up to date when there is nothing better to do.

internal import Dispatch
internal import SQL
internal import Trading

final class StorageLoop {
  /// Entries in one transaction: enough to share an fsync, few enough to keep it short.
  static let batchMax = 512
  /// How long tables may lag behind the journal while nothing reads them.
  static let idle = DispatchTimeInterval.milliseconds(100)
  /// Orders whose rows are written between two looks for jobs: a fraction of a millisecond's work.
  static let stagedOrdersMax = 16
  /// How long a full disk, or a server that is gone, is left alone before the next attempt: less
  /// than a second after its return all goes on.
  static let retry = DispatchTimeInterval.milliseconds(250)

  private let database: Database
  private let deliver: @Sendable (StoreMessage) -> Void
  /// Entries that must be written and could not be yet, oldest first.
  private var kept: [JournalRecord] = []
  /// Set once the disk can no longer be trusted: nothing is acknowledged any more.
  private var failure: StoreError?
  private var isAvailable = true
  /// When it is next tried whether the disk has room, or the server is there, again.
  private var nextProbe = DispatchTime.now()

  init(database: Database, deliver: @escaping @Sendable (StoreMessage) -> Void) {
    self.database = database
    self.deliver = deliver
  }

  func run(_ store: Store) {
    while let jobs = store.takeJobs(waiting: patience) {
      if !database.isConnected { reconnect() }
      // Appends that follow one another share a commit; a read sees all that came before it.
      // What is read of the journal waits for what is appended, so that it parts no commit in two.
      var entries: [JournalRecord] = []
      var journalReads: [@Sendable (borrowing JournalReader) -> Void] = []
      for job in jobs {
        switch job {
        case .append(let more, let commands):
          entries += more
          database.audit.add(commands)
        case .read(let body):
          append(entries)
          entries = []
          let problem = project()
          body(Reader(database, problem: problem))
        case .readJournal(let body): journalReads.append(body)
        case .keep(let documents, let done):
          append(entries)
          entries = []
          done(writeTables { () throws(DatabaseError) in try database.keep(documents) })
        }
      }
      append(entries)
      for body in journalReads { body(JournalReader(database)) }
      if jobs.isEmpty || database.audit.isDue { workAhead() }
      if !isAvailable { probe() }
      beat()
      if let confirmedAt = database.confirmedAt { store.confirm(at: confirmedAt) }
    }
    if !kept.isEmpty { append([]) }
    _ = project()
  }

  /// How long the thread waits for jobs before it does something else.
  private var patience: DispatchTimeInterval {
    if !isAvailable { return StorageLoop.retry }
    return database.isStagingDue ? .nanoseconds(0) : StorageLoop.idle
  }

  /// Uses the time in which there is nothing to append.
  private func workAhead() {
    guard isAvailable, database.isStagingDue else {
      _ = project()
      return
    }
    _ = writeTables { () throws(DatabaseError) in
      try database.stage(ordersMax: StorageLoop.stagedOrdersMax)
    }
  }

  private func append(_ entries: [JournalRecord]) {
    var rest = (kept + entries)[...]
    kept = []
    while !rest.isEmpty {
      let batch = rest.prefix(StorageLoop.batchMax)
      if let failure {
        return giveBack(rest, reason: failure.description)
      }
      let start = DispatchTime.now().uptimeNanoseconds
      do throws(DatabaseError) {
        try database.append(batch)
      } catch {
        let reason = StoreError(error, doing: "write the journal")
        if error.kind != .passing { fail(reason, error.kind) }
        // Nobody is told anything of a batch that may have been written.
        return giveBack(
          error.isOutcomeUnknown ? rest.dropFirst(batch.count) : rest, reason: reason.description)
      }
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      rest = rest.dropFirst(batch.count)
      becomeAvailable()
      recorded(batch, seconds: seconds)
    }
  }

  private func recorded(_ batch: ArraySlice<JournalRecord>, seconds: Double) {
    guard let last = batch.last else { return }
    deliver(.recorded(through: last.number, entries: batch.count, seconds: seconds))
  }

  /// Gives back the entries that begin orders and keeps the others.
  private func giveBack(_ entries: ArraySlice<JournalRecord>, reason: String) {
    becomeUnavailable(reason)
    kept = entries.filter { !$0.beginsOrder } + kept
    let dropped = entries.filter(\.beginsOrder).map(\.number)
    if !dropped.isEmpty { deliver(.notRecorded(dropped)) }
  }

  /// Brings the tables up to date, or says why they are not. A failure here loses nothing: the
  /// journal has it all, and the next attempt starts over. But nobody may read such tables: an
  /// order that is missing there may exist.
  private func project() -> StoreError? {
    guard database.isLagging else { return nil }
    return writeTables { () throws(DatabaseError) in try database.project() }
  }

  private func writeTables(_ body: () throws(DatabaseError) -> Void) -> StoreError? {
    if let failure { return failure }
    do throws(DatabaseError) {
      try body()
      return nil
    } catch {
      let reason = StoreError(error, doing: "bring its tables up to date")
      if error.kind != .passing { fail(reason, error.kind) }
      becomeUnavailable(reason.description)
      return reason
    }
  }

  /// While no orders are taken, nothing may come to be written that would show that the disk has
  /// room again. So it is tried out.
  private func probe() {
    guard kept.isEmpty, failure == nil, DispatchTime.now() >= nextProbe else { return }
    nextProbe = .now() + StorageLoop.retry
    do throws(DatabaseError) {
      try database.probe()
      becomeAvailable()
    } catch {
      guard error.kind != .passing else { return }
      fail(StoreError(error, doing: "write its tables"), error.kind)
    }
  }

  /// Connects to the server again. What was to be written meanwhile follows, and shows whether the
  /// server takes it.
  private func reconnect() {
    guard failure == nil, DispatchTime.now() >= nextProbe else { return }
    do throws(DatabaseError) {
      switch try database.resume() {
      case .recorded(let batch): recorded(batch, seconds: 0)
      case .notRecorded(let batch): giveBack(batch, reason: "the connection was lost")
      case nil: break
      }
    } catch {
      nextProbe = .now() + StorageLoop.retry
      let reason = StoreError(error, doing: "go on")
      if error.kind != .passing { fail(reason, error.kind) }
      becomeUnavailable(reason.description)
    }
  }

  /// Nothing is acknowledged from here on.
  private func fail(_ reason: StoreError, _ kind: DatabaseError.Kind) {
    failure = reason
    becomeUnavailable(reason.description)
    if kind == .superseded { deliver(.superseded(reason: reason.description)) }
  }

  /// Speaks to the server before it takes silence for the writer's end.
  private func beat() {
    guard failure == nil, let confirmedAt = database.confirmedAt, database.isConnected,
      DispatchTime.now().uptimeNanoseconds &- confirmedAt > WriterLease.heartbeatNanoseconds
    else { return }
    do throws(DatabaseError) {
      try database.beat()
    } catch {
      guard error.kind != .passing else { return }
      fail(StoreError(error, doing: "go on as the writer"), error.kind)
    }
  }

  private func becomeUnavailable(_ reason: String) {
    isAvailable = false
    deliver(.available(false, reason: reason))
  }

  private func becomeAvailable() {
    guard !isAvailable else { return }
    isAvailable = true
    deliver(.available(true, reason: ""))
  }
}
