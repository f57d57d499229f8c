// Looks every few seconds whether a far side is there that tells nothing by itself.

internal import Network

/// Asks again and again, and tells when the answer changes.
@LoopActor final class FarSideWatch {
  private let milliseconds: Int
  private let probe: @LoopActor () async -> String?
  private let changed: @LoopActor (String?) -> Void
  private var isRunning = false
  private var problem: String?

  /// - Parameters:
  ///   - milliseconds: The pause between two questions.
  ///   - probe: What is wrong; nil if nothing is.
  ///   - changed: Told what is wrong now, whenever that is something else than before; nothing was
  ///     before the first question.
  init(
    everyMilliseconds milliseconds: Int, probe: @escaping @LoopActor () async -> String?,
    changed: @escaping @LoopActor (String?) -> Void
  ) {
    self.milliseconds = milliseconds
    self.probe = probe
    self.changed = changed
  }

  /// Asks now, and from now on.
  func start() async {
    isRunning = true
    await look()
  }

  func stop() { isRunning = false }

  private func look() async {
    let problem = await probe()
    guard isRunning else { return }
    if problem != self.problem {
      self.problem = problem
      changed(problem)
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: milliseconds) { [weak self] in
      guard let self, isRunning else { return }
      LoopActor.task { await self.look() }
    }
  }
}
