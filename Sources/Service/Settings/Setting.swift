// One row of the table of settings: all there is to know about a setting. Reading, checking, the
// README's table and the shipped configuration file all come from these rows.

/// One setting.
struct Setting: Sendable {
  /// The name of the environment variable. In the configuration file it is written in lower case.
  let name: String
  /// Other names that are accepted, for the sake of those who already use them.
  let aliases: [String]
  let defaultText: String
  /// A sentence for the operator.
  let help: String
  let isSecret: Bool
  /// What may be written, in words that follow "must be".
  let allowed: String
  /// The value as it is shown where that is not what was written.
  let shown: (@Sendable (Settings) -> String)?
  /// Reads a text into the settings.
  let apply: @Sendable (String, inout Settings) throws(SettingRefusal) -> Void
  /// Whether two texts mean the same; false if either cannot be read.
  let meansSame: @Sendable (String, String) -> Bool

  init<Value: Equatable>(
    _ name: String, aliases: [String] = [], default defaultText: String, secret: Bool = false,
    _ format: SettingFormat<Value>, _ path: any WritableKeyPath<Settings, Value> & Sendable,
    _ help: String, shown: (@Sendable (Settings) -> String)? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.defaultText = defaultText
    self.help = help
    isSecret = secret
    self.shown = shown
    allowed = format.allowed
    apply = { (text, settings) throws(SettingRefusal) in
      settings[keyPath: path] = try format.parse(text)
    }
    meansSame = { left, right in
      guard let left = try? format.parse(left), let right = try? format.parse(right) else {
        return false
      }
      return left == right
    }
  }

  var names: [String] { [name] + aliases }

  /// Whether its text may hold a secret; then it may also stand in a file that NAME_FILE names.
  var mayHoldSecret: Bool { isSecret || shown != nil }

  /// The name in the configuration file.
  var fileKey: String { name.lowercased() }
}

/// A text that a format cannot read.
struct SettingRefusal: Error {
  /// A sentence of its own where "must be …" does not say enough. It never quotes a secret.
  var reason: String?
}

/// The value of a setting as `fks-execution check` shows it.
public struct EffectiveSetting: Sendable, Equatable {
  /// The setting's name.
  public let name: String
  /// The value as it was written, or `***` for a secret.
  public let shownValue: String
  /// Where the value came from.
  public let origin: SettingOrigin
}

/// Where a value came from.
public enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
  /// An environment variable of this name.
  case environment(String)
  /// The configuration file.
  case file
  /// The setting's default.
  case defaultValue

  /// `environment NAME`, `file` or `default`.
  public var description: String {
    switch self {
    case .environment(let name): "environment \(name)"
    case .file: "file"
    case .defaultValue: "default"
    }
  }
}
