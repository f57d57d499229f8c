// `verify` and `rebuild`, with a progress line where somebody watches.

internal import Glibc
internal import Storage

enum JournalCommand {
  static func verify(_ location: StoreLocation) -> Int32 {
    run("verified") { (progress) throws(StoreError) in
      let report = try Verification.verify(at: location, progress: progress)
      return "The journal is intact: \(report.rows) rows, each follows the one before.\n"
    }
  }

  static func rebuild(_ location: StoreLocation) -> Int32 {
    run("rebuilt") { (progress) throws(StoreError) in
      let report = try Verification.rebuild(at: location, progress: progress)
      let changed = report.changedRows ?? 0
      let verdict =
        changed == 0
        ? "They equal the tables from before."
        : "\(changed) rows differed from before and are now as the journal says."
      return "The tables are rebuilt from \(report.rows) rows of the journal. \(verdict)\n"
    }
  }

  private static func run(
    _ verb: String,
    _ body: ((_ done: Int64, _ total: Int64) -> Void) throws(StoreError) -> String
  ) -> Int32 {
    let isWatched = isatty(STDERR_FILENO) == 1
    defer { if isWatched { Terminal.complain("\r\u{1B}[K") } }
    do throws(StoreError) {
      let result = try body { done, total in
        guard isWatched, total > 0 else { return }
        Terminal.complain("\r\(verb) \(done) of \(total) rows (\(done * 100 / total) %)")
      }
      if isWatched { Terminal.complain("\r\u{1B}[K") }
      return Terminal.print(result)
    } catch {
      Terminal.complain("\(error)\n")
      return 1
    }
  }
}
