// The parameters of a statement, in the form that libpq takes: texts and whole numbers end in
// NUL, bytes are binary. A text may hold NUL, which PostgreSQL does not store, so that is escaped.

/// Parameters in their order.
struct ParameterList {
  private enum Format: Int32 {
    case text = 0
    case binary = 1
  }

  /// The values one after another; nil offsets stand for NULL.
  private var bytes: [UInt8] = []
  private var offsets: [Int?] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
  }

  mutating func addNull() {
    offsets.append(nil)
    lengths.append(0)
    formats.append(Format.text.rawValue)
  }

  mutating func add(text: some Collection<UInt8>) {
    let start = begin(.text)
    if text.contains(where: EscapedText.isSpecial) {
      EscapedText.encode(text, to: &bytes)
    } else {
      bytes.append(contentsOf: text)
    }
    lengths.append(Int32(bytes.count - start))
    bytes.append(0)
  }

  mutating func add(binary value: some Collection<UInt8>) {
    _ = begin(.binary)
    bytes.append(contentsOf: value)
    lengths.append(Int32(value.count))
  }

  /// As digits, because the server takes them for a column of any size.
  mutating func add(_ number: Int64) {
    _ = begin(.text)
    var digits = String(number)
    digits.withUTF8 { bytes.append(contentsOf: $0) }
    lengths.append(0)
    bytes.append(0)
  }

  private mutating func begin(_ format: Format) -> Int {
    offsets.append(bytes.count)
    formats.append(format.rawValue)
    return bytes.count
  }

  /// Calls `body` with the arrays that libpq takes.
  func withPointers<R>(
    _ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> R
  ) -> R {
    bytes.withUnsafeBytes { buffer in
      let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      let values = offsets.map { offset -> UnsafePointer<CChar>? in
        guard let offset else { return nil }
        // An empty value needs an address as well, or it would be NULL.
        return base.map { $0 + offset } ?? UnsafePointer(bitPattern: 1)
      }
      return body(Int32(offsets.count), values, lengths, formats)
    }
  }
}

/// Texts in which NUL is written as U+001A and `0`, and U+001A itself as two of them.
enum EscapedText {
  private static let mark: UInt8 = 0x1A

  static func isSpecial(_ byte: UInt8) -> Bool { byte == 0 || byte == mark }

  static func encode(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
    for byte in text {
      if isSpecial(byte) { bytes.append(mark) }
      bytes.append(byte == 0 ? UInt8(ascii: "0") : byte)
    }
  }

  static func decode(_ text: UnsafeBufferPointer<UInt8>) -> String {
    guard text.contains(mark) else { return String(decoding: text, as: UTF8.self) }
    var bytes: [UInt8] = []
    var isMarked = false
    for byte in text {
      if isMarked {
        bytes.append(byte == mark ? mark : 0)
        isMarked = false
      } else if byte == mark {
        isMarked = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
