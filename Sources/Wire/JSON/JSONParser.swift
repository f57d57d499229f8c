// The grammar of RFC 8259, one token a step, without recursion.
// It does not build values or unescape strings; it writes flat nodes and refuses what is not JSON.
// The rule to keep: open containers are linked through `next`, so depth costs no stack.

struct JSONParser {
  private enum Expectation {
    case value
    case valueOrArrayEnd
    case name
    case nameOrObjectEnd
    case commaOrEnd
    case end
  }

  private static let none = UInt32.max

  private(set) var nodes: [JSONNode] = []
  /// The name node of the first repetition found.
  private(set) var duplicateNode: UInt32?

  private var offset = 0
  private var depth = 0
  private var container = Self.none
  private var isInObject = false

  /// A typical body has a node for every 8 bytes or so: one allocation then holds them all.
  init(bytesCount: Int) {
    nodes.reserveCapacity(min(bytesCount / 8, 64 * 1024) + 8)
  }

  mutating func parse(_ text: Span<UInt8>) throws(JSONError) {
    guard text.count < Int(UInt32.max) else { throw error("The text is too long.") }
    var expectation = Expectation.value
    while let byte = nextToken(text) {
      switch expectation {
      case .value:
        expectation = try value(text, byte)
      case .valueOrArrayEnd:
        expectation = byte == UInt8(ascii: "]") ? close(text) : try value(text, byte)
      case .name:
        expectation = try name(text, byte)
      case .nameOrObjectEnd:
        expectation = byte == UInt8(ascii: "}") ? close(text) : try name(text, byte)
      case .commaOrEnd:
        expectation = try commaOrEnd(text, byte)
      case .end:
        throw error("There is something after the end of the JSON value.")
      }
    }
    guard expectation == .end else { throw error("The JSON text ends too early.") }
  }

  private func error(_ message: String) -> JSONError { JSONError(message: message, offset: offset) }

  /// Skips whitespace; nil at the end of the text.
  @inline(__always)
  private mutating func nextToken(_ text: Span<UInt8>) -> UInt8? {
    while offset < text.count {
      let byte = text[offset]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
        return byte
      }
      offset &+= 1
    }
    return nil
  }

  private mutating func value(
    _ text: Span<UInt8>, _ byte: UInt8
  ) throws(JSONError) -> Expectation {
    switch byte {
    case UInt8(ascii: "\""):
      try string(text)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number(text, byte)
    case UInt8(ascii: "{"):
      try open(.object)
      return .nameOrObjectEnd
    case UInt8(ascii: "["):
      try open(.array)
      return .valueOrArrayEnd
    case UInt8(ascii: "t"):
      try literal(text, "true", .bool, flag: true)
    case UInt8(ascii: "f"):
      try literal(text, "false", .bool, flag: false)
    case UInt8(ascii: "n"):
      try literal(text, "null", .null, flag: false)
    case 0xEF where offset == 0:
      throw error("The JSON text must not begin with a byte order mark.")
    default:
      throw error("A JSON value was expected.")
    }
    return container == Self.none ? .end : .commaOrEnd
  }

  private mutating func name(_ text: Span<UInt8>, _ byte: UInt8) throws(JSONError) -> Expectation {
    guard byte == UInt8(ascii: "\"") else { throw error("A member name in quotes was expected.") }
    try string(text)
    guard nextToken(text) == UInt8(ascii: ":") else {
      throw error("A colon was expected after the member name.")
    }
    offset &+= 1
    return .value
  }

  private mutating func commaOrEnd(
    _ text: Span<UInt8>, _ byte: UInt8
  ) throws(JSONError) -> Expectation {
    if byte == UInt8(ascii: ",") {
      offset &+= 1
      return isInObject ? .name : .value
    }
    guard byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
      throw error(
        isInObject ? "A comma or } was expected." : "A comma or ] was expected.")
    }
    return close(text)
  }

  private mutating func open(_ kind: JSONValue.Kind) throws(JSONError) {
    guard depth < JSONDocument.depthMax else {
      throw error("The JSON text is nested deeper than \(JSONDocument.depthMax) levels.")
    }
    let parent = container
    container = UInt32(nodes.count)
    append(kind, from: offset, count: 0, flag: false)
    nodes[Int(container)].next = parent
    isInObject = kind == .object
    depth += 1
    offset &+= 1
  }

  private mutating func close(_ text: Span<UInt8>) -> Expectation {
    if isInObject, duplicateNode == nil {
      duplicateNode = JSONNames.firstRepetition(text, nodes, in: Int(container))
    }
    let parent = nodes[Int(container)].next
    nodes[Int(container)].next = UInt32(nodes.count)
    container = parent
    depth -= 1
    offset &+= 1
    guard parent != Self.none else { return .end }
    isInObject = nodes[Int(parent)].kind == .object
    return .commaOrEnd
  }

  @inline(__always)
  private mutating func append(
    _ kind: JSONValue.Kind, from start: Int, count: Int, flag: Bool
  ) {
    nodes.append(
      JSONNode(
        offset: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: count),
        next: UInt32(truncatingIfNeeded: nodes.count &+ 1), kind: kind, flag: flag))
  }

  private mutating func literal(
    _ text: Span<UInt8>, _ word: StaticString, _ kind: JSONValue.Kind, flag: Bool
  ) throws(JSONError) {
    let count = word.utf8CodeUnitCount
    guard offset + count <= text.count else { throw error("A JSON value was expected.") }
    for position in 0..<count where text[offset + position] != word.utf8Start[position] {
      throw error("A JSON value was expected.")
    }
    append(kind, from: offset, count: count, flag: flag)
    offset += count
  }
}

