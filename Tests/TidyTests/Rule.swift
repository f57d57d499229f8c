// What a rule of the house is: which files it is for, what breaks it, why it is there, and a sample
// that breaks it, so that a rule that finds nothing any more is noticed.

import Testing

/// A file of the project.
struct ProjectFile {
  /// The path from the project's folder.
  let path: String
  let text: String

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isSource: Bool { isSwift && path.hasPrefix("Sources/") }
  var isTest: Bool { isSwift && path.hasPrefix("Tests/") }

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// A rule of the house.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let reason: String
  let applies: @Sendable (ProjectFile) -> Bool
  /// The numbers of the lines that break the rule, from 1.
  let brokenLines: @Sendable (ProjectFile) -> [Int]
  /// A file that breaks the rule.
  let badSample: ProjectFile
  /// A file that is close to breaking it and does not.
  let goodSample: ProjectFile

  var testDescription: String { name }

  /// `path:line: name, because reason` for each line that breaks the rule.
  func complaints(about file: ProjectFile) -> [String] {
    guard applies(file) else { return [] }
    return brokenLines(file).map { "\(file.path):\($0): \(name): \(reason)" }
  }
}

extension Rule {
  /// A rule that a pattern must not match in the code, comments and strings left out.
  static func codeWithout(
    _ pattern: @escaping @Sendable @autoclosure () -> Regex<Substring>, name: String,
    reason: String, applies: @escaping @Sendable (ProjectFile) -> Bool, bad: ProjectFile,
    good: ProjectFile
  ) -> Rule {
    Rule(
      name: name, reason: reason, applies: applies,
      brokenLines: { file in
        let regex = pattern()
        return codeLines(file.text).numbers { $0.contains(regex) }
      },
      badSample: bad, goodSample: good)
  }

  /// A rule that a pattern must not match anywhere in the text.
  static func textWithout(
    _ pattern: @escaping @Sendable @autoclosure () -> Regex<AnyRegexOutput>, name: String,
    reason: String, applies: @escaping @Sendable (ProjectFile) -> Bool, bad: ProjectFile,
    good: ProjectFile
  ) -> Rule {
    Rule(
      name: name, reason: reason, applies: applies,
      brokenLines: { file in
        let regex = pattern()
        return file.lines.numbers { $0.contains(regex) }
      },
      badSample: bad, goodSample: good)
  }
}

extension Sequence {
  /// The numbers, from 1, of the elements that satisfy the condition.
  func numbers(where condition: (Element) -> Bool) -> [Int] {
    enumerated().filter { condition($0.element) }.map { $0.offset + 1 }
  }
}
