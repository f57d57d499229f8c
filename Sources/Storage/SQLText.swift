// Pieces of SQL that several tables need, the same for both databases as far as they can be.

internal import SQL

enum SQLText {
  /// Writes a row whether or not there is one with its key; a parameter a column.
  static func upsert(into table: String, _ columns: String, key: String) -> String {
    let names = columns.split(separator: ", ")
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    let keys = key.split(separator: ", ")
    let changes = names.filter { !keys.contains($0) }.map { "\($0) = excluded.\($0)" }
    return "INSERT INTO \(table) (\(columns)) VALUES (\(marks)) "
      + "ON CONFLICT (\(key)) DO UPDATE SET \(changes.joined(separator: ", "))"
  }
}

extension Dialect {
  /// The texts of a column with blanks between, in the order of the table's key.
  func joined(_ column: String, orderedBy key: String) -> String {
    switch self {
    // SQLite walks an index, and within it the key.
    case .sqlite: "group_concat(\(column), ' ')"
    case .postgresql: "string_agg(\(column), ' ' ORDER BY \(key))"
    }
  }
}
