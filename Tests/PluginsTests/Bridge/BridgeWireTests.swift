// Commands as they travel, and what a terminal's answers and statements prove: tables of texts.

import Testing
import Trading
import Wire

@testable import Plugins

@Suite struct BridgeWireTests {
  private let contract = valid(
    BridgeContract(
      name: "EURUSD.a", size: Decimal(100_000), tickSize: decimal("0.00001"),
      lots: BridgeContract.Lots(step: decimal("0.01"), min: decimal("0.01"), max: Decimal(50)),
      base: asset("EUR"), quote: asset("USD")), "contract")
  private let euro = symbol("EURUSD.A")

  private func json(_ text: String) throws -> JSONValue {
    try JSONDocument(parsing: Array(text.utf8)).root
  }

  private func written(_ command: BridgeCommand) -> String {
    String(decoding: JSONWriter.object { command.write(to: &$0) }, as: UTF8.self)
  }

  // MARK: Contracts

  @Test func `a contract's rules are in the base asset`() {
    #expect(contract.symbol == euro)
    #expect(contract.instrument.lotStep == decimal("1000"))
    #expect(contract.instrument.minQuantity == decimal("1000"))
    #expect(contract.instrument.maxQuantity == decimal("5000000"))
    #expect(contract.lots(decimal("30000")) == decimal("0.3"))
  }

  @Test func `a quantity that is no number of lots is none`() {
    let third = valid(
      BridgeContract(
        name: "X", size: Decimal(3), tickSize: Decimal(1),
        lots: BridgeContract.Lots(step: Decimal(1), min: Decimal(1), max: Decimal(9)),
        base: btc, quote: usdt), "contract")
    #expect(third.lots(Decimal(6)) == Decimal(2))
    #expect(third.lots(Decimal(1)) == nil)
  }

  @Test(arguments: [
    ("ES 03-25", "ES0325"), ("US500.cash", "US500.CASH"), ("#AAPL", "#AAPL"),
  ])
  func `a terminal's name becomes a symbol`(name: String, expected: String) {
    let made = BridgeContract(
      name: name, size: Decimal(1), tickSize: Decimal(1),
      lots: BridgeContract.Lots(step: Decimal(1), min: Decimal(1), max: Decimal(1)),
      base: btc, quote: usdt)
    #expect(made?.symbol == symbol(expected))
  }

