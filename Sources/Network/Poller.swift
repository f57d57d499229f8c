// epoll, and the eventfd that wakes it: which sockets are ready, and whom to tell.
// It does not read or write sockets; their owners do.
// The rule to keep: an event is delivered only to the source that the descriptor had when the event
// was asked for, even when the number has been closed and used again in the same turn.

internal import CLinux
internal import Glibc

/// Something that owns a descriptor and wants to hear about it.
@LoopActor protocol EventSource: AnyObject {
  /// Called with the epoll bits that are set.
  func ready(_ events: UInt32)
}

/// Waits on descriptors. `add`, `remove`, `wait` and `dispatch` are for the loop thread; `wake` is
/// for any.
final class Poller {
  static let readable = EPOLLIN.rawValue
  static let writable = EPOLLOUT.rawValue
  static let peerClosed = EPOLLRDHUP.rawValue
  static let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
  static let edge = EPOLLET.rawValue

  private struct Registration {
    var source: (any EventSource)?
    var generation: UInt32
  }

  /// Events taken at once; more stay ready for the next turn. Few, because other threads get their
  /// work at the end of a turn, and should not idle while a long one gathers more of it.
  private static let eventsMax = 16

  private let epollDescriptor: Int32
  private let wakeDescriptor: Int32
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: eventsMax)
  private var eventsCount = 0
  private var isWoken = false
  /// By descriptor: small numbers that the kernel hands out densely.
  private var registrations: [Registration] = []

  init() {
    epollDescriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(epollDescriptor >= 0 && wakeDescriptor >= 0, "epoll cannot be set up.")
    control(EPOLL_CTL_ADD, wakeDescriptor, generation: 0, events: Self.readable | Self.edge)
  }

  /// Makes the loop stop waiting. From any thread.
  func wake() {
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Whether somebody has woken the loop since the last time of asking.
  func takeWake() -> Bool {
    defer { isWoken = false }
    return isWoken
  }

  /// Starts to report events of a descriptor to a source.
  func add(_ descriptor: Int32, _ source: any EventSource, events: UInt32) {
    let index = Int(descriptor)
    while registrations.count <= index {
      registrations.append(Registration(source: nil, generation: 0))
    }
    registrations[index].source = source
    registrations[index].generation &+= 1
    control(
      EPOLL_CTL_ADD, descriptor, generation: registrations[index].generation, events: events)
  }

  /// Stops reporting; call it before the descriptor is closed.
  func remove(_ descriptor: Int32) {
    registrations[Int(descriptor)].source = nil
    registrations[Int(descriptor)].generation &+= 1
    control(EPOLL_CTL_DEL, descriptor, generation: 0, events: 0)
  }

  private func control(_ operation: Int32, _ descriptor: Int32, generation: UInt32, events: UInt32)
  {
    var event = epoll_event()
    event.events = events
    event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    epoll_ctl(epollDescriptor, operation, descriptor, &event)
  }

  func wait(timeoutMilliseconds: Int32) {
    // -1 (a signal came) counts as no event.
    eventsCount = Int(
      max(0, epoll_wait(epollDescriptor, events, Int32(Self.eventsMax), timeoutMilliseconds)))
  }

  @LoopActor func dispatch() {
    for index in 0..<eventsCount {
      let event = events[index]
      let descriptor = Int(UInt32(truncatingIfNeeded: event.data.u64))
      if descriptor == Int(wakeDescriptor) {
        isWoken = true
        continue
      }
      let registration = registrations[descriptor]
      guard registration.generation == UInt32(truncatingIfNeeded: event.data.u64 >> 32) else {
        continue
      }
      registration.source?.ready(event.events)
    }
  }
}
