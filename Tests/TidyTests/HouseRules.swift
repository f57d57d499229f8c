// The rules of the house that a machine can check and the formatter does not. A rule that gets in
// the way is changed here, with its reason, and not worked around.

/// Files that may promise the compiler what it cannot check. Each holds something that one thread
/// owns and says so at the place of the promise.
let uncheckedFiles = ["Sources/Network/EventLoop.swift"]

let sourceLineCountMax = 400
let functionLineCountMax = 70
let columnMax = 100

private func swift(_ text: String, path: String = "Sources/Service/Sample.swift") -> ProjectFile {
  ProjectFile(path: path, text: text)
}

private func trading(_ text: String) -> ProjectFile {
  swift(text, path: "Sources/Trading/Sample.swift")
}

private let tradingRules = [
  Rule.codeWithout(
    /\b(?:Double|Float|Float16|Float32|Float64|CGFloat)\b/, name: "no binary fractions",
    reason: "money is decimal; a binary fraction loses cents",
    applies: { $0.path.hasPrefix("Sources/Trading/") && $0.isSwift },
    bad: trading("let price: Double = 0.1"), good: trading("let a = 1  // never a Double")),
  Rule.codeWithout(
    /\bDate\(\)|\.random\(|\bclock_gettime\b|\bContinuousClock\b|\bSuspendingClock\b/,
    name: "no clock and no chance",
    reason: "the same inputs must give the same actions; time and randomness are parameters",
    applies: { $0.path.hasPrefix("Sources/Trading/") && $0.isSwift },
    bad: trading("let id = Int.random(in: 0...9)"), good: trading("let random = source.next()")),
  Rule.codeWithout(
    /\bimport\s+(?:Glibc|FoundationEssentials|Dispatch|Synchronization)\b/,
    name: "no operating system",
    reason:
      "the trading core does no input or output, so it needs nothing but the standard library",
    applies: { $0.path.hasPrefix("Sources/Trading/") && $0.isSwift },
    bad: trading("import Glibc"), good: trading("// import Glibc would be wrong here.")),
]

private let codeRules = [
  Rule.codeWithout(
    /\bimport\s+Foundation\s*$/, name: "no whole Foundation",
    reason: "it brings megabytes and a start-up cost; FoundationEssentials has what is needed",
    applies: { $0.isSwift }, bad: swift("internal import Foundation"),
    good: swift("import FoundationEssentials")),
  Rule.codeWithout(
    /\btry!/, name: "no try!",
    reason: "an error that cannot happen is one that was not thought through",
    applies: { $0.isSource }, bad: swift("let a = try! f()"), good: swift("let a = try f()")),
  Rule.codeWithout(
    /\bTask\s*\{|\bTask\.detached/, name: "no task beside the loop",
    reason: "each wait in it passes through another thread; LoopActor.task goes on on the loop",
    applies: { $0.isSource }, bad: swift("Task { await f() }"),
    good: swift("LoopActor.task { await f() }")),
  Rule.codeWithout(
    /@unchecked\s+Sendable|nonisolated\(unsafe\)/, name: "no unchecked promises",
    reason: "a data race hides behind each; the files that need one are listed in HouseRules.swift",
    applies: { $0.isSource && !uncheckedFiles.contains($0.path) },
    bad: swift("final class A: @unchecked Sendable {}"), good: swift("final class A: Sendable {}")),
]

private let sizeRules = [
  Rule(
    name: "no file above \(sourceLineCountMax) lines",
    reason: "a file that long holds more than one thing",
    applies: { $0.isSource },
    // The text ends in a line feed, after which an empty line is left.
    brokenLines: { $0.lines.count - 1 > sourceLineCountMax ? [sourceLineCountMax + 1] : [] },
    badSample: swift(String(repeating: "let a = 1\n", count: sourceLineCountMax + 1)),
    goodSample: swift(String(repeating: "let a = 1\n", count: sourceLineCountMax))),
  Rule(
    name: "no function above \(functionLineCountMax) lines",
    reason: "a function that long does more than one thing",
    applies: { $0.isSource },
    brokenLines: { longFunctions(in: $0.text, lineCountMax: functionLineCountMax) },
    badSample: swift(sampleFunction(lineCount: functionLineCountMax + 1)),
    goodSample: swift(sampleFunction(lineCount: functionLineCountMax))),
  Rule(
    name: "no line above \(columnMax) columns",
    reason: "two files must fit side by side",
    applies: { $0.isSource || $0.isTest },
    brokenLines: { $0.lines.numbers { $0.count > columnMax } },
    badSample: swift(String(repeating: "x", count: columnMax + 1)),
    goodSample: swift(String(repeating: "é", count: columnMax))),
]

private let wordRules = [
  Rule(
    name: "an opening comment",
    reason: "a file says in its first lines what it is and which rule to keep",
    applies: { $0.isSwift && $0.path != "Package.swift" },
    brokenLines: { file in
      let first = file.lines.first ?? ""
      return first.hasPrefix("// ") ? [] : [1]
    },
    badSample: swift("import Wire\n"), goodSample: swift("// What this is.\nimport Wire\n")),
  Rule(
    name: "no file for everything",
    reason: "a file is named for the one thing it holds",
    applies: { $0.isSwift },
    brokenLines: { file in
      let name = file.path.split(separator: "/").last ?? ""
      return ["Util", "Helper", "Common", "Manager"].contains { name.contains($0) } ? [1] : []
    },
    badSample: swift("// A.", path: "Sources/Wire/StringUtils.swift"),
    goodSample: swift("// A.", path: "Sources/Wire/JSONWriter.swift")),
  // The words are put together here, so that this file keeps the rules as well.
  Rule.textWithout(
    word("TO" + "DO|FIX" + "ME|X" + "XX"), name: "no notes to oneself",
    reason: "what is missing is done, or told to those who decide, not left in the code",
    applies: { $0.isSwift }, bad: swift("// TO" + "DO: later"), good: swift("// All done.")),
  Rule.textWithout(
    pattern("(?i)\\b(?:iss" + "ue|sess" + "ion|tic" + "ket)s? ?#"), name: "no trackers' numbers",
    reason: "a reader of the code has no tracker at hand; say what is meant",
    applies: { _ in true },
    bad: ProjectFile(path: "README.md", text: "See iss" + "ue #12."),
    good: ProjectFile(path: "README.md", text: "This issue is settled.")),
  Rule.textWithout(
    pattern("(?:^|[\\s\"'`(=:])/(?:wo" + "rk|Us" + "ers)/"), name: "no paths of one machine",
    reason: "the project must work wherever it is cloned",
    applies: { _ in true },
    bad: ProjectFile(path: "Makefile", text: "\tcd /wo" + "rk/main"),
    good: ProjectFile(path: "Makefile", text: "\tcd ../wo" + "rk/main")),
]

let houseRules = tradingRules + codeRules + sizeRules + wordRules

private func word(_ alternatives: String) -> Regex<AnyRegexOutput> {
  pattern("\\b(?:\(alternatives))\\b")
}

private func pattern(_ text: String) -> Regex<AnyRegexOutput> {
  do {
    return try Regex(text)
  } catch {
    preconditionFailure("\(text) is no regular expression: \(error)")
  }
}

/// A function of this many lines, whose text holds braces that are no braces.
private func sampleFunction(lineCount: Int) -> String {
  let body = String(repeating: "    print(\"}\")  // }\n", count: lineCount - 2)
  return "struct A {\n  public static func f() {\n\(body)  }\n}\n"
}
