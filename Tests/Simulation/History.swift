// A day of trading: busy spells full of faults between quiet hours, then an evening without faults,
// at the end of which everything has to be known. One seed is one day, always the same.

@testable import Trading

/// What became of a day.
public struct History: Sendable {
  /// The seed that repeats it.
  public let seed: UInt64
  /// The promises that were broken; empty if all is well.
  public let findings: [String]
  /// Simulated time.
  public let milliseconds: Int64
  /// What the engine wanted done.
  public let actions: Int

  /// Lives through the day of a seed. `trace` is told everything that the engine hears and wants.
  public init(seed: UInt64, bug: PlantedBug? = nil, trace: ((String) -> Void)? = nil) {
    let world = World(seed: seed, bug: bug, trace: trace)
    var clients = Clients()
    world.trade(&clients)
    world.calmDown(&clients)
    expectTruth(world)
    self.seed = seed
    findings = world.findings.all
    milliseconds = world.now.milliseconds(since: start)
    actions = world.actionsCount
  }
}

extension World {
  private static let spells = 8
  private static let actsPerSpell = 12
  /// Quiet time between two spells; with the spells a day.
  private static let quietMilliseconds = 9_000_000...12_000_000

  fileprivate func trade(_ clients: inout Clients) {
    for _ in 0..<World.spells {
      for _ in 0..<World.actsPerSpell {
        clients.act(in: self)
        haveTrouble()
        if random.chance(40) { moveMarket() }
        for _ in 0..<random.number(1...4) { pass(milliseconds: Int64(random.number(1...600))) }
      }
      pass(milliseconds: 60_000)
      let quiet = Int64(random.number(World.quietMilliseconds))
      for _ in 0..<10 {
        pass(milliseconds: quiet / 10, tickMilliseconds: 10_000)
        sweepPositions()
        if random.chance(50) { sweepTrades() }
      }
    }
  }

  private func haveTrouble() {
    switch random.number(0...99) {
    case 0..<3: crash()
    case 3..<6: crashSoon()
    case 6..<9:
      store.isFull = true
      later(500...4_000) { $0.makeStoreUsable() }
    case 9..<11:
      store.isUnreadable = true
      later(500...4_000) { $0.makeStoreUsable() }
    case 11..<14:
      let account = random.chance(50) ? binance : kraken
      disconnect(account)
      later(100...5_000) { $0.connect(account) }
    case 14..<24: sweepOpenOrders()
    case 24..<34: sweepPositions()
    case 34..<42: sweepTrades()
    default: break
    }
  }

  /// The faults end; every order is cancelled until nothing is live any more.
  fileprivate func calmDown(_ clients: inout Clients) {
    pass(milliseconds: 30_000)
    endFaults()
    setTradingState(.active, request: clients.request())
    expectProtection()
    endAll(&clients)
    // Protections that are done stay for late fills, and may have placed an order meanwhile.
    pass(milliseconds: 125_000, tickMilliseconds: 1_000)
    endAll(&clients)
    pass(milliseconds: 125_000, tickMilliseconds: 1_000)
  }

  private func endAll(_ clients: inout Clients) {
    for round in 0..<400 {
      pass(milliseconds: 1_000)
      guard round % 5 == 4 else { continue }
      sweepOpenOrders()
      sweepTrades()
      sweepPositions()
      pass(milliseconds: 1_000)
      let live = engine.liveOrders.sorted { $0.id < $1.id }
      // Longer than any plugin takes to give up, so that no answer is on its way any more.
      if round > 120, live.allSatisfy({ isBeyondKnowing($0) }) { break }
      for order in live where !order.state.isSealed && !order.pending.contains(.cancel) {
        clients.cancel(.id(order.id), in: self)
      }
    }
    pass(milliseconds: 5_000)
  }

  /// Once all is quiet, everything that asked for a stop has one.
  private func expectProtection() {
    for _ in 0..<240 {
      pass(milliseconds: 1_000)
      for symbol in [bitcoin, ether] {
        for account in World.accounts { quote(symbol, price("100"), on: account) }
      }
    }
    guard canBeAskedLater else { return }
    findings.expect(
      engine.unprotectedOrders.isEmpty, "\(engine.unprotectedOrders.map(\.id)) have no stop")
  }
}
