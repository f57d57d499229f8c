// docs/API.md, held against the code: every stable code, metric and path stands there.

import FoundationEssentials
import Testing
import Wire

private struct Unreadable: Error {}

@Suite struct DocumentationTests {
  private let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()

  private func text(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: root + "/" + path) else {
      throw Unreadable()
    }
    return String(decoding: data, as: UTF8.self)
  }

  private func sources(_ folder: String) throws -> [String] {
    let path = root + "/Sources/" + folder
    return try FileManager.default.subpathsOfDirectory(atPath: path)
      .filter { $0.hasSuffix(".swift") && !$0.contains("OpenAPIDocument") }
      .map { try text("Sources/\(folder)/\($0)") }
  }

  /// Every code that an answer can carry, wherever the sources make one.
  private func codes() throws -> Set<String> {
    // The word after a label or as first argument, and the other branch of a conditional.
    let pattern = /(?:code: [^",]{0,40}|nvalid\(\s*|reject\(\s*|explain\()"([A-Z][A-Z_]+)"/
    let other = /code: [^",]{0,40}"[A-Z_]+" : "([A-Z_]+)"/
    var codes: Set<String> = []
    for folder in ["Service", "Trading", "Plugins", "Storage", "Wire", "Network"] {
      for text in try sources(folder) {
        codes.formUnion(text.matches(of: pattern).map { String($0.1) })
        codes.formUnion(text.matches(of: other).map { String($0.1) })
      }
    }
    return codes
  }

  @Test func `every stable code is explained`() throws {
    let codes = try codes()
    #expect(codes.count > 60)
    #expect(codes.isSuperset(of: ["QUANTITY_ZERO", "CIRCUIT_OPEN", "BODY_TOO_LARGE", "DUST"]))
    let document = try text("docs/API.md")
    let missing = codes.filter { !document.contains("`\($0)`") }.sorted()
    #expect(missing == [])
  }

  @Test func `every metric is explained`() throws {
    let service = try SharedService.unlimited
    var names = Set(
      try service.get("/metrics").text.matches(of: #/# TYPE ([a-z_]+) /#).map { String($0.1) })
    // Families without a value yet are not among the answers.
    for text in try sources("Service/Metrics") + sources("Service/HTTP") + sources("Network") {
      let found = text.matches(of: /(?:counter|gauge|histogram)\(\s*"([a-z]+_[a-z_]+)"/)
      names.formUnion(found.map { String($0.1) })
    }
    #expect(names.count > 40)
    let document = try text("docs/API.md")
    let missing = names.filter { !document.contains("`\($0)`") && !document.contains("_\($0)`") }
    #expect(missing.sorted() == [])
  }

  @Test func `every path is explained`() throws {
    let paths = try SharedService.unlimited.get("/openapi.json").json?["paths"]?.members ?? []
    #expect(paths.count > 20)
    let document = try text("docs/API.md")
    let missing = paths.map(\.name).filter { !document.contains($0) }
    #expect(missing == [])
  }
}
