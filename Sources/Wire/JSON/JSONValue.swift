// One value of a parsed document, seen as a view: the document's storage and a node's index.
// It does not convert numbers to floating point; money goes from `numberText` to exact decimals.
// The rule to keep: asking for the wrong kind answers nil or nothing, and never traps.

/// A view of one value in a `JSONDocument`.
public struct JSONValue: Sendable {
  /// The seven forms of RFC 8259 section 3, with both booleans as one.
  public enum Kind: UInt8, Sendable {
    /// The literal `null`.
    case null
    /// The literals `true` and `false`.
    case bool
    /// A number, kept as text.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object
  }

  let storage: JSONStorage
  let index: Int

  private var node: JSONNode { storage.nodes[index] }

  /// What kind of value this is.
  public var kind: Kind { node.kind }

  /// The boolean, or nil for other kinds.
  public var bool: Bool? {
    let node = node
    return node.kind == .bool ? node.flag : nil
  }

  /// The string without its escapes, or nil for other kinds.
  public var string: String? { kind == .string ? storage.unescaped(index) : nil }

  /// The number exactly as sent, for example `9e-05`, or nil for other kinds.
  public var numberText: String? {
    let node = node
    return node.kind == .number ? storage.text(of: node) : nil
  }

  /// The number if it is written as a plain integer (no fraction, no exponent) and fits; else nil.
  public var integer: Int? {
    let node = node
    guard node.kind == .number else { return nil }
    let range = node.range
    let isNegative = storage.bytes[range.lowerBound] == UInt8(ascii: "-")
    var value = 0
    for byte in storage.bytes[range].dropFirst(isNegative ? 1 : 0) {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let digit = Int(byte &- UInt8(ascii: "0"))
      // Negative values are summed downwards, so that `Int.min` fits too.
      let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) =
        isNegative
        ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
      guard !overflowed, !carried else { return nil }
      value = sum
    }
    return value
  }

  /// The first member of that name; nil if there is none or this is not an object.
  public subscript(_ name: StaticString) -> JSONValue? {
    // A literal of a single Unicode scalar may carry no pointer.
    guard name.hasPointerRepresentation else { return self[name: name.description] }
    return member(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  /// The first member of that name; nil if there is none or this is not an object.
  public subscript(name name: String) -> JSONValue? {
    var name = name
    return name.withUTF8 { member($0) }
  }

  /// The elements of an array in order; empty for other kinds.
  public var elements: [JSONValue] {
    guard kind == .array else { return [] }
    var elements: [JSONValue] = []
    var child = index + 1
    while child < node.next {
      elements.append(JSONValue(storage: storage, index: child))
      child = Int(storage.nodes[child].next)
    }
    return elements
  }

  /// The members of an object in order, repeated names included; empty for other kinds.
  public var members: [(name: String, value: JSONValue)] {
    guard kind == .object else { return [] }
    var members: [(name: String, value: JSONValue)] = []
    var child = index + 1
    while child < node.next {
      let value = JSONValue(storage: storage, index: child + 1)
      members.append((name: storage.unescaped(child), value: value))
      child = Int(value.node.next)
    }
    return members
  }

  /// Names are compared byte for byte: `String`'s canonical equivalence is not JSON's.
  private func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
    guard kind == .object else { return nil }
    let end = Int(node.next)
    var child = index + 1
    while child < end {
      let key = storage.nodes[child]
      if key.isEscaped {
        if storage.unescapedBytes(of: key).elementsEqual(name) {
          return JSONValue(storage: storage, index: child + 1)
        }
      } else if Int(key.length) == name.count, isText(of: key, equalTo: name) {
        return JSONValue(storage: storage, index: child + 1)
      }
      child = Int(storage.nodes[child + 1].next)
    }
    return nil
  }

  private func isText(of key: JSONNode, equalTo name: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(key.offset)
    for position in 0..<name.count where storage.bytes[start + position] != name[position] {
      return false
    }
    return true
  }
}
