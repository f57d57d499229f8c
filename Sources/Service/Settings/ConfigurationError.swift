// Why the service does not start with the settings it was given. The rule to keep: the sentence
// names the setting, its value unless that is a secret, and what would be allowed.

/// Why the service does not start with the settings it was given.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// One sentence, or a few, for the operator.
  public let sentence: String

  init(_ sentence: String) {
    self.sentence = sentence
  }

  /// The sentence.
  public var description: String { sentence }
}
