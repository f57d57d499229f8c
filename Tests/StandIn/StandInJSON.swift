// JSON texts as the stand-in writes them.

import Trading

/// A text of characters that need no escape, in quotes.
func quoted(_ text: String) -> String { "\"\(text)\"" }

/// A decimal number as Binance writes it, with eight digits after the point; none is zero.
func quoted(_ number: Decimal?) -> String {
  let text = (number ?? .zero).description
  let parts = text.split(separator: ".")
  let fraction = parts.count > 1 ? String(parts[1]) : ""
  return quoted(
    "\(parts[0]).\(fraction)\(String(repeating: "0", count: max(0, 8 - fraction.count)))")
}

/// An object of members whose values are JSON texts.
func object(_ members: [(String, String)]) -> String {
  "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
}

/// An array of JSON texts.
func array(_ elements: [String]) -> String { "[\(elements.joined(separator: ","))]" }
