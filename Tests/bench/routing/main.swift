// Measures how long it takes to choose the account of an order that names none, among 16 instances
// with 60 symbols and 4 strategies each. Prints the nanoseconds of a choice in the
// median and in the slowest of 1,000 rounds of 1,000 choices.

import Network
import Plugins
import Trading

func unwrap<T>(_ value: T?) -> T {
  guard let value else { fatalError("A literal of the benchmark is not valid.") }
  return value
}

@LoopActor func measure() -> [UInt64] {
  let registry = PluginRegistry(
    PluginRegistry.Settings(
      directory: "/nonexistent",
      mock: MockSettings(
        balances: [:], feeBasisPoints: .zero, slippageBasisPoints: .zero, latencyMilliseconds: 0),
      paper: PaperSettings(balances: [:], feeBasisPoints: .zero, latencyMilliseconds: 0),
      isPaperEnabled: true, isLiveEnabled: false))
  var orders: [(symbol: Symbol, strategy: Label?)] = []
  for number in 0..<16 {
    let symbols = (0..<60).map { unwrap(Symbol("S\(number)X\($0)USDT")) }
    let strategies = (0..<4).map { unwrap(Label("strategy-\(number)-\($0)")) }
    guard
      registry.add(
        unwrap(AccountID("mock-\(number)")),
        PluginPlacement(priority: number, symbols: Set(symbols), strategies: Set(strategies)))
    else { fatalError("The instance cannot be made.") }
    orders += symbols.map { ($0, nil) } + strategies.map { (symbols[0], $0) }
  }
  return (0..<1_000).map { round in
    let start = EventLoop.shared.monotonicNanoseconds()
    for number in 0..<1_000 {
      let order = orders[(round + number * 7) % orders.count]
      guard let name = registry.preferred(for: order.symbol, of: order.strategy),
        registry.account(executing: name) != nil
      else { fatalError("Nobody takes the order.") }
    }
    return (EventLoop.shared.monotonicNanoseconds() - start) / 1_000
  }
}

let rounds = await measure().sorted()
print(rounds[rounds.count / 2], rounds[rounds.count - 1])
