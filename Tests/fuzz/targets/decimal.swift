// Text to decimals, from callers and from the journal: what is read prints as a text that reads
// as the same value, in both ways; and the text of a caller is read with its exact value.

import Trading

func check(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  if let value = try? Decimal(text: text) {
    promise((try? Decimal(text: value.description)) == value, "\(text) prints as \(value)")
    promise(Decimal(storedText: value.description) == value, "\(value) is lost in the journal")
    promise(value.scale <= Decimal.scaleMax, "\(text) has \(value.scale) digits")
    promise(isCanonical(value.description), "\(text) prints as \(value)")
    promise(value == plainReading(text), "\(text) was read as \(value)")
    for scale in 0...Decimal.scaleMax {
      let rounded = value.rounded(toScale: scale)
      promise(Decimal(storedText: rounded.description) == rounded, "\(rounded) is lost")
    }
  }
  if let value = Decimal(storedText: text) {
    promise(Decimal(storedText: value.description) == value, "\(text) prints as \(value)")
    promise(isCanonical(value.description), "\(text) prints as \(value)")
    _ = value.multiplied(by: value)
  }
}

/// Digits, no needless zero, perhaps a point and digits that do not end in zero.
private func isCanonical(_ text: String) -> Bool {
  let digits = text.utf8.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
  let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count <= 2, let whole = parts.first, !whole.isEmpty,
    parts.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) })
  else { return false }
  let hasNeedlessZero = whole.count > 1 && whole.first == "0"
  let hasEnd = parts.count == 1 || (parts[1].last.map { $0 != "0" } ?? false)
  return !hasNeedlessZero && hasEnd && text != "-0"
}

/// The value by shifting the digits' point in text, as one would on paper.
private func plainReading(_ text: String) -> Decimal? {
  let sides = text.lowercased().split(separator: "e")
  guard let mantissa = sides.first else { return nil }
  let shift = sides.count > 1 ? Int(sides[1]) ?? 0 : 0
  let isNegative = mantissa.hasPrefix("-")
  let parts = mantissa.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
  let whole = Array(parts[0])
  let digits = whole + (parts.count > 1 ? Array(parts[1]) : [])
  guard digits.contains(where: { $0 != "0" }) else { return .zero }
  let point = whole.count + shift
  let before = point <= 0 ? [] : digits.prefix(point)
  let missing = point > digits.count ? point - digits.count : 0
  let after = String(repeating: "0", count: max(0, -point)) + digits.dropFirst(max(0, point))
  let front = (String(before) + String(repeating: "0", count: missing)).drop { $0 == "0" }
  let back = after.reversed().drop { $0 == "0" }.reversed()
  let number = (front.isEmpty ? "0" : front) + (back.isEmpty ? "" : "." + String(back))
  return Decimal(storedText: (isNegative ? "-" : "") + number)
}
