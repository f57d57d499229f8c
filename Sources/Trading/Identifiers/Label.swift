// Free text that callers attach to an order: strategy and signal names, categories. Kept and shown,
// never sent to a venue and never interpreted.

/// A caller's text of 1...128 bytes of UTF-8 without control characters.
public struct Label: Hashable, Sendable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// The longest label in bytes: signal ids of the known callers stay below 100.
  public static let bytesMax = 128

  /// Nil unless `text` is 1...128 bytes without control characters.
  public init?(_ text: String) {
    let utf8 = text.utf8
    guard !utf8.isEmpty, utf8.count <= Label.bytesMax,
      utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return nil }
    self.text = text
  }

  /// The text.
  public var description: String { text }
}
