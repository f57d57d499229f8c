// The configuration file: one JSON5 object whose keys are the settings' names in lower case. It
// knows no setting. The rule to keep: a number becomes the text of its exact value, never a Double.

import FoundationEssentials

enum SettingsFile {
  /// The texts in the file by key, or nil if there is no file at `path`.
  static func read(_ path: String) throws(ConfigurationError) -> [String: String]? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw ConfigurationError(
        "The configuration file \(path) cannot be read; check its permissions.")
    }
    return try texts(in: data, path: path)
  }

  /// The texts in a file's content by key; `path` is for the sentence where it has none.
  static func texts(
    in data: Data, path: String
  ) throws(ConfigurationError) -> [String: String] {
    try decode(
      [String: Scalar].self, from: data, path: path,
      shape: "each value a text, a number, true or false"
    ).mapValues(\.text)
  }

  /// What a file says, read as what it has to be; `shape` says that in words.
  static func decode<Content: Decodable>(
    _ type: Content.Type, from data: Data, path: String, shape: String
  ) throws(ConfigurationError) -> Content {
    // Foundation's JSON5 traps on some bytes that are no UTF-8 instead of throwing.
    guard String(validating: data, as: UTF8.self) != nil else {
      throw ConfigurationError(
        "The configuration file \(path) is not valid UTF-8; save it as UTF-8.")
    }
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    do {
      return try decoder.decode(type, from: data)
    } catch let error as ConfigurationError {
      throw ConfigurationError("In the configuration file \(path): \(error.sentence)")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context)
    {
      let place = context.codingPath.first.map { "the value of \($0.stringValue)" } ?? "the whole"
      throw ConfigurationError(
        "In the configuration file \(path), \(place) is not what it must be: the file is one "
          + "object, and \(shape).")
    } catch {
      throw ConfigurationError(
        "The configuration file \(path) is not valid JSON5: check its braces, commas and quotes.")
    }
  }

  /// A text, number or truth value as the text that an environment variable would hold.
  struct Scalar: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else if let string = try? container.decode(String.self) {
        text = string
      } else {
        // Foundation's Decimal is read from the digits themselves.
        text = try container.decode(Decimal.self).description
      }
    }
  }
}
