// What a venue looks like to the service. A plugin translates and transports; it keeps no order
// state of its own and decides nothing about orders. Adding a venue is a folder here and a line in
// `PluginRegistry.kinds`.

public import Network
public import Trading

/// A connection to one account at one venue.
@LoopActor public protocol ExecutionPlugin: MarketSource {
  /// The instance's name, which is part of every key.
  var name: AccountID { get }
  /// What the venue can do.
  var capabilities: PluginCapabilities { get }
  /// Whether the venue can be reached.
  var health: PluginHealth { get }

  /// How far the venue's clock is ahead of ours; nil where its time does not matter.
  var clockOffsetMilliseconds: Int64? { get }

  /// What of the venue's limit on requests is used up; nil where there is none that is known.
  var requestBudget: RequestBudget? { get }

  /// What it assumes where it is only a model of a venue, in sentences; empty for a real one.
  var model: [String] { get }

  /// Connects. What the venue tells by itself from then on goes to `report`.
  func start(
    reporting report: @escaping @LoopActor (PluginReport) -> Void
  ) async throws(PluginError)
  /// What would be sent for an order, without secrets.
  func request(for order: Order) -> VenueRequest
  /// Sends an order, once. Returns in bounded time, with `unknown` if need be.
  func submit(_ order: Order) async -> SubmitOutcome
  /// Asks for a cancel.
  func cancel(_ order: Order) async -> CancelOutcome
  /// Asks for a change, as the order's `amendment` says; only where the rules say that it can be.
  func amend(_ order: Order) async -> AmendOutcome
  /// Asks for an order by its client order id, in open orders and in history.
  func query(_ order: Order) async -> QueryOutcome
  /// The open orders.
  func openOrders() async throws(PluginError) -> [OrderReport]
  /// The positions; what is not among them is flat.
  func positions() async throws(PluginError) -> [PositionReport]
  /// The balances.
  func balances() async throws(PluginError) -> [Balance]
  /// Sets by how much positions of an instrument are leveraged, 1...125.
  func setLeverage(_ leverage: Int, of symbol: Symbol) async throws(PluginError)
  /// Disconnects and makes durable what the plugin keeps.
  func stop() async
}

extension ExecutionPlugin {
  /// A real venue assumes nothing.
  public var model: [String] { [] }

  /// Most venues lend nothing; whoever does says so in the capabilities.
  public func setLeverage(_ leverage: Int, of symbol: Symbol) async throws(PluginError) {
    throw PluginError("\(name) trades without leverage.")
  }

  /// Most venues state no limit.
  public var requestBudget: RequestBudget? { nil }

  /// Most venues stamp nothing with the time.
  public var clockOffsetMilliseconds: Int64? { nil }
}

/// What a venue can do.
public struct PluginCapabilities: Equatable, Sendable {
  /// Whether orders are executed with real money.
  public var isLive: Bool
  /// Whether leverage can be set.
  public var hasLeverage: Bool
  /// Whether the venue ever tells what became of an order that it has taken or not answered. Where
  /// it does not, somebody who has looked there may state it.
  public var tellsOutcomes: Bool
  /// What the engine decides by.
  public var rules: VenueRules

  /// Capabilities from their parts.
  public init(
    isLive: Bool, hasLeverage: Bool = false, tellsOutcomes: Bool = true, rules: VenueRules
  ) {
    self.isLive = isLive
    self.hasLeverage = hasLeverage
    self.tellsOutcomes = tellsOutcomes
    self.rules = rules
  }
}

/// A venue's limit on requests.
public struct RequestBudget: Equatable, Sendable {
  /// The share of it that is used up, from 0 on.
  public var usedShare: Double
  /// How often the venue has said that too much was asked of it.
  public var limitHits: Int

  /// A budget from its parts.
  public init(usedShare: Double, limitHits: Int) {
    self.usedShare = usedShare
    self.limitHits = limitHits
  }
}

/// A request to a venue, for people to look at.
public struct VenueRequest: Equatable, Sendable {
  /// How it travels, such as `POST`.
  public var method: String
  /// Where it goes, without secrets.
  public var target: String
  /// Its body, as text.
  public var body: String

  /// A request from its parts.
  public init(method: String, target: String, body: String) {
    self.method = method
    self.target = target
    self.body = body
  }
}

/// Whether a venue can be reached.
public struct PluginHealth: Equatable, Sendable {
  /// Whether it can.
  public var isHealthy: Bool
  /// One sentence about it.
  public var detail: String

  /// A health from its parts.
  public init(isHealthy: Bool, detail: String) {
    self.isHealthy = isHealthy
    self.detail = detail
  }
}

/// What a venue tells by itself.
public enum PluginReport: Equatable, Sendable {
  /// Something happened to an order.
  case order(OrderReport)
  /// The open orders that others have placed on the account, all of them.
  case externalOrders([ExternalOrder])
  /// A market price, and when the venue had it; nil for just now.
  case price(Symbol, Price, quotedAt: Timestamp? = nil)
  /// The venue cannot be heard any more. What happens until `connected` may never be told, and what
  /// was asked before must not be answered after it.
  case disconnected(reason: String)
  /// The venue is heard again.
  case connected
}

/// A failed request for information. Never says anything about an order.
public struct PluginError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One sentence: what happened and what to do.
  public let description: String

  /// A failure with its sentence.
  public init(_ description: String) { self.description = description }
}

/// What an account has of an asset.
public struct Balance: Equatable, Sendable {
  /// The asset.
  public var asset: Asset
  /// What can be used.
  public var free: Decimal
  /// What resting orders hold back.
  public var locked: Decimal

  /// A balance from its parts.
  public init(asset: Asset, free: Decimal, locked: Decimal) {
    self.asset = asset
    self.free = free
    self.locked = locked
  }

  /// All of it.
  public var total: Decimal { free + locked }
}
