// Finds functions that are too long by counting braces in code whose strings and comments are
// blank.

/// The numbers of the lines on which a function of more than `lineCountMax` lines begins.
func longFunctions(in text: String, lineCountMax: Int) -> [Int] {
  let declaration =
    #/
    ^\s* (?: @[\w.]+ (?: \([^)]*\) )? \s+ )*  # attributes
    (?: \w+ (?: \(\w+\) )? \s+ )*  # modifiers
    (?: func\s | init[?(<] | deinit\b | subscript[(<] )
    /#
  var found: [Int] = []
  /// The first line of the function that each open brace belongs to, or nil for other braces.
  var openBraces: [Int?] = []
  /// A function whose body has not begun yet.
  var declared: Int?
  for (offset, line) in codeLines(text).enumerated() {
    if line.contains(declaration) { declared = offset + 1 }
    for character in line {
      if character == "{" {
        openBraces.append(declared)
        declared = nil
      } else if character == "}" {
        // In a protocol the declared function ends without a body.
        declared = nil
        if let start = openBraces.popLast() ?? nil, offset + 2 - start > lineCountMax {
          found.append(start)
        }
      }
    }
  }
  return found.sorted()
}
