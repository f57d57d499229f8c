// What code on the loop asks of it: timers, the end of the turn, clocks, signals.
// It does not wait or dispatch; `EventLoop` and `Poller` do.
// The rule to keep: everything here is called on the loop, but for `onSignals` and `block`.

internal import CLinux
internal import Glibc

extension EventLoop {
  /// Runs a closure once, not before that many milliseconds have passed.
  @LoopActor public func schedule(
    afterMilliseconds milliseconds: Int, _ body: @escaping @LoopActor () -> Void
  ) -> Timer {
    let due = Clock.monotonicNanoseconds() &+ UInt64(max(0, milliseconds)) &* 1_000_000
    let timer = Timer(dueNanoseconds: due, body: body)
    timers.insert(timer)
    return timer
  }

  /// Returns after so many milliseconds; at once for none.
  @LoopActor public func pause(milliseconds: Int) async {
    guard milliseconds > 0 else { return }
    await withCheckedContinuation { continuation in
      _ = schedule(afterMilliseconds: milliseconds) { continuation.resume() }
    }
  }

  /// Runs a closure once, after this turn's socket events and jobs and before the loop waits again.
  @LoopActor public func atEndOfTurn(_ body: @escaping @LoopActor () -> Void) {
    endOfTurn.append(body)
  }

  /// Runs a closure once, after everything that was put at the end of this turn: other threads have
  /// their work by then, and do it while output is sent.
  @LoopActor func afterTurn(_ body: @escaping @LoopActor () -> Void) {
    output.append(body)
  }

  /// The monotonic clock now, in nanoseconds.
  @LoopActor public func monotonicNanoseconds() -> UInt64 { Clock.monotonicNanoseconds() }

  /// Microseconds since 1970, as the wall clock had them when the process started and the monotonic
  /// clock has moved them on since; read once a turn. For deadlines that are kept beside dates:
  /// somebody who sets the wall clock moves neither.
  @LoopActor public var steadyClockMicroseconds: Int64 {
    steadyStart.wallMicroseconds
      + Int64(turnNanoseconds - steadyStart.monotonicNanoseconds) / 1_000
  }

  /// The wall clock in microseconds since 1970, read once a turn.
  @LoopActor public var wallClockMicroseconds: Int64 {
    if let cached = turnWallMicroseconds { return cached }
    let now = Clock.wallMicroseconds()
    turnWallMicroseconds = now
    return now
  }

  /// Keeps signals from ending the process, so that `onSignals` can take them.
  ///
  /// Call it on the main thread before anything starts another one: threads inherit the mask.
  public static func block(_ signals: [Int32]) {
    var set = Self.set(of: signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls a closure on the loop for each of these signals; block them first.
  public func onSignals(
    _ signals: [Int32], _ body: @escaping @Sendable @LoopActor (Int32) -> Void
  ) {
    post {
      var set = Self.set(of: signals)
      let descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
      precondition(descriptor >= 0, "Signals cannot be received.")
      self.poller.add(descriptor, SignalSource(descriptor, body), events: Poller.readable)
    }
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}

/// Reads signals from a signalfd; lives as long as the process.
@LoopActor private final class SignalSource: EventSource {
  private let descriptor: Int32
  private let body: @LoopActor (Int32) -> Void

  init(_ descriptor: Int32, _ body: @escaping @LoopActor (Int32) -> Void) {
    self.descriptor = descriptor
    self.body = body
  }

  func ready(_ events: UInt32) {
    var info = signalfd_siginfo()
    while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
      == MemoryLayout<signalfd_siginfo>.size
    {
      body(Int32(bitPattern: info.ssi_signo))
    }
  }
}
