// Copies the write-ahead log into the database beside the writer, on a thread of its own: a commit
// does not wait for it. Under load the log grows while it is being copied, so copying is repeated
// until little is left; that rest the writer copies itself, and the log starts over. If the writer
// is too fast for that, it copies a rest of any size once the log is long. The rule to keep: after
// a failed copy nothing may be committed any more. SQLite would copy the same pages again, and a
// second fsync succeeds although the first has lost them.

internal import Dispatch
internal import SQL
internal import Synchronization

final class Checkpointer: Sendable {
  /// Pages in the log before they are copied: 16 MB, so that the copying is amortised over
  /// thousands of orders.
  static let beginsAtPages = 4_096
  /// How much the log grows between two copies: a reader can keep it from starting over, and then
  /// most copies find nothing to do.
  static let growthPages = 512
  /// What the writer copies itself: a millisecond's work.
  static let restPagesMax = 128

  /// Pages in the log, 64 MB, from which on the writer copies whatever is left: the log must not
  /// grow for ever.
  static let longLogPages = 16_384

  private struct Progress {
    var isCopying = false
    var pagesInLog = 0
    var copiedPages = 0
    var nextCopyAtPages = Checkpointer.beginsAtPages
    var failure: DatabaseError?
  }

  /// What follows from a commit.
  private enum Duty {
    case none
    case copyBeside
    case copyRest
  }

  private let path: String
  private let progress = Mutex(Progress())
  /// Opened by the first copy: most files never need one.
  private let connection = Mutex<Connection?>(nil)
  private let queue = DispatchQueue(label: "checkpoint", qos: .utility)

  init(path: String) { self.path = path }

  /// Throws the failure of an earlier copy.
  func checkFailure() throws(DatabaseError) {
    if let failure = progress.withLock({ $0.failure }) { throw failure }
  }

  /// Copies if it is time; to be called by `writer` after every commit.
  func committed(pagesInLog: Int, by writer: Connection) {
    switch progress.withLock({ duty(pagesInLog, &$0) }) {
    case .none: break
    case .copyBeside: queue.async { [self] in copyBeside() }
    case .copyRest:
      queue.sync {}
      finish(Result { () throws(DatabaseError) in try writer.checkpoint() }, isRest: true)
    }
  }

  private func duty(_ pagesInLog: Int, _ progress: inout Progress) -> Duty {
    if pagesInLog < progress.pagesInLog {
      // The log has started over.
      progress.copiedPages = 0
      progress.nextCopyAtPages = Checkpointer.beginsAtPages
    }
    progress.pagesInLog = pagesInLog
    let isDue = pagesInLog >= progress.nextCopyAtPages
    let isShortRest =
      !progress.isCopying && progress.copiedPages > 0
      && pagesInLog - progress.copiedPages <= Checkpointer.restPagesMax
    if isShortRest || isDue && pagesInLog >= Checkpointer.longLogPages {
      progress.nextCopyAtPages = pagesInLog + Checkpointer.growthPages
      return .copyRest
    }
    guard isDue, !progress.isCopying else { return .none }
    progress.nextCopyAtPages = pagesInLog + Checkpointer.growthPages
    progress.isCopying = true
    return .copyBeside
  }

  private func copyBeside() {
    let result = connection.withLock { connection -> Result<Int, DatabaseError>? in
      // Without descriptors to open it, nothing is copied and nothing is lost: later, then.
      if connection == nil { connection = try? Connection(path: path, mode: .checkpoint) }
      guard let connection else { return nil }
      return Result { () throws(DatabaseError) in try connection.checkpoint() }
    }
    finish(result, isRest: false)
  }

  private func finish(_ result: Result<Int, DatabaseError>?, isRest: Bool) {
    progress.withLock { progress in
      switch result {
      // After the rest the log starts over, unless a reader holds it.
      case .success(let pages): progress.copiedPages = isRest ? 0 : pages
      case nil: break
      case .failure(let error) where error.kind == .passing: break
      case .failure(let error): progress.failure = error
      }
      if !isRest { progress.isCopying = false }
    }
  }

  /// Returns once nothing is being copied; afterwards nothing may be committed any more.
  func close() {
    queue.sync { connection.withLock { $0 = nil } }
  }
}
