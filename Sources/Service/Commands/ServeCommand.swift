// Runs the service until a signal stops it.

internal import Dispatch
internal import Glibc
internal import Network
internal import Synchronization
internal import Telemetry

enum ServeCommand {
  private static let stopSignals = [SIGTERM, SIGINT]

  static func run(_ settings: Settings) -> Int32 {
    // Before the loop's thread starts, so that it inherits the blocked signals.
    EventLoop.block(stopSignals)
    let log = Logger(level: settings.logLevel)
    let done = DispatchSemaphore(value: 0)
    let status = Mutex<Int32>(0)
    let beginsAnew = Mutex(false)
    LoopActor.task {
      do throws(StartError) {
        let application = try await Application.start(settings, log: log)
        _ = Terminal.print(application.greeting + "\n")
        switch await firstEnd(of: application) {
        case .signal: _ = await application.stop()
        // Nothing is finished or answered any more: all that is the other process's.
        case .superseded: beginsAnew.withLock { $0 = true }
        }
      } catch {
        Terminal.complain("\(error)\n")
        status.withLock { $0 = 1 }
      }
      done.signal()
    }
    done.wait()
    log.flush()
    if beginsAnew.withLock({ $0 }) { beginAnew() }
    return status.withLock { $0 }
  }

  /// Why a service ends.
  private enum End: Sendable {
    case signal
    case superseded
  }

  @LoopActor private static func firstEnd(of application: Application) async -> End {
    await withCheckedContinuation { (continuation: CheckedContinuation<End, Never>) in
      let waiting = Mutex<CheckedContinuation<End, Never>?>(continuation)
      EventLoop.shared.onSignals(stopSignals) { _ in
        waiting.withLock { $0.take() }?.resume(returning: .signal)
      }
      application.onSuperseded {
        waiting.withLock { $0.take() }?.resume(returning: .superseded)
      }
    }
  }

  /// Runs the program from its beginning, in the same process: it stands by then. Nothing of what
  /// it knew, opened or was about to do is left.
  private static func beginAnew() {
    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    Terminal.complain("The program cannot be run again: \(String(cString: strerror(errno))).\n")
    exit(1)
  }
}
