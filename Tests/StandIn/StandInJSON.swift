// JSON texts as the stand-in writes them.

import Trading

/// A text of characters that need no escape, in quotes.
func quoted(_ text: String) -> String { "\"\(text)\"" }

/// A decimal number as Binance writes it, with eight digits after the point; none is zero.
func quoted(_ number: Decimal?) -> String {
  var text = (number ?? .zero).description
  let point = text.utf8.firstIndex(of: UInt8(ascii: "."))
  let digits = point.map { text.utf8.distance(from: $0, to: text.utf8.endIndex) - 1 } ?? 0
  if point == nil { text.append(".") }
  for _ in digits..<max(digits, 8) { text.append("0") }
  return quoted(text)
}

/// An object of members whose values are JSON texts.
func object(_ members: [(String, String)]) -> String {
  "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
}

/// An array of JSON texts.
func array(_ elements: [String]) -> String { "[\(elements.joined(separator: ","))]" }
