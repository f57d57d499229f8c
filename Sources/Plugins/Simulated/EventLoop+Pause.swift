// A wait without a thread, for what simulated venues take their time with.

internal import Network

extension EventLoop {
  /// Returns after so many milliseconds; at once for none.
  @LoopActor func pause(milliseconds: Int) async {
    guard milliseconds > 0 else { return }
    await withCheckedContinuation { continuation in
      _ = schedule(afterMilliseconds: milliseconds) { continuation.resume() }
    }
  }
}
