// A parsed JSON text: the source bytes, and one flat array of nodes that point into them.
// It is not a tree of objects and not a decoder into types; values are views made on demand.
// The rule to keep: a document that exists is valid RFC 8259 and valid UTF-8, so views never check
// again.

/// A strictly parsed RFC 8259 text: flat nodes over the source bytes, no recursion, numbers kept as
/// text.
public struct JSONDocument: Sendable {
  /// How deep arrays and objects may nest. Real order bodies stay below 10; a limit keeps hostile
  /// ones from costing more than their length.
  public static let depthMax = 64

  /// The first member name that an object repeats, or nil.
  ///
  /// RFC 8259 section 4 leaves the meaning of repeated names open, so such a text parses; callers
  /// refuse it as a semantic error, because two readers could see two different orders in it.
  public let duplicateKey: String?

  let storage: JSONStorage

  /// Parses one whole text; bytes after the value, other than whitespace, are an error.
  ///
  /// - Throws: `JSONError`, with the offset of the first byte that cannot be part of a JSON text.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytesCount: bytes.count)
    try parser.parse(bytes.span)
    let storage = JSONStorage(bytes: bytes, nodes: parser.nodes)
    duplicateKey = parser.duplicateNode.map { storage.unescaped(Int($0)) }
    self.storage = storage
  }

  /// The outermost value; any kind is allowed there (RFC 8259 section 2).
  public var root: JSONValue { JSONValue(storage: storage, index: 0) }
}

/// Why a text is not JSON.
public struct JSONError: Error, Equatable, Sendable {
  /// A sentence for the sender of the text.
  public let message: String
  /// The offset in bytes of what is wrong, from 0 to the length of the text.
  public let offset: Int
}

/// What a document's views share.
final class JSONStorage: Sendable {
  let bytes: [UInt8]
  let nodes: [JSONNode]

  init(bytes: [UInt8], nodes: [JSONNode]) {
    self.bytes = bytes
    self.nodes = nodes
  }

  /// The text of a string node without its escapes.
  func unescaped(_ index: Int) -> String {
    let node = nodes[index]
    if node.isEscaped {
      return String(decoding: unescapedBytes(of: node), as: UTF8.self)
    }
    return text(of: node)
  }

  /// The UTF-8 bytes of a string node without its escapes.
  func unescapedBytes(of node: JSONNode) -> [UInt8] {
    JSONEscapes.decode(bytes, node.range)
  }

  /// The bytes of a node exactly as sent.
  func text(of node: JSONNode) -> String {
    bytes.withUnsafeBufferPointer { buffer in
      String(decoding: UnsafeBufferPointer(rebasing: buffer[node.range]), as: UTF8.self)
    }
  }
}

/// One value, or one member name, of a document.
///
/// An array is followed by its elements, an object by name and value of each member in turn.
struct JSONNode: Sendable {
  /// Where the text begins; for strings without the opening quotation mark.
  var offset: UInt32
  /// Bytes of text; for strings without the quotation marks, for containers 0.
  var length: UInt32
  /// The index after this node and all that it contains.
  /// While the parser has a container open, the index of the container around it.
  var next: UInt32
  var kind: JSONValue.Kind
  /// True for a string with at least one backslash, and for the literal `true`.
  var flag: Bool

  var isEscaped: Bool { flag }
  var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
}
