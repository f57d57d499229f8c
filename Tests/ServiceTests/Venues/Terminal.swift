// A fake terminal in this process that calls services over a socket. Its state is read on the loop,
// by tests that wait on threads of their own.

import Dispatch
import FakeTerminal
import Network
import Synchronization
import Trading
import Wire

/// A terminal that calls whichever service it is shown.
final class Terminal: Sendable {
  static let token = "token-of-a-terminal"
  private let terminal = Mutex<FakeTerminal?>(nil)

  /// Settings of a service that trades through it.
  static let settings = ServiceProcess.unlimited.merging([
    "PLUGINS": "mt5", "MT5_BRIDGE_TOKEN": token, "MT5_DEMO": "true",
  ]) { $1 }

  /// Starts a service and calls it; returns when it takes orders.
  func start(
    _ settings: [String: String] = [:], directory: TestDirectory? = nil
  ) throws -> ServiceProcess {
    let service = try ServiceProcess.start(
      Terminal.settings.merging(settings) { $1 }, directory: directory, until: "/live")
    call(service)
    guard Terminal.isLetIn(service) else {
      throw ProcessFailure(description: "No terminal was let in: \(service.output)")
    }
    return service
  }

  /// Whether a service comes to take orders.
  static func isLetIn(_ service: ServiceProcess) -> Bool {
    eventually { (try? service.get("/ready").status) == 200 }
  }

  /// Calls a service from now on, with the account as it is.
  func call(_ service: ServiceProcess) {
    let before = terminal.withLock { $0 }
    let next = onLoop {
      before?.stop()
      let origin = try? HTTPOrigin("http://127.0.0.1:\(service.port)")
      let next = origin.flatMap {
        try? FakeTerminal(
          account: before?.account ?? FakeAccount(), $0, bridge: "mt5", token: Terminal.token)
      }
      next?.start()
      return next
    }
    terminal.withLock { $0 = next }
  }

  /// Looks at the terminal, or does something to it.
  func with<Value: Sendable>(
    _ body: @escaping @Sendable @LoopActor (FakeTerminal) -> Value
  ) -> Value {
    guard let terminal = terminal.withLock({ $0 }) else {
      preconditionFailure("There is no terminal yet.")
    }
    return onLoop { body(terminal) }
  }

  private func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable @LoopActor () -> Value
  ) -> Value {
    let answer = Mutex<Value?>(nil)
    let done = DispatchSemaphore(value: 0)
    EventLoop.shared.post {
      let value = body()
      answer.withLock { $0 = value }
      done.signal()
    }
    done.wait()
    guard let value = answer.withLock({ $0 }) else {
      preconditionFailure("The loop did not answer.")
    }
    return value
  }
}
