// Holds the project's files to the rules of the house, and each rule to its samples.

import FoundationEssentials
import Glibc
import Testing

@Suite struct TidyTests {
  @Test(arguments: houseRules) func `a rule of the house is kept`(rule: Rule) throws {
    for complaint in try projectFiles().flatMap(rule.complaints) { Issue.record("\(complaint)") }
  }

  @Test(arguments: houseRules) func `a rule finds what breaks it, and only that`(rule: Rule) {
    #expect(!rule.complaints(about: rule.badSample).isEmpty)
    #expect(rule.complaints(about: rule.goodSample) == [])
  }

  @Test func `the rules see the project's files`() throws {
    let paths = try projectFiles().map(\.path)
    #expect(paths.contains("Package.swift"))
    #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
  }

  @Test func `files that may promise without a check are still there`() throws {
    let paths = try projectFiles().map(\.path)
    for path in uncheckedFiles { #expect(paths.contains(path), "\(path)") }
  }

  @Test(arguments: [
    ("let a = \"Double\"", "let a =         "),
    ("a // Double", "a          "),
    ("f(\"x\\(g(\"y\"))z\")", "f(   (g(   ))  )"),
    ("#\"a\"b\"# + c", "        + c"),
    ("\"\"\"\n a { \" }\n\"\"\" + c", "   \n        \n    + c"),
    ("\"a\\\"b\" + c", "       + c"),
  ])
  func `comments and the insides of strings are no code`(text: String, code: String) {
    #expect(codeLines(text).joined(separator: "\n") == code)
  }

  @Test func `a function without a body, in a protocol, is not long`() {
    let requirements = String(repeating: "  func f()\n", count: 5)
    let body = String(repeating: "  let a = 1\n", count: 100)
    #expect(
      longFunctions(in: "protocol P {\n\(requirements)}\nstruct S {\n\(body)}\n", lineCountMax: 70)
        == [])
  }
}

private struct CannotList: Error {}

/// Every file that git tracks or would track.
func projectFiles() throws -> [ProjectFile] {
  let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
  let command = "git -C '\(root)' ls-files -z --cached --others --exclude-standard"
  guard let stream = popen(command, "r") else { throw CannotList() }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 {
    bytes += chunk[..<count]
  }
  guard pclose(stream) == 0 else { throw CannotList() }
  return bytes.split(separator: 0).compactMap { name in
    let path = String(decoding: name, as: UTF8.self)
    // A file that was deleted is listed until that is committed.
    guard let data = FileManager.default.contents(atPath: root + "/" + path) else { return nil }
    return ProjectFile(path: path, text: String(decoding: data, as: UTF8.self))
  }
}
