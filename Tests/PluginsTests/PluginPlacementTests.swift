// Which instance takes an order that names none, and what may stand in for it.

import Network
import Testing
import Trading

@testable import Plugins

@LoopActor @Suite struct PluginPlacementTests {
  private let trend = Label("trend")

  /// Three simulated exchanges and a paper account.
  private func filled(_ directory: Directory, isFallbackEnabled: Bool = true) -> PluginRegistry {
    let registry = registry(directory, isFallbackEnabled: isFallbackEnabled)
    for (place, name) in ["mock", "mock-2", "mock-3", "paper"].enumerated() {
      #expect(registry.add(account(name), PluginPlacement(priority: place + 1)))
    }
    return registry
  }

  @Test func `the strategy goes before the symbol, and that before the default`() {
    let directory = Directory()
    let registry = filled(directory)
    registry.place(account("mock-2"), PluginPlacement(symbols: [ether]))
    registry.place(account("mock-3"), PluginPlacement(strategies: trend.map { [$0] } ?? []))
    #expect(registry.preferred(for: bitcoin, of: nil) == account("mock"))
    #expect(registry.preferred(for: ether, of: nil) == account("mock-2"))
    #expect(registry.preferred(for: ether, of: trend) == account("mock-3"))
    #expect(registry.preferred(for: ether, of: Label("other")) == account("mock-2"))
  }

  @Test func `of several that want a symbol the one with the lowest number has it`() {
    let directory = Directory()
    let registry = filled(directory)
    registry.place(account("mock-2"), PluginPlacement(priority: 7, symbols: [ether]))
    registry.place(account("mock-3"), PluginPlacement(priority: 6, symbols: [ether]))
    #expect(registry.preferred(for: ether, of: nil) == account("mock-3"))
    registry.place(
      account("mock-3"), PluginPlacement(isEnabled: false, priority: 6, symbols: [ether]))
    #expect(registry.preferred(for: ether, of: nil) == account("mock-2"))
  }

  @Test func `substitutes are executed alike, in order of priority, and only if that is wanted`() {
    let directory = Directory()
    let registry = filled(directory)
    registry.place(account("mock"), PluginPlacement(priority: 9))
    #expect(registry.substitutes(for: account("mock-3")) == [account("mock-2"), account("mock")])
    #expect(registry.substitutes(for: account("paper")) == [])
    registry.place(account("mock-2"), PluginPlacement(isEnabled: false))
    #expect(registry.substitutes(for: account("mock-3")) == [account("mock")])
    #expect(filled(directory, isFallbackEnabled: false).substitutes(for: account("mock")) == [])
  }

  @Test func `the history keeps changes and no repetitions, and so many of them`() {
    var history = HealthHistory()
    let good = PluginHealth(isHealthy: true, detail: "Connected.")
    history.note(good, at: start)
    history.note(good, at: start.adding(milliseconds: 1))
    #expect(history.changes.map(\.at) == [start])
    for number in 0..<HealthHistory.changesMax {
      let health = PluginHealth(isHealthy: false, detail: "Lost \(number).")
      history.note(health, at: start.adding(milliseconds: 2))
    }
    #expect(history.changes.count == HealthHistory.changesMax)
    #expect(history.changes.first?.health.detail == "Lost 0.")
  }
}
