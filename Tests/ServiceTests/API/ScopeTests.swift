// The scope of every route that there is, held to what docs/API.md says of it, with a key of each
// scope and with none.

import FoundationEssentials
import Testing
import Wire

@Suite struct ScopeTests {
  private static let keys = ["read", "trade", "admin"].map {
    (scope: $0, key: "scope-\($0)-key-0123")
  }
  private let service: ServiceProcess
  private let documentation: String

  init() throws {
    let entries = Self.keys.map { "\($0.scope):\($0.scope):\($0.key)" }.joined(separator: ",")
    service = try ServiceProcess.start(["FKS_API_KEYS": entries])
    let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    let data = try #require(FileManager.default.contents(atPath: root + "/docs/API.md"))
    documentation = String(decoding: data, as: UTF8.self)
  }

  /// The scope of every `METHOD path` in the table at the top of the page.
  private func documentedScopes() -> [String: String] {
    var scopes: [String: String] = [:]
    for line in documentation.split(separator: "\n") {
      let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
      guard cells.count == 3, line.hasPrefix("| `") else { continue }
      let scope = cells[1].prefix { $0 != " " }
      for route in cells[0].matches(of: /`([A-Z]+ \/[^`]*)`/) {
        scopes[String(route.1)] = String(scope)
      }
    }
    return scopes
  }

  private func status(_ method: String, _ path: String, key: String?) throws -> Int {
    let target = path.replacing(/\{[a-z]+\}/, with: "x")
    return try service.call(
      method, target, method == "POST" || method == "PUT" ? "{}" : nil,
      headers: key.map { [(name: "X-API-Key", value: $0)] } ?? []
    ).status
  }

  @Test func `every route lets in the keys that the page says, and no others`() throws {
    let scopes = documentedScopes()
    let paths = try service.get("/openapi.json").json?["paths"]?.members ?? []
    let routes = paths.flatMap { path in
      path.value.members.filter { $0.name != "parameters" }
        .map { (method: $0.name.uppercased(), path: path.name) }
    }
    #expect(routes.count > 30)
    for (method, path) in routes {
      let scope = try #require(scopes["\(method) \(path)"], "\(method) \(path) has no scope there")
      // Webhooks have secrets of their own, and tests of their own.
      guard scope != "secret" else { continue }
      let anonymous = try status(method, path, key: nil)
      #expect((anonymous == 401) == (scope != "none"), "\(method) \(path) without a key")
      for (owned, key) in Self.keys {
        let isAllowed = scope == "none" || owned == scope || owned == "admin"
        let answer = try status(method, path, key: key)
        #expect((answer == 403) == !isAllowed, "\(method) \(path) with \(owned): \(answer)")
        #expect(answer != 401, "\(method) \(path) with \(owned)")
      }
    }
  }
}
