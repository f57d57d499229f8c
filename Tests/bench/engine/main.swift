// Measures the engine alone: command, checks, events, fill, position, in one process on one core,
// without journal, venue or network. Every second order closes the position. Prints one line a row:
// past orders, orders per second.

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
  var now = Timestamp(microseconds: 1_700_000_000_000_000)
  var ids = OrderIDSequence()
  var engine: Engine
  var actions: [Action] = []
  var position = Decimal.zero
  var count = 0

  init() {
    let limits = RiskLimits(
      maxOrderNotional: decimal("10000"), maxPositionNotional: decimal("100000"),
      maxOpenOrders: 200, priceCollarPercent: decimal("5"))
    let configuration = EngineConfiguration(
      limits: limits,
      submitRate: EngineConfiguration.SubmitRate(perSecond: 1_000_000, burst: 1_000_000),
      breaker: CircuitBreaker.Configuration(
        threshold: 5, openMilliseconds: 60_000, probesMax: 3))
    engine = Engine(configuration: configuration, accounts: [account], seed: 1, at: now)
    let instrument = Instrument(
      symbol: symbol, baseAsset: unwrap(Asset("BTC")), quoteAsset: asset,
      tickSize: decimal("0.01"), lotStep: decimal("0.00001"), minQuantity: decimal("0.00001"),
      maxQuantity: decimal("9000"), minNotional: decimal("5"))
    let rules = VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0)
    feed(.connected(account, instruments: [instrument], rules: rules))
    feed(.openOrdersReported(account, []))
    feed(.priced(PositionKey(account: account, symbol: symbol), price))
  }

  /// Feeds one input; gives the number of the last entry that was recorded.
  @discardableResult
  mutating func feed(_ input: Input) -> UInt64 {
    actions.removeAll(keepingCapacity: true)
    engine.handle(input, at: now, into: &actions)
    var last: UInt64 = 0
    for case .record(let entry) in actions { last = entry.number }
    return last
  }

  mutating func order() {
    count += 1
    now = now.adding(milliseconds: 1)
    let side: Side = count % 2 == 1 ? .buy : .sell
    let id = ids.next(at: now, random: UInt64(count))
    let signal = unwrap(Label("BTCUSDT_swing_\(count)"))
    let terms = OrderTerms(
      account: account, symbol: symbol, side: side, type: .market, quantity: quantity,
      referencePrice: price, idempotencyKey: IdempotencyKey(signalID: signal),
      labels: OrderLabels(signalID: signal))
    let intent = feed(.submit(terms, id: id, request: UInt64(count)))
    feed(.recorded(through: intent))
    position += side == .buy ? quantity.amount : -quantity.amount
    let fill = Fill(
      tradeID: TradeID("T", Int64(count)), quantity: quantity, price: price, fee: fee,
      feeAsset: asset, isMaker: false, tradedAt: now)
    let report = OrderReport(
      orderID: id, venueOrderID: VenueOrderID("MOCK-", Int64(count)), status: .filled,
      filledQuantity: quantity, fills: [fill])
    let outcome = feed(
      .submitted(
        id, .accepted(report, position: PositionReport(symbol: symbol, quantity: position))))
    feed(.recorded(through: outcome))
  }
}

/// In a function, because variables of the file's top level are checked at every use.
func run() {
  var bench = Bench()
  let clock = ContinuousClock()
  for past in [1_000, 1_000_000] {
    while bench.count < past { bench.order() }
    let measured = 200_000
    let elapsed = clock.measure { for _ in 0..<measured { bench.order() } }
    let seconds =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    print(past, Int(Double(measured) / seconds))
  }
  precondition(bench.engine.liveOrders.isEmpty && bench.position.isZero)
}

run()
