// Where a store lies, and how it is opened there: a SQLite file, or a PostgreSQL database. Beside
// the lists of migrations, this is what knows that there are two.

internal import Glibc
public import PostgreSQL
internal import SQL
internal import SQLite

/// The place of a store.
public enum StoreLocation: Sendable, Equatable, CustomStringConvertible {
  /// A file of SQLite.
  case sqlite(path: String)
  /// A database of a PostgreSQL server.
  case postgresql(ServerAddress)

  /// The database of an address such as `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`; nil if it
  /// is none.
  public init?(postgresqlURL url: String) {
    guard let address = ServerAddress(url: url) else { return nil }
    self = .postgresql(address)
  }

  /// The place as it stands in DATABASE_URL, without a password.
  public var description: String {
    switch self {
    case .sqlite(let path): "sqlite:\(path)"
    case .postgresql(let address): address.description
    }
  }

  /// Opens the place for reading only, so that a running service goes on.
  func openToRead() throws(StoreError) -> any DatabaseConnection {
    try opening { () throws(DatabaseError) in
      switch self {
      case .sqlite(let path): return try SQLite.Connection(path: path, mode: .readOnly)
      case .postgresql(let address):
        let connection = PostgreSQL.Connection(to: address)
        try connection.connect()
        connection.isPatient = true
        try connection.execute("SET default_transaction_read_only = on")
        return connection
      }
    }
  }

  /// Opens the place for writing, which one process may at a time, and migrates it.
  func openToWrite() throws(StoreError) -> WritableDatabase {
    switch self {
    case .sqlite(let path):
      let lock = try StoreLock(path: path)
      let connection = try opening { () throws(DatabaseError) in try SQLite.Connection(path: path) }
      try Schema.migrate(connection)
      return WritableDatabase(connection: connection, lock: lock)
    case .postgresql(let address):
      let lease = WriterLease(PostgreSQL.Connection(to: address))
      try opening { () throws(DatabaseError) in try lease.connection.connect() }
      guard let database = try lease.openToWrite(at: nil) else {
        throw StoreError.locked(self, by: lease.holder())
      }
      return database
    }
  }

  /// Opens the place for reading, with the right to write it, so that nobody else does meanwhile.
  func openToCopy() throws(StoreError) -> WritableDatabase {
    switch self {
    case .sqlite(let path):
      guard access(path, F_OK) == 0 else {
        throw StoreError(code: "STORE_FAILED", "There is no file \(path).")
      }
      let lock = try StoreLock(path: path)
      return WritableDatabase(connection: try openToRead(), lock: lock)
    case .postgresql(let address):
      let lease = WriterLease(PostgreSQL.Connection(to: address))
      let isFree = try opening { () throws(DatabaseError) in
        try lease.connection.connect()
        lease.connection.isPatient = true
        try lease.connection.execute("SET default_transaction_read_only = on")
        return try lease.lock()
      }
      guard isFree else { throw StoreError.locked(self, by: lease.holder()) }
      return WritableDatabase(connection: lease.connection, lease: lease)
    }
  }

  /// The schema's version; 0 where there is no store yet.
  func schemaVersion() throws(StoreError) -> Int {
    if case .sqlite(let path) = self, access(path, F_OK) != 0 { return 0 }
    return try Schema.version(of: try openToRead())
  }

  private func opening<R>(_ body: () throws(DatabaseError) -> R) throws(StoreError) -> R {
    do throws(DatabaseError) {
      return try body()
    } catch {
      throw StoreError(error, doing: "open \(self)")
    }
  }
}

extension WriterLease {
  /// Becomes the writer of a database, where nobody else is, and migrates it; nil if somebody is.
  func openToWrite(at address: String?) throws(StoreError) -> WritableDatabase? {
    do throws(DatabaseError) {
      guard try lock() else { return nil }
    } catch {
      throw StoreError(error, doing: "become the writer")
    }
    // What the tables need to catch up with the journal, nobody waits for yet.
    connection.isPatient = true
    do throws(StoreError) {
      try Schema.migrate(connection)
      do throws(DatabaseError) {
        try beginEpoch(at: address)
      } catch {
        throw StoreError(error, doing: "become the writer")
      }
      return WritableDatabase(connection: connection, lease: self)
    } catch {
      unlock()
      connection.isPatient = false
      throw error
    }
  }
}

/// A database that is migrated, with the right to write it.
struct WritableDatabase {
  let connection: any DatabaseConnection
  /// To be kept for as long as the connection; only a file has one.
  var lock: StoreLock?
  /// Only a server gives one.
  var lease: WriterLease?

  /// Brings the tables up to date with the journal, and takes over what it has.
  func takeOver() throws(StoreError) -> (database: Database, state: RestoredState) {
    let database = try Database(connection, lease)
    try database.catchUp()
    let state = try database.restoredState()
    lease?.connection.isPatient = false
    return (database, state)
  }
}
