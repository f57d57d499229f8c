// The table of settings as people read it: the report of `fks-execution check`, the README's table
// and the shipped configuration file. None of these is written by hand; tests hold them to the
// table.

extension Settings {
  /// One line a setting, `NAME = value  (origin)`, in columns; secrets are `***`.
  public func checkReport() -> String {
    let nameWidth = effective.map(\.name.count).max() ?? 0
    let valueWidth = effective.map(\.shownValue.count).max() ?? 0
    return effective.map { setting in
      let name = padded(setting.name, nameWidth)
      let value = padded(setting.shownValue, valueWidth)
      return "\(name) = \(value)  (\(setting.origin))\n"
    }.joined()
  }

  /// The README's table of settings, in Markdown.
  public static func settingsMarkdown() -> String {
    let rows = Setting.table.map { setting in
      let aliases = setting.aliases.map { "`\($0)`" }.joined(separator: ", ")
      let also = aliases.isEmpty ? "" : " Also read as \(aliases)."
      let shownDefault = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
      return "| `\(setting.name)` | \(shownDefault) | \(setting.help)\(also) |\n"
    }
    return "| Setting | Default | Meaning |\n|---|---|---|\n" + rows.joined()
  }

  /// The shipped configuration file: every setting with its help and default, all commented out.
  public static func settingsFileText() -> String {
    let head = """
      // The settings of FKS Execution. A line counts once its leading slashes are gone; until then
      // the default holds, which is the value shown. An environment variable of the same name in
      // capitals goes before this file. `fks-execution check` shows what is in force.
      {

      """
    let entries = Setting.table.map { setting in
      comment(setting.help) + "  // \(setting.fileKey): \(literal(setting.defaultText)),\n"
    }
    return head + entries.joined(separator: "\n") + "}\n"
  }

  /// A sentence as comment lines of at most 100 columns.
  private static func comment(_ sentence: String) -> String {
    var lines: [String] = []
    for word in sentence.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= 100 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append("  // \(word)")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: width - text.count)
  }

  /// Numbers and truth values as they are, everything else in quotes.
  private static func literal(_ text: String) -> String {
    let isNumber = !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
    return isNumber || text == "true" || text == "false" ? text : "\"\(text)\""
  }
}
