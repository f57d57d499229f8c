// Orders that wait for a price or for their last hour, at a venue that watches neither.

import Testing
import Trading

@testable import Simulation

private func stop(
  _ side: Side = .sell, _ type: OrderType = .stop, at trigger: Trigger, _ text: String = "1",
  limit: String? = nil, reduceOnly: Bool = false
) -> OrderTerms {
  var instructions = OrderInstructions()
  instructions.trigger = trigger
  instructions.isReduceOnly = reduceOnly
  return OrderTerms(
    account: binance, symbol: bitcoin, side: side, type: type, quantity: quantity(text),
    limitPrice: limit.map { price($0) }, instructions: instructions)
}

/// A desk at a venue that takes MARKET and LIMIT orders only, with the market at 100.
private func plainDesk(limits: RiskLimits = RiskLimits()) -> Desk {
  let desk = Desk(limits: limits, isConnected: false)
  desk.connect(
    VenueRules(
      canBeAskedLater: true, visibilityWindowMilliseconds: 0, orderTypes: [.market, .limit],
      timesInForce: [.goodTillCanceled, .immediateOrCancel], hasReduceOnly: false, canAmend: false))
  desk.tell(.openOrdersReported(binance, []))
  desk.quote("100")
  return desk
}

extension Desk {
  fileprivate func held(_ terms: OrderTerms) -> OrderID {
    let id = submit(terms).id
    record()
    return id
  }

  @discardableResult
  fileprivate func quote(_ text: String, ageMilliseconds: Int64 = 0) -> [Action] {
    tell(
      .priced(
        bitcoinOnBinance, price(text), quotedAt: now.adding(milliseconds: -ageMilliseconds)))
  }
}

@Suite struct ConditionalOrderTests {
  @Test
  func `a stop that the venue cannot take is held, and its caller hears so once it is durable`() {
    let desk = plainDesk()
    let (id, request, actions) = desk.submit(stop(at: .price(price("95"))))
    #expect(actions.replies.isEmpty)
    let answered = desk.record()
    #expect(answered.sends.isEmpty)
    #expect(answered.replies(to: request).map(\.word) == ["created"])
    #expect(desk.state(id) == .held)
    #expect(desk.order(id)?.isEmulated == true)
  }

  @Test(arguments: [
    (OrderType.stop, Trigger.price(price("95")), true),
    (.takeProfit, .price(price("105")), false),
    (.trailingStop, .trailing(.percent(decimal("1.5")), activationPrice: nil), false),
    (.trailingStop, .trailing(.percent(decimal("1.55")), activationPrice: nil), true),
    (.trailingStop, .trailing(.percent(decimal("11")), activationPrice: nil), true),
    (.trailingStop, .trailing(.amount(decimal("1")), activationPrice: nil), true),
  ])
  func `what the venue does not take of one instrument is held, and nothing else`(
    type: OrderType, trigger: Trigger, isHeld: Bool
  ) {
    var filters = InstrumentFilters()
    filters.orderTypes = [.market, .limit, .takeProfit, .trailingStop]
    filters.trailingPercent = TrailingPercentFilter(
      min: decimal("0.1"), max: decimal("10"), step: decimal("0.1"))
    let desk = Desk(isConnected: false)
    desk.tell(
      .connected(
        binance, instruments: [instrument(filters: filters)],
        rules: VenueRules(canBeAskedLater: true, visibilityWindowMilliseconds: 0)))
    desk.tell(.openOrdersReported(binance, []))
    desk.quote("100")
    #expect(desk.state(desk.held(stop(.sell, type, at: trigger))) == (isHeld ? .held : .submitting))
  }

  @Test(arguments: [
    (Side.sell, OrderType.stop, "95", "95.01", "95"), (.buy, .stop, "105", "104.99", "105"),
    (.sell, .takeProfit, "105", "104.99", "106"), (.buy, .takeProfit, "95", "95.01", "94"),
  ])
  func `a price triggers an order on its side of the market and not before`(
    side: Side, type: OrderType, trigger: String, before: String, at: String
  ) {
    let desk = plainDesk()
    let id = desk.held(stop(side, type, at: .price(price(trigger))))
    #expect(desk.quote(before).entries.isEmpty)
    #expect(desk.quote(at).sends.isEmpty, "nothing leaves before it is durable")
    #expect(desk.record().sends == [id])
    #expect(desk.order(id)?.executedType == .market)
    #expect(desk.quote(at).entries.isEmpty)
  }

