// The event loop: one thread that waits for sockets, timers and work, and runs everything of
// `LoopActor`. It is not a pool and there is only one of it.
// The rule to keep: `local`, `sources` and `timers` belong to the loop thread; other threads use
// the inbox and nothing else.

internal import CLinux
internal import Glibc
internal import Synchronization

/// epoll, eventfd and a timer queue; the executor of `LoopActor`.
///
/// A turn is: socket events, then jobs until none is left, then timers that are due, then what was
/// put at the end of the turn, then waiting. `@unchecked Sendable`, because its plain variables are
/// touched by its own thread only, which `enqueue` and `@LoopActor` see to.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
  /// The one loop; its thread starts at first use.
  public static let shared = EventLoop()

  enum Work {
    case job(UnownedJob)
    case closure(@LoopActor () -> Void)
  }

  /// `pthread_self` of the loop thread, 0 until it runs.
  private let thread = Atomic<UInt>(0)
  private let inbox = Mutex<[Work]>([])

  let poller: Poller
  /// Where sockets are read into, one at a time: an idle connection needs no buffer of its own.
  let readBuffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 * 1024)
  var local: [Work] = []
  var timers = TimerQueue()
  var endOfTurn: [@LoopActor () -> Void] = []
  var output: [@LoopActor () -> Void] = []
  /// Both clocks at the same moment.
  let steadyStart = (
    wallMicroseconds: Clock.wallMicroseconds(),
    monotonicNanoseconds: Clock.monotonicNanoseconds()
  )
  var turnNanoseconds = Clock.monotonicNanoseconds()
  var turnWallMicroseconds: Int64?

  private init() {
    // A peer that is gone is an error code of the call, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    poller = Poller()
    startThread()
  }

  private func startThread() {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().runForever()
      }, context)
    precondition(result == 0, "The event loop thread cannot be started.")
  }

  private func runForever() -> Never {
    thread.store(UInt(pthread_self()), ordering: .releasing)
    pthread_setname_np(pthread_self(), "loop")
    while true { runTurn() }
  }

  /// Whether the caller is on the loop thread.
  var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  // MARK: - Executor

  /// Takes a job from any thread; from the loop's own thread it costs no system call.
  public func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  /// Traps unless the caller is on the loop thread.
  public func checkIsolated() {
    precondition(isCurrent, "This code must run on the event loop thread.")
  }

  /// Whether the caller is on the loop thread.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// This loop as a serial executor.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// Runs a closure on the loop, in this turn if the caller is on it. From any thread.
  public func post(_ job: @escaping @Sendable @LoopActor () -> Void) {
    add(.closure(job))
  }

  private func add(_ work: Work) {
    if isCurrent {
      local.append(work)
    } else {
      let wasEmpty = inbox.withLock { waiting in
        waiting.append(work)
        return waiting.count == 1
      }
      // Whoever finds the inbox empty wakes the loop; the others are found with it.
      if wasEmpty { poller.wake() }
    }
  }

  // MARK: - Turn

  private func runTurn() {
    poller.wait(timeoutMilliseconds: local.isEmpty ? timers.waitMilliseconds() : 0)
    turnNanoseconds = Clock.monotonicNanoseconds()
    turnWallMicroseconds = nil
    LoopActor.assumeIsolated {
      poller.dispatch()
      runJobs()
      runDueTimers()
      runJobs()
      runEndOfTurn()
    }
  }

  /// Jobs may add jobs; those run in the same turn, so that an answer that takes several steps
  /// leaves with this turn's output. The bound keeps sockets served when jobs never end.
  private func runJobs() {
    if poller.takeWake() {
      let waiting = inbox.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      local.append(contentsOf: waiting)
    }
    var roundsLeft = 1_000
    while !local.isEmpty, roundsLeft > 0 {
      roundsLeft -= 1
      let batch = local
      local = []
      for work in batch { run(work) }
    }
  }

  private func run(_ work: Work) {
    switch work {
    case .job(let job):
      job.runSynchronously(
        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    case .closure(let closure):
      LoopActor.assumeIsolated { closure() }
    }
  }

  @LoopActor private func runEndOfTurn() {
    // Output may bring work for the end of the turn again: a connection that is closed after its
    // answer looks for a last request first.
    repeat {
      while !endOfTurn.isEmpty {
        let bodies = endOfTurn
        endOfTurn = []
        for body in bodies { body() }
      }
      let bodies = output
      output = []
      for body in bodies { body() }
    } while !(endOfTurn.isEmpty && output.isEmpty)
  }
}
