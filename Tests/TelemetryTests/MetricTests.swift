// What the metrics render to, and that Prometheus' own checker has nothing to say about it.

import Glibc
import Telemetry
import Testing

private func text(_ registry: MetricRegistry) -> String {
  String(decoding: registry.render(), as: UTF8.self)
}

@Suite struct MetricTests {
  @Test func `a family without children prints nothing`() {
    let registry = MetricRegistry()
    _ = registry.counter("orders_total", "Orders.", labels: ["venue"])
    #expect(text(registry) == "")
  }

  @Test func `a counter adds up and prints whole numbers without a fraction`() {
    let registry = MetricRegistry()
    let counter = registry.counter("orders_total", "Orders taken.").only
    counter.increment()
    counter.increment(by: 41)
    #expect(
      text(registry)
        == "# HELP orders_total Orders taken.\n# TYPE orders_total counter\norders_total 42\n")
  }

  @Test func `a gauge rises and falls`() {
    let registry = MetricRegistry()
    let gauge = registry.gauge("lag_seconds", "Lag.").only
    gauge.set(2.5)
    gauge.add(-3)
    #expect(text(registry).hasSuffix("\nlag_seconds -0.5\n"))
  }

  @Test func `a histogram counts a value on a bound into that bound's bucket, cumulatively`() {
    let registry = MetricRegistry()
    let histogram = registry.histogram("wait_seconds", "Wait.", buckets: [0.1, 1]).only
    for value in [0.05, 0.1, 0.5, 1, 7] { histogram.observe(value) }
    #expect(
      text(registry).hasSuffix(
        """
        wait_seconds_bucket{le="0.1"} 2
        wait_seconds_bucket{le="1"} 4
        wait_seconds_bucket{le="+Inf"} 5
        wait_seconds_sum 8.65
        wait_seconds_count 5

        """))
  }

  @Test func `a histogram ignores what is not a number`() {
    let histogram = MetricRegistry().histogram("wait_seconds", "Wait.", buckets: [1]).only
    histogram.observe(.nan)
    #expect(histogram.count == 0)
    #expect(histogram.sum == 0)
  }

  @Test func `label values and help texts are escaped`() {
    let registry = MetricRegistry()
    registry.counter("odd_total", "A \\ and\na \"quote\".", labels: ["what"])
      .with("a\"b\\c\nd").increment()
    #expect(
      text(registry) == """
        # HELP odd_total A \\\\ and\\na "quote".
        # TYPE odd_total counter
        odd_total{what="a\\"b\\\\c\\nd"} 1

        """)
  }

  @Test
  func `children print in the order of their label values, whatever the order of their making`() {
    let forwards = MetricRegistry()
    let backwards = MetricRegistry()
    let values = (0..<50).map { "venue-\($0)" }
    for value in values { forwards.gauge("up", "Up.", labels: ["venue"]).with(value).set(1) }
    for value in values.reversed() {
      backwards.gauge("up", "Up.", labels: ["venue"]).with(value).set(1)
    }
    #expect(forwards.render() == backwards.render())
  }

  @Test func `the same label values are the same child`() {
    let family = MetricRegistry().counter("orders_total", "Orders.", labels: ["side", "venue"])
    #expect(family.with("BUY", "mock") === family.with("BUY", "mock"))
    #expect(family.with("BUY", "mock") !== family.with("mock", "BUY"))
  }

  @Test func `the same name asked for twice is the same family`() {
    let registry = MetricRegistry()
    let first = registry.counter("orders_total", "Orders.")
    #expect(registry.counter("orders_total", "Orders.") === first)
  }

  @Test func `invented label values share one child once a family is full`() {
    let registry = MetricRegistry()
    let family = registry.counter("calls_total", "Calls.", labels: ["client"])
    for client in 0..<(metricChildrenMax + 500) { family.with("client-\(client)").increment() }
    #expect(family.with("client-0").value == 1)
    #expect(family.with("other").value == 500)
    #expect(text(registry).split(separator: "\n").count == 2 + metricChildrenMax + 1)
  }

  @Test func `updates run before each rendering`() {
    let registry = MetricRegistry()
    let gauge = registry.gauge("renderings", "Renderings.").only
    registry.onRender { gauge.add(1) }
    _ = registry.render()
    #expect(text(registry).hasSuffix("renderings 2\n"))
  }

  @Test(.enabled(if: system("command -v promtool > /dev/null") == 0, "promtool is not installed"))
  func `promtool accepts the metrics without a word`() throws {
    let registry = MetricRegistry()
    _ = registry.counter("unused_total", "Nothing yet.")
    registry.counter("orders_total", "Orders with \"quotes\" and \\.", labels: ["venue", "side"])
      .with("mo\"ck\\", "B\nUY").increment(by: 0.25)
    registry.gauge("lag_seconds", "Lag.").only.set(.infinity)
    registry.gauge("size_bytes", "Size.").only.set(1e300)
    let family = registry.histogram("wait_seconds", "Wait.", labels: ["venue"], buckets: [1e-6, 2])
    family.with("mock").observe(1)
    _ = family.with("paper")
    let path = "/tmp/metrics-\(getpid()).txt"
    defer { unlink(path) }
    let file = try #require(fopen(path, "w"))
    let bytes = registry.render()
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    fclose(file)
    let checker = try #require(popen("promtool check metrics < \(path) 2>&1", "r"))
    var output = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&output, 1, output.count, checker)
    #expect(pclose(checker) == 0)
    #expect(String(decoding: output[..<count], as: UTF8.self) == "")
  }
}
