// Reading the rows of a table: every table reads the same way and fails with the same words.

internal import SQL
internal import Trading

extension DatabaseStatement {
  /// The rows that are left, each made by `read`; nil from it means that the row is broken. The
  /// statement is ready for its next use afterwards.
  func rows<Row>(
    of table: String, max: Int = .max, _ read: (any DatabaseStatement) throws(DatabaseError) -> Row?
  ) throws(StoreError) -> [Row] {
    defer { reset() }
    var rows: [Row] = []
    do throws(DatabaseError) {
      while rows.count < max, try step() {
        guard let row = try read(self) else { break }
        rows.append(row)
      }
      // Only a broken row leaves the loop with the statement still on it.
      guard rows.count < max, isOnRow else { return rows }
    } catch {
      throw StoreError(error, doing: "read \(table)")
    }
    throw StoreError.brokenRow(table, text(0) ?? "row \(rows.count + 1)")
  }

  func decimal(_ column: Int32) -> Decimal? { text(column).flatMap { Decimal(storedText: $0) } }
  func price(_ column: Int32) -> Price? { decimal(column).flatMap { Price($0) } }
}
