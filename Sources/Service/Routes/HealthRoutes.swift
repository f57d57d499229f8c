// What Kubernetes, Prometheus and the monitor ask. /live says that the process works, /ready that
// it takes orders, /health tells both to people; it answers 200 as long as it can answer at all.

internal import Network
internal import Plugins
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor final class HealthRoutes {
  private let gateway: Gateway
  private let version: String
  private let heartbeats: Heartbeats
  /// The last answer of /health and the second it is of: it changes once a second at most.
  private var cached: (second: Int64, response: HTTPResponse)?

  init(gateway: Gateway, version: String, heartbeats: Heartbeats) {
    self.gateway = gateway
    self.version = version
    self.heartbeats = heartbeats
  }

  var routes: [Route] {
    let health = ["/health", "/api/v1/health"].map { path in
      Route(.get, path, nil) { [self] call in call.respond(self.health()) }
    }
    let live = ["/live", "/health/live"].map { path in
      Route(.get, path, nil) { [self] call in call.respond(self.live()) }
    }
    let ready = ["/ready", "/health/ready"].map { path in
      Route(.get, path, nil) { [self] call in call.respond(self.ready()) }
    }
    return health + live + ready + [
      Route(.get, "/metrics", nil) { [self] call in
        call.respond(
          HTTPResponse(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: gateway.metrics.registry.render()))
      }
    ]
  }

  /// Orders without their stop that /ready names; the metric counts all.
  private static let unprotectedMax = 20

  private var second: Int64 { EventLoop.shared.wallClockMicroseconds / 1_000_000 }

  private func health() -> HTTPResponse {
    let second = second
    if let cached, cached.second == second { return cached.response }
    var json = JSONWriter(reserving: 192)
    json.beginObject()
    json.member("status", problems.isEmpty ? "healthy" : "degraded")
    json.member("service", "fks_execution")
    json.member("version", version)
    json.member("timestamp", Int(second))
    json.member("exchange_connected", gateway.registry.instances.allSatisfy(\.health.isHealthy))
    json.endObject()
    let response = HTTPResponse(status: 200, body: json.bytes)
    cached = (second, response)
    return response
  }

  private func live() -> HTTPResponse {
    var json = JSONWriter(reserving: 96)
    json.beginObject()
    json.member("status", "alive")
    json.member("service", "fks_execution")
    json.member("timestamp", Int(second))
    json.endObject()
    return HTTPResponse(status: 200, body: json.bytes)
  }

  private func ready() -> HTTPResponse {
    let problems = problems
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    json.member("status", problems.isEmpty ? "ready" : "not_ready")
    json.member("service", "fks_execution")
    json.member("timestamp", Int(second))
    json.key("dependencies")
    json.beginObject()
    json.member("store", gateway.storeProblem ?? "ok")
    for plugin in gateway.registry.instances {
      json.key(plugin.name.text)
      json.string(problem(of: plugin) ?? "ok")
    }
    json.endObject()
    json.key("reasons")
    json.beginArray()
    for problem in problems { json.string(problem) }
    json.endArray()
    json.key("unprotected_orders")
    json.beginArray()
    for id in gateway.unprotectedOrders.prefix(HealthRoutes.unprotectedMax) {
      json.string(id.description)
    }
    json.endArray()
    json.member("missed_heartbeats", heartbeats.missed)
    json.endObject()
    return HTTPResponse(status: problems.isEmpty ? 200 : 503, body: json.bytes)
  }

  /// Why orders would be refused now.
  private var problems: [String] {
    [gateway.storeProblem].compactMap { $0 }
      + gateway.registry.instances.compactMap { problem(of: $0) }
  }

  private func problem(of plugin: any ExecutionPlugin) -> String? {
    guard plugin.health.isHealthy else { return "\(plugin.name): \(plugin.health.detail)" }
    guard gateway.isGateOpen(plugin.name) else {
      return "\(plugin.name) is still comparing its orders with the venue."
    }
    return nil
  }
}
