// The plugin instances of this process, by name. The first is the default unless another is named.
// An instance is called like its kind, or its kind and a suffix (`mock-2`). It is never removed:
// what was sent to it has to be followed to its end.
//
// While live trading is off, a live plugin gets no orders: beside it stands `paper-<its name>`,
// which trades on paper in its market. Paper accounts have names of their own, so that what was
// traded on paper never mixes with what is traded in earnest later.

public import Network
public import Trading

/// All plugin instances.
@LoopActor public final class PluginRegistry {
  /// What plugins are made from, and which may trade.
  public struct Settings {
    /// Where plugins may keep files; it exists.
    public var directory: String
    /// The settings of the simulated exchange.
    public var mock: MockSettings
    /// The settings of paper accounts.
    public var paper: PaperSettings
    /// The account at Binance; nil without one.
    public var binance: BinanceSettings?
    /// The process of the plugin `http`; nil without one.
    public var http: HTTPPluginSettings?
    /// The service of the plugin `ccxt`; nil without one.
    public var ccxt: CCXTSettings?
    /// The account at MetaTrader 5; nil without one.
    public var metaTrader: MetaTraderSettings?
    /// The account at NinjaTrader 8; nil without one.
    public var ninjaTrader: NinjaTraderSettings?
    /// Whether orders for live plugins may be executed on paper.
    public var isPaperEnabled: Bool
    /// Whether live plugins get orders.
    public var isLiveEnabled: Bool
    /// Whether an order that names no plugin may go to another one than its own.
    public var isFallbackEnabled = false

    /// Settings from their parts.
    public init(
      directory: String, mock: MockSettings, paper: PaperSettings,
      binance: BinanceSettings? = nil, http: HTTPPluginSettings? = nil,
      ccxt: CCXTSettings? = nil, isPaperEnabled: Bool, isLiveEnabled: Bool
    ) {
      self.directory = directory
      self.mock = mock
      self.paper = paper
      self.binance = binance
      self.http = http
      self.ccxt = ccxt
      self.isPaperEnabled = isPaperEnabled
      self.isLiveEnabled = isLiveEnabled
    }
  }

  /// The kinds of plugin there are.
  public nonisolated static let kindNames = [
    "mock", "paper", "binance", "binance-futures", "http", "ccxt", "mt5", "ninjatrader",
  ]

  /// The instances, in the order in which they were added.
  public private(set) var instances: [any ExecutionPlugin] = []
  /// What the operator says of them; nothing of paper accounts that stand beside a live one.
  public private(set) var placements: [AccountID: PluginPlacement] = [:]
  /// How they were.
  public private(set) var histories: [AccountID: HealthHistory] = [:]
  private var routing = RoutingTable([:])
  private var byName: [AccountID: any ExecutionPlugin] = [:]
  /// The instance of an order that names none.
  public private(set) var defaultName: AccountID?
  private let settings: Settings

  /// No instances.
  public init(_ settings: Settings) { self.settings = settings }

  /// Makes and adds an instance of the kind that its name tells, with settings of its own if it has
  /// some; false if there is no such kind, or no market for a paper account: that has to be there
  /// first.
  public func add(
    _ name: AccountID, _ placement: PluginPlacement = PluginPlacement(),
    settings own: Settings? = nil
  ) -> Bool {
    guard let plugin = make(name, own ?? settings) else { return false }
    add(plugin)
    place(name, placement)
    return true
  }

  /// Says which orders an instance takes.
  public func place(_ name: AccountID, _ placement: PluginPlacement) {
    placements[name] = placement
    routing = RoutingTable(placements)
  }

  /// A new venue is one line here.
  private func make(_ name: AccountID, _ settings: Settings) -> (any ExecutionPlugin)? {
    switch name.kind {
    case "mock":
      MockPlugin(name: name, directory: settings.directory, settings: settings.mock)
    case "paper": market(of: name, settings).map { paper(name, in: $0, settings) }
    case "binance": settings.binance.map { BinancePlugin(name: name, at: .spot, settings: $0) }
    case "binance-futures":
      settings.binance.map { BinancePlugin(name: name, at: .futures, settings: $0) }
    case "http": settings.http.map { HTTPPlugin(name: name, settings: $0) }
    case "ccxt": settings.ccxt.map { CCXTPlugin(name: name, settings: $0) }
    case "mt5": settings.metaTrader?.plugin(name)
    case "ninjatrader": settings.ninjaTrader?.plugin(name)
    default: nil
    }
  }

  /// The plugin in whose market a paper account trades: the one that its name ends with, else the
  /// one of the settings, else the first simulated exchange.
  private func market(of paper: AccountID, _ settings: Settings) -> (any ExecutionPlugin)? {
    if let suffix = paper.suffix { return byName[suffix] }
    if let source = settings.paper.source { return byName[source] }
    return instances.first { $0 is MockPlugin }
  }

  private func paper(
    _ name: AccountID, in venue: any ExecutionPlugin, _ settings: Settings
  ) -> PaperPlugin {
    let recorded = settings.paper.book.map { RecordedMarket($0, of: venue) }
    return PaperPlugin(
      name: name, directory: settings.directory, settings: settings.paper,
      source: recorded ?? venue,
      market: recorded == nil ? venue.name.text : "a recorded book of \(venue.name)")
  }

  /// Adds an instance; the first becomes the default. Beside a live one that gets no orders, its
  /// paper account is added.
  public func add(_ plugin: any ExecutionPlugin) {
    instances.append(plugin)
    byName[plugin.name] = plugin
    if defaultName == nil { defaultName = plugin.name }
    guard !takesOrders(plugin), settings.isPaperEnabled, let name = paperName(of: plugin.name),
      byName[name] == nil
    else { return }
    add(paper(name, in: plugin, settings))
  }

  private func paperName(of live: AccountID) -> AccountID? { AccountID("paper-\(live)") }

  /// Names the default; false if there is no such instance.
  public func setDefault(_ name: AccountID) -> Bool {
    guard byName[name] != nil else { return false }
    defaultName = name
    return true
  }

  /// An instance by its name.
  public func instance(_ name: AccountID) -> (any ExecutionPlugin)? { byName[name] }

  /// The instance that takes an order in `symbol` of `strategy` which names none, if all is well.
  public func preferred(for symbol: Symbol, of strategy: Label?) -> AccountID? {
    routing.instance(for: symbol, of: strategy) ?? defaultName
  }

  /// The instances that may take an order instead of `name`, the most preferred first: those whose
  /// orders are executed alike, live, on paper or simulated.
  public func substitutes(for name: AccountID) -> [AccountID] {
    guard settings.isFallbackEnabled, let account = account(executing: name) else { return [] }
    let mode = ExecutionMode(account)
    return routing.ranked.filter { other in
      guard other != name, let account = self.account(executing: other) else { return false }
      return ExecutionMode(account) == mode
    }
  }

  /// Notes how an instance is.
  public func note(_ health: PluginHealth, of name: AccountID, at now: Timestamp) {
    histories[name, default: HealthHistory()].note(health, at: now)
  }

  /// Whether orders may be sent to a plugin at all.
  public func takesOrders(_ plugin: any ExecutionPlugin) -> Bool {
    settings.isLiveEnabled || !plugin.capabilities.isLive
  }

  /// The account on which an order that names `name` is executed; nil if it may not be.
  public func account(executing name: AccountID) -> AccountID? {
    guard let plugin = byName[name], !takesOrders(plugin) else { return name }
    return paperName(of: name).flatMap { byName[$0]?.name }
  }
}
