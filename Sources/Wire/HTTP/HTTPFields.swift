// The header fields of a message: the head's bytes with the places of names and values.
// It does not know what a field means.
// The rule to keep: a field is cut out of the bytes when it is asked for, not before.

struct HTTPFields: Sendable {
  private let head: [UInt8]
  private let fields: [HTTPField]

  /// Those of a complete head.
  init(_ scanner: HTTPHeadScanner) {
    head = scanner.head
    fields = scanner.fields
  }

  /// Fields that nobody sent, for tests of what reads them.
  init(_ headers: [(name: String, value: String)]) {
    var head: [UInt8] = []
    var fields: [HTTPField] = []
    for (name, value) in headers {
      let nameStart = head.count
      head.append(contentsOf: name.utf8)
      let valueStart = head.count
      head.append(contentsOf: value.utf8)
      fields.append(HTTPField(name: nameStart..<valueStart, value: valueStart..<head.count))
    }
    self.head = head
    self.fields = fields
  }

  /// The first value of a field, whose name is given in lower case.
  func first(_ name: String) -> String? {
    for field in fields where isName(field, name) { return text(field.value) }
    return nil
  }

  /// All values of a field in order.
  func all(_ name: String) -> [String] {
    fields.filter { isName($0, name) }.map { text($0.value) }
  }

  /// Whether a field that is a list of words has a word, in any case (RFC 9110 section 5.6.1).
  func lists(_ name: String, _ word: String) -> Bool {
    all(name).joined(separator: ",").split(separator: ",").contains {
      $0.filter { $0 != " " && $0 != "\t" }.lowercased() == word
    }
  }

  private func isName(_ field: HTTPField, _ name: String) -> Bool {
    let range = field.name
    guard range.count == name.utf8.count else { return false }
    var position = range.lowerBound
    for byte in name.utf8 {
      guard lowercased(head[position]) == byte else { return false }
      position += 1
    }
    return true
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: head[range], as: UTF8.self) }
}

/// Where a header field's name and trimmed value are in the head.
struct HTTPField: Sendable {
  private let nameStart: UInt32
  private let nameCount: UInt32
  private let valueStart: UInt32
  private let valueCount: UInt32

  init(name: Range<Int>, value: Range<Int>) {
    nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
    nameCount = UInt32(truncatingIfNeeded: name.count)
    valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
    valueCount = UInt32(truncatingIfNeeded: value.count)
  }

  var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
  var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }
}
