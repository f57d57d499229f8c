// What the streams do by the clock and beside the journal: heartbeats, and states that change.
// The rule to keep: who cannot be told a state now is told all of them once it has caught up.

internal import Network
internal import Telemetry
internal import Trading

extension StreamHub {
  /// Starts the timers; they end when the hub sleeps.
  func keepTime() {
    repeatedly(everyMilliseconds: StreamLimits.heartbeatMilliseconds) { $0.beat() }
    repeatedly(everyMilliseconds: StreamLimits.pluginsMilliseconds) {
      $0.publish($0.states.takeChangedPlugins($0.gateway))
    }
  }

  private func repeatedly(
    everyMilliseconds milliseconds: Int, _ body: @escaping @LoopActor (StreamHub) -> Void
  ) {
    let epoch = epoch
    _ = EventLoop.shared.schedule(afterMilliseconds: milliseconds) { [weak self] in
      guard let self, isAwake, self.epoch == epoch else { return }
      body(self)
      repeatedly(everyMilliseconds: milliseconds, body)
    }
  }

  private func beat() {
    for reader in readers.values where reader.stream.takesMore {
      if reader.transport == .webSocket {
        guard !reader.owesPong else {
          abort(reader)
          continue
        }
        reader.owesPong = true
      }
      reader.stream.write(reader.transport.heartbeat(at: reader.place))
    }
  }

  /// Tells positions as they are now.
  func publish(_ positions: Set<PositionKey>) {
    publish(positions.compactMap { states.event($0, gateway) })
  }

  /// Tells states to all readers.
  func publish(_ events: [StreamEvent]) {
    guard !events.isEmpty, let recent else { return }
    for reader in readers.values {
      if reader.place >= recent.end, reader.stream.takesMore, !reader.owesStates {
        send(events, to: reader)
      } else {
        reader.owesStates = true
      }
    }
  }

  func send(_ events: [StreamEvent], to reader: StreamReader) {
    var bytes: [UInt8] = []
    for event in events where reader.filter.wants(event) {
      reader.transport.append(event, to: &bytes)
      metrics.events.with(reader.transport.rawValue).increment()
    }
    reader.stream.write(bytes)
  }
}
