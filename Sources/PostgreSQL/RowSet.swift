// The rows of an answer, in the server's texts.

internal import CPostgreSQL

/// All rows of one answer.
final class RowSet {
  // The types that are not texts, as the catalogue numbers them.
  private static let byteaType: UInt32 = 17
  private static let uuidType: UInt32 = 2_950

  private let result: OpaquePointer
  let count: Int32

  /// Takes over a result.
  init(_ result: OpaquePointer) {
    self.result = result
    count = PQntuples(result)
  }

  deinit { PQclear(result) }

  func isNull(_ row: Int32, _ column: Int32) -> Bool { PQgetisnull(result, row, column) == 1 }

  func value(_ row: Int32, _ column: Int32) -> UnsafeBufferPointer<UInt8> {
    let length = Int(PQgetlength(result, row, column))
    guard let pointer = PQgetvalue(result, row, column) else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(start: pointer, count: length).bindMemory(to: UInt8.self)
  }

  func integer(_ row: Int32, _ column: Int32) -> Int64 {
    let text = value(row, column)
    let isNegative = text.first == UInt8(ascii: "-")
    let magnitude = text.drop { $0 == UInt8(ascii: "-") }
      .reduce(Int64(0)) { $0 &* 10 &- Int64($1 &- UInt8(ascii: "0")) }
    return isNegative ? magnitude : 0 &- magnitude
  }

  /// Bytes of a `bytea` or `uuid`, or of a text as it is.
  func bytes(_ row: Int32, _ column: Int32) -> [UInt8] {
    let text = value(row, column)
    switch PQftype(result, column) {
    // It begins with \x.
    case RowSet.byteaType: return RowSet.bytes(ofHex: text.dropFirst(2))
    case RowSet.uuidType: return RowSet.bytes(ofHex: text[...])
    default: return Array(text)
    }
  }

  /// The bytes of pairs of hexadecimal digits; dashes between them are passed over.
  private static func bytes(ofHex text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    var high: UInt8?
    for character in text where character != UInt8(ascii: "-") {
      let digit =
        character <= UInt8(ascii: "9")
        ? character &- UInt8(ascii: "0") : (character | 0x20) &- UInt8(ascii: "a") &+ 10
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }
}
