// One connection to a PostgreSQL database, owned by one thread. What is written in a transaction is
// only queued; the commit sends it all and waits once. It knows no tables.
// The rule to keep: no call waits for ever. A server that stays silent is one that is gone.

internal import CPostgreSQL
internal import Dispatch
internal import Glibc
public import SQL

/// A connection, which can be made anew.
public final class Connection: DatabaseConnection {
  /// Milliseconds in which the server has to answer. Longer than any write of ours, shorter than
  /// what orders may wait for a server that is gone.
  static let answerTimeoutMilliseconds = 5_000

  /// Of every connection: a commit is durable whatever the server's default is, and a transaction
  /// of a process that was stopped in the middle ends by itself.
  private static let settings = """
    SET synchronous_commit = on;
    SET idle_in_transaction_session_timeout = 8000;
    SET statement_timeout = 0;
    SET default_transaction_isolation = 'read committed'
    """

  /// The oldest server that ends sessions which are silent.
  private static let versionMin: Int32 = 140_000

  /// PostgreSQL's.
  public let dialect = Dialect.postgresql
  private let address: ServerAddress
  private var handle: OpaquePointer?
  /// Why there is no connection.
  private var loss = DatabaseError.connectionLost("There is no connection yet.")
  /// Counts the connections that were made: what was prepared on an older one is gone.
  private var generation = 0
  private var statementCount = 0
  /// Statements whose preparation was sent and not answered yet.
  private var preparing: [Statement] = []
  /// Whether a transaction was begun: then statements without rows stay queued.
  private(set) var isInTransaction = false
  /// The first failure in the open transaction: it cannot be committed any more.
  private var failure: DatabaseError?
  /// Whether something was queued and is not answered yet.
  private var isOwedAnswer = false
  /// When the last question was asked that was answered, in nanoseconds of the monotonic clock.
  public private(set) var lastConfirmedAt: UInt64 = 0
  /// Whether the server may take as long as it needs, for work that nobody waits for.
  public var isPatient = false

  /// A connection that is yet to be made.
  public init(to address: ServerAddress) { self.address = address }

  deinit { PQfinish(handle) }

  /// Makes the connection, anew if there was one. Blocks for some seconds at most.
  public func connect() throws(DatabaseError) {
    drop()
    let made = address.withParameters { PQconnectdbParams($0, $1, 0) }
    guard let made, PQstatus(made) == CONNECTION_OK else {
      let text = made.map { address.redacted(String(cString: PQerrorMessage($0))) }
      PQfinish(made)
      loss = DatabaseError.connectionLost(text ?? "out of memory")
      throw loss
    }
    handle = made
    generation += 1
    // Notices would go to standard error.
    PQsetNoticeProcessor(made, { _, _ in }, nil)
    PQsetnonblocking(made, 1)
    PQenterPipelineMode(made)
    try execute(Connection.settings)
    guard PQserverVersion(made) >= Connection.versionMin else {
      drop()
      throw DatabaseError(
        .unusable, "the server is older than PostgreSQL 14", advice: "Use PostgreSQL 14 or newer.")
    }
    let encoding = PQparameterStatus(made, "server_encoding").map { String(cString: $0) }
    guard encoding == "UTF8" else {
      drop()
      throw DatabaseError(
        .unusable, "the database has the encoding \(encoding ?? "?")",
        advice: "Create it anew with the encoding UTF8.")
    }
  }

  /// Whether there is a connection, as far as is known without a round trip.
  public var isConnected: Bool {
    // The server's last words may stand before the end.
    while let handle, wait(for: Int16(POLLIN), milliseconds: 0) {
      if PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK { lose(handle) }
    }
    return handle != nil
  }

  /// Why there is no connection.
  public var problem: DatabaseError { loss }

  /// Gives the connection up.
  public func drop() {
    PQfinish(handle)
    handle = nil
    isInTransaction = false
    isOwedAnswer = false
    failure = nil
    preparing = []
  }

  @discardableResult
  private func lose(_ message: String) -> DatabaseError {
    drop()
    loss = DatabaseError.connectionLost(
      message.isEmpty ? "The server closed the connection." : message)
    return loss
  }

  @discardableResult
  private func lose(_ handle: OpaquePointer) -> DatabaseError {
    lose(address.redacted(String(cString: PQerrorMessage(handle))))
  }

  private func open() throws(DatabaseError) -> OpaquePointer {
    guard let handle else { throw loss }
    return handle
  }

  // MARK: Statements

  /// A statement for repeated use.
  public func prepare(_ sql: String) -> any DatabaseStatement {
    Statement(connection: self, sql: sql)
  }

  /// Runs one or more statements without parameters, and drops their rows.
  public func execute(_ sql: String) throws(DatabaseError) {
    if isOwedAnswer { try settle() }
    let handle = try open()
    PQexitPipelineMode(handle)
    defer { if let handle = self.handle { PQenterPipelineMode(handle) } }
    guard PQsendQuery(handle, sql) == 1 else { throw lose(handle) }
    var first: Failure?
    while let result = try nextResult() {
      first = first ?? failure(of: result)
      PQclear(result)
    }
    try fail(with: first)
  }

