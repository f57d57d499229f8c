// The global actor of everything that runs on the event loop thread.
// It holds no state; the loop and its sources do.
// The rule to keep: code of this actor never blocks, because all connections wait for it.

/// The actor of everything that runs on the event loop thread. Its executor is `EventLoop.shared`.
@globalActor public actor LoopActor {
  /// The one instance.
  public static let shared = LoopActor()

  /// The event loop.
  nonisolated public var unownedExecutor: UnownedSerialExecutor {
    EventLoop.shared.asUnownedSerialExecutor()
  }

  /// Starts work of the actor that waits. It goes on on the loop's thread whenever what it waits
  /// for is there; a plain `Task` would pass through another thread each time, and stand still
  /// while all those are busy.
  @discardableResult
  public static func task<Success: Sendable>(
    _ work: sending @escaping @LoopActor () async -> Success
  ) -> Task<Success, Never> {
    Task(executorPreference: EventLoop.shared, operation: work)
  }

  /// Runs a synchronous closure as part of the actor; traps off the loop thread.
  public static func assumeIsolated<T>(_ body: @LoopActor () throws -> T) rethrows -> T {
    EventLoop.shared.checkIsolated()
    // The way `MainActor.assumeIsolated` does it: the check above makes the isolation true, so the
    // closure may be called without it in its type.
    return try withoutActuallyEscaping(body) { escapable in
      try unsafeBitCast(escapable, to: (() throws -> T).self)()
    }
  }
}
