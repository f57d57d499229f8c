// Orders that are routed: to the account where they cost least, never to one that is down, halted
// or not heard of, and again with what came back, once nothing of it may still trade.

import Testing
import Trading

@testable import Simulation

private func routed(
  _ text: String = "1", _ side: Side = .buy, limit: String? = nil,
  between accounts: [AccountID] = [binance, kraken],
  _ change: (inout OrderInstructions) -> Void = { _ in }
) -> OrderTerms {
  var instructions = OrderInstructions()
  instructions.route = accounts
  change(&instructions)
  return OrderTerms(
    account: valid(AccountID("router"), "account"), symbol: bitcoin, side: side,
    type: limit == nil ? .market : .limit, quantity: quantity(text), limitPrice: limit.map(price),
    instructions: instructions)
}

private let bitcoinOnKraken = PositionKey(account: kraken, symbol: bitcoin)

extension Desk {
  /// Two accounts, 100 and 101, with fees in hundredths of a percent.
  fileprivate static func withTwoAccounts(
    fees: (String, String) = ("0", "0"), limits: RiskLimits = RiskLimits()
  ) -> Desk {
    let desk = Desk(limits: limits, isConnected: false)
    for (account, fee) in [(binance, fees.0), (kraken, fees.1)] {
      desk.tell(
        .connected(
          account, instruments: [instrument()],
          rules: VenueRules(
            canBeAskedLater: true, visibilityWindowMilliseconds: 0,
            takerFeeBasisPoints: decimal(fee))))
      desk.tell(.openOrdersReported(account, []))
    }
    desk.quote("100", "101")
    return desk
  }

  fileprivate func quote(_ first: String, _ second: String) {
    tell(.priced(bitcoinOnBinance, price(first)))
    tell(.priced(bitcoinOnKraken, price(second)))
  }

  /// The account that an order goes to at once.
  fileprivate func account(of terms: OrderTerms) -> AccountID? {
    submit(terms)
    record()
    return lastSlice?.terms.account
  }
}

@Suite struct RoutingTests {
  @Test func `an order goes where it costs least, with the fee`() {
    #expect(Desk.withTwoAccounts().account(of: routed()) == binance)
    #expect(Desk.withTwoAccounts().account(of: routed("1", .sell)) == kraken)
    let dear = Desk.withTwoAccounts(fees: ("150", "10"))
    #expect(dear.account(of: routed()) == kraken, "101.5 with the fee, and 101.101")
    let equal = Desk.withTwoAccounts()
    equal.quote("100", "100")
    #expect(equal.account(of: routed(between: [kraken, binance])) == kraken, "the first named")
  }

  @Test func `it is filled by its slices and counts for no account itself`() throws {
    let desk = Desk.withTwoAccounts(limits: RiskLimits(maxOpenOrders: 1))
    let id = desk.submit(routed()).id
    desk.record()
    let slice = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    #expect(desk.order(slice)?.terms.sliceOf == SliceLink(parent: id, number: 1))
    desk.fillSlice(slice, "1", .filled)
    #expect(desk.recorded(id)?.state == .filled)
    #expect(desk.position() == decimal("1"))
    desk.tell(
      .positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: decimal("1"))]))
    desk.record()
    #expect(desk.recorded(id)?.state == .settled)
    desk.record()
    #expect(desk.liveCount == 0)
  }

  @Test func `an account that is down, halted or not heard of is not chosen`() {
    let down = Desk.withTwoAccounts()
    down.tell(.disconnected(binance))
    #expect(down.account(of: routed()) == kraken)
    let halted = Desk.withTwoAccounts()
    halted.set(.halted, for: .account(binance))
    halted.record()
    #expect(halted.account(of: routed()) == kraken)
    let stale = Desk.withTwoAccounts()
    stale.now = stale.now.adding(milliseconds: 6_000)
    stale.tell(.priced(bitcoinOnKraken, price("200")))
    #expect(stale.account(of: routed()) == kraken)
  }

  @Test func `without any account that can be chosen it waits`() {
    let desk = Desk.withTwoAccounts()
    desk.now = desk.now.adding(milliseconds: 6_000)
    let id = desk.submit(routed()).id
    desk.record()
    desk.pass(seconds: 10)
    #expect(desk.state(id) == .held)
    #expect(desk.lastSlice == nil)
    desk.quote("100", "99")
    desk.pass(seconds: 2)
    #expect(desk.lastSlice?.terms.account == kraken)
  }

  @Test func `what one account refuses goes to the other`() throws {
    let desk = Desk.withTwoAccounts()
    let id = desk.submit(routed()).id
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.tell(.submitted(first, .rejected(sampleRejection)))
    #expect(desk.lastSlice?.terms.account == kraken)
    let second = try #require(desk.record().sends.first)
    desk.fillSlice(second, "0.6")
    #expect(desk.order(id)?.filledQuantity == quantity("0.6"))
    #expect(desk.sliceQuantities == ["1", "1", "0.4"], "what expired is routed again")
  }

  @Test func `nothing is routed again as long as nobody knows what became of it`() throws {
    let desk = Desk.withTwoAccounts()
    _ = desk.submit(routed())
    desk.record()
    let first = try #require(desk.record().sends.first ?? desk.lastSlice?.id)
    desk.tell(.submitted(first, .unknown(reason: "HTTP 502")))
    desk.tell(.disconnected(binance))
    for _ in 0..<20 {
      desk.pass(seconds: 5)
      desk.quote("100", "99")
    }
    #expect(desk.sliceQuantities == ["1"])
    desk.tell(.queryAnswered(first, .found(report(first, .canceled(reason: nil)))))
    desk.pass(seconds: 2)
    #expect(desk.sliceQuantities == ["1", "1"])
  }

  @Test func `a restart finds the order and what it was routed to`() throws {
    let before = Desk.withTwoAccounts()
    let id = before.submit(routed("1", limit: "100")).id
    before.record()
    let slice = try #require(before.record().sends.first ?? before.lastSlice?.id)
    before.fillSlice(slice, "0.4", .working)
    let orders = try [id, slice].map { try #require(before.recorded($0)) }
    let desk = Desk.restarted(orders).desk
    #expect(desk.order(id)?.filledQuantity == quantity("0.4"))
    desk.pass(seconds: 2)
    #expect(desk.sliceQuantities.isEmpty)
    let cancel = desk.cancel(id)
    #expect(cancel.actions.cancels == [slice])
    let ended = report(slice, .canceled(reason: nil), [fill("T-\(slice)", "0.4")])
    desk.tell(.cancelAnswered(slice, .canceled(ended)))
    #expect(desk.recorded(id)?.state == .canceled)
  }

  @Test func `an order that no account would take is refused by the first`() {
    let desk = Desk.withTwoAccounts()
    #expect(desk.submit(routed("0.01")).actions.refusalCode == "MIN_NOTIONAL")
    #expect(desk.submit(routed(between: [binance])).actions.refusalCode == "ALGORITHM_ROUTE")
    #expect(
      desk.submit(routed(between: [binance, binance])).actions.refusalCode == "ALGORITHM_ROUTE")
    let unknown = valid(AccountID("nobody"), "account")
    #expect(
      desk.submit(routed(between: [binance, unknown])).actions.refusalCode == "UNKNOWN_PLUGIN")
    #expect(
      desk.submit(routed { $0.isReduceOnly = true }).actions.refusalCode == "ALGORITHM_COMBINATION")
    let limited = Desk.withTwoAccounts(limits: RiskLimits(maxOrderNotional: decimal("50")))
    let id = limited.submit(routed()).id
    #expect(limited.state(id) == .denied)
  }
}
