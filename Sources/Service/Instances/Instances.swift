// The plugin instances of this process: those of PLUGINS, and those of the files in
// PLUGINS_DIRECTORY, which is looked at again and again. A file that is wrong stops the start;
// later it changes nothing and is told. An instance is never taken away while the process runs:
// without its file it gets no new orders, and what was sent to it is followed to its end.

internal import Dispatch
internal import FoundationEssentials
internal import Network
internal import Plugins
internal import Telemetry
internal import Trading

@LoopActor final class Instances {
  let registry: PluginRegistry
  /// What is wrong with files, by their paths.
  private(set) var problems: [String: String] = [:]
  private let settings: Settings
  /// Where plugins may keep files.
  private let directory: String
  private var contents: [String: Data]
  private var files: [String: PluginFile] = [:]

  /// How often the directory is looked at.
  private static let lookMilliseconds = 5_000

  /// Makes all instances that are described. Throws for what cannot be used.
  init(_ settings: Settings, directory: String) throws(StartError) {
    self.settings = settings
    self.directory = directory
    contents = PluginFile.contents(of: settings.pluginsDirectory)
    registry = PluginRegistry(
      try PluginRegistry.Settings(settings, for: settings.plugins, directory: directory))
    for (path, data) in contents { files[path] = try Instances.file(data, path: path) }
    try addAll()
    guard let name = AccountID(settings.defaultPlugin), registry.setDefault(name) else {
      throw StartError(
        description: "DEFAULT_PLUGIN names \(settings.defaultPlugin), which is not enabled.")
    }
    let lost = settings.routes.first { route in
      AccountID(route.plugin).flatMap { registry.instance($0) } == nil
    }
    if let lost {
      throw StartError(
        description: "ROUTES sends \(lost.name) to \(lost.plugin), which is not enabled.")
    }
  }

  private static func file(_ data: Data, path: String) throws(StartError) -> PluginFile {
    do throws(ConfigurationError) {
      return try PluginFile(data, path: path)
    } catch {
      throw StartError(description: error.description)
    }
  }

  private func addAll() throws(StartError) {
    var enabled: [(name: String, path: String?)] = settings.plugins.map { ($0, nil) }
    for (path, file) in files.sorted(by: { $0.key < $1.key }) where file.placement.isEnabled {
      enabled.append((file.name.text, path))
    }
    // Paper accounts come last, because they trade in the markets of the others.
    let isPaper = { (name: String) in name.hasPrefix("paper") }
    for (name, path) in enabled.filter({ !isPaper($0.name) }) + enabled.filter({ isPaper($0.name) })
    {
      if let path, let file = files[path] {
        try add(file, path: path)
      } else {
        try add(AccountID(name), try placement(of: name))
      }
    }
  }

  /// What the settings say of an instance of `PLUGINS`.
  private func placement(of name: String) throws(StartError) -> PluginPlacement {
    var placement = PluginPlacement(
      priority: (settings.plugins.firstIndex(of: name) ?? PluginPlacement.usualPriority) + 1)
    for route in settings.routes where route.plugin == name {
      if route.isStrategy, let strategy = Label(route.name) {
        placement.strategies.insert(strategy)
      } else if !route.isStrategy, let symbol = Symbol(anySpelling: route.name) {
        placement.symbols.insert(symbol)
      } else {
        throw StartError(
          description: "ROUTES names \(route.name), which can be no symbol and no strategy.")
      }
    }
    return placement
  }

  private func add(
    _ name: AccountID?, _ placement: PluginPlacement, own: PluginRegistry.Settings? = nil
  ) throws(StartError) {
    guard let name, registry.add(name, placement, settings: own) else {
      let text = name?.text ?? ""
      throw StartError(
        description: text.hasPrefix("paper")
          ? "PLUGINS names \(text), but there is no plugin in whose market it could trade. Add "
            + "one to PLUGINS, and name it in PAPER_SOURCE or after paper-."
          : "PLUGINS names \(text), which is no kind of plugin.")
    }
  }

