// The store as the rest of the program sees it: entries go in, acknowledgements come out, reads are
// answered in between, all in one order. One thread of its own is the only place that waits for the
// disk.
//
// When the disk is full, entries that begin orders are given back (nobody was promised anything),
// everything else is kept and tried again. When an fsync fails, the store stops for good: what the
// disk has can only be known after a restart, and repeating the fsync would prove nothing.

internal import Dispatch
internal import Synchronization
public import Trading

/// A message from the store.
public enum StoreMessage: Sendable {
  /// Entries up to and including this number are durable; so many in so many seconds.
  case recorded(through: UInt64, entries: Int, seconds: Double)
  /// These entries are not in the journal and never will be.
  case notRecorded([UInt64])
  /// The journal can take entries again, or cannot, and why.
  case available(Bool, reason: String)
  /// Another process writes, or nobody does yet: what is known of it.
  case standsBy(Standby)
  /// This process stood by and writes from now on.
  case becameWriter(RestoredState)
  /// Another process writes from now on: this one must neither write nor send any more.
  case superseded(reason: String)
}

/// The journal and its tables, behind a thread.
public final class Store: Sendable {
  /// What waits for the thread.
  private struct Queue {
    var jobs: [Job] = []
    var isClosing = false
  }

  enum Job: Sendable {
    case append([JournalRecord], audit: [AuditEntry])
    case read(@Sendable (borrowing Reader) -> Void)
    case readJournal(@Sendable (borrowing JournalReader) -> Void)
    case keep([StoredDocument], @Sendable (StoreError?) -> Void)
  }

  private let queue = Mutex(Queue())
  private let signal = DispatchSemaphore(value: 0)
  private let closed = DispatchSemaphore(value: 0)
  private let deliver: @Sendable (StoreMessage) -> Void
  /// When the server last confirmed that this process is the writer.
  private let confirmedAt = Atomic<UInt64>(.max)

  /// Opens the database, migrates it, checks and takes in the end of the journal, and starts the
  /// thread. `deliver` is called on that thread. Without a state another process writes, and this
  /// one stands by; others are told that the service is at `address` while it writes.
  public static func open(
    _ location: StoreLocation, address: String? = nil,
    deliver: @escaping @Sendable (StoreMessage) -> Void
  ) throws(StoreError) -> (store: Store, state: RestoredState?) {
    let store = Store(deliver: deliver)
    let opened = Mutex<Result<RestoredState?, StoreError>?>(nil)
    let ready = DispatchSemaphore(value: 0)
    // A thread of the operating system and not a task: it blocks on the disk by design.
    let queue = DispatchQueue(label: "storage", qos: .userInitiated)
    queue.async {
      let failure = store.work(location, address) { state in
        opened.withLock { $0 = .success(state) }
        ready.signal()
      }
      if let failure {
        opened.withLock { $0 = .failure(failure) }
        ready.signal()
      } else {
        store.closed.signal()
      }
    }
    ready.wait()
    switch opened.withLock({ $0 }) {
    case .success(let state): return (store, state)
    case .failure(let error): throw error
    case nil: throw StoreError(code: "STORE_FAILED", "The storage thread did not start.")
    }
  }

  /// Opens the database, works until the store is to be closed, and closes it; or says why not.
  private func work(
    _ location: StoreLocation, _ address: String?, opened: (RestoredState?) -> Void
  ) -> StoreError? {
    do throws(StoreError) {
      switch location {
      case .sqlite:
        let writable = try location.openToWrite()
        // The file is closed before the lock is free: whoever gets it finds the file at rest.
        defer { withExtendedLifetime(writable.lock) {} }
        let (database, state) = try writable.takeOver()
        opened(state)
        StorageLoop(database: database, deliver: deliver).run(self)
      case .postgresql(let server):
        let standby = try StandbyLoop(server, address: address, deliver: deliver)
        if let (database, state) = try standby.takeOver() {
          confirm(at: database.confirmedAt ?? 0)
          opened(state)
          StorageLoop(database: database, deliver: deliver).run(self)
        } else {
          opened(nil)
          guard let (database, state) = standby.run(self) else { return nil }
          confirm(at: database.confirmedAt ?? 0)
          deliver(.becameWriter(state))
          StorageLoop(database: database, deliver: deliver).run(self)
        }
      }
      return nil
    } catch {
      return error
    }
  }

  private init(deliver: @escaping @Sendable (StoreMessage) -> Void) { self.deliver = deliver }

