// A seeded world around one engine: clients, a venue, a store and the wires between them, which
// delay, lose, repeat and reorder, and a power switch. One seed is one history, always the same.

import Testing

@testable import Trading

final class World {
  let seed: UInt64
  let canBeAskedLater: Bool
  let store: ModelStore
  let venue = ModelVenue()
  var random: SeededGenerator
  private(set) var engine: Engine
  private(set) var now = start
  /// Counts the processes; what was on its way to an earlier one is lost.
  private(set) var generation = 0
  let audit: Audit
  /// Everything that the engine ever wanted done.
  private(set) var actions: [Action] = []

  private var happenings: [Happening] = []
  private var happened = 0
  private var storeAnswersAt = start
  private(set) var ids = OrderIDSequence()

  private struct Happening {
    var at: Timestamp
    var number: Int
    /// Nil if it happens whatever becomes of the process.
    var generation: Int?
    var run: (World) -> Void
  }

  /// How long the venue may not see an order that it has, in its worst case.
  static let windowMilliseconds: Int64 = 6_000

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    canBeAskedLater = seed % 4 != 3
    store = ModelStore(seed: seed)
    audit = Audit(seed: seed)
    engine = World.newEngine(seed: seed, at: start)
    connect()
  }

  private static func newEngine(seed: UInt64, at now: Timestamp) -> Engine {
    let limits = RiskLimits(
      maxOrderNotional: decimal("1000"), maxPositionNotional: decimal("3000"), maxOpenOrders: 12)
    return Engine(
      configuration: EngineConfiguration(
        limits: limits, submitRate: .init(perSecond: 5, burst: 20),
        breaker: .init(threshold: 3, openMilliseconds: 3_000, probesMax: 1)),
      accounts: [binance], seed: seed, at: now)
  }

  // MARK: Time

  func later(
    _ range: ClosedRange<Int>, survivesCrash: Bool = false, _ run: @escaping (World) -> Void
  ) {
    happened += 1
    happenings.append(
      Happening(
        at: now.adding(milliseconds: Int64(random.number(range))), number: happened,
        generation: survivesCrash ? nil : generation, run: run))
  }

  func tell(_ input: Input, in range: ClosedRange<Int>) {
    later(range) { $0.tell(input) }
  }

  /// Lets so much time go by, with everything that happens in it.
  func pass(milliseconds: Int64) {
    let end = now.adding(milliseconds: milliseconds)
    while let next = happenings.filter({ $0.at <= end }).min(by: World.isEarlier) {
      happenings.removeAll { $0.number == next.number }
      now = max(now, next.at)
      if next.generation == nil || next.generation == generation { next.run(self) }
    }
    now = end
    tell(.tick)
  }

  private static func isEarlier(_ a: Happening, _ b: Happening) -> Bool {
    a.at == b.at ? a.number < b.number : a.at < b.at
  }

  // MARK: The shell

  func newID() -> OrderID { ids.next(at: now, random: random.next()) }

  func tell(_ input: Input) {
    perform(engine.handle(input, at: now))
    expectCountsInStep()
  }

  private func perform(_ wanted: [Action]) {
    actions += wanted
    for action in wanted {
      switch action {
      case .record(let entry):
        store.add(.entry(entry))
        letStoreWork()
      case .lookUp(let lookUp):
        store.add(.lookUp(lookUp))
        letStoreWork()
      case .send(let order):
        audit.sent(order, store)
        send(order)
      case .cancel(let order): cancel(order.id)
      case .query(let order): query(order.id)
      case .reply(let request, let reply): audit.replied(request, reply, self)
      case .notice(let notice): audit.notices.append(notice)
      }
    }
  }

  /// The store's answers come in the order of its work.
  func letStoreWork() {
    later(0...60) { world in
      let answers = world.store.work(world.random.number(1...4))
      for answer in answers {
        let wait = Int64(world.random.number(0...20))
        world.storeAnswersAt = max(world.storeAnswersAt, world.now.adding(milliseconds: wait))
        let delay = Int(world.storeAnswersAt.milliseconds(since: world.now)) + 1
        world.tell(answer, in: delay...delay)
      }
    }
  }

  func crash() {
    generation += 1
    audit.crashed()
    store.crash()
    storeAnswersAt = now
    store.isFull = false
    store.isUnreadable = false
    engine = World.newEngine(seed: seed &+ UInt64(generation), at: now)
    perform(
      engine.restore(
        orders: store.live, positions: store.positions, usedKeys: store.usedKeys, at: now))
    expectCountsInStep()
    later(0...3_000) { $0.connect() }
  }

  func connect() {
    tell(
      .connected(
        binance, instruments: [instrument(bitcoin), instrument(ether)],
        rules: VenueRules(
          canBeAskedLater: canBeAskedLater,
          visibilityWindowMilliseconds: World.windowMilliseconds)))
    sweepOpenOrders()
    for symbol in [bitcoin, ether] {
      tell(.priced(PositionKey(account: binance, symbol: symbol), price("100")))
    }
  }

  func makeStoreUsable() {
    store.isFull = false
    store.isUnreadable = false
    tell(.journal(isAvailable: true))
    letStoreWork()
  }

  /// Exposure and counts are kept by difference; they have to equal what the live orders add up to.
  private func expectCountsInStep() {
    let live = engine.orders.values.filter { !$0.order.state.isSealed }
    #expect(engine.accounts[binance]?.openOrders == live.count, "seed \(seed)")
    for state in engine.instruments.values {
      for side in Side.allCases {
        let sum = live.reduce(Quantity.zero) { sum, live in
          let counts = live.instrument === state && live.order.terms.side == side
          return counts ? sum + live.order.leavesQuantity : sum
        }
        #expect(state.exposure.leaves(on: side) == sum, "seed \(seed)")
      }
    }
  }
}
