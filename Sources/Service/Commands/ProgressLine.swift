// How far a long command is, on standard error: a bar that is drawn over itself on a terminal, and
// elsewhere a line every tenth of the way.

internal import Glibc

/// One command's progress.
final class ProgressLine {
  private static let barWidth: Int64 = 30
  /// Lines of the whole way where nobody watches.
  private static let linesMax: Int64 = 10

  private let verb: String
  private let isWatched = isatty(STDERR_FILENO) == 1
  private var shownStep: Int64 = -1

  /// `verb` says what was done with the rows, such as "copied".
  init(_ verb: String) { self.verb = verb }

  /// Shows that so many rows of so many are done.
  func show(_ done: Int64, of total: Int64) {
    guard total > 0 else { return }
    let rows = "\(verb) \(done) of \(total) rows (\(done * 100 / total) %)"
    if isWatched {
      let filled = Int(min(done, total) * ProgressLine.barWidth / total)
      let bar =
        String(repeating: "#", count: filled)
        + String(repeating: ".", count: Int(ProgressLine.barWidth) - filled)
      Terminal.complain("\r[\(bar)] \(rows)")
    } else if done * ProgressLine.linesMax / total > shownStep {
      shownStep = done * ProgressLine.linesMax / total
      Terminal.complain("\(rows)\n")
    }
  }

  /// Takes the bar away.
  func clear() {
    if isWatched { Terminal.complain("\r\u{1B}[K") }
  }
}
