// A thread for one piece of work that may wait, such as a question to a name server.
// It is not a pool; whoever starts it bounds how many there are.

internal import CLinux
internal import Glibc

enum DetachedThread {
  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Starts a thread that runs the closure and ends. If there can be no thread, the closure runs
  /// here: late is better than never.
  static func run(named name: String, _ run: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let body = Unmanaged.passRetained(Body(name: name, run: run))
    let result = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        pthread_setname_np(pthread_self(), body.name)
        body.run()
        return nil
      }, body.toOpaque())
    guard result != 0 else { return }
    body.release()
    run()
  }
}
