// The states that streams tell beside the journal: positions and plugins. A state is told as it is,
// not how it came to be, so a change that is missed is made good by the next.
// The rule to keep: a position is told when the entry that moved it is durable, not before.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

/// Positions and plugins as readers were told of them.
struct StreamStates {
  private var positions: [PositionKey: Position] = [:]
  /// Positions after entries that are not durable yet, oldest first.
  private var pending: [(entry: UInt64, key: PositionKey, position: Position)] = []
  private var changed: Set<PositionKey> = []
  private var plugins: [AccountID: [UInt8]] = [:]

  /// Takes the states of now. What is in them and not durable yet has to be so before they are
  /// told.
  @LoopActor mutating func begin(_ gateway: Gateway) {
    positions = gateway.positions
    _ = takeChangedPlugins(gateway)
  }

  mutating func decided(_ entry: JournalEntry) {
    guard let position = entry.position else { return }
    pending.append((entry.number, entry.order.terms.positionKey, position))
  }

  mutating func recorded(through entry: UInt64) {
    let durable = pending.prefix { $0.entry <= entry }
    for (_, key, position) in durable {
      positions[key] = position
      changed.insert(key)
    }
    pending.removeFirst(durable.count)
  }

  /// Positions that have changed since the last time of asking.
  mutating func takeChangedPositions() -> Set<PositionKey> {
    defer { changed = [] }
    return changed
  }

  /// Plugins that are another way than they were, as events.
  @LoopActor mutating func takeChangedPlugins(_ gateway: Gateway) -> [StreamEvent] {
    var events: [StreamEvent] = []
    for plugin in gateway.registry.instances {
      let event = StreamStates.event(plugin, gateway)
      guard plugins[plugin.name] != event.json else { continue }
      plugins[plugin.name] = event.json
      events.append(event)
    }
    return events
  }

  /// All states as events: what a reader gets first.
  @LoopActor func all(_ gateway: Gateway) -> [StreamEvent] {
    let keys = positions.keys.sorted {
      ($0.account.text, $0.symbol.text) < ($1.account.text, $1.symbol.text)
    }
    return keys.compactMap { event($0, gateway) }
      + gateway.registry.instances.map { StreamStates.event($0, gateway) }
  }

  @LoopActor func event(_ key: PositionKey, _ gateway: Gateway) -> StreamEvent? {
    guard let position = positions[key] else { return nil }
    let quote = gateway.instrument(key)?.quoteAsset
    var json = JSONWriter()
    json.beginObject()
    json.member("type", StreamEventType.position.rawValue)
    json.member("plugin", key.account.text)
    json.member("symbol", key.symbol.text)
    json.member("quantity", number: position.quantity)
    json.member(
      "average_entry_price",
      number: position.quantity.isZero
        ? nil
        : Decimal.quotient(position.openCost, over: position.quantity, scale: Position.priceScale))
    json.member("realized_pnl", number: position.realizedPnL)
    json.member(
      "fees", number: quote.map { position.fees(in: $0) } ?? position.fees.first?.amount ?? .zero)
    json.member("updated_at", position.updatedAt.text)
    json.endObject()
    let subject = StreamEvent.Subject(plugin: key.account.text, symbol: key.symbol.text)
    return StreamEvent(type: .position, id: nil, subject: subject, json: json.bytes)
  }

  @LoopActor private static func event(
    _ plugin: any ExecutionPlugin, _ gateway: Gateway
  ) -> StreamEvent {
    var json = JSONWriter(reserving: 192)
    json.beginObject()
    json.member("type", StreamEventType.plugin.rawValue)
    json.member("plugin", plugin.name.text)
    json.member("healthy", plugin.health.isHealthy)
    json.member("detail", plugin.health.detail)
    json.member("takes_orders", gateway.isGateOpen(plugin.name))
    json.member("breaker", gateway.breakerState(of: plugin.name)?.name)
    json.endObject()
    let subject = StreamEvent.Subject(plugin: plugin.name.text)
    return StreamEvent(type: .plugin, id: nil, subject: subject, json: json.bytes)
  }
}
