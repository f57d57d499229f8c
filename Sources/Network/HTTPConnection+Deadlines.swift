// Sending, phases and deadlines of a connection: how long what it does now may take.
// It does not schedule timers; it writes one number that the server's sweep compares with the
// clock. The rule to keep: a deadline starts with its phase and is not moved by single bytes, so
// that a client cannot buy time by dripping.

internal import CLinux
internal import Glibc
internal import Wire

extension HTTPConnection {
  /// Capacity that a connection keeps for its next answer; more is given back while it is idle.
  private static let keptOutputBytesMax = 1_024

  /// Sends until all is sent or the socket is full; false if the connection was closed.
  func send() -> Bool {
    let sentBefore = outputOffset
    while hasOutput {
      let count = Self.send(output, from: outputOffset, to: descriptor)
      if count > 0 {
        outputOffset += count
      } else if errno == EAGAIN {
        if outputOffset > sentBefore { setPhase(.writing) }
        return true
      } else if errno != EINTR {
        close()
        return false
      }
    }
    output.removeAll(keepingCapacity: output.capacity <= Self.keptOutputBytesMax)
    outputOffset = 0
    countAnswerBytes()
    return true
  }

  /// Not isolated: a closure of the actor would have its isolation checked at every call.
  nonisolated private static func send(
    _ output: [UInt8], from offset: Int, to descriptor: Int32
  ) -> Int {
    output.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
      return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Finds the phase that the connection is in now, and starts its deadline if it is a new one.
  func refreshDeadline() {
    guard phase != .closed, phase != .lingering else { return }
    let now: Phase
    if hasOutput {
      now = .writing
    } else if stream != nil {
      now = .streaming
    } else {
      switch parser.phase {
      case .head where !stopsReading: now = .head
      case .body where !stopsReading: now = .body
      default: now = isWaitingForAnswers ? .handling : .idle
      }
    }
    if now != phase || now == .idle || phaseSequence != requestsCount { setPhase(now) }
  }

  func setPhase(_ new: Phase) {
    phase = new
    phaseSequence = requestsCount
    let limits = server.limits
    switch new {
    case .idle: expire(afterMilliseconds: limits.idleMilliseconds)
    case .head: expire(afterMilliseconds: limits.headMilliseconds)
    case .body:
      bodyDeadline = deadline(afterMilliseconds: limits.bodyMilliseconds)
      startBodyPeriod()
    // How long an answer takes is the handler's affair, and so is how long a stream rests.
    case .handling, .streaming, .closed: server.setDeadline(slot, HTTPServer.never)
    case .writing: expire(afterMilliseconds: limits.writeStallMilliseconds)
    case .lingering: expire(afterMilliseconds: limits.lingerMilliseconds)
    }
  }

  /// Called by the sweep.
  func deadlinePassed(_ now: UInt64) {
    switch phase {
    case .head:
      fail(.timedOut)
    case .body:
      let growth = parser.bodyBytesCount - bodyBytesAtMark
      if now < bodyDeadline, growth >= server.limits.bodyProgressBytesMin {
        startBodyPeriod()
      } else {
        fail(.timedOut)
      }
    case .idle, .handling, .writing, .streaming, .lingering, .closed:
      close()
    }
  }

  private func startBodyPeriod() {
    bodyBytesAtMark = parser.bodyBytesCount
    server.setDeadline(
      slot, min(bodyDeadline, deadline(afterMilliseconds: server.limits.bodyProgressMilliseconds)))
  }

  private func expire(afterMilliseconds milliseconds: Int) {
    server.setDeadline(slot, deadline(afterMilliseconds: milliseconds))
  }

  private func deadline(afterMilliseconds milliseconds: Int) -> UInt64 {
    EventLoop.shared.turnNanoseconds &+ UInt64(milliseconds) &* 1_000_000
  }
}
