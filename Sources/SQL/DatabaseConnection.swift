// What a store asks of a database, whichever it is. Both databases take the same statements, with
// question marks for parameters; where they differ, it is by `Dialect`.

/// The databases that there are.
public enum Dialect: String, Sendable, CaseIterable {
  /// A file of SQLite.
  case sqlite
  /// A PostgreSQL server.
  case postgresql
}

/// A connection to a database, owned by one thread.
public protocol DatabaseConnection: AnyObject {
  /// Which database it is.
  var dialect: Dialect { get }
  /// Runs one or more statements without parameters, and drops their rows.
  func execute(_ sql: String) throws(DatabaseError)
  /// Prepares a statement for repeated use.
  func prepare(_ sql: String) throws(DatabaseError) -> any DatabaseStatement
  /// Begins a transaction, which is to be committed or rolled back.
  func begin() throws(DatabaseError)
  /// Makes a transaction durable. If it throws, the transaction is to be rolled back.
  func commit() throws(DatabaseError)
  /// Ends a transaction without a trace.
  func rollBack()
}

extension DatabaseConnection {
  /// Runs `body` in a transaction that either commits whole or leaves no trace.
  public func transaction<R>(
    _ body: () throws(DatabaseError) -> R
  ) throws(DatabaseError) -> R {
    try begin()
    do throws(DatabaseError) {
      let result = try body()
      try commit()
      return result
    } catch {
      rollBack()
      throw error
    }
  }
}
