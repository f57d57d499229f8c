// Where a store lies, and how it is opened there: a SQLite file, or a PostgreSQL database. Beside
// the lists of migrations, this is what knows that there are two.

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
      let connection = PostgreSQL.Connection(to: address)
      let lease = WriterLease(connection)
      guard
        try opening({ () throws(DatabaseError) in
          try connection.connect()
          connection.isPatient = true
          return try lease.lock()
        })
      else { throw StoreError.locked(self) }
      try Schema.migrate(connection)
      try opening { () throws(DatabaseError) in try lease.beginEpoch() }
      return WritableDatabase(connection: connection, lease: lease)
    }
  }

  private func opening<R>(_ body: () throws(DatabaseError) -> R) throws(StoreError) -> R {
    do throws(DatabaseError) {
      return try body()
    } catch {
      throw StoreError(error, doing: "open \(self)")
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
}
