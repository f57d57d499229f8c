// The tables, as a list of migrations that only ever grows. Each runs once, in its own transaction.
// A database that a newer version has migrated is refused: this one would not understand it.

internal import SQL

enum Schema {
  /// The version that this program knows.
  static func version(for dialect: Dialect) -> Int { migrations(for: dialect).count }

  /// Statements by version; the first is version 1. Each database counts for itself.
  private static func migrations(for dialect: Dialect) -> [String] {
    switch dialect {
    case .sqlite: sqliteMigrations
    case .postgresql: postgresqlMigrations
    }
  }

  /// Brings a database to this version's schema.
  static func migrate(_ connection: any DatabaseConnection) throws(StoreError) {
    let version = try version(of: connection)
    let migrations = migrations(for: connection.dialect)
    guard version <= migrations.count else {
      throw StoreError.newerSchema(version, known: migrations.count)
    }
    if version == 0 { try begin(connection) }
    for number in (version + 1)..<(migrations.count + 1) {
      do throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
          try connection.execute(migrations[number - 1])
          try connection.execute("INSERT INTO schema_migrations VALUES (\(number))")
        }
      } catch {
        throw StoreError(error, doing: "migrate to schema version \(number)")
      }
    }
  }

  /// Makes the table of versions in an empty database.
  private static func begin(_ connection: any DatabaseConnection) throws(StoreError) {
    let foreignTables: Int64
    do throws(DatabaseError) {
      foreignTables = try tables(of: connection, where: "name <> 'schema_migrations'")
      if foreignTables == 0 {
        try connection.execute(
          "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY)")
      }
    } catch {
      throw StoreError(error, doing: "begin its tables")
    }
    guard foreignTables == 0 else { throw StoreError.foreign }
  }

  private static func tables(
    of connection: any DatabaseConnection, where condition: String
  ) throws(DatabaseError) -> Int64 {
    let tables =
      switch connection.dialect {
      case .sqlite: "(SELECT name FROM sqlite_schema WHERE type = 'table') AS t"
      case .postgresql:
        "(SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()) AS t"
      }
    let statement = try connection.prepare("SELECT count(*) FROM \(tables) WHERE \(condition)")
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  /// The version of a database; 0 for an empty one and for one of another program.
  static func version(of connection: any DatabaseConnection) throws(StoreError) -> Int {
    do throws(DatabaseError) {
      guard try tables(of: connection, where: "name = 'schema_migrations'") == 1 else { return 0 }
      let statement = try connection.prepare("SELECT max(version) FROM schema_migrations")
      defer { statement.reset() }
      return try statement.step() ? Int(statement.integer(0)) : 0
    } catch {
      throw StoreError(error, doing: "read the schema version")
    }
  }
}
