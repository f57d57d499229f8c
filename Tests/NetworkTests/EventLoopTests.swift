// The loop as executor, its timers, the end of a turn, and work from other threads.
// It does not test sockets; the server's tests do.
// The rule to keep: order is asserted, time is not.

import Glibc
import Synchronization
import Testing

@testable import Network

@LoopActor private final class Recorder {
  var steps: [String] = []
}

@Suite("Event loop", .timeLimit(.minutes(10))) struct EventLoopTests {
  @Test @LoopActor func `code of the actor runs on the loop thread`() async {
    EventLoop.shared.checkIsolated()
    await Task.yield()
    EventLoop.shared.checkIsolated()
    #expect(LoopActor.assumeIsolated { 7 } == 7)
  }

  @Test @LoopActor func `what output puts at the end of the turn runs in the same turn`() async {
    let recorder = Recorder()
    await withCheckedContinuation { done in
      EventLoop.shared.afterTurn {
        recorder.steps.append("output")
        EventLoop.shared.post {
          recorder.steps.append("next turn")
          done.resume()
        }
        EventLoop.shared.atEndOfTurn {
          recorder.steps.append("end of turn")
          EventLoop.shared.afterTurn { recorder.steps.append("its output") }
        }
      }
    }
    #expect(recorder.steps == ["output", "end of turn", "its output", "next turn"])
  }

  @Test func `assuming isolation elsewhere traps`() async {
    await #expect(processExitsWith: .failure) {
      LoopActor.assumeIsolated {}
    }
  }

  @Test @LoopActor func `timers run in the order of their times`() async {
    let recorder = Recorder()
    await withCheckedContinuation { done in
      for milliseconds in [30, 1, 20, 0, 10] {
        _ = EventLoop.shared.schedule(afterMilliseconds: milliseconds) {
          recorder.steps.append("\(milliseconds)")
          if milliseconds == 30 { done.resume() }
        }
      }
    }
    #expect(recorder.steps == ["0", "1", "10", "20", "30"])
  }

  @Test(arguments: UInt64(0)..<20) @LoopActor
  func `cancelled timers never run and the others all do`(seed: UInt64) async {
    var random = SplitMix(seed: seed)
    let recorder = Recorder()
    var expected: Set<String> = []
    await withCheckedContinuation { done in
      var timers: [(String, Network.Timer)] = []
      for number in 0..<100 {
        let name = "\(number)"
        let timer = EventLoop.shared.schedule(afterMilliseconds: Int(random.next() % 5)) {
          recorder.steps.append(name)
        }
        timers.append((name, timer))
      }
      for (name, timer) in timers {
        if random.next() % 2 == 0 { timer.cancel() } else { expected.insert(name) }
      }
      _ = EventLoop.shared.schedule(afterMilliseconds: 10) { done.resume() }
    }
    #expect(recorder.steps.count == expected.count, "seed \(seed)")
    #expect(Set(recorder.steps) == expected, "seed \(seed)")
  }

  @Test @LoopActor func `the end of the turn comes after the turn's jobs`() async {
    let recorder = Recorder()
    await withCheckedContinuation { done in
      EventLoop.shared.atEndOfTurn {
        recorder.steps.append("end")
        EventLoop.shared.atEndOfTurn {
          recorder.steps.append("end again")
          done.resume()
        }
      }
      EventLoop.shared.post {
        recorder.steps.append("job")
        EventLoop.shared.post { recorder.steps.append("job of job") }
      }
    }
    #expect(recorder.steps == ["job", "job of job", "end", "end again"])
  }

  @Test func `work of many threads arrives, in the order of each`() async {
    let recorder = Recorder()
    await withTaskGroup(of: Void.self) { group in
      for sender in 0..<8 {
        group.addTask {
          for number in 0..<500 {
            EventLoop.shared.post { recorder.steps.append("\(sender) \(number)") }
          }
        }
      }
    }
    // Posted last, so it runs after all of them.
    await withCheckedContinuation { done in EventLoop.shared.post { done.resume() } }
    let steps = await recorder.steps
    #expect(steps.count == 4_000)
    for sender in 0..<8 {
      let own = steps.filter { $0.hasPrefix("\(sender) ") }
      #expect(own == (0..<500).map { "\(sender) \($0)" })
    }
  }

  @Test func `work that waits goes on while every other thread is busy`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      for _ in 0..<64 { Task.detached { _ = sleepForever() } }
      // Ends the process if it hangs.
      alarm(30)
      LoopActor.task {
        for _ in 0..<3 {
          await withCheckedContinuation { continuation in
            _ = EventLoop.shared.schedule(afterMilliseconds: 1) { continuation.resume() }
          }
        }
        exit(42)
      }
      _ = sleepForever()
    }
  }

  @Test func `signals arrive on the loop`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      EventLoop.block([SIGUSR2])
      EventLoop.shared.onSignals([SIGUSR2]) { signal in exit(signal == SIGUSR2 ? 42 : 1) }
      // Raised on the loop's thread, because other threads of a test process have not blocked it.
      EventLoop.shared.post { _ = raise(SIGUSR2) }
      while true { pause() }
    }
  }
}

private func sleepForever() -> Never { while true { pause() } }

/// SplitMix64, so that a seed repeats.
private struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