  private func add(_ file: PluginFile, path: String) throws(StartError) {
    guard registry.instance(file.name) == nil else {
      throw StartError(
        description: "\(path) describes \(file.name), but there is a plugin of that name already.")
    }
    let kinds = PluginRegistry.kindNames
    guard kinds.contains(where: { file.name.text == $0 || file.name.text.hasPrefix($0 + "-") })
    else {
      throw StartError(
        description: "\(path) describes \(file.name), but the plugins are "
          + "\(kinds.joined(separator: ", ")), each with or without a suffix such as -2.")
    }
    guard settings.isPaperTradingEnabled || !file.name.text.hasPrefix("paper") else {
      throw StartError(
        description: "\(path) describes \(file.name), but ENABLE_PAPER_TRADING is false.")
    }
    let own: Settings
    do throws(ConfigurationError) {
      own = try settings.overlaid(with: file.settings)
    } catch {
      throw StartError(description: "In \(path): \(error)")
    }
    try add(
      file.name, file.placement,
      own: try PluginRegistry.Settings(own, for: [file.name.text], directory: directory))
  }

  // MARK: While it runs

  /// Looks at the directory from now on, and has `gateway` take up what is new there.
  func follow(for gateway: Gateway) {
    let path = settings.pluginsDirectory
    _ = EventLoop.shared.schedule(afterMilliseconds: Instances.lookMilliseconds) { [weak gateway] in
      // The loop must not wait for the disk.
      DispatchQueue.global().async {
        let found = PluginFile.contents(of: path)
        EventLoop.shared.post { [self] in
          guard let gateway else { return }
          take(found, for: gateway)
          follow(for: gateway)
        }
      }
    }
  }

  /// Takes over what has changed since the directory was looked at last.
  func take(_ found: [String: Data], for gateway: Gateway) {
    for path in Set(contents.keys).union(found.keys).sorted() where contents[path] != found[path] {
      do throws(StartError) {
        problems[path] = nil
        try take(found[path], path: path, for: gateway)
        gateway.log.info("A plugin's file was taken over.", [("file", path)])
      } catch {
        problems[path] = error.description
        gateway.log.error(
          "A plugin's file cannot be used.", [("file", path), ("reason", error.description)])
      }
    }
    contents = found
  }

  private func take(_ data: Data?, path: String, for gateway: Gateway) throws(StartError) {
    guard let data else {
      if let gone = files[path] { disable(gone) }
      return
    }
    let file = try Instances.file(data, path: path)
    guard let known = files[path], registry.instance(known.name) != nil else {
      if file.placement.isEnabled {
        let before = registry.instances.count
        try add(file, path: path)
        for plugin in registry.instances[before...] { gateway.takeUp(new: plugin) }
      }
      files[path] = file
      return
    }
    guard known.name == file.name, known.settings == file.settings else {
      throw StartError(
        description: "The name or the settings in \(path) have changed; they count from the next "
          + "start on, and \(known.name) goes on as it was.")
    }
    registry.place(file.name, file.placement)
    files[path] = file
  }

  private func disable(_ file: PluginFile) {
    guard registry.instance(file.name) != nil else { return }
    var placement = file.placement
    placement.isEnabled = false
    registry.place(file.name, placement)
  }
}

extension PluginRegistry.Settings {
  /// What the plugins of `names` are made from.
  @LoopActor init(
    _ settings: Settings, for names: [String], directory: String
  ) throws(StartError) {
    self.init(
      directory: directory, mock: try MockSettings(settings), paper: try PaperSettings(settings),
      binance: names.contains { $0.hasPrefix("binance") } ? try BinanceSettings(settings) : nil,
      http: names.contains { $0.hasPrefix("http") } ? try HTTPPluginSettings(settings) : nil,
      ccxt: names.contains { $0.hasPrefix("ccxt") } ? try CCXTSettings(settings) : nil,
      isPaperEnabled: settings.isPaperTradingEnabled, isLiveEnabled: settings.isLiveTradingEnabled)
    isFallbackEnabled = settings.isFallbackEnabled
    if names.contains(where: { $0.hasPrefix("mt5") }) {
      metaTrader = try MetaTraderSettings(settings)
    }
    if names.contains(where: { $0.hasPrefix("ninjatrader") }) {
      ninjaTrader = try NinjaTraderSettings(settings)
    }
  }
}
