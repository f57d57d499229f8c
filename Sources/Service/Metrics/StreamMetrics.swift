// The metrics of the event streams.

internal import Telemetry

/// Who reads, what was sent, and who was too slow; by transport.
struct StreamMetrics {
  let open: GaugeFamily
  let events: CounterFamily
  let slow: CounterFamily

  init(_ registry: MetricRegistry) {
    open = registry.gauge(
      "execution_streams_open", "Event streams open now.", labels: ["transport"])
    events = registry.counter(
      "execution_stream_events_total", "Events sent to all readers.", labels: ["transport"])
    slow = registry.counter(
      "execution_streams_dropped_total", "Event streams ended because their readers were too slow.",
      labels: ["transport"])
  }
}
