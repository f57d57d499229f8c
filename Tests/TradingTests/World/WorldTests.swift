// Whole histories: clients trade for a while through every fault that the world has, then the
// faults end, and what the engine believes has to be what the venue knows.

import Testing

@testable import Trading

/// The clients of a world.
private struct Clients {
  var submitted: [OrderTerms] = []
  var ids: [OrderID] = []
  var nextRequest: RequestID = 1

  mutating func request() -> RequestID {
    nextRequest += 1
    return nextRequest
  }

  mutating func act(in world: World) {
    switch world.random.number(0...99) {
    case 0..<55: submit(newTerms(in: world), in: world)
    case 55..<68:
      guard !submitted.isEmpty else { return }
      submit(submitted[world.random.number(0...(submitted.count - 1))], in: world)
    case 68..<72:
      guard let used = submitted.last(where: { !$0.keys.isEmpty }) else { return }
      let other = OrderTerms(
        account: binance, symbol: bitcoin, side: .buy, type: .limit, quantity: quantity("7.777"),
        limitPrice: price("90"), clientOrderID: used.clientOrderID,
        idempotencyKey: used.idempotencyKey)
      submit(other, in: world)
    case 72..<92:
      guard !ids.isEmpty else { return }
      cancel(.id(ids[world.random.number(0...(ids.count - 1))]), in: world)
    default:
      let symbol = world.random.chance(50) ? bitcoin : ether
      let request = request()
      world.audit.asked(request)
      world.tell(
        .close(PositionKey(account: binance, symbol: symbol), id: world.newID(), request: request))
    }
  }

  private mutating func newTerms(in world: World) -> OrderTerms {
    let number = submitted.count
    let side: Side = world.random.chance(50) ? .buy : .sell
    let isMarket = world.random.chance(40)
    return terms(
      side, "\(world.random.number(100...6_000))e-3", limit: isMarket ? nil : "100",
      symbol: world.random.chance(70) ? bitcoin : ether,
      client: world.random.chance(40) ? "c-\(world.generation)-\(number)" : nil,
      header: world.random.chance(70) ? "h-\(world.generation)-\(number)" : nil)
  }

  private mutating func submit(_ terms: OrderTerms, in world: World) {
    let id = world.newID()
    let request = request()
    submitted.append(terms)
    ids.append(id)
    world.audit.asked(request, id: id, terms: terms)
    world.tell(.submit(terms, id: id, request: request))
  }

  mutating func cancel(_ reference: OrderReference, in world: World) {
    let request = request()
    world.audit.asked(request)
    world.tell(.cancel(reference, request: request))
  }
}

private func live(_ world: World, _ clients: inout Clients) {
  for _ in 0..<60 {
    clients.act(in: world)
    switch world.random.number(0...99) {
    case 0..<4: world.crash()
    case 4..<7:
      world.store.isFull = true
      world.later(500...4_000) { $0.makeStoreUsable() }
    case 7..<9:
      world.store.isUnreadable = true
      world.later(500...4_000) { $0.makeStoreUsable() }
    case 9..<12:
      world.tell(.disconnected(binance))
      world.later(100...5_000) { $0.connect() }
    case 12..<22: world.sweepOpenOrders()
    case 22..<32: world.sweepPositions()
    case 32..<40: world.sweepTrades()
    default: break
    }
    for _ in 0..<world.random.number(1...4) {
      world.pass(milliseconds: Int64(world.random.number(1...600)))
    }
  }
}

/// The faults end; every order is cancelled until nothing is live any more.
private func calmDown(_ world: World, _ clients: inout Clients) {
  world.makeStoreUsable()
  world.connect()
  for round in 0..<400 {
    world.pass(milliseconds: 1_000)
    guard round % 5 == 4 else { continue }
    world.sweepOpenOrders()
    world.sweepTrades()
    world.sweepPositions()
    world.pass(milliseconds: 1_000)
    let live = world.engine.liveOrders.sorted { $0.id < $1.id }
    // Longer than any plugin takes to give up, so that no answer is on its way any more.
    if round > 120, live.allSatisfy({ world.isBeyondKnowing($0) }) { break }
    for order in live where !order.state.isSealed && !order.pending.contains(.cancel) {
      clients.cancel(.id(order.id), in: world)
    }
  }
  world.pass(milliseconds: 5_000)
}

extension World {
  /// Whether nobody will ever say what became of an order: it never reached a venue that cannot be
  /// asked, or it was rejected and the answer was lost.
  fileprivate func isBeyondKnowing(_ order: Order) -> Bool {
    !canBeAskedLater && order.state == .unknown && venue.entries[order.id] == nil
  }
}

private func expectTruth(_ world: World) {
  let seed = world.seed
  #expect(world.venue.arrivals.values.allSatisfy { $0 == 1 }, "arrived twice, seed \(seed)")
  #expect(world.audit.open.isEmpty, "requests without an answer, seed \(seed)")
  for id in world.audit.promised {
    #expect(world.store.orders[id] != nil, "an order is lost, seed \(seed)")
  }
  for symbol in [bitcoin, ether] {
    let key = PositionKey(account: binance, symbol: symbol)
    let truth = world.venue.position(symbol)
    #expect(world.engine.positions[key]?.quantity ?? .zero == truth, "seed \(seed)")
    #expect(world.store.positions[key]?.quantity ?? .zero == truth, "seed \(seed)")
  }
  for (id, entry) in world.venue.all {
    let stored = world.store.orders[id]
    let filled = entry.fills.reduce(Quantity.zero) { $0 + $1.quantity }
    #expect(stored?.filledQuantity == filled, "fills of \(id) are missing, seed \(seed)")
    #expect(
      stored?.state.isSealed == true, "\(id) is \(String(describing: stored?.state)), seed \(seed)")
    #expect(stored?.state != .filled, "\(id) never settled, seed \(seed)")
  }
  expectNothingLeft(world)
}

/// Nothing live, nothing exposed, nothing kept.
private func expectNothingLeft(_ world: World) {
  let seed = world.seed
  let left = world.engine.liveOrders.filter { !world.isBeyondKnowing($0) }
  #expect(left.isEmpty, "\(left.map { ($0.id, $0.state) }), seed \(seed)")
  let isGateOpen = world.engine.isGateOpen(binance)
  #expect(isGateOpen, "seed \(seed)")
  #expect(world.engine.afterRecord.isEmpty, "seed \(seed)")
  #expect(world.engine.waiting.isEmpty, "seed \(seed)")
  guard world.canBeAskedLater else { return }
  #expect(world.engine.accounts[binance]?.openOrders == 0, "seed \(seed)")
  #expect(world.engine.keys.isEmpty, "seed \(seed)")
  for state in world.engine.instruments.values {
    #expect(state.exposure == Exposure(), "seed \(seed)")
  }
}

@Suite struct WorldTests {
  @Test(arguments: 0..<20)
  func `the same history gives the same actions`(seed: Int) {
    let runs = (0..<2).map { _ in
      let world = World(seed: UInt64(seed))
      var clients = Clients()
      live(world, &clients)
      return world.actions
    }
    #expect(!runs[0].isEmpty)
    #expect(runs[0] == runs[1], "seed \(seed)")
  }

  @Test(arguments: 0..<40)
  func `after any history the engine believes what the venue knows`(block: Int) {
    for seed in (block * 10)..<(block * 10 + 10) {
      let world = World(seed: UInt64(seed))
      var clients = Clients()
      live(world, &clients)
      calmDown(world, &clients)
      expectTruth(world)
    }
  }
}
