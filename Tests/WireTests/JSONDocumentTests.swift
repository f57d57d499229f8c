// What the JSON parser accepts, refuses and hands out.
// The whole public corpus runs against a live endpoint elsewhere; here are the rules one by one.
// The rule to keep: one behaviour a test.

import Testing
import Wire

private func parse(_ text: String) throws -> JSONValue {
  try JSONDocument(parsing: Array(text.utf8)).root
}

@Suite("JSON documents") struct JSONDocumentTests {
  @Test func `members are found by name`() throws {
    let root = try parse(#"{"symbol":"BTCUSDT","quantity":0.10,"post_only":true,"stop":null}"#)
    #expect(root["symbol"]?.string == "BTCUSDT")
    #expect(root["quantity"]?.numberText == "0.10")
    #expect(root["post_only"]?.bool == true)
    #expect(root["stop"]?.kind == .null)
    #expect(root["price"] == nil)
  }

  @Test func `nested values are skipped when a later member is looked up`() throws {
    let root = try parse(#"{"a":{"b":[1,{"c":2}]},"b":[[]],"c":3}"#)
    #expect(root["c"]?.integer == 3)
    #expect(root["a"]?["b"]?.elements[1]["c"]?.integer == 2)
    #expect(root.members.map(\.name) == ["a", "b", "c"])
  }

  @Test(arguments: ["9e-05", "-0", "1E+400", "0.10", "12345678901234567890.5", "-1.5e3"])
  func `numbers keep their text`(text: String) throws {
    #expect(try parse(text).numberText == text)
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("42", 42), ("9223372036854775807", Int.max),
    ("-9223372036854775808", Int.min),
  ])
  func `plain integers convert`(text: String, value: Int) throws {
    #expect(try parse(text).integer == value)
  }

  @Test(arguments: ["1.0", "1e2", "9223372036854775808", "\"1\""])
  func `nothing else is an integer`(text: String) throws {
    #expect(try parse(text).integer == nil)
  }

  @Test func `escapes become characters`() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00é""#
    #expect(try parse(text).string == "\"\\/\u{8}\u{C}\n\r\té€😀é")
  }

  @Test func `a name is compared without its escapes`() throws {
    #expect(try parse(#"{"s\u0079mbol":1}"#)["symbol"]?.integer == 1)
  }

  @Test func `names that only look equal are different`() throws {
    // The composed letter and the decomposed one are the same `String`, but not the same name.
    let document = try JSONDocument(parsing: Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    #expect(document.duplicateKey == nil)
    #expect(document.root[name: "e\u{301}"]?.integer == 2)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "[,1]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "[1 2]", "nul", "True",
    "01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "'a'", "\"a", "\"\\x\"",
    "\"\\u12\"", "\"\t\"", "\"\u{0}\"", "[1]]", "1 1", "{\"a\":1]", "[1}", "/**/1",
    "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\u{FEFF}1", "\u{A0}1",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test(
    arguments: [
      [0xFF], [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3],
      [0xE2, 0x82], [0xE2, 0x28, 0xA1],
    ] as [[UInt8]])
  func `invalid UTF-8 is refused`(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONError.self) { try JSONDocument(parsing: [quote] + bytes + [quote]) }
  }

  @Test func `an error says where`() {
    let error = #expect(throws: JSONError.self) { try parse(#"{"a":01}"#) }
    #expect(error?.message == "A number must not begin with a needless zero.")
    #expect(error?.offset == 6)
  }

  @Test func `nesting ends at the limit`() throws {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try parse(deepest).kind == .array)
    #expect(throws: JSONError.self) { try parse("[" + deepest + "]") }
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test(arguments: [1, 15, 16, 17, 500]) func `a repeated name is found`(members: Int) throws {
    let fields = (0..<members).map { #""k\#($0)":\#($0)"# }
    let unique = "{" + fields.joined(separator: ",") + "}"
    #expect(try JSONDocument(parsing: Array(unique.utf8)).duplicateKey == nil)
    let repeated = "{" + fields.joined(separator: ",") + #","\u006b0":0}"#
    #expect(try JSONDocument(parsing: Array(repeated.utf8)).duplicateKey == "k0")
  }

  @Test func `a repetition inside is found, one in another object is none`() throws {
    let inside = Array(#"[{"a":1,"b":{"c":1,"c":2}}]"#.utf8)
    #expect(try JSONDocument(parsing: inside).duplicateKey == "c")
    let apart = Array(#"[{"a":{"a":1}},{"a":1}]"#.utf8)
    #expect(try JSONDocument(parsing: apart).duplicateKey == nil)
  }

  @Test func `an object with very many members takes no quadratic time`() throws {
    let fields = (0..<60_000).map { #""k\#($0)":0"# }.joined(separator: ",")
    #expect(try JSONDocument(parsing: Array("{\(fields)}".utf8)).duplicateKey == nil)
  }

  @Test func `asking for the wrong kind answers nil`() throws {
    let root = try parse("[1]")
    #expect(root.string == nil && root.bool == nil && root.integer == nil)
    #expect(root["a"] == nil && root.members.isEmpty && root.elements.count == 1)
  }

  @Test(arguments: UInt64(0)..<300) func `mutated texts never trap`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",{"b":null,"c":[true,false]}],"é":{}}"#.utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let position = Int.random(in: 0..<bytes.count, using: &random)
      bytes[position] = UInt8.random(in: 0...255, using: &random)
    }
    guard let document = try? JSONDocument(parsing: bytes) else { return }
    var pending = [document.root]
    while let value = pending.popLast() {
      pending += value.elements + value.members.map(\.value)
      _ = (value.string, value.numberText, value.integer)
    }
    #expect(String(validating: bytes, as: UTF8.self) != nil, "seed \(seed)")
  }

  @Test(arguments: UInt64(0)..<200) func `what the writer writes is read back`(seed: UInt64) throws
  {
    var random = SeededGenerator(seed: seed)
    let scalars = (0..<20).map { _ in
      Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &random)).map(Character.init) ?? "?"
    }
    let text = String(scalars)
    var writer = JSONWriter()
    writer.beginObject()
    writer.key(text)
    writer.string(text)
    writer.endObject()
    let root = try JSONDocument(parsing: writer.bytes).root
    #expect(root.members.first?.name == text, "seed \(seed)")
    #expect(root[name: text]?.string == text, "seed \(seed)")
  }
}
