// Starting the plugins and keeping in step with their venues. A plugin that cannot start is
// reported and tried again; the service goes on without it, and its gate stays closed.

internal import Network
internal import Plugins
internal import Telemetry
internal import Trading

extension Gateway {
  /// How long a plugin that could not start is left alone.
  private static let restartMilliseconds = 5_000
  /// How long positions with filled, unsettled orders wait for their comparison with the venue.
  private static let settleMilliseconds = 1_000

  /// Starts all plugins; each is connected, or tried again later, on its own.
  func startPlugins() {
    for plugin in registry.instances { start(plugin) }
  }

  /// Takes up a plugin that was added while the service runs.
  func takeUp(new plugin: any ExecutionPlugin) {
    feed(.added(plugin.name))
    // A process that stands by starts it once it is the writer.
    if standby == nil { start(plugin) }
  }

  private func start(_ plugin: any ExecutionPlugin) {
    LoopActor.task { [self] in
      await connect(plugin)
      settleRegularly(plugin)
      compareRegularly(plugin)
    }
  }

  private func connect(_ plugin: any ExecutionPlugin) async {
    let name = plugin.name
    do throws(PluginError) {
      try await plugin.start { [weak self, unowned plugin] report in self?.hear(report, plugin) }
    } catch {
      log.error("Plugin \(name) cannot start.", [("reason", error.description)])
      note(PluginHealth(isHealthy: false, detail: error.description), of: name)
      return later { [self] in await connect(plugin) }
    }
    await takeUp(plugin)
  }

  private func note(_ health: PluginHealth, of name: AccountID) {
    registry.note(health, of: name, at: Gateway.now)
  }

  private func later(_ work: @escaping @LoopActor () async -> Void) {
    _ = EventLoop.shared.schedule(afterMilliseconds: Gateway.restartMilliseconds) {
      LoopActor.task { await work() }
    }
  }

  private func hear(_ report: PluginReport, _ plugin: any ExecutionPlugin) {
    let name = plugin.name
    switch report {
    case .order(let order): feed(.reported(order))
    case .externalOrders(let orders): feed(.externalOrdersReported(name, orders))
    case .price(let symbol, let price, let quotedAt):
      feed(.priced(PositionKey(account: name, symbol: symbol), price, quotedAt: quotedAt))
    case .disconnected(let reason):
      log.warning("Plugin \(name) is disconnected.", [("reason", reason)])
      note(PluginHealth(isHealthy: false, detail: reason), of: name)
      feed(.disconnected(name))
    case .connected: LoopActor.task { [self] in await takeUp(plugin) }
    }
  }

  /// Takes up the work with a venue that is connected: its gate opens once all was compared.
  private func takeUp(_ plugin: any ExecutionPlugin) async {
    let name = plugin.name
    do throws(PluginError) {
      let instruments = try await plugin.instruments()
      // If the connection was lost meanwhile, the next one is taken up instead.
      guard plugin.health.isHealthy else { return }
      feed(.connected(name, instruments: instruments, rules: plugin.capabilities.rules))
      note(plugin.health, of: name)
      await compare(plugin)
      log.info("Plugin \(name) is connected.", [("instruments", "\(instruments.count)")])
    } catch {
      log.error("Instruments of \(name) are unknown.", [("reason", error.description)])
      later { [self] in await takeUp(plugin) }
    }
  }

  /// Compares open orders and positions with the venue's. What cannot be asked is skipped, never
  /// taken for "none".
  private func compare(_ plugin: any ExecutionPlugin) async {
    do throws(PluginError) {
      feed(.openOrdersReported(plugin.name, try await plugin.openOrders()))
    } catch {
      log.warning("Open orders of \(plugin.name) are unknown.", [("reason", error.description)])
    }
    await comparePositions(plugin)
  }

  private func comparePositions(_ plugin: any ExecutionPlugin) async {
    do throws(PluginError) {
      feed(.positionsReported(plugin.name, try await plugin.positions()))
    } catch {
      log.warning("Positions of \(plugin.name) are unknown.", [("reason", error.description)])
    }
  }

  private func compareRegularly(_ plugin: any ExecutionPlugin) {
    _ = EventLoop.shared.schedule(afterMilliseconds: reconcileSeconds * 1_000) { [weak self] in
      guard let self else { return }
      LoopActor.task { [self] in
        if plugin.health.isHealthy { await compare(plugin) }
        compareRegularly(plugin)
      }
    }
  }

  private func settleRegularly(_ plugin: any ExecutionPlugin) {
    _ = EventLoop.shared.schedule(afterMilliseconds: Gateway.settleMilliseconds) { [weak self] in
      guard let self else { return }
      LoopActor.task { [self] in
        if hasUnsettledOrders(plugin.name) { await comparePositions(plugin) }
        settleRegularly(plugin)
      }
    }
  }
}
