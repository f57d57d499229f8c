// A prepared statement: bind, step, read, and it is ready again. Parameters are bound in their
// order; columns count from 0.

/// A prepared statement of one connection.
public protocol DatabaseStatement: AnyObject {
  /// Whether the last step found a row that can be read.
  var isOnRow: Bool { get }

  /// Binds the next parameter to a text.
  @discardableResult func bind(_ text: String) -> Self
  /// Binds the next parameter to a whole number.
  @discardableResult func bind(_ number: Int64) -> Self
  /// Binds the next parameter to bytes.
  @discardableResult func bind(_ bytes: [UInt8]) -> Self
  /// Binds the next parameter to a text that is there as bytes of UTF-8, without a NUL.
  @discardableResult func bind(text bytes: [UInt8]) -> Self
  /// Binds the next parameter to NULL.
  @discardableResult func bindNull() -> Self

  /// Runs the statement to its end and makes it ready for the next use. In a transaction its
  /// failure may show at the commit only.
  func run() throws(DatabaseError)
  /// Goes to the next row; false at the end, and then the statement is ready for the next use.
  func step() throws(DatabaseError) -> Bool
  /// Gives up the remaining rows and makes the statement ready for the next use.
  func reset()

  /// Whether a column of the current row is NULL.
  func isNull(_ column: Int32) -> Bool
  /// A whole number of the current row; 0 for NULL.
  func integer(_ column: Int32) -> Int64
  /// A text of the current row; nil for NULL.
  func text(_ column: Int32) -> String?
  /// Bytes of the current row; empty for NULL.
  func bytes(_ column: Int32) -> [UInt8]
}

extension DatabaseStatement {
  /// Binds the next parameter to a text, or NULL.
  @discardableResult
  public func bind(_ text: String?) -> Self {
    guard let text else { return bindNull() }
    return bind(text)
  }

  /// Binds the next parameter to a whole number, or NULL.
  @discardableResult
  public func bind(_ number: Int64?) -> Self {
    guard let number else { return bindNull() }
    return bind(number)
  }

  /// Binds the next parameter to bytes, or NULL.
  @discardableResult
  public func bind(_ bytes: [UInt8]?) -> Self {
    guard let bytes else { return bindNull() }
    return bind(bytes)
  }
}
