// Timers and their queue: a binary heap by due time.
// It is not for a timeout of every request; those are swept in bulk by who owns the connections.
// The rule to keep: a cancelled timer leaves the heap at once, so cancelling costs no memory later.

/// A closure that is due at a time, until it runs or is cancelled.
@LoopActor public final class Timer {
  nonisolated let dueNanoseconds: UInt64
  /// Where the queue holds it, or nil. Written by the queue only.
  fileprivate var position: Int?
  fileprivate let body: @LoopActor () -> Void

  init(dueNanoseconds: UInt64, body: @escaping @LoopActor () -> Void) {
    self.dueNanoseconds = dueNanoseconds
    self.body = body
  }

  /// Takes the timer back; without effect once it has run.
  public func cancel() {
    EventLoop.shared.timers.remove(self)
  }
}

struct TimerQueue {
  private var heap: [Timer] = []

  /// How long the loop may wait: -1 for ever, rounded up so that it does not wake too early.
  func waitMilliseconds() -> Int32 {
    guard let first = heap.first else { return -1 }
    let now = Clock.monotonicNanoseconds()
    guard first.dueNanoseconds > now else { return 0 }
    return Int32(min((first.dueNanoseconds - now + 999_999) / 1_000_000, 3_600_000))
  }

  @LoopActor mutating func insert(_ timer: Timer) {
    timer.position = heap.count
    heap.append(timer)
    moveUp(from: heap.count - 1)
  }

  @LoopActor mutating func remove(_ timer: Timer) {
    guard let position = timer.position else { return }
    timer.position = nil
    let last = heap.removeLast()
    guard position < heap.count else { return }
    place(last, at: position)
    moveUp(from: position)
    moveDown(from: last.position ?? position)
  }

  /// The next timer that is due, taken out of the queue.
  @LoopActor mutating func takeDue(at now: UInt64) -> Timer? {
    guard let first = heap.first, first.dueNanoseconds <= now else { return nil }
    remove(first)
    return first
  }

  @LoopActor private mutating func place(_ timer: Timer, at position: Int) {
    heap[position] = timer
    timer.position = position
  }

  @LoopActor private mutating func moveUp(from start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard heap[position].dueNanoseconds < heap[parent].dueNanoseconds else { return }
      exchange(position, parent)
      position = parent
    }
  }

  @LoopActor private mutating func moveDown(from start: Int) {
    var position = start
    while true {
      var least = position
      for child in [2 * position + 1, 2 * position + 2]
      where child < heap.count && heap[child].dueNanoseconds < heap[least].dueNanoseconds {
        least = child
      }
      guard least != position else { return }
      exchange(position, least)
      position = least
    }
  }

  @LoopActor private mutating func exchange(_ one: Int, _ other: Int) {
    let timer = heap[one]
    place(heap[other], at: one)
    place(timer, at: other)
  }
}

extension EventLoop {
  /// Runs the timers that are due. A body may add timers; those with no delay run in a later turn.
  @LoopActor func runDueTimers() {
    let now = turnNanoseconds
    while let timer = timers.takeDue(at: now) { timer.body() }
  }
}