  /// Queues a statement with its parameters.
  func send(_ statement: Statement, _ parameters: ParameterList) throws(DatabaseError) {
    let handle = try open()
    if let failure { throw failure }
    isOwedAnswer = true
    let isSent = parameters.withPointers { count, values, lengths, formats in
      guard let name = statement.name else {
        return PQsendQueryParams(
          handle, statement.sql, count, nil, values, lengths, formats, 0) == 1
      }
      if statement.preparedIn != generation {
        statement.preparedIn = generation
        preparing.append(statement)
        guard PQsendPrepare(handle, name, statement.sql, count, nil) == 1 else { return false }
      }
      return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0) == 1
    }
    guard isSent else { throw lose(handle) }
  }

  /// A name for a statement that is to be prepared.
  func newName() -> String {
    statementCount += 1
    return "s\(statementCount)"
  }

  // MARK: Transaction

  /// Begins a transaction, which is to be committed or rolled back.
  public func begin() throws(DatabaseError) {
    try queue("BEGIN")
    isInTransaction = true
  }

  /// Sends what was queued and makes it durable. If it throws, the transaction is to be rolled
  /// back; whether it happened is unknown if the error says so.
  public func commit() throws(DatabaseError) {
    if let failure { throw failure }
    try queue("COMMIT")
    do throws(DatabaseError) {
      try settle()
    } catch {
      guard handle == nil else { throw error }
      throw DatabaseError.connectionLost(error.description, isOutcomeUnknown: true)
    }
    isInTransaction = false
  }

  /// Ends a transaction without a trace.
  public func rollBack() {
    guard isInTransaction else { return }
    isInTransaction = false
    // What is queued has to be answered first, and its failure is known already.
    if isOwedAnswer { _ = try? settle() }
    failure = nil
    _ = try? execute("ROLLBACK")
  }

  private func queue(_ sql: String) throws(DatabaseError) {
    let handle = try open()
    isOwedAnswer = true
    guard PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0) == 1 else { throw lose(handle) }
  }

  // MARK: Answers

  /// What the server refused.
  private struct Failure {
    let state: String
    let message: String
  }

  /// Sends what is queued, reads all answers, and hands out the last rows, which are the caller's.
  @discardableResult
  func settle() throws(DatabaseError) -> RowSet? {
    let handle = try open()
    let askedAt = DispatchTime.now().uptimeNanoseconds
    guard PQpipelineSync(handle) == 1 else { throw lose(handle) }
    var rows: RowSet?
    var first: Failure?
    reading: while true {
      guard let result = try nextResult() else { continue }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC:
        PQclear(result)
        break reading
      case PGRES_TUPLES_OK: rows = RowSet(result)
      default:
        first = first ?? failure(of: result)
        PQclear(result)
      }
    }
    isOwedAnswer = false
    lastConfirmedAt = askedAt
    // Whether a statement was prepared before the failure or not, another name is free.
    if first != nil { for statement in preparing { statement.forgetPreparation() } }
    preparing.removeAll(keepingCapacity: true)
    try fail(with: first)
    return rows
  }

  private func fail(with first: Failure?) throws(DatabaseError) {
    guard let first else { return }
    if DatabaseError.needsReconnect(state: first.state) { throw lose(first.message) }
    let error = DatabaseError(state: first.state, message: first.message)
    if isInTransaction { failure = failure ?? error }
    throw error
  }

  /// The next result; nil at the end of a statement's results.
  private func nextResult() throws(DatabaseError) -> OpaquePointer? {
    let handle = try open()
    let limit = Connection.answerTimeoutMilliseconds
    let deadline = DispatchTime.now() + .milliseconds(limit)
    while true {
      let unsent = PQflush(handle)
      guard unsent >= 0 else { break }
      if PQisBusy(handle) == 0 { return try took(PQgetResult(handle)) }
      let events = Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0)
      let left =
        (Int64(bitPattern: deadline.uptimeNanoseconds)
          - Int64(bitPattern: DispatchTime.now().uptimeNanoseconds)) / 1_000_000
      guard isPatient || left > 0 else {
        throw lose("The server did not answer for \(limit) ms.")
      }
      if wait(for: events, milliseconds: isPatient ? limit : Int(left)) {
        guard PQconsumeInput(handle) == 1 else { break }
      }
    }
    throw lose(handle)
  }

  /// A lost connection has results as well, and then no end of nothing.
  private func took(_ result: OpaquePointer?) throws(DatabaseError) -> OpaquePointer? {
    guard let handle, PQstatus(handle) != CONNECTION_OK else { return result }
    PQclear(result)
    throw lose(handle)
  }

  private func failure(of result: OpaquePointer) -> Failure? {
    guard PQresultStatus(result) == PGRES_FATAL_ERROR else { return nil }
    func field(_ code: Character) -> String? {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    return Failure(
      state: field("C") ?? "",
      message: address.redacted(field("M") ?? "The server gave no reason."))
  }

  /// Whether the socket became ready in time.
  private func wait(for events: Int16, milliseconds: Int) -> Bool {
    var entry = pollfd(fd: PQsocket(handle), events: events, revents: 0)
    return poll(&entry, 1, Int32(clamping: milliseconds)) > 0
  }
}
