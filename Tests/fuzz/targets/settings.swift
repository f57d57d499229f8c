// Settings: the text of a configuration file, and lines NAME=VALUE as an environment. A file
// that is read has texts that, written as JSON, read as the same. An environment that is
// accepted is accepted again from what `check` shows of it, and no sentence shows the key of a
// caller.

import FoundationEssentials
import Glibc
import Wire

@testable import Service

private let key = "fuzz-key-that-must-not-show"

func check(_ input: [UInt8]) {
  if let texts = try? SettingsFile.texts(in: Data(input), path: "a.json5") {
    var json = JSONWriter()
    json.beginObject()
    for (name, text) in texts {
      json.key(name)
      json.string(text)
    }
    json.endObject()
    let again = try? SettingsFile.texts(in: Data(json.bytes), path: "a.json5")
    promise(again == texts, "\(texts) reads as \(again ?? [:])")
  }
  check(environment: input)
}

private func check(environment input: [UInt8]) {
  var environment: [String: String] = [:]
  for line in String(decoding: input, as: UTF8.self).split(separator: "\n").prefix(8) {
    let sides = line.split(separator: "=", maxSplits: 1)
    guard sides.count == 2, sides[0] != "FKS_CONFIG" else { continue }
    environment[String(sides[0])] = String(sides[1]).replacing("KEY", with: key)
  }
  // Somebody may write a key where none belongs; only its own setting is secret.
  let isElsewhere = environment.contains { $0.key != "FKS_API_KEYS" && $0.value.contains(key) }
  switch load(environment) {
  case .success(let settings):
    let shown = settings.checkReport()
    promise(isElsewhere || !shown.contains(key), "a key is shown: \(shown)")
    var again = Dictionary(
      uniqueKeysWithValues: settings.effective.map { ($0.name, $0.shownValue) })
    again["FKS_API_KEYS"] = environment["FKS_API_KEYS"]
    guard case .success(let second) = load(again) else {
      return promise(false, "what is shown is refused: \(shown)")
    }
    promise(
      second.effective.map(\.shownValue) == settings.effective.map(\.shownValue),
      "what is shown reads as something else: \(shown)\n\(second.checkReport())")
  case .failure(let error):
    promise(isElsewhere || !"\(error)".contains(key), "a key is shown: \(error)")
  }
}

private func load(_ environment: [String: String]) -> Result<Settings, ConfigurationError> {
  do throws(ConfigurationError) {
    return .success(try Settings.load(environment: environment, knownPlugins: ["mock"]))
  } catch {
    return .failure(error)
  }
}