  @Test func `a stop limit leaves as a limit order`() {
    let desk = plainDesk()
    let id = desk.held(stop(.sell, .stopLimit, at: .price(price("95")), limit: "94"))
    desk.quote("95")
    desk.record()
    #expect(desk.order(id)?.executedType == .limit)
    #expect(desk.order(id)?.terms.limitPrice == price("94"))
  }

  @Test func `a quote that is too old triggers nothing`() {
    let desk = plainDesk()
    let id = desk.held(stop(at: .price(price("95"))))
    #expect(desk.quote("90", ageMilliseconds: 5_001).entries.isEmpty)
    #expect(desk.state(id) == .held)
    desk.quote("90", ageMilliseconds: 5_000)
    #expect(desk.record().sends == [id])
  }

  @Test func `a trailing stop follows the market one way only`() {
    let desk = plainDesk()
    let trail = Trigger.trailing(.amount(decimal("5")), activationPrice: nil)
    let id = desk.held(stop(.sell, .trailingStop, at: trail))
    for text in ["100", "110", "106", "105.01"] { desk.quote(text) }
    #expect(desk.state(id) == .held)
    desk.quote("105")
    #expect(desk.record().sends == [id])
  }

  @Test func `a trailing stop in percent waits for its activation price`() {
    let desk = plainDesk()
    let trail = Trigger.trailing(.percent(decimal("10")), activationPrice: price("90"))
    let id = desk.held(stop(.buy, .trailingStop, at: trail))
    for text in ["100", "120", "90", "80", "87.99"] { desk.quote(text) }
    #expect(desk.state(id) == .held)
    desk.quote("88")
    #expect(desk.record().sends == [id])
  }

  @Test func `a trailing stop goes on from its best price after a restart`() throws {
    let desk = plainDesk()
    let trail = Trigger.trailing(.amount(decimal("5")), activationPrice: nil)
    let id = desk.held(stop(.sell, .trailingStop, at: trail))
    for text in ["100", "120"] { desk.quote(text) }
    let order = try #require(desk.order(id))
    #expect(order.trailedPrice == price("120"))
    let later = Desk.restarted([order]).desk
    later.connect(
      VenueRules(
        canBeAskedLater: true, visibilityWindowMilliseconds: 0, orderTypes: [.market, .limit]))
    later.quote("115")
    #expect(later.record().sends == [id])
  }

  @Test func `a halt keeps a trigger from firing, and the next price after it fires`() {
    let desk = plainDesk()
    let id = desk.held(stop(at: .price(price("95"))))
    desk.set(.halted)
    desk.record()
    desk.quote("90")
    #expect(desk.record().sends.isEmpty)
    desk.set(.active)
    desk.record()
    desk.quote("90")
    #expect(desk.record().sends == [id])
  }

  @Test func `a held order is cancelled without the venue, and told when that is durable`() {
    let desk = plainDesk()
    let id = desk.held(stop(at: .price(price("95"))))
    let (request, actions) = desk.cancel(id)
    #expect(actions.cancels.isEmpty)
    #expect(actions.replies.isEmpty, "a crash could bring it back to life")
    #expect(desk.record().replies(to: request).map(\.word) == ["canceled"])
    #expect(desk.quote("90").entries.isEmpty)
    #expect(desk.liveCount == 0)
  }

  @Test func `a reduce-only stop shrinks to the position that is left`() {
    let desk = plainDesk()
    desk.filled(terms(.buy, "2"))
    let id = desk.held(stop(at: .price(price("95")), "2", reduceOnly: true))
    desk.filled(terms(.sell, "0.5"))
    desk.quote("95")
    #expect(desk.record().sends == [id])
    #expect(desk.order(id)?.terms.quantity == quantity("1.5"))
    #expect(desk.order(id)?.requestedTerms.quantity == quantity("2"))
  }

  @Test func `a reduce-only stop whose position is gone ends without being sent`() {
    let desk = plainDesk()
    desk.filled(terms(.buy, "1"))
    let id = desk.held(stop(at: .price(price("95")), reduceOnly: true))
    desk.filled(terms(.sell, "1"))
    desk.quote("95")
    #expect(desk.record().sends.isEmpty)
    #expect(desk.order(id) == nil)
  }

