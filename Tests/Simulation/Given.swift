// Short ways to write the values that tests are about. A literal that is not one ends the run: the
// test is wrong, not the code.

import Trading

func decimal(_ text: String) -> Decimal {
  do {
    return try Decimal(text: text)
  } catch {
    preconditionFailure("\(text) is not a decimal number: \(error)")
  }
}

func valid<Value>(_ value: Value?, _ name: String) -> Value {
  guard let value else { preconditionFailure("\(name) is not valid") }
  return value
}

func quantity(_ text: String) -> Quantity { valid(Quantity(decimal(text)), text) }
func price(_ text: String) -> Price { valid(Price(decimal(text)), text) }
func label(_ text: String) -> Label { valid(Label(text), text) }
func tradeID(_ text: String) -> TradeID { valid(TradeID(text), text) }
func clientOrderID(_ text: String) -> ClientOrderID { valid(ClientOrderID(text), text) }
func symbol(_ text: String) -> Symbol { valid(Symbol(text), text) }
func orderID(_ number: UInt64) -> OrderID { OrderID(value: UInt128(number)) }

let binance = valid(AccountID("binance"), "account")
let kraken = valid(AccountID("kraken"), "account")
let bitcoin = symbol("BTCUSDT")
let ether = symbol("ETHUSDT")
let btc = valid(Asset("BTC"), "asset")
let usdt = valid(Asset("USDT"), "asset")
let bitcoinOnBinance = PositionKey(account: binance, symbol: bitcoin)
let start = Timestamp(microseconds: 1_700_000_000_000_000)

func instrument(
  _ symbol: Symbol = bitcoin, tick: String = "0.01", step: String = "0.001", min: String = "0.001",
  filters: InstrumentFilters = InstrumentFilters()
) -> Instrument {
  Instrument(
    symbol: symbol, baseAsset: btc, quoteAsset: usdt, tickSize: decimal(tick),
    lotStep: decimal(step), minQuantity: decimal(min), maxQuantity: decimal("100"),
    minNotional: decimal("5"), filters: filters)
}

/// A LIMIT order unless `limit` is nil.
func terms(
  _ side: Side = .buy, _ quantityText: String = "1", limit: String? = "100",
  on account: AccountID = binance, symbol: Symbol = bitcoin, reference: String? = nil,
  client: String? = nil, header: String? = nil, purpose: OrderPurpose = .trade
) -> OrderTerms {
  OrderTerms(
    account: account, symbol: symbol, side: side, type: limit == nil ? .market : .limit,
    quantity: quantity(quantityText), limitPrice: limit.map(price),
    referencePrice: reference.map(price), clientOrderID: client.map(clientOrderID),
    idempotencyKey: header.map { IdempotencyKey(header: label($0)) }, purpose: purpose)
}

func fill(
  _ id: String, _ quantityText: String = "1", at priceText: String = "100", fee: String = "0",
  in feeAsset: Asset = usdt
) -> Fill {
  Fill(
    tradeID: tradeID(id), quantity: quantity(quantityText), price: price(priceText),
    fee: decimal(fee), feeAsset: feeAsset, isMaker: false, tradedAt: start)
}

func report(
  _ id: OrderID, _ status: VenueOrderStatus, _ fills: [Fill] = [], filled: String? = nil
) -> OrderReport {
  let sum = fills.reduce(Quantity.zero) { $0 + $1.quantity }
  return OrderReport(
    orderID: id, venueOrderID: VenueOrderID("V-\(id)"), status: status,
    filledQuantity: filled.map(quantity) ?? sum, fills: fills)
}

extension SeededGenerator {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func decimal(digitsMax: Int, scaleMax: Int, isSigned: Bool = true) -> Decimal {
    var units: Int128 = 0
    for _ in 0..<number(1...digitsMax) { units = units * 10 + Int128(number(0...9)) }
    let isNegative = isSigned && chance(50)
    return Decimal(units: isNegative ? -units : units, scale: UInt8(number(0...scaleMax)))
  }
}
