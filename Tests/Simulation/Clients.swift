// The callers of a world: they submit, repeat, contradict themselves, change, cancel and close.

import Trading

/// Where orders live that are routed.
private let router = valid(AccountID("router"), "account")

/// The clients of a world.
struct Clients {
  var submitted: [OrderTerms] = []
  var ids: [OrderID] = []
  var nextRequest: RequestID = 1

  mutating func request() -> RequestID {
    nextRequest += 1
    return nextRequest
  }

  mutating func act(in world: World) {
    switch world.random.number(0...99) {
    case 0..<2: setTradingState(in: world)
    case 2..<55: submit(newTerms(in: world), in: world)
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
    case 72..<82: replace(in: world)
    case 82..<92:
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
    let amount = "\(world.random.number(100...6_000))e-3"
    let symbol = world.random.chance(70) ? bitcoin : ether
    let client = world.random.chance(40) ? "c-\(world.generation)-\(number)" : nil
    let header = world.random.chance(70) ? "h-\(world.generation)-\(number)" : nil
    var instructions = OrderInstructions()
    instructions.isReduceOnly = world.random.chance(8)
    if world.random.chance(10) {
      instructions.expiresAt = world.processTime.adding(
        milliseconds: Int64(world.random.number(-500...90_000)))
    }
    var type: OrderType = world.random.chance(40) ? .market : .limit
    if world.random.chance(25) {
      type = world.random.chance(80) ? .stop : world.random.chance(50) ? .stopLimit : .trailingStop
      instructions.trigger =
        type == .trailingStop
        ? .trailing(.amount(decimal("1.5")), activationPrice: nil)
        : .price(price(side == .buy ? "102" : "98"))
    }
    if type == .market { instructions.expiresAt = nil }
    if !instructions.isReduceOnly, !type.isConditional, world.random.chance(30) {
      if world.random.chance(80) { instructions.stopLoss = price(side == .buy ? "97.5" : "102.5") }
      if world.random.chance(70) { instructions.takeProfit = price(side == .buy ? "103" : "97") }
    }
    if world.random.chance(8) { instructions.group = label("g\(world.random.number(0...2))") }
    if !type.isConditional, world.random.chance(18) {
      let isReduceOnly = instructions.isReduceOnly
      instructions = slicing(type, in: world)
      instructions.isReduceOnly = isReduceOnly && instructions.route.isEmpty
    }
    return OrderTerms(
      account: instructions.route.isEmpty ? binance : router, symbol: symbol, side: side,
      type: type, quantity: quantity(amount),
      timeInForce: instructions.expiresAt == nil ? nil : .goodTillDate,
      limitPrice: type.hasLimitPrice ? price("100") : nil,
      clientOrderID: client.map(clientOrderID),
      idempotencyKey: header.map { IdempotencyKey(header: label($0)) }, instructions: instructions)
  }

  /// To be worked in slices: over time, or as an iceberg.
  private func slicing(_ type: OrderType, in world: World) -> OrderInstructions {
    var instructions = OrderInstructions()
    if world.random.chance(35) {
      instructions.route = [binance, kraken]
    } else if type == .limit, world.random.chance(50) {
      instructions.displayQuantity = quantity("\(world.random.number(60...600))e-3")
    } else {
      instructions.timeWeighting = TimeWeighting(
        durationMilliseconds: Int64(world.random.number(5_000...600_000)),
        slices: world.random.number(2...5))
    }
    return instructions
  }

  private mutating func replace(in world: World) {
    guard !ids.isEmpty else { return }
    let id = ids[world.random.number(0...(ids.count - 1))]
    let request = request()
    world.audit.asked(request)
    let change = OrderChange(
      quantity: world.random.chance(70)
        ? quantity("\(world.random.number(100...8_000))e-3") : nil,
      limitPrice: world.random.chance(50) ? price("\(world.random.number(97...103))") : nil)
    world.tell(.replace(.id(id), change, id: world.newID(), request: request))
  }

  private mutating func submit(_ terms: OrderTerms, in world: World) {
    let id = world.newID()
    let request = request()
    submitted.append(terms)
    ids.append(id)
    world.audit.asked(request, id: id, terms: terms, at: world.now)
    world.tell(.submit(terms, id: id, request: request))
  }

  /// An operator brakes, and lets go again after a while.
  private mutating func setTradingState(in world: World) {
    let state: TradingState = world.random.chance(50) ? .halted : .reducing
    world.setTradingState(state, request: request())
    let release = request()
    world.later(500...20_000, survivesCrash: true) {
      $0.setTradingState(.active, request: release)
    }
  }

  mutating func cancel(_ reference: OrderReference, in world: World) {
    let request = request()
    world.audit.asked(request)
    world.tell(.cancel(reference, request: request))
  }
}