  @Test(arguments: [
    #""tick_size":"0""#, #""lot_step":"0""#, #""lot_min":"0.015""#, #""lot_max":"0.001""#,
    #""contract_size":"-1""#, #""base":"""#, #""name":"""#, #""name":"Ñ""#,
  ])
  func `a contract that cannot be one is left out`(change: String) throws {
    let good = [
      "name": "EURUSD", "base": "EUR", "quote": "USD", "tick_size": "0.00001", "lot_step": "0.01",
      "lot_min": "0.01", "lot_max": "50", "contract_size": "100000",
    ]
    func text(_ members: [String: String]) -> String {
      "{\(members.map { #""\#($0)":"\#($1)""# }.joined(separator: ","))}"
    }
    #expect(BridgeContract(try json(text(good))) != nil)
    let name = String(change.split(separator: "\"")[0])
    let rest = good.filter { $0.key != name }.map { #""\#($0)":"\#($1)""# } + [change]
    #expect(BridgeContract(try json("{\(rest.joined(separator: ","))}")) == nil)
  }

  @Test func `of two names that are one symbol the first is traded`() throws {
    let other = valid(
      BridgeContract(
        name: "EURUSD.A", size: Decimal(1), tickSize: Decimal(1),
        lots: BridgeContract.Lots(step: Decimal(1), min: Decimal(1), max: Decimal(1)),
        base: btc, quote: usdt), "contract")
    let contracts = BridgeContracts([contract, other])
    #expect(contracts.list == [contract])
    #expect(contracts[name: "EURUSD.A"] == nil)
  }

  // MARK: Commands

  @Test func `an order travels in lots, with both of its names, and numbers as texts`() {
    let sent = valid(
      BridgeOrder(order(1, .sell, "30000", euro, limit: "1.1"), of: contract), "order")
    #expect(
      written(.submit(sent))
        == #"{"id":"00000000-0000-0000-0000-000000000001","mark":"fksAAAAAAAAAAAAAAAAAAAAAQ","#
        + #""symbol":"EURUSD.a","side":"SELL","type":"LIMIT","lots":"0.3","limit_price":"1.1","#
        + #""trigger_price":"","time_in_force":"GTC","reduces":false}"#)
  }

  @Test func `questions carry what they are about`() {
    #expect(written(.positions) == "{}")
    #expect(written(.prices(["ES 03-25"])) == #"{"symbols":["ES 03-25"]}"#)
    #expect(written(.query(BridgeOrderName(id: OrderID(value: 1)))).hasPrefix(#"{"id":"0000"#))
  }

  // MARK: Answers

  private let stated =
    #"{"id":"00000000-0000-0000-0000-000000000001","venue_id":"7","symbol":"EURUSD.a","#
    + #""status":"filled","reason":"","filled_lots":"0.3","fills":[{"trade_id":"9","lots":"0.3","#
    + #""price":"1.1","fee":"0.7","fee_currency":"USD","time_ms":1700000000000}]}"#

  private func answer(_ text: String) throws -> BridgeResult { .answer(try json(text)) }

  private var contracts: BridgeContracts { BridgeContracts([contract]) }
  private var sent: Order { order(1, .buy, "30000", euro) }

  @Test func `an accepted order has its trades in the base asset`() throws {
    let outcome = try answer(#"{"result":"accepted","order":\#(stated)}"#)
      .submitOutcome(of: sent, contracts)
    guard case .accepted(let report, nil) = outcome else { return #expect(Bool(false)) }
    #expect(report.filledQuantity == quantity("30000"))
    #expect(report.status == .filled)
    #expect(report.venueOrderID?.text == "7")
    let fill = try #require(report.fills.first)
    #expect(fill.quantity == quantity("30000") && fill.price == price("1.1"))
    #expect(fill.fee == decimal("0.7") && fill.tradeID.text == "9")
  }

  @Test(arguments: [
    // An answer that is none, or is about another order, proves nothing.
    #"{"result":"accepted"}"#, #"{"result":"known","reason":"Known."}"#, #"{}"#,
    #"{"result":"unknown","reason":"Timed out."}"#, #"{"result":"REFUSED"}"#,
    #"{"result":"accepted","order":{"id":"00000000-0000-0000-0000-000000000002"}}"#,
  ])
  func `what cannot be read leaves an order unknown`(text: String) throws {
    guard case .unknown = try answer(text).submitOutcome(of: sent, contracts) else {
      return #expect(Bool(false))
    }
    guard case .unknown = try answer(text).cancelOutcome(of: sent, contracts) else {
      return #expect(Bool(false))
    }
    guard case .unavailable = try answer(text).queryOutcome(of: sent, contracts) else {
      return #expect(Bool(false))
    }
  }

  @Test(arguments: [
    (#""id":"00000000-0000-0000-0000-000000000001""#, #""id":"1""#),
    (#""symbol":"EURUSD.a""#, #""symbol":"GBPUSD""#), (#""filled_lots":"0.3""#, #""f":"0.3""#),
    (#""filled_lots":"0.3""#, #""filled_lots":"-0.3""#),
    (#""status":"filled""#, #""status":"done""#), (#""trade_id":"9""#, #""trade_id":"""#),
    (#""lots":"0.3""#, #""lots":"0""#), (#""price":"1.1""#, #""price":"0""#),
    (#""fee_currency":"USD""#, #""fee_currency":"""#), (#""time_ms":1700000000000"#, #""t":1"#),
    (#""fills":["#, #""f":["#),
  ])
  func `an order with one thing wrong is not believed`(part: String, wrong: String) throws {
    #expect(OrderReport(bridge: try json(stated), of: contracts) != nil)
    let text = stated.replacing(part, with: wrong)
    #expect(text != stated)
    #expect(OrderReport(bridge: try json(text), of: contracts) == nil)
  }

  @Test(arguments: [
    ("working", VenueOrderStatus.working), ("triggered", .triggered),
    ("suspended", .suspended(reason: nil)), ("filled", .filled),
    ("canceled", .canceled(reason: nil)), ("expired", .expired(reason: nil)),
  ])
  func `a status means what it says`(word: String, status: VenueOrderStatus) throws {
    let text = stated.replacing("filled\"", with: "\(word)\"", maxReplacements: 1)
    #expect(OrderReport(bridge: try json(text), of: contracts)?.status == status)
  }

  @Test func `a refusal has the platform's code and sentence`() throws {
    let text = #"{"result":"refused","code":"MT5_10019","reason":"No money."}"#
    #expect(
      try answer(text).submitOutcome(of: sent, contracts)
        == .rejected(
          Rejection(
            code: "MT5_10019", sentence: "The terminal refused the order: No money.")))
    let odd = try answer(#"{"result":"refused","code":"no money!"}"#)
    guard case .rejected(let rejection) = odd.submitOutcome(of: sent, contracts) else {
      return #expect(Bool(false))
    }
    #expect(rejection.code == "TERMINAL_REFUSED")
  }

  @Test func `what was never handed over is refused, and what may have arrived is unknown`() {
    let notSent = BridgeResult.notSent(reason: "Nothing was sent.")
    let silence = BridgeResult.silence(reason: "No answer.")
    #expect(
      notSent.submitOutcome(of: sent, contracts)
        == .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: "Nothing was sent.")))
    #expect(silence.submitOutcome(of: sent, contracts) == .unknown(reason: "No answer."))
    #expect(
      notSent.cancelOutcome(of: sent, contracts)
        == .refused(isGone: false, reason: "Nothing was sent."))
    #expect(silence.cancelOutcome(of: sent, contracts) == .unknown(reason: "No answer."))
    for result in [notSent, silence] {
      guard case .unavailable = result.queryOutcome(of: sent, contracts) else {
        return #expect(Bool(false))
      }
    }
  }

  @Test func `an order that is not canceled was not canceled`() throws {
    let outcome = try answer(#"{"result":"canceled","order":\#(stated)}"#)
      .cancelOutcome(of: sent, contracts)
    #expect(outcome == .unknown(reason: BridgeResult.unreadable))
  }
}
