// Documents that name tests name tests that there are.

import Testing

@Suite struct DocumentTests {
  @Test func `every test that the reliability page names exists`() throws {
    let files = try projectFiles()
    let page = try #require(files.first { $0.path == "docs/RELIABILITY.md" })
    let tests = Set(
      files.filter(\.isTest).flatMap { $0.text.matches(of: /func `([^`]+)`/).map { $0.output.1 } })
    let named = page.text.matches(of: /“([^”]+)”/).map(\.output.1)
    #expect(named.count > 20)
    for name in named {
      let words = name.split(separator: /\s+/).joined(separator: " ")
      #expect(tests.contains(Substring(words)), "\(words)")
    }
  }
}
