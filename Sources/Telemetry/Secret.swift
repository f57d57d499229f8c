// A text that must not reach a log, an answer or a dump. It does not encrypt: the text is in memory
// as it is. The rule to keep: `reveal` is the one way out, so that its callers can be counted.

/// A text that prints as `***` wherever values are printed.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let value: String

  /// Wraps a text.
  public init(_ value: String) {
    self.value = value
  }

  /// The text itself.
  public func reveal() -> String { value }

  /// Always `***`.
  public var description: String { "***" }

  /// Always `***`.
  public var debugDescription: String { "***" }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
