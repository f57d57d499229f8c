// The commands of callers on their way to the audit log. It is told of every command that a known
// key sent, whatever became of it. The rule to keep: no secret comes in, so a path that named
// nothing, which may hold anything, is left out.

internal import Crypto
internal import Network
internal import Storage
internal import Trading
internal import Wire

@LoopActor final class AuditLog {
  /// How long an entry waits here if nothing goes to the store meanwhile.
  private static let flushMilliseconds = 100

  private var waiting: [AuditEntry] = []
  private var isFlushDue = false
  private let hasher = SHA256Hasher()
  /// Has the waiting entries taken to the store.
  var flush: @LoopActor () -> Void = {}

  /// Takes down a command that was answered.
  func add(_ request: HTTPRequest, _ route: Route, _ caller: Provenance.Caller, status: Int) {
    // Other refusals come before it is known that there is what the path names.
    let isKnown = status < 400 || status == 409
    add(request, path: isKnown ? request.path : route.path, caller, status: status)
  }

  /// Takes down a command under a path that holds no secret.
  func add(
    _ request: HTTPRequest, path: String, _ caller: Provenance.Caller, status: Int
  ) {
    waiting.append(
      AuditEntry(
        at: Gateway.now, caller: caller, method: request.method.rawValue, path: path,
        digest: hasher.hash(Array(request.target.utf8), [UInt8(ascii: "\n")], request.body),
        status: status))
    guard !isFlushDue else { return }
    isFlushDue = true
    _ = EventLoop.shared.schedule(afterMilliseconds: AuditLog.flushMilliseconds) { [self] in
      isFlushDue = false
      flush()
    }
  }

  /// What waits, for the store.
  func take() -> [AuditEntry] {
    defer { waiting.removeAll(keepingCapacity: true) }
    return waiting
  }
}
