// Whether a trail says what the journal said: its rows are hashed again, and the document is made
// again from them and compared. It trusts nothing in the document.

internal import Crypto
internal import Storage
internal import Trading
internal import Wire

/// Why a document is no trail that could be relied on.
struct TrailCheckError: Error {
  let sentence: String
}

enum TrailCheck {
  /// The trail in a document, which it proves by itself.
  static func trail(in bytes: [UInt8]) throws(TrailCheckError) -> Trail {
    guard let document = try? JSONDocument(parsing: bytes).root,
      document["format"]?.string == TrailDocument.format,
      let id = document["order_id"]?.string.flatMap({ OrderID(text: $0) })
    else {
      throw TrailCheckError(
        sentence: "This is no trail of the format \(TrailDocument.format); export it again.")
    }
    var rows: [TrailRow] = []
    for value in document["rows"]?.elements ?? [] {
      guard let row = TrailRow(value, of: id), row.isIntact else {
        throw TrailCheckError(
          sentence: "Row \(value["sequence"]?.numberText ?? "?") was changed: it does not have the "
            + "hash that it is said to have.")
      }
      rows.append(row)
    }
    let protective = document["related"]?["protective_order_ids"]?.elements ?? []
    guard let trail = try? Trail(rows: rows, protective: protective.compactMap(\.orderID)),
      let again = try? JSONDocument(parsing: TrailDocument.json(of: trail)).root,
      again.saysTheSame(as: document)
    else {
      throw TrailCheckError(
        sentence: "The rows are intact, but the rest of the document is not what they say.")
    }
    return trail
  }
}

extension TrailRow {
  fileprivate init?(_ value: JSONValue, of id: OrderID) {
    guard let sequence = value["sequence"]?.integer, let at = value["recorded_at"]?.integer,
      let body = value["body"]?.string, let hash = value["hash"]?.string.flatMap(Hex.decode),
      let previous = value["previous_hash"]?.string.flatMap(Hex.decode)
    else { return nil }
    self.init(
      sequence: Int64(sequence), orderID: id, recordedAt: Timestamp(microseconds: Int64(at)),
      body: Array(body.utf8), hash: hash, previousHash: previous)
  }
}

extension JSONValue {
  fileprivate var orderID: OrderID? { string.flatMap { OrderID(text: $0) } }

  /// Whether both are equal but for blanks between their parts.
  fileprivate func saysTheSame(as other: JSONValue) -> Bool {
    guard kind == other.kind else { return false }
    switch kind {
    case .null: return true
    case .bool: return bool == other.bool
    case .number: return numberText == other.numberText
    case .string: return string == other.string
    case .array:
      let (ours, theirs) = (elements, other.elements)
      return ours.count == theirs.count && zip(ours, theirs).allSatisfy { $0.saysTheSame(as: $1) }
    case .object:
      let (ours, theirs) = (members, other.members)
      return ours.count == theirs.count
        && zip(ours, theirs).allSatisfy { $0.name == $1.name && $0.value.saysTheSame(as: $1.value) }
    }
  }
}
