// What probes, monitors and Prometheus read.

import FoundationEssentials
import Glibc
import Testing
import Wire

@Suite struct HealthTests {
  private let service: ServiceProcess

  init() throws { service = try SharedService.unlimited }

  @Test(arguments: ["/health", "/api/v1/health"])
  func `health is JSON with the members that the monitor reads`(path: String) throws {
    let answer = try service.get(path)
    #expect(answer.status == 200)
    #expect(answer.header("Content-Type") == "application/json")
    #expect(answer["status"] == "healthy")
    #expect(answer["service"] == "fks_execution")
    #expect(answer.json?["timestamp"]?.integer ?? 0 > 1_700_000_000)
    #expect(answer["exchange_connected"] == "true")
  }

  @Test(arguments: [
    ("/live", "alive"), ("/health/live", "alive"), ("/ready", "ready"), ("/health/ready", "ready"),
  ])
  func `probes are answered under both of their names`(path: String, status: String) throws {
    let answer = try service.get(path)
    #expect(answer.status == 200)
    #expect(answer["status"] == status)
  }

  @Test func `no answer has X-Response-Time, which the monitor cannot read`() throws {
    for path in ["/health", "/ready", "/live", "/metrics", "/orders", "/nothing", "/positions"] {
      #expect(try service.get(path).header("X-Response-Time") == nil, "\(path)")
    }
    #expect(try service.order("{}").header("X-Response-Time") == nil)
  }

  @Test func `HEAD is GET without a body`() throws {
    let answer = try service.call("HEAD", "/live")
    #expect(answer.status == 200)
    #expect(answer.header("Content-Length") == (try service.get("/live").header("Content-Length")))
  }

  @Test func `the metrics are what Prometheus reads`() throws {
    _ = try service.order("{}")
    let answer = try service.get("/metrics")
    #expect(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
    #expect(answer.text.contains(#"fks_build_info{service="fks_execution""#))
    guard system("command -v promtool > /dev/null 2>&1") == 0 else { return }
    let directory = try TestDirectory()
    try directory.write("metrics", answer.body)
    let path = "'\(directory.path)/metrics'"
    // Advice about names (exit status 3) is about those that others' dashboards need as they are.
    let status = system("promtool check metrics < \(path) > /dev/null 2>&1")
    #expect([0, 3].contains((status >> 8) & 0xFF))
  }

  @Test func `the shipped alarms can be loaded, and watch metrics that are documented`() throws {
    let rules = "config/prometheus/alerts.yml"
    let text = try String(contentsOfFile: rules, encoding: .utf8)
    let documented = try String(contentsOfFile: "docs/API.md", encoding: .utf8)
    let names = text.matches(of: /execution_[a-z_]+/).map { String($0.output) }
    #expect(names.count >= 5)
    for name in Set(names) { #expect(documented.contains("`\(name)"), "\(name)") }
    guard system("command -v promtool > /dev/null 2>&1") == 0 else { return }
    #expect(system("promtool check rules \(rules) > /dev/null 2>&1") == 0)
  }

  @Test func `a health check without a client says whether the service works`() throws {
    let service = try ServiceProcess.start()
    let settings = ["SERVICE_PORT": "\(service.port)"]
    #expect(try service.run("healthcheck", settings).status == 0)
    service.signal(SIGSTOP)
    let silent = try service.run("healthcheck", settings)
    #expect(silent.status == 1 && silent.text.contains("did not answer"))
    service.signal(SIGCONT)
    service.end(SIGKILL)
    let gone = try service.run("healthcheck", settings)
    #expect(gone.status == 1 && gone.text.contains("Nobody takes connections"))
  }

  @Test func `a request is measured until its answer`() throws {
    let slow = try ServiceProcess.start(["MOCK_LATENCY_MS": "300"])
    let answer = try slow.order(
      #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.001}"#)
    #expect(answer.status == 201)
    let sum = try slow.metric(
      #"http_request_duration_seconds_sum{service="fks_execution",handler="/orders"}"#)
    #expect(sum >= 0.3)
  }
}
