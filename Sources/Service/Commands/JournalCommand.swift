// The commands that walk or carry a whole store, with their progress: `verify`, `rebuild`,
// `migrate`, `import`, `export` and `prune`.

internal import Storage

enum JournalCommand {
  static func verify(_ location: StoreLocation) -> Int32 {
    run("verified") { (progress) throws(StoreError) in
      let report = try Verification.verify(at: location) { progress.show($0, of: $1) }
      let pruned = report.prunedThrough
      let beginning = pruned > 0 ? " It begins after row \(pruned); those before were pruned." : ""
      return
        "The journal is intact: \(report.rows) rows, each follows the one before.\(beginning)\n"
    }
  }

  static func rebuild(_ location: StoreLocation) -> Int32 {
    run("rebuilt") { (progress) throws(StoreError) in
      let report = try Verification.rebuild(at: location) { progress.show($0, of: $1) }
      let changed = report.changedRows ?? 0
      let verdict =
        changed == 0
        ? "They equal the tables from before."
        : "\(changed) rows differed from before and are now as the journal says."
      return "The tables are rebuilt from \(report.rows) rows of the journal. \(verdict)\n"
    }
  }

  static func migrate(_ location: StoreLocation) -> Int32 {
    run("migrated") { (_) throws(StoreError) in
      let (before, now) = try Verification.migrate(location)
      let what =
        before == now
        ? "has schema version \(now) already" : "had schema version \(before), now \(now)"
      return "\(location) \(what).\n"
    }
  }

  /// Copies everything to a place that is empty.
  static func copy(from source: StoreLocation, to target: StoreLocation) -> Int32 {
    run("copied") { (progress) throws(StoreError) in
      let rows = try StoreCopy.copy(from: source, to: target) { progress.show($0, of: $1) }
      return "\(target) has all \(rows) rows of \(source); its journal was verified.\n"
    }
  }

  /// Takes the months before `month` out of the journal, into an archive that is empty.
  static func prune(_ location: StoreLocation, before text: String, to archive: StoreLocation)
    -> Int32
  {
    guard let month = JournalMonth(text: text) else {
      Terminal.complain("A month is written as 2026-11, not \(text).\n")
      return 2
    }
    return run("archived") { (progress) throws(StoreError) in
      let report = try Pruning.prune(location, before: month, to: archive) {
        progress.show($0, of: $1)
      }
      let kept = report.openOrder.map { " Later months stay for order \($0), which is open." } ?? ""
      guard let last = report.months.last else { return "There is nothing to prune.\(kept)\n" }
      let what = "\(report.rows) rows through \(last)"
      return "\(what) are in \(archive) now and no longer in \(location).\(kept)\n"
    }
  }

  private static func run(
    _ verb: String, _ body: (ProgressLine) throws(StoreError) -> String
  ) -> Int32 {
    let progress = ProgressLine(verb)
    do throws(StoreError) {
      let result = try body(progress)
      progress.clear()
      return Terminal.print(result)
    } catch {
      progress.clear()
      Terminal.complain("\(error)\n")
      return 1
    }
  }
}
