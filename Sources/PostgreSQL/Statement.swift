// A statement: bind, step, read, and it is ready again. It is prepared when it is used for the
// second time, so that what is used once leaves nothing behind.

internal import SQL

/// A statement of one connection, whichever connection to the server that has at the moment.
final class Statement: DatabaseStatement {
  private let connection: Connection
  /// The text as the server reads it: parameters are `$1`, `$2` and so on.
  let sql: String
  /// The name under which it is prepared; nil before the second use.
  private(set) var name: String?
  /// The connection, by its number, on which it is prepared.
  var preparedIn = 0
  private var wasUsed = false
  private var parameters = ParameterList()
  private var rows: RowSet?
  private var row: Int32 = -1

  init(connection: Connection, sql: String) {
    self.connection = connection
    self.sql = Statement.numbered(sql)
  }

  /// The text with numbers for question marks, of which no quoted text of ours has one.
  private static func numbered(_ sql: String) -> String {
    var parts = sql.split(separator: "?", omittingEmptySubsequences: false)[...]
    var text = String(parts.removeFirst())
    for (index, part) in parts.enumerated() { text += "$\(index + 1)\(part)" }
    return text
  }

  /// Prepares it anew, and under another name, at its next use.
  func forgetPreparation() {
    name = nil
    preparedIn = 0
  }

  var isOnRow: Bool { rows != nil }

  func bind(_ text: String) -> Statement {
    var text = text
    text.withUTF8 { parameters.add(text: $0) }
    return self
  }

  func bind(_ number: Int64) -> Statement {
    parameters.add(number)
    return self
  }

  func bind(_ bytes: [UInt8]) -> Statement {
    parameters.add(binary: bytes)
    return self
  }

  func bind(text bytes: [UInt8]) -> Statement {
    parameters.add(text: bytes)
    return self
  }

  func bindNull() -> Statement {
    parameters.addNull()
    return self
  }

  func run() throws(DatabaseError) {
    try send()
    if !connection.isInTransaction { try connection.settle() }
  }

  func step() throws(DatabaseError) -> Bool {
    if rows == nil {
      try send()
      rows = try connection.settle()
    }
    row += 1
    if let rows, row < rows.count { return true }
    reset()
    return false
  }

  private func send() throws(DatabaseError) {
    if wasUsed, name == nil { name = connection.newName() }
    wasUsed = true
    defer { parameters.removeAll() }
    try connection.send(self, parameters)
  }

  func reset() {
    parameters.removeAll()
    rows = nil
    row = -1
  }

  func isNull(_ column: Int32) -> Bool { rows?.isNull(row, column) ?? true }

  func integer(_ column: Int32) -> Int64 { rows?.integer(row, column) ?? 0 }

  func text(_ column: Int32) -> String? {
    guard let rows, !rows.isNull(row, column) else { return nil }
    return EscapedText.decode(rows.value(row, column))
  }

  func bytes(_ column: Int32) -> [UInt8] { rows?.bytes(row, column) ?? [] }
}
