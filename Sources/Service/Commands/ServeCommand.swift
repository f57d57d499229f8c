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
    Task { @LoopActor in
      do throws(StartError) {
        let application = try await Application.start(settings, log: log)
        _ = Terminal.print(application.greeting + "\n")
        await firstSignal()
        _ = await application.stop()
      } catch {
        Terminal.complain("\(error)\n")
        status.withLock { $0 = 1 }
      }
      done.signal()
    }
    done.wait()
    log.flush()
    return status.withLock { $0 }
  }

  @LoopActor private static func firstSignal() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let waiting = Mutex<CheckedContinuation<Void, Never>?>(continuation)
      EventLoop.shared.onSignals(stopSignals) { _ in
        waiting.withLock { $0.take() }?.resume()
      }
    }
  }
}
