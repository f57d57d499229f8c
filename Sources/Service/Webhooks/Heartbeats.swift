// Strategies that have promised to send something now and then, and when they last did. An alert
// that never came cannot be seen otherwise: a strategy that has stopped looks like a quiet market.

internal import Network
internal import Telemetry
internal import Trading

@LoopActor final class Heartbeats {
  private struct Pulse {
    let milliseconds: Int64
    var lastAt: Timestamp
    var isMissed = false
  }

  /// How often it is looked whether something is missing.
  private static let checkMilliseconds = 500

  private var pulses: [Label: Pulse] = [:]
  private let gateway: Gateway
  private let metrics: WebhookMetrics

  /// Strategies count as heard at the start, since nobody knows what came before it.
  init(_ plan: WebhookPlan, gateway: Gateway, metrics: WebhookMetrics) {
    self.gateway = gateway
    self.metrics = metrics
    for (name, strategy) in plan.strategies {
      guard let seconds = strategy.heartbeatSeconds else { continue }
      pulses[name] = Pulse(milliseconds: Int64(seconds) * 1_000, lastAt: Gateway.now)
      metrics.heartbeat(name, isMissed: false)
    }
    if !pulses.isEmpty { check() }
  }

  /// Something came of a strategy.
  func heard(_ strategy: Label?) {
    guard let strategy, var pulse = pulses[strategy] else { return }
    if pulse.isMissed {
      gateway.log.info("Alerts come again.", [("strategy", strategy.text)])
      metrics.heartbeat(strategy, isMissed: false)
    }
    (pulse.lastAt, pulse.isMissed) = (Gateway.now, false)
    pulses[strategy] = pulse
  }

  /// A sentence on each strategy of which nothing came when it should have.
  var missed: [String] {
    pulses.filter(\.value.isMissed).sorted { $0.key.text < $1.key.text }.map { name, pulse in
      "Nothing came of \(name) since \(pulse.lastAt.text), and something is due every "
        + "\(pulse.milliseconds / 1_000) s."
    }
  }

  private func check() {
    let now = Gateway.now
    // Alerts go to the process that writes.
    if gateway.standby != nil { for name in pulses.keys { pulses[name]?.lastAt = now } }
    for (name, pulse) in pulses
    where !pulse.isMissed && now.milliseconds(since: pulse.lastAt) > pulse.milliseconds {
      pulses[name]?.isMissed = true
      metrics.heartbeat(name, isMissed: true)
      gateway.log.warning(
        "An alert that was due did not come.",
        [("strategy", name.text), ("last", pulse.lastAt.text)])
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: Heartbeats.checkMilliseconds) { [weak self] in
      self?.check()
    }
  }
}
