// Measures the engine alone: command, checks, events, fill, position, in one process on one core,
// without journal, venue or network. Every second order closes the position. What callers and the
// venue say is made before the clock starts. Prints one line a row: past orders, orders per second.

import Trading

func decimal(_ text: String) -> Decimal {
  guard let value = Decimal(storedText: text) else { fatalError("\(text) is no number.") }
  return value
}

func unwrap<T>(_ value: T?) -> T {
  guard let value else { fatalError("A literal of the benchmark is not valid.") }
  return value
}

/// An engine with one instrument, and a venue that fills every order at once.
struct Bench: ~Copyable {
  let account: AccountID = unwrap(AccountID("mock"))
  let symbol: Symbol = unwrap(Symbol("BTCUSDT"))
  let asset: Asset = unwrap(Asset("USDT"))
  let quantity: Quantity = unwrap(Quantity(decimal("0.001")))
  let price: Price = unwrap(Price(decimal("67506.75")))
  let fee = decimal("0.06750675")
  let start = Timestamp(microseconds: 1_700_000_000_000_000)
  var engineTime = Timestamp(microseconds: 1_700_000_000_000_000)
  var ids = OrderIDSequence()
  var engine: Engine
  var actions: [Action] = []
  var position = Decimal.zero
  var count = 0
  var entries: UInt64 = 0

  init() {
    let limits = RiskLimits(
      maxOrderNotional: decimal("10000"), maxPositionNotional: decimal("100000"),
      maxOpenOrders: 200, priceCollarPercent: decimal("5"))
    let configuration = EngineConfiguration(
      limits: limits,
      submitRate: EngineConfiguration.SubmitRate(perSecond: 1_000_000, burst: 1_000_000),
      breaker: CircuitBreaker.Configuration(
        threshold: 5, openMilliseconds: 60_000, probesMax: 3))
    engine = Engine(configuration: configuration, accounts: [account], seed: 1, at: start)
    let instrument = Instrument(
      symbol: symbol, baseAsset: unwrap(Asset("BTC")), quoteAsset: asset,
      tickSize: decimal("0.01"), lotStep: decimal("0.00001"), minQuantity: decimal("0.00001"),
      maxQuantity: decimal("9000"), minNotional: decimal("5"))
    let rules = VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0)
    feed(.connected(account, instruments: [instrument], rules: rules))
    feed(.openOrdersReported(account, []))
    feed(.priced(PositionKey(account: account, symbol: symbol), price))
  }

  mutating func feed(_ input: Input) {
    actions.removeAll(keepingCapacity: true)
    engine.handle(input, at: engineTime, into: &actions)
  }

  /// What a caller and the venue say about one order.
  struct Order {
    let submit: Input
    let submitted: Input
    let at: Timestamp
  }

  /// The next orders.
  mutating func makeOrders(_ count: Int) -> [Order] {
    (0..<count).map { _ in makeOrder() }
  }

  private mutating func makeOrder() -> Order {
    count += 1
    let at = start.adding(milliseconds: Int64(count))
    let side: Side = count % 2 == 1 ? .buy : .sell
    let id = ids.next(at: at, random: UInt64(count))
    let signal = unwrap(Label("BTCUSDT_swing_\(count)"))
    let terms = OrderTerms(
      account: account, symbol: symbol, side: side, type: .market, quantity: quantity,
      referencePrice: price, idempotencyKey: IdempotencyKey(signalID: signal),
      labels: OrderLabels(signalID: signal))
    position += side == .buy ? quantity.amount : -quantity.amount
    let fill = Fill(
      tradeID: TradeID("T", Int64(count)), quantity: quantity, price: price, fee: fee,
      feeAsset: asset, isMaker: false, tradedAt: at)
    let report = OrderReport(
      orderID: id, venueOrderID: VenueOrderID("MOCK-", Int64(count)), status: .filled,
      filledQuantity: quantity, fills: [fill])
    let positions = PositionReport(symbol: symbol, quantity: position)
    return Order(
      submit: .submit(terms, id: id, request: UInt64(count)),
      submitted: .submitted(id, .accepted(report, position: positions)), at: at)
  }

  /// Executes an order: its intent and its outcome are one journal entry each.
  mutating func execute(_ order: Order) {
    engineTime = order.at
    feed(order.submit)
    feed(.recorded(through: entries + 1))
    feed(order.submitted)
    feed(.recorded(through: entries + 2))
    entries += 2
  }
}

/// In a function, because variables of the file's top level are checked at every use.
func run() {
  var bench = Bench()
  let clock = ContinuousClock()
  for past in [1_000, 1_000_000] {
    while bench.count < past {
      for order in bench.makeOrders(1_000) { bench.execute(order) }
    }
    // In parts, so that memory for what is said stays small.
    var elapsed = Duration.zero
    for _ in 0..<20 {
      let orders = bench.makeOrders(10_000)
      elapsed += clock.measure { for order in orders { bench.execute(order) } }
    }
    let seconds =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    print(past, Int(200_000 / seconds))
  }
  precondition(bench.engine.liveOrders.isEmpty && bench.position.isZero)
}

run()
