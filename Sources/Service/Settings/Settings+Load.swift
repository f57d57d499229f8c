// Reads the settings: the environment first, then the configuration file, then the defaults. The
// rule to keep: what cannot be read, is not known or contradicts itself stops the start with a
// sentence.

import FoundationEssentials

extension Settings {
  /// The environment variable that names the configuration file.
  static let fileVariable = "FKS_CONFIG"
  /// What the variable of a file with a secret ends with.
  private static let fileSuffix = "_FILE"
  /// The configuration file where nothing else is named; it need not exist.
  static let defaultFilePath = "config/execution.json5"

  /// The environment of this process.
  public static var processEnvironment: [String: String] { ProcessInfo.processInfo.environment }

  /// Reads and checks the settings. An empty environment variable counts as not set.
  ///
  /// `knownPlugins` are the names that `PLUGINS` may hold. Throws for anything that cannot be used.
  public static func load(
    environment: [String: String], knownPlugins: [String]
  ) throws(ConfigurationError) -> Settings {
    let environment = environment.filter {
      !$0.value.trimmingBlanks().isEmpty && !isServiceLink($0)
    }
    let file = try readFile(environment)
    try refuseUnknownNames(environment: environment, file: file)
    var settings = Settings()
    for setting in Setting.table {
      let given = try value(of: setting, environment: environment, file: file)
      do {
        try setting.apply(given.text, &settings)
      } catch {
        throw refusal(of: setting, given, reason: error.reason)
      }
      let text = setting.shown?(settings) ?? given.text
      let shown = setting.isSecret && !given.text.isEmpty ? "***" : text
      settings.effective.append(
        EffectiveSetting(name: setting.name, shownValue: shown, origin: given.origin))
    }
    try settings.checkPlugins(known: knownPlugins)
    try settings.checkAccess()
    return settings
  }

  /// These settings with others for one instance of a plugin, by their names in lower case; a
  /// secret may also stand in a file that `name_file` names. Throws for what is no setting of a
  /// plugin and what cannot be used.
  func overlaid(with texts: [String: String]) throws(ConfigurationError) -> Settings {
    var settings = self
    let files = Dictionary(uniqueKeysWithValues: texts.map { ($0.key.uppercased(), $0.value) })
      .filter { $0.key.hasSuffix(Settings.fileSuffix) }
    var rest = Set(texts.keys)
    for setting in Setting.ofPlugins {
      var keys = Set(setting.names.map { $0.lowercased() })
      if setting.mayHoldSecret {
        keys.formUnion(setting.names.map { ($0 + Settings.fileSuffix).lowercased() })
      }
      guard !rest.isDisjoint(with: keys) else { continue }
      rest.subtract(keys)
      let given = try Settings.value(of: setting, environment: files, file: texts)
      do {
        try setting.apply(given.text, &settings)
      } catch {
        throw Settings.refusal(of: setting, given, reason: error.reason)
      }
    }
    if let unknown = rest.sorted().first {
      throw ConfigurationError(
        "\"\(unknown)\" is no setting of a plugin; the keys are the names of the settings in lower "
          + "case, such as mock_balances.")
    }
    return settings
  }

  private struct Given {
    let name: String
    let text: String
    let origin: SettingOrigin
  }

  private static func readFile(
    _ environment: [String: String]
  ) throws(ConfigurationError) -> [String: String] {
    guard let path = environment[fileVariable] else {
      return try SettingsFile.read(defaultFilePath) ?? [:]
    }
    guard let file = try SettingsFile.read(path) else {
      throw ConfigurationError(
        "\(fileVariable) is \"\(path)\", but there is no such file; name an existing one, or unset "
          + "it."
      )
    }
    return file
  }