  @Test func `a reduce-only order is for a position that it makes smaller`() {
    let desk = plainDesk()
    let sell = stop(at: .price(price("95")), "2", reduceOnly: true)
    #expect(desk.submit(sell).actions.refusalCode == "REDUCE_ONLY_NO_POSITION")
    desk.filled(terms(.buy, "1"))
    #expect(desk.submit(sell).actions.refusalCode == "REDUCE_ONLY_TOO_LARGE")
  }

  @Test func `an order that is over in time is cancelled and ends as expired`() {
    let desk = plainDesk()
    var instructions = OrderInstructions()
    instructions.expiresAt = desk.now.adding(milliseconds: 60_000)
    let id = desk.working(
      OrderTerms(
        account: binance, symbol: bitcoin, side: .buy, type: .limit, quantity: quantity("1"),
        timeInForce: .goodTillDate, limitPrice: price("99"), instructions: instructions))
    #expect(desk.pass(milliseconds: 59_999).cancels.isEmpty)
    #expect(desk.pass(milliseconds: 1).cancels == [id])
    let entries = desk.tell(
      .cancelAnswered(id, .canceled(report(id, .canceled(reason: nil))))
    ).entries
    #expect(entries.last?.order.state == .expired)
  }

  @Test func `a held order that is over in time ends here`() {
    let desk = plainDesk()
    var instructions = OrderInstructions()
    instructions.trigger = .price(price("95"))
    instructions.expiresAt = desk.now.adding(milliseconds: 1_000)
    let id = desk.held(
      OrderTerms(
        account: binance, symbol: bitcoin, side: .sell, type: .stop, quantity: quantity("1"),
        timeInForce: .goodTillDate, instructions: instructions))
    desk.pass(milliseconds: 1_000)
    #expect(desk.entries.last?.order.state == .expired)
    desk.record()
    #expect(desk.order(id) == nil)
  }

  @Test func `a quote quantity becomes the largest quantity that it pays for`() {
    let desk = plainDesk()
    var instructions = OrderInstructions()
    instructions.quoteQuantity = decimal("250.55")
    let terms = OrderTerms(
      account: binance, symbol: bitcoin, side: .buy, type: .market, quantity: .zero,
      clientOrderID: clientOrderID("by-worth"), instructions: instructions)
    let id = desk.sent(terms)
    #expect(desk.order(id)?.terms.quantity == quantity("2.505"))
    #expect(desk.submit(terms).actions.entries.isEmpty, "the same request is the same order")
  }

  @Test func `what neither venue nor gateway can do is refused by name`() {
    let desk = Desk(isConnected: false, emulatesTriggers: false)
    desk.connect(
      VenueRules(
        canBeAskedLater: true, visibilityWindowMilliseconds: 0, orderTypes: [.limit],
        timesInForce: [.goodTillCanceled], hasPostOnly: false, hasDisplayQuantity: false))
    desk.tell(.openOrdersReported(binance, []))
    desk.quote("100")
    #expect(desk.submit(terms(limit: nil)).actions.refusalCode == "UNSUPPORTED_ORDER_TYPE")
    #expect(
      desk.submit(stop(at: .price(price("95")))).actions.refusalCode == "UNSUPPORTED_ORDER_TYPE")
    var shown = OrderInstructions()
    shown.displayQuantity = quantity("0.5")
    func limitOrder(
      _ timeInForce: TimeInForce, postOnly: Bool = false, _ instructions: OrderInstructions? = nil
    ) -> OrderTerms {
      OrderTerms(
        account: binance, symbol: bitcoin, side: .buy, type: .limit, quantity: quantity("1"),
        timeInForce: timeInForce, isPostOnly: postOnly, limitPrice: price("99"),
        instructions: instructions)
    }
    for (terms, code) in [
      (limitOrder(.fillOrKill), "UNSUPPORTED_TIME_IN_FORCE"),
      (limitOrder(.goodTillCanceled, postOnly: true), "UNSUPPORTED_POST_ONLY"),
      (limitOrder(.goodTillCanceled, shown), "UNSUPPORTED_DISPLAY_QUANTITY"),
    ] {
      #expect(desk.submit(terms).actions.refusalCode == code)
    }
  }
}