// MARK: - Numbers and strings

extension JSONParser {
  /// RFC 8259 section 6: `-`, an integer without leading zeros, a fraction, an exponent.
  private mutating func number(_ text: Span<UInt8>, _ first: UInt8) throws(JSONError) {
    let start = offset
    if first == UInt8(ascii: "-") { offset &+= 1 }
    if offset < text.count, text[offset] == UInt8(ascii: "0") {
      offset &+= 1
      guard offset == text.count || !isDigit(text[offset]) else {
        throw error("A number must not begin with a needless zero.")
      }
    } else {
      try digits(text)
    }
    if offset < text.count, text[offset] == UInt8(ascii: ".") {
      offset &+= 1
      try digits(text)
    }
    if offset < text.count, text[offset] | 0x20 == UInt8(ascii: "e") {
      offset &+= 1
      if offset < text.count, text[offset] == UInt8(ascii: "+") || text[offset] == UInt8(ascii: "-")
      {
        offset &+= 1
      }
      try digits(text)
    }
    append(.number, from: start, count: offset - start, flag: false)
  }

  @inline(__always)
  private mutating func digits(_ text: Span<UInt8>) throws(JSONError) {
    let start = offset
    while offset < text.count, isDigit(text[offset]) { offset &+= 1 }
    guard offset > start else { throw error("A digit was expected.") }
  }

  private mutating func string(_ text: Span<UInt8>) throws(JSONError) {
    offset &+= 1
    let start = offset
    var isEscaped = false
    while offset < text.count {
      let byte = text[offset]
      if byte == UInt8(ascii: "\"") {
        append(.string, from: start, count: offset - start, flag: isEscaped)
        offset &+= 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        try escape(text)
      } else if byte < 0x20 {
        throw error("A control character in a string must be escaped.")
      } else if byte < 0x80 {
        offset &+= 1
      } else {
        let count = UTF8Sequence.length(text, at: offset)
        guard count > 0 else { throw error("The JSON text is not valid UTF-8.") }
        offset += count
      }
    }
    throw error("A string is not closed.")
  }

  private mutating func escape(_ text: Span<UInt8>) throws(JSONError) {
    guard offset + 1 < text.count else { throw error("A string is not closed.") }
    switch text[offset + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      offset += 2
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(text, at: offset) else {
        throw error("An escape \\u needs four hexadecimal digits.")
      }
      // Half a surrogate pair is no character and has no UTF-8: what cannot be kept is refused.
      if unit & 0xF800 == 0xD800 {
        guard unit < 0xDC00, let low = codeUnit(text, at: offset + 6), low & 0xFC00 == 0xDC00
        else { throw error("An escaped surrogate has no partner.") }
        offset += 6
      }
      offset += 6
    default:
      throw error("The character after the backslash makes no escape.")
    }
  }

  /// The value of `\uXXXX` at that offset, or nil if there is no such escape.
  private func codeUnit(_ text: Span<UInt8>, at offset: Int) -> UInt32? {
    guard offset + 6 <= text.count, text[offset] == UInt8(ascii: "\\"),
      text[offset + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for position in offset + 2..<offset + 6 {
      guard let digit = hexDigit(text[position]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
