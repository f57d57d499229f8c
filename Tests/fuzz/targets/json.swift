// Text to the JSON parser: what parses is valid UTF-8, is written back by the writer, and that
// parses to the same. Names that an object repeats are found exactly where there are some.

import Wire

func check(_ input: [UInt8]) {
  guard let document = try? JSONDocument(parsing: input) else {
    return check(string: input)
  }
  promise(String(validating: input, as: UTF8.self) != nil, "text that is no UTF-8 was accepted")
  var writer = JSONWriter()
  var hasRepetition = false
  write(document.root, to: &writer, &hasRepetition)
  promise(hasRepetition == (document.duplicateKey != nil), "repeated names are not told")
  guard let again = try? JSONDocument(parsing: writer.bytes) else {
    return promise(false, "what was written cannot be read: \(writer.bytes)")
  }
  promise(isSame(document.root, again.root), "what was written reads as something else")
  promise((again.duplicateKey != nil) == hasRepetition, "repeated names were lost")
}

/// Any text at all can be a string's content.
private func check(string input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  var writer = JSONWriter()
  writer.beginObject()
  writer.key(text)
  writer.string(text)
  writer.endObject()
  let root = try? JSONDocument(parsing: writer.bytes).root
  let isKept = root?[name: text]?.string.map { $0.utf8.elementsEqual(text.utf8) }
  promise(isKept == true, "a string does not survive: \(writer.bytes)")
}

private func write(_ value: JSONValue, to writer: inout JSONWriter, _ hasRepetition: inout Bool) {
  switch value.kind {
  case .null: writer.null()
  case .bool: writer.bool(value.bool ?? false)
  case .number:
    writer.number(text: value.numberText ?? "")
    if let integer = value.integer {
      promise(
        value.numberText == "\(integer)" || value.numberText == "-0",
        "\(value.numberText ?? "") was read as \(integer)")
    }
  case .string: writer.string(value.string ?? "")
  case .array:
    writer.beginArray()
    for element in value.elements { write(element, to: &writer, &hasRepetition) }
    writer.endArray()
  case .object:
    writer.beginObject()
    var names: Set<[UInt8]> = []
    for (name, member) in value.members {
      writer.key(name)
      write(member, to: &writer, &hasRepetition)
      if !names.insert(Array(name.utf8)).inserted { hasRepetition = true }
      promise(value[name: name] != nil, "a member is not found by its name")
    }
    writer.endObject()
  }
}

private func isSame(_ a: JSONValue, _ b: JSONValue) -> Bool {
  guard a.kind == b.kind else { return false }
  switch a.kind {
  case .null: return true
  case .bool: return a.bool == b.bool
  case .number: return a.numberText == b.numberText
  case .string: return isSame(a.string, b.string)
  case .array:
    let (left, right) = (a.elements, b.elements)
    return left.count == right.count && zip(left, right).allSatisfy(isSame)
  case .object:
    let (left, right) = (a.members, b.members)
    return left.count == right.count
      && zip(left, right).allSatisfy { isSame($0.name, $1.name) && isSame($0.value, $1.value) }
  }
}

/// Byte for byte: two spellings of one letter are two texts.
private func isSame(_ a: String?, _ b: String?) -> Bool {
  guard let a, let b else { return false }
  return a.utf8.elementsEqual(b.utf8)
}
