// Swift text with its comments and the insides of its strings blanked out, so that a rule about
// code does not stumble over prose. It is a scanner, not a parser: it knows comments, strings and
// interpolations, and nothing else.

/// The code of `text`, line by line; what is no code became spaces.
func codeLines(_ text: String) -> [String] {
  var scanner = CodeScanner(characters: Array(text))
  scanner.run()
  return String(scanner.code).split(separator: "\n", omittingEmptySubsequences: false)
    .map { String($0) }
}

private struct CodeScanner {
  private enum Mode {
    /// Code, within this many open parentheses of an interpolation; 0 outside of one.
    case code(parentheses: Int)
    case string(hashes: Int, isMultiline: Bool)
  }

  let characters: [Character]
  private(set) var code: [Character] = []
  private var index = 0
  private var modes: [Mode] = [.code(parentheses: 0)]

  init(characters: [Character]) {
    self.characters = characters
  }

  mutating func run() {
    while index < characters.count {
      switch modes[modes.count - 1] {
      case .code(let parentheses): scanCode(parentheses: parentheses)
      case .string(let hashes, let isMultiline):
        scanString(hashes: hashes, isMultiline: isMultiline)
      }
    }
  }

  private mutating func scanCode(parentheses: Int) {
    let character = characters[index]
    if starts(with: "//") {
      while index < characters.count, characters[index] != "\n" { blank(1) }
      return
    }
    let hashes = characters[index...].prefix { $0 == "#" }.count
    if index + hashes < characters.count, characters[index + hashes] == "\"" {
      let isMultiline = starts(with: String(repeating: "#", count: hashes) + "\"\"\"")
      blank(hashes + (isMultiline ? 3 : 1))
      modes.append(.string(hashes: hashes, isMultiline: isMultiline))
      return
    }
    if modes.count > 1 {
      if character == "(" { modes[modes.count - 1] = .code(parentheses: parentheses + 1) }
      if character == ")" { modes[modes.count - 1] = .code(parentheses: parentheses - 1) }
      if character == ")", parentheses == 1 { modes.removeLast() }
    }
    code.append(character)
    index += 1
  }

  private mutating func scanString(hashes: Int, isMultiline: Bool) {
    let escape = "\\" + String(repeating: "#", count: hashes)
    let end =
      String(repeating: "\"", count: isMultiline ? 3 : 1) + String(repeating: "#", count: hashes)
    if starts(with: escape + "(") {
      blank(escape.count)
      modes.append(.code(parentheses: 0))
    } else if starts(with: escape) {
      blank(escape.count + 1)
    } else if starts(with: end) {
      blank(end.count)
      modes.removeLast()
    } else if characters[index] == "\n", !isMultiline {
      // No string ends here in valid Swift; a regular expression with a quote in it was mistaken
      // for one, and the next line is code again.
      modes.removeLast()
    } else {
      blank(1)
    }
  }

  private mutating func blank(_ count: Int) {
    for character in characters[index..<min(index + count, characters.count)] {
      code.append(character == "\n" ? "\n" : " ")
    }
    index += count
  }

  private func starts(with text: String) -> Bool {
    characters[index...].starts(with: text)
  }
}
