// The text that the JSON writer produces.
// It does not test parsing, but for the round trip in `JSONDocumentTests`.
// The rule to keep: compare whole texts.

import Testing
import Wire

@Suite("JSON writer") struct JSONWriterTests {
  @Test func `commas are placed between values`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.integer(-1)
    writer.bool(true)
    writer.null()
    writer.beginArray()
    writer.endArray()
    writer.number(text: "0.10")
    writer.endArray()
    writer.key("b")
    writer.raw(Array(#"{"c":1}"#.utf8))
    writer.key("d")
    writer.beginObject()
    writer.endObject()
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a":[-1,true,null,[],0.10],"b":{"c":1},"d":{}}"#)
  }

  @Test func `quotes, backslashes and control characters are escaped`() {
    var writer = JSONWriter()
    writer.string("a\"\\\n\u{1}\u{1F}é")
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #""a\"\\\n\u0001\u001fé""#)
  }

  @Test(arguments: [0, 7, 10, -10, 1_234_567_890, Int.max, Int.min])
  func `integers are written whole`(value: Int) {
    var writer = JSONWriter()
    writer.integer(value)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == String(value))
  }
}