  private static func refuseUnknownNames(
    environment: [String: String], file: [String: String]
  ) throws(ConfigurationError) {
    let names = Set(
      Setting.table.flatMap { setting in
        setting.names + (setting.mayHoldSecret ? setting.names.map { $0 + fileSuffix } : [])
      })
    let keys = Set(names.map { $0.lowercased() })
    if let unknown = file.keys.sorted().first(where: { !keys.contains($0) }) {
      throw ConfigurationError(
        "The configuration file has the key \"\(unknown)\", which is no setting; the keys are the "
          + "names of the settings in lower case, as `fks-execution check` lists them.")
    }
    // The environment is shared with others; only names that can be meant for us are held to ours.
    let unknown = environment.keys.sorted().first {
      $0.hasPrefix("FKS_") && $0 != fileVariable && !names.contains($0)
    }
    if let unknown {
      throw ConfigurationError(
        "The environment has \(unknown), which is no setting; correct its name or unset it. "
          + "`fks-execution check` lists the names.")
    }
  }

  /// Whether a variable is one that Kubernetes sets for a service of the namespace, such as
  /// FKS_EXECUTION_SERVICE_HOST, FKS_EXECUTION_PORT=tcp://… or FKS_EXECUTION_PORT_8004_TCP_ADDR.
  private static func isServiceLink(_ variable: (key: String, value: String)) -> Bool {
    let (name, value) = variable
    let isAddress = name.hasSuffix("_PORT") && value.contains("://")
    return isAddress || name.hasSuffix("_SERVICE_HOST")
      || name.contains(/_SERVICE_PORT(_|$)/) || name.contains(/_PORT_[0-9]+_(TCP|UDP|SCTP)(_|$)/)
  }

  private static func value(
    of setting: Setting, environment: [String: String], file: [String: String]
  ) throws(ConfigurationError) -> Given {
    var given: Given?
    for name in setting.names {
      guard let text = environment[name] else { continue }
      let other = Given(name: name, text: text.trimmingBlanks(), origin: .environment(name))
      given = try agreed(given, other, setting)
    }
    for name in setting.names.map({ $0 + fileSuffix }) where setting.mayHoldSecret {
      guard let path = environment[name] else { continue }
      let text = try secret(in: path.trimmingBlanks(), named: name)
      given = try agreed(given, Given(name: name, text: text, origin: .environment(name)), setting)
    }
    if let given { return given }
    for name in setting.names.map({ $0.lowercased() }) {
      guard let text = file[name] else { continue }
      let other = Given(name: name, text: text.trimmingBlanks(), origin: .file)
      given = try agreed(given, other, setting)
    }
    return given ?? Given(name: setting.name, text: setting.defaultText, origin: .defaultValue)
  }

  /// The text of a file that holds one secret, as container platforms hand them out.
  private static func secret(
    in path: String, named name: String
  ) throws(ConfigurationError) -> String {
    let data = try? Data(contentsOf: URL(filePath: path))
    let text = data.flatMap { String(validating: $0, as: UTF8.self) } ?? ""
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count == 1, let line = lines.first else {
      throw ConfigurationError(
        "\(name) is \"\(path)\", but there is no file with one line of text that can be read; "
          + "check the path, what it holds, and whether this user may read it.")
    }
    return String(line).trimmingBlanks()
  }

  /// The value given first, if the other one means the same.
  private static func agreed(
    _ first: Given?, _ other: Given, _ setting: Setting
  ) throws(ConfigurationError) -> Given {
    guard let first else { return other }
    guard first.text == other.text || setting.meansSame(first.text, other.text) else {
      throw ConfigurationError(
        "\(shown(first, setting)), but \(shown(other, setting)), and both name the same setting; "
          + "keep one of them.")
    }
    return first
  }

  private static func refusal(
    of setting: Setting, _ given: Given, reason: String?
  ) -> ConfigurationError {
    if let reason { return ConfigurationError("\(given.name) (\(given.origin)) \(reason)") }
    return ConfigurationError(
      "\(shown(given, setting)) (\(given.origin)), but it must be \(setting.allowed).")
  }

  private static func shown(_ given: Given, _ setting: Setting) -> String {
    setting.mayHoldSecret ? "\(given.name) is set" : "\(given.name) is \"\(given.text)\""
  }
}
