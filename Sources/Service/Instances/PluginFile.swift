// A file that describes one instance of a plugin. The rule to keep: a file that is not clear is
// refused as a whole, with a sentence that names it.

import FoundationEssentials
import Plugins
import Trading

/// One instance, as its file describes it.
struct PluginFile: Equatable, Sendable {
  let name: AccountID
  let placement: PluginPlacement
  /// The settings that this instance has of its own, by their names in lower case.
  let settings: [String: String]

  private static let suffix = ".json5"

  /// What the files of a directory hold, by name; empty if there is no such directory. Files that
  /// cannot be read are empty, which is refused later.
  static func contents(of directory: String) -> [String: Data] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let paths = names.filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
      .map { "\(directory)/\($0)" }
    return Dictionary(
      uniqueKeysWithValues: paths.map { ($0, FileManager.default.contents(atPath: $0) ?? Data()) })
  }

  /// Reads what the file at `path` holds.
  init(_ data: Data, path: String) throws(ConfigurationError) {
    let content = try SettingsFile.decode(
      Content.self, from: data, path: path,
      shape: "name is a text, enabled true or false, priority a whole number, symbols and "
        + "strategies lists of texts, settings an object")
    guard let name = AccountID(content.name) else {
      throw ConfigurationError(
        "In \(path), name is \"\(content.name)\", but it must be the name of a plugin: its kind, "
          + "or its kind and a suffix, such as mock-2.")
    }
    var symbols: Set<Symbol> = []
    for text in content.symbols {
      guard let symbol = Symbol(anySpelling: text) else {
        throw ConfigurationError("In \(path), symbols names \"\(text)\", which is no symbol.")
      }
      symbols.insert(symbol)
    }
    var strategies: Set<Label> = []
    for text in content.strategies {
      guard let strategy = Label(text) else {
        throw ConfigurationError("In \(path), strategies names \"\(text)\", which is no strategy.")
      }
      strategies.insert(strategy)
    }
    self.name = name
    placement = PluginPlacement(
      isEnabled: content.enabled, priority: content.priority, symbols: symbols,
      strategies: strategies)
    settings = content.settings.mapValues(\.text)
  }

  /// The keys of a file.
  private struct Content: Decodable {
    var name = ""
    var enabled = true
    var priority = PluginPlacement.usualPriority
    var symbols: [String] = []
    var strategies: [String] = []
    var settings: [String: SettingsFile.Scalar] = [:]

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        switch key.stringValue {
        case "name": name = try container.decode(String.self, forKey: key)
        case "enabled": enabled = try container.decode(Bool.self, forKey: key)
        case "priority": priority = try container.decode(Int.self, forKey: key)
        case "symbols": symbols = try container.decode([String].self, forKey: key)
        case "strategies": strategies = try container.decode([String].self, forKey: key)
        case "settings":
          settings = try container.decode([String: SettingsFile.Scalar].self, forKey: key)
        default:
          throw ConfigurationError(
            "\"\(key.stringValue)\" is no key; the keys are name, enabled, priority, symbols, "
              + "strategies and settings.")
        }
      }
    }
  }
}
