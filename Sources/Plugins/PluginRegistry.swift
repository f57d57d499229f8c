// The plugin instances of this process, by name, in order of priority. The first is the default
// unless another is named. An instance is called like its kind, or its kind and a suffix
// (`mock-2`).

public import Network
public import Trading

/// All plugin instances.
@LoopActor public final class PluginRegistry {
  /// What every kind of plugin is made from.
  public struct Context {
    /// The instance's name.
    public var name: AccountID
    /// Where the plugin may keep files; it exists.
    public var directory: String
    /// The settings of the simulated exchange.
    public var mock: MockSettings

    /// A context from its parts.
    public init(name: AccountID, directory: String, mock: MockSettings) {
      self.name = name
      self.directory = directory
      self.mock = mock
    }
  }

  /// How each kind of plugin is made. A new venue is one line here.
  static let kinds: [String: @LoopActor (Context) -> any ExecutionPlugin] = [
    "mock": { MockPlugin(name: $0.name, directory: $0.directory, settings: $0.mock) }
  ]

  /// The kinds of plugin there are.
  public nonisolated static let kindNames = ["mock"]

  /// The instances, the most preferred first.
  public private(set) var instances: [any ExecutionPlugin] = []
  private var byName: [AccountID: any ExecutionPlugin] = [:]
  /// The instance of an order that names none.
  public private(set) var defaultName: AccountID?

  /// No instances.
  public init() {}

  /// Adds an instance of the kind that `context.name` tells; false if there is no such kind.
  public func add(_ context: Context) -> Bool {
    let kind = String(context.name.text.prefix { $0 != "-" })
    guard let make = PluginRegistry.kinds[kind] else { return false }
    add(make(context))
    return true
  }

  /// Adds an instance; the first becomes the default.
  public func add(_ plugin: any ExecutionPlugin) {
    instances.append(plugin)
    byName[plugin.name] = plugin
    if defaultName == nil { defaultName = plugin.name }
  }

  /// Names the default; false if there is no such instance.
  public func setDefault(_ name: AccountID) -> Bool {
    guard byName[name] != nil else { return false }
    defaultName = name
    return true
  }

  /// An instance by its name.
  public func instance(_ name: AccountID) -> (any ExecutionPlugin)? { byName[name] }
}
