// The description of the interface, held against the routes that really are there.

import Testing
import Wire

@Suite struct OpenAPITests {
  private let document: JSONValue
  private let service: ServiceProcess

  init() throws {
    service = try SharedService.unlimited
    document = try #require(try service.get("/openapi.json").json)
  }

  /// Every route of the running service, as `METHOD path`.
  private func routes() throws -> Set<String> {
    // Each route has a histogram from the start; OPTIONS tells a path's methods.
    let start = "http_request_duration_seconds_count{"
    let paths = try service.get("/metrics").text.split(separator: "\n")
      .filter { $0.hasPrefix(start) }
      .compactMap { $0.firstMatch(of: /handler="([^"]*)"/).map { String($0.1) } }
    var routes: Set<String> = []
    for path in paths {
      let target = path.replacing(/\{[a-z]+\}/, with: "x")
      let allow = try service.call("OPTIONS", target).header("Allow") ?? ""
      for method in allow.split(separator: ", ") where method != "HEAD" && method != "OPTIONS" {
        routes.insert("\(method) \(path)")
      }
    }
    return routes
  }

  private var documented: [(name: String, operation: JSONValue)] {
    (document["paths"]?.members ?? []).flatMap { path in
      path.value.members.filter { $0.name != "parameters" }
        .map { (name: "\($0.name.uppercased()) \(path.name)", operation: $0.value) }
    }
  }

  @Test func `every route is documented and every documented path is a route`() throws {
    let names = documented.map(\.name)
    #expect(Set(names) == (try routes()))
    #expect(Set(names).count == names.count)
    #expect(names.count >= 22)
  }

  @Test func `every reference leads somewhere`() {
    var references: Set<String> = []
    collectReferences(document, into: &references)
    #expect(!references.isEmpty)
    for reference in references {
      let target = reference.split(separator: "/").dropFirst().reduce(Optional(document)) {
        $0?[name: String($1)]
      }
      #expect(target != nil, "\(reference)")
    }
  }

  private func collectReferences(_ value: JSONValue, into references: inout Set<String>) {
    if let reference = value["$ref"]?.string { references.insert(reference) }
    for member in value.members { collectReferences(member.value, into: &references) }
    for element in value.elements { collectReferences(element, into: &references) }
  }

  @Test func `every operation has a name of its own and says what it answers`() {
    let ids = documented.compactMap { $0.operation["operationId"]?.string }
    #expect(ids.count == documented.count)
    #expect(Set(ids).count == ids.count)
    for (name, operation) in documented {
      let statuses = operation["responses"]?.members.map(\.name) ?? []
      #expect(statuses.contains { $0.hasPrefix("2") || $0 == "101" }, "\(name)")
      #expect(operation["summary"]?.string != nil, "\(name)")
      let isPublic = operation["security"] != nil
      #expect(isPublic || (statuses.contains("401") && statuses.contains("403")), "\(name)")
    }
  }

  @Test func `both ways to present a key are described`() {
    let schemes = document["components"]?["securitySchemes"]
    #expect(schemes?["bearer"]?["scheme"]?.string == "bearer")
    #expect(schemes?["apiKey"]?["name"]?.string == "X-API-Key")
  }

  @Test(arguments: [
    #""BUY","order_type":"MARKET","quantity":0.001"#,
    #""SELL","type":"TRAILING_STOP","quantity":1,"trail_percent":2,"activation_price":70000"#,
    #""BUY","type":"LIMIT","quantity":1,"price":60000,"expire_at":"2099-01-01T00:00:00Z""#,
  ])
  func `an order has the members that are required, and no others than are described`(
    fields: String
  ) throws {
    let order = try service.order(#"{"symbol":"BTCUSDT","side":\#(fields)}"#)
    let shown = try service.get("/orders/\(order.orderID ?? "")")
    let schema = document["components"]?["schemas"]?["Order"]
    let described = Set(schema?["properties"]?.members.map(\.name) ?? [])
    let required = Set(schema?["required"]?.elements.compactMap(\.string) ?? [])
    let members = Set(shown.json?.members.map(\.name) ?? [])
    #expect(members.isSubset(of: described.union(["success"])))
    #expect(required.isSubset(of: members))
  }
}
