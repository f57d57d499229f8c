// Small documents that are no part of the journal and are replaced as a whole, such as who wants
// reports and how far each has come. Nothing about an order that is there depends on them.

internal import SQL

/// A document under its name.
public struct StoredDocument: Equatable, Sendable {
  /// Its name, such as `subscription:…`.
  public let name: String
  /// What it says; nil where it is to be removed.
  public let body: [UInt8]?

  /// A document from its parts.
  public init(name: String, body: [UInt8]?) {
    self.name = name
    self.body = body
  }
}

final class DocumentTable {
  private let upsert: any DatabaseStatement
  private let delete: any DatabaseStatement
  private let all: any DatabaseStatement

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    upsert = try connection.prepare(
      SQLText.upsert(into: "documents", "name, body", key: "name"))
    delete = try connection.prepare("DELETE FROM documents WHERE name = ?")
    all = try connection.prepare("SELECT name, body FROM documents ORDER BY name")
  }

  func write(_ document: StoredDocument) throws(DatabaseError) {
    guard let body = document.body else {
      delete.bind(document.name)
      return try delete.run()
    }
    upsert.bind(document.name).bind(String(decoding: body, as: UTF8.self))
    try upsert.run()
  }

  /// All documents whose names begin with `prefix`.
  func read(_ prefix: String) throws(StoreError) -> [StoredDocument] {
    try all.rows(of: "documents") { (row: any DatabaseStatement) -> StoredDocument? in
      guard let name = row.text(0), let body = row.text(1) else { return nil }
      return StoredDocument(name: name, body: Array(body.utf8))
    }.filter { $0.name.hasPrefix(prefix) }
  }
}