  /// Appends records, in their order. The acknowledgement comes as a message. Commands for the
  /// audit log go with the next commit, and are not acknowledged.
  public func append(_ records: [JournalRecord], audit commands: [AuditEntry] = []) {
    add(.append(records, audit: commands))
  }

  /// Reads after everything that was appended before; `body` runs on the store's thread.
  public func read(_ body: @escaping @Sendable (borrowing Reader) -> Void) {
    add(.read(body))
  }

  /// Reads the journal as it is durable, with everything that was appended before unless it could
  /// not be written; `body` runs on the store's thread. Costs no commit, unlike `read`.
  public func readJournal(_ body: @escaping @Sendable (borrowing JournalReader) -> Void) {
    add(.readJournal(body))
  }

  /// Writes documents, durably and all or none, after everything that was appended before; `done`
  /// is called on the store's thread, with what went wrong.
  public func keep(
    _ documents: [StoredDocument], done: @escaping @Sendable (StoreError?) -> Void
  ) {
    add(.keep(documents, done))
  }

  /// One signal wakes the thread for everything that waits, so only the first job sends one.
  private func add(_ job: Job) {
    let isFirst = queue.withLock { queue in
      queue.jobs.append(job)
      return queue.jobs.count == 1
    }
    if isFirst { signal.signal() }
  }

  /// Whether this process is the writer for certain: it has heard so a moment ago, or nobody else
  /// can be.
  public var isWriterForCertain: Bool {
    let confirmedAt = confirmedAt.load(ordering: .relaxed)
    let now = DispatchTime.now().uptimeNanoseconds
    return confirmedAt >= now || now - confirmedAt < WriterLease.confirmationMaxNanoseconds
  }

  func confirm(at time: UInt64) { confirmedAt.store(time, ordering: .relaxed) }

  /// Jobs that wait for the thread.
  public var queueDepth: Int { queue.withLock { $0.jobs.count } }

  /// Writes what was appended, brings the tables up to date, and closes the file. Blocks.
  public func close() {
    queue.withLock { $0.isClosing = true }
    signal.signal()
    closed.wait()
  }

  /// Jobs for the thread, in their order; waits for them at most so long. Nil once the store is to
  /// be closed.
  func takeJobs(waiting timeout: DispatchTimeInterval) -> [Job]? {
    _ = signal.wait(timeout: .now() + timeout)
    return queue.withLock { queue in
      let jobs = queue.jobs
      queue.jobs.removeAll(keepingCapacity: true)
      return jobs.isEmpty && queue.isClosing ? nil : jobs
    }
  }
}

/// What a read on the store's thread can ask for. The tables are up to date with the journal; where
/// they could not be brought there, every question fails.
public struct Reader: ~Copyable {
  private let current: Result<Database, StoreError>

  init(_ database: Database, problem: StoreError?) {
    current = problem.map { .failure($0) } ?? .success(database)
  }

  /// A reader with nothing to read.
  init(unavailable problem: StoreError) { current = .failure(problem) }

  /// An order.
  public func order(_ reference: OrderReference) throws(StoreError) -> Order? {
    try current.get().orders.order(reference)
  }

  /// The order that was made under a key.
  public func order(_ key: IdempotencyKey) throws(StoreError) -> Order? {
    try current.get().orders.order(key)
  }

  /// A page of orders, newest first.
  public func orders(_ filter: OrderFilter) throws(StoreError) -> [Order] {
    let database = try current.get()
    return try database.queries.page(filter, database.orders)
  }

  /// A page of fills, newest first.
  public func fills(_ filter: FillFilter) throws(StoreError) -> [RecordedFill] {
    try current.get().queries.page(filter)
  }

  /// The journal entries of an order, oldest first.
  public func entries(of id: OrderID) throws(StoreError) -> [RecordedEntry] {
    try current.get().queries.entries(of: id)
  }

  /// The documents whose names begin with `prefix`, by name.
  public func documents(_ prefix: String) throws(StoreError) -> [StoredDocument] {
    try current.get().documents.read(prefix)
  }

  /// A page of the audit log, newest first.
  public func audit(_ filter: AuditFilter) throws(StoreError) -> AuditPage {
    try current.get().audit.page(filter)
  }

  /// Everything that the journal has about an order; nil if there is no such order.
  public func trail(of reference: OrderReference) throws(StoreError) -> Trail? {
    try current.get().trail(of: reference)
  }
}
