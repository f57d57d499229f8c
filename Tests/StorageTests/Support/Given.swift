// Short ways to write the values that tests are about, and values by chance. A literal that is not
// one ends the run: the test is wrong, not the code.

import Storage
import Trading

func valid<Value>(_ value: Value?, _ name: String) -> Value {
  guard let value else { preconditionFailure("\(name) is not valid") }
  return value
}

func decimal(_ text: String) -> Decimal { valid(Decimal(storedText: text), text) }
func quantity(_ text: String) -> Quantity { valid(Quantity(decimal(text)), text) }
func price(_ text: String) -> Price { valid(Price(decimal(text)), text) }
func label(_ text: String) -> Label { valid(Label(text), text) }
func symbol(_ text: String) -> Symbol { valid(Symbol(text), text) }
func account(_ text: String) -> AccountID { valid(AccountID(text), text) }
func asset(_ text: String) -> Asset { valid(Asset(text), text) }

let start = Timestamp(microseconds: 1_700_000_000_000_000)
let symbols = [symbol("BTCUSDT"), symbol("ETHUSDT"), symbol("RARE")]
let accounts = [account("mock"), account("mock-2")]
let strategies = [label("momentum"), label("Größe & \"Gier\"")]

extension SeededGenerator {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[number(0...(elements.count - 1))]
  }

  /// A value in half of all cases.
  mutating func maybe<Value>(_ value: (inout SeededGenerator) -> Value) -> Value? {
    chance(50) ? value(&self) : nil
  }

  /// A number above nothing; zeros at the end of its fraction are as likely as anywhere.
  mutating func decimal(digitsMax: Int, scaleMax: Int) -> Decimal {
    var units = Int128(number(1...9))
    for _ in 1..<number(2...max(2, digitsMax)) { units = units * 10 + Int128(number(0...9)) }
    return Decimal(units: units, scale: UInt8(number(0...scaleMax)))
  }

  mutating func quantity() -> Quantity {
    valid(Quantity(decimal(digitsMax: 10, scaleMax: 9)), "quantity")
  }

  mutating func price() -> Price { valid(Price(decimal(digitsMax: 9, scaleMax: 8)), "price") }

  /// A text such as a venue might send as a reason: nothing in it is ours to choose.
  mutating func text() -> String {
    let pieces = ["", "a", "ß", "\"", "\\", "\n", "\u{0}", "\u{1F}", "😀", "'; --", "null", " "]
    var text = ""
    for _ in 0..<number(0...8) { text += pick(pieces) }
    return text
  }

  /// Terms with any combination of what may be absent. `unique` makes their keys.
  mutating func terms(unique: Int) -> OrderTerms {
    let type = pick(OrderType.allCases)
    let clientOrderID = maybe { _ in valid(ClientOrderID("client-\(unique)"), "client id") }
    let header = maybe { _ in IdempotencyKey(header: label("key-\(unique)")) }
    let signal = maybe { _ in label("signal-\(unique)") }
    let key =
      header ?? clientOrderID.map { IdempotencyKey(clientOrderID: $0) }
      ?? signal.map { IdempotencyKey(signalID: $0) }
    return OrderTerms(
      account: pick(accounts), symbol: pick(symbols), side: pick(Side.allCases), type: type,
      quantity: quantity(), timeInForce: maybe { $0.pick(TimeInForce.allCases) },
      isPostOnly: type == .limit && chance(30), limitPrice: type.hasLimitPrice ? price() : nil,
      referencePrice: maybe { $0.price() }, clientOrderID: clientOrderID, idempotencyKey: key,
      purpose: pick(OrderPurpose.allCases), instructions: maybe { $0.instructions(type) },
      labels: OrderLabels(
        strategyID: maybe { $0.pick(strategies) }, signalID: signal,
        category: maybe { _ in label("swing") },
        confidence: maybe { $0.decimal(digitsMax: 18, scaleMax: 18) }))
  }

  mutating func instructions(_ type: OrderType) -> OrderInstructions {
    var instructions = OrderInstructions()
    if type == .trailingStop {
      instructions.trigger = .trailing(
        chance(50) ? .amount(price().amount) : .percent(price().amount),
        activationPrice: maybe { $0.price() })
    } else if type.isConditional {
      instructions.trigger = .price(price())
    }
    instructions.expiresAt = maybe {
      Timestamp(microseconds: start.microseconds + Int64($0.number(0...1_000_000)))
    }
    instructions.isReduceOnly = chance(50)
    instructions.quoteQuantity = maybe { $0.price().amount }
    instructions.displayQuantity = maybe { $0.quantity() }
    instructions.replaces = maybe { OrderID(value: UInt128($0.next())) }
    instructions.stopLoss = maybe { $0.price() }
    instructions.takeProfit = maybe { $0.price() }
    instructions.protects = maybe {
      ProtectiveLink(
        parent: OrderID(value: UInt128($0.next())), leg: $0.pick(ProtectiveLink.Leg.allCases))
    }
    if instructions.protects == nil {
      instructions.sliceOf = maybe {
        SliceLink(parent: OrderID(value: UInt128($0.next())), number: $0.number(1...1_000))
      }
    }
    instructions.group = maybe { _ in label("group") }
    instructions.timeWeighting = maybe {
      TimeWeighting(
        durationMilliseconds: Int64($0.number(1_000...86_400_000)), slices: $0.number(2...1_000))
    }
    return instructions
  }

  mutating func amendment() -> Amendment {
    Amendment(
      quantity: quantity(), limitPrice: maybe { $0.price() }, triggerPrice: maybe { $0.price() },
      successor: OrderID(value: UInt128(next())))
  }

  mutating func progress() -> AlgorithmProgress {
    AlgorithmProgress(
      filledQuantity: quantity(), filledNotional: decimal(digitsMax: 18, scaleMax: 8),
      fee: decimal(digitsMax: 9, scaleMax: 8), feeAsset: maybe { _ in asset("USDT") })
  }

  mutating func fill(trade: Int) -> Fill {
    let fee = decimal(digitsMax: 9, scaleMax: 8)
    var fill = Fill(
      tradeID: valid(TradeID("T\(trade)"), "trade"), quantity: quantity(), price: price(),
      fee: chance(10) ? .zero : chance(20) ? -fee : fee,
      feeAsset: pick([asset("USDT"), asset("BNB")]), isMaker: chance(50),
      tradedAt: Timestamp(microseconds: start.microseconds + Int64(number(0...1_000_000))))
    fill.isFeeHeldBack = chance(20)
    return fill
  }

  /// An event of the kind that `name` says; nil if there is none of that name.
  mutating func event(_ name: String, unique: Int) -> OrderEvent? {
    switch name {
    case "received": .received(terms(unique: unique))
    case "denied":
      .denied(
        Denial(
          code: "CODE", sentence: text(), value: maybe { $0.text() }, limit: maybe { $0.text() }))
    case "held": .held(reason: text())
    case "submitting": .submitting
    case "accepted": .accepted(maybe { _ in valid(VenueOrderID("V-\(unique)"), "venue id") })
    case "rejected": .rejected(Rejection(code: text(), sentence: text()))
    case "became_unknown": .becameUnknown(reason: text())
    case "filled": .filled(fill(trade: unique))
    case "busted": .busted(fill(trade: unique))
    case "progressed": .progressed(progress())
    case "completed": .completed
    case "cancel_requested": .cancelRequested
    case "canceled": .canceled(reason: maybe { $0.text() })
    case "cancel_refused": .cancelRefused(isGone: chance(50), reason: text())
    case "expired": .expired(reason: maybe { $0.text() })
    case "not_found": .notFound
    case "triggered": .triggered
    case "suspended": .suspended(reason: maybe { $0.text() })
    case "trailed": .trailed(price())
    case "replace_requested": .replaceRequested(amendment())
    case "amended": .amended
    case "replaced": .replaced(by: OrderID(value: UInt128(next()) << 64 | UInt128(next())))
    case "replace_refused": .replaceRefused(reason: text())
    case "protection_waived": .protectionWaived(pick(ProtectiveLink.Leg.allCases))
    case "protection_ended": .protectionEnded
    case "settled": .settled
    default: nil
    }
  }
}

/// The names of all events.
let eventNames = [
  "received", "denied", "held", "submitting", "accepted", "rejected", "became_unknown", "filled",
  "busted", "cancel_requested", "canceled", "cancel_refused", "expired", "not_found", "triggered",
  "suspended", "trailed", "replace_requested", "amended", "replaced", "replace_refused", "settled",
  "protection_waived", "protection_ended", "progressed", "completed",
]
