// The default plugin that somebody has chosen by a command. It outlives restarts, as long as the
// setting is what it was: whoever changes DEFAULT_PLUGIN afterwards means that.

internal import Network
internal import Plugins
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

/// A chosen default, as it is kept.
struct DefaultChoice: Equatable {
  /// The plugin.
  let chosen: AccountID
  /// What the settings named when it was chosen.
  let configured: AccountID

  static let documentName = "default_plugin"

  init(chosen: AccountID, configured: AccountID) {
    self.chosen = chosen
    self.configured = configured
  }

  /// The choice that is kept; nil if there is none, or none that can be read.
  init?(_ documents: [StoredDocument]) {
    guard let body = documents.first(where: { $0.name == DefaultChoice.documentName })?.body,
      let json = try? JSONDocument(parsing: body).root,
      let chosen = json["chosen"]?.string.flatMap({ AccountID($0) }),
      let configured = json["configured"]?.string.flatMap({ AccountID($0) })
    else { return nil }
    self.init(chosen: chosen, configured: configured)
  }

  var document: StoredDocument {
    var json = JSONWriter()
    json.beginObject()
    json.member("chosen", chosen.text)
    json.member("configured", configured.text)
    json.endObject()
    return StoredDocument(name: DefaultChoice.documentName, body: json.bytes)
  }
}

extension Gateway {
  /// Makes a plugin the default, durably; `done` is told why that failed, if it did.
  func makeDefault(_ name: AccountID, done: @escaping @LoopActor (StoreError?) -> Void) {
    guard let configuredDefault else { return done(nil) }
    let choice = DefaultChoice(chosen: name, configured: configuredDefault)
    keep([choice.document]) { [self] error in
      if error == nil { _ = registry.setDefault(name) }
      done(error)
    }
  }

  /// Makes that plugin the default again which somebody has chosen in an earlier process.
  func restoreDefault(_ documents: [StoredDocument]) {
    guard let choice = DefaultChoice(documents), choice.configured == configuredDefault else {
      return
    }
    guard registry.setDefault(choice.chosen) else {
      return log.warning(
        "The plugin that was made the default is not enabled any more.",
        [("chosen", choice.chosen.text), ("default", choice.configured.text)])
    }
    if choice.chosen != choice.configured {
      log.info(
        "The default plugin is the one that a command has chosen.",
        [("chosen", choice.chosen.text), ("setting", choice.configured.text)])
    }
  }
}
