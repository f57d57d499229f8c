// Protective orders: they follow what was filled, close it once, and outlive restarts.

import Testing
import Trading

@testable import Simulation

private func bracket(
  _ text: String = "2", stop: String? = "95", profit: String? = "110", side: Side = .buy
) -> OrderTerms {
  var instructions = OrderInstructions()
  instructions.stopLoss = stop.map { price($0) }
  instructions.takeProfit = profit.map { price($0) }
  return OrderTerms(
    account: binance, symbol: bitcoin, side: side, type: .limit, quantity: quantity(text),
    limitPrice: price("100"), instructions: instructions)
}

private let exclusive = VenueRules(
  canBeAskedLater: true, visibilityWindowMilliseconds: 0, hasReduceOnly: false)

extension Desk {
  fileprivate convenience init(_ rules: VenueRules) {
    self.init(isConnected: false)
    connect(rules)
    tell(.openOrdersReported(binance, []))
    quote("100")
  }

  @discardableResult
  fileprivate func quote(_ text: String) -> [Action] {
    tell(.priced(bitcoinOnBinance, price(text)))
  }

  /// The newest order of a leg.
  fileprivate func leg(_ leg: ProtectiveLink.Leg) -> Order? {
    let id = entries.last { $0.order.terms.protects?.leg == leg }?.order.id
    return id.flatMap { order($0) } ?? entries.last { $0.order.id == id }?.order
  }

  /// The venue says that it has these.
  fileprivate func accept(_ ids: [OrderID]) {
    for id in ids { tell(.submitted(id, .accepted(report(id, .working), position: nil))) }
    record()
  }

  /// A parent of which so much is filled, with its legs at the venue.
  fileprivate func protected(_ terms: OrderTerms = bracket(), filled text: String) -> OrderID {
    let id = working(terms)
    let isAll = quantity(text) == terms.quantity
    tell(.reported(report(id, isAll ? .filled : .working, [fill("E-\(text)", text)])))
    accept(record().sends)
    return id
  }
}

@Suite struct ProtectionTests {
  @Test func `what is filled gets a stop and a take-profit of its size, at once`() {
    let desk = Desk()
    let id = desk.working(bracket())
    #expect(desk.leg(.stopLoss) == nil)
    desk.tell(.reported(report(id, .working, [fill("1", "0.5")])))
    #expect(desk.record().sends.count == 2)
    #expect(desk.leg(.stopLoss)?.terms.type == .stop)
    #expect(desk.leg(.stopLoss)?.terms.triggerPrice == price("95"))
    #expect(desk.leg(.takeProfit)?.terms.limitPrice == price("110"))
    for leg in [ProtectiveLink.Leg.stopLoss, .takeProfit] {
      #expect(desk.leg(leg)?.terms.quantity == quantity("0.5"))
      #expect(desk.leg(leg)?.terms.side == .sell)
      #expect(desk.leg(leg)?.terms.isReduceOnly == true)
      #expect(desk.leg(leg)?.terms.protects?.parent == id)
    }
  }

  @Test func `the legs grow with every fill`() {
    let desk = Desk()
    let id = desk.protected(filled: "0.5")
    desk.tell(.reported(report(id, .filled, [fill("2", "1.5")])))
    let amends = desk.record().amends
    #expect(amends.count == 2)
    #expect(desk.leg(.stopLoss)?.amendment?.quantity == quantity("2"))
    #expect(desk.leg(.takeProfit)?.amendment?.quantity == quantity("2"))
  }

  @Test func `when one leg is filled the other ends, and a part shrinks it`() throws {
    let desk = Desk()
    _ = desk.protected(filled: "2")
    let profit = try #require(desk.leg(.takeProfit)?.id)
    let stop = try #require(desk.leg(.stopLoss)?.id)
    desk.tell(.reported(report(profit, .working, [fill("P1", "0.5", at: "110")])))
    #expect(desk.record().amends == [stop])
    #expect(desk.leg(.stopLoss)?.amendment?.quantity == quantity("1.5"))
    let rest = report(
      profit, .filled, [fill("P1", "0.5", at: "110"), fill("P2", "1.5", at: "110")])
    #expect(desk.tell(.reported(rest)).cancels == [stop])
    #expect(desk.position() == .zero)
  }

  @Test func `where a venue would fill both legs, one at most is there`() throws {
    let desk = Desk(exclusive)
    _ = desk.protected(filled: "2")
    let stop = try #require(desk.leg(.stopLoss)?.id)
    let profit = try #require(desk.leg(.takeProfit)?.id)
    #expect(desk.state(profit) == .held)
    #expect(desk.quote("110").cancels == [stop])
    #expect(desk.record().sends.isEmpty, "the stop may still trade")
    desk.tell(.cancelAnswered(stop, .canceled(report(stop, .canceled(reason: nil)))))
    #expect(desk.record().sends == [profit])
    #expect(desk.leg(.takeProfit)?.executedType == .market)
  }

  @Test func `a stop that trades while it is cancelled leaves only the rest to the take-profit`()
    throws
  {
    let desk = Desk(exclusive)
    _ = desk.protected(filled: "2")
    let stop = try #require(desk.leg(.stopLoss)?.id)
    let profit = try #require(desk.leg(.takeProfit)?.id)
    desk.quote("110")
    let canceled = report(stop, .canceled(reason: nil), [fill("S", "0.5", at: "95")])
    desk.tell(.cancelAnswered(stop, .canceled(canceled)))
    #expect(desk.record().sends == [profit])
    #expect(desk.order(profit)?.terms.quantity == quantity("1.5"))
  }

  @Test func `what both legs close too much is given back and told`() throws {
    let desk = Desk()
    let id = desk.protected(filled: "2")
    let profit = try #require(desk.leg(.takeProfit)?.id)
    let stop = try #require(desk.leg(.stopLoss)?.id)
    desk.tell(.reported(report(profit, .filled, [fill("P", "2", at: "110")])))
    let actions = desk.tell(.reported(report(stop, .filled, [fill("S", "2", at: "95")])))
    #expect(actions.notices.contains(.overClosed(id, quantity: quantity("2"))))
    #expect(desk.position() == decimal("-2"))
    #expect(desk.record().sends.count == 1)
    let flatten = try #require(desk.leg(.flatten))
    #expect(flatten.terms.side == .buy)
    #expect(flatten.terms.quantity == quantity("2"))
    #expect(flatten.terms.isReduceOnly)
  }

  @Test func `a leg that trades after the protection had ended is worked out with all there was`()
    throws
  {
    let desk = Desk()
    let id = desk.protected(filled: "2")
    let profit = try #require(desk.leg(.takeProfit)?.id)
    let stop = try #require(desk.leg(.stopLoss)?.id)
    desk.tell(.reported(report(profit, .filled, [fill("P", "2", at: "110")])))
    desk.tell(.cancelAnswered(stop, .canceled(report(stop, .canceled(reason: nil)))))
    desk.tell(
      .positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: .zero)]))
    desk.record()
    for _ in 0..<70 { desk.pass(milliseconds: 1_000) }
    desk.record()
    #expect(desk.liveCount == 0)
    let stored = Dictionary(desk.entries.map { ($0.order.id, $0.order) }) { $1 }
    let late = report(stop, .canceled(reason: nil), [fill("S", "2", at: "95")])
    desk.tell(.reported(late))
    let asked = desk.tell(.lookedUp(.report(late), stored[stop]))
    #expect(asked.lookUps == [.protection(id)])
    let legs = stored.values.filter { $0.terms.protects?.parent == id }
    desk.tell(
      .protectionLookedUp(parent: try #require(stored[id]), legs: legs.sorted { $0.id < $1.id }))
    #expect(desk.leg(.flatten)?.terms.quantity == quantity("2"))
  }

  @Test func `a parent that trades after its protection had ended gets legs for what is open`()
    throws
  {
    let desk = Desk()
    let id = desk.protected(filled: "0.5")
    let profit = try #require(desk.leg(.takeProfit)?.id)
    let stop = try #require(desk.leg(.stopLoss)?.id)
    desk.tell(.reported(report(profit, .filled, [fill("P", "0.5", at: "110")])))
    desk.tell(.cancelAnswered(stop, .canceled(report(stop, .canceled(reason: nil)))))
    let ended = report(id, .canceled(reason: nil), [fill("E-0.5", "0.5")])
    desk.tell(.reported(ended))
    desk.tell(
      .positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: .zero)]))
    for _ in 0..<70 {
      desk.record()
      desk.pass(milliseconds: 1_000)
    }
    #expect(desk.liveCount == 0)
    let stored = Dictionary(desk.entries.map { ($0.order.id, $0.order) }) { $1 }
    let late = report(id, .canceled(reason: nil), [fill("E-0.5", "0.5"), fill("L", "1")])
    desk.tell(.reported(late))
    let asked = desk.tell(.lookedUp(.report(late), stored[id]))
    #expect(asked.lookUps == [.protection(id)])
    desk.record()
    let legs = stored.values.filter { $0.terms.protects?.parent == id }
    let parent = try #require(desk.entries.last { $0.order.id == id }?.order)
    desk.tell(.protectionLookedUp(parent: parent, legs: legs.sorted { $0.id < $1.id }))
    desk.record()
    #expect(desk.leg(.stopLoss)?.terms.quantity == quantity("1"), "0.5 are closed already")
    #expect(desk.leg(.takeProfit)?.terms.quantity == quantity("1"))
    #expect(desk.leg(.flatten) == nil)
  }

  @Test func `a take-profit triggered while the journal was away goes out when it is back`()
    throws
  {
    let desk = Desk(exclusive)
    _ = desk.protected(filled: "2")
    let stop = try #require(desk.leg(.stopLoss)?.id)
    let profit = try #require(desk.leg(.takeProfit)?.id)
    #expect(desk.quote("110").cancels == [stop])
    desk.tell(.journal(isAvailable: false))
    desk.tell(.cancelAnswered(stop, .canceled(report(stop, .canceled(reason: nil)))))
    for _ in 0..<5 { #expect(desk.pass(milliseconds: 1_000).sends.isEmpty) }
    desk.record()
    desk.tell(.journal(isAvailable: true))
    desk.pass(milliseconds: 1_000)
    #expect(desk.record().sends == [profit])
  }

  @Test(arguments: [0, 3_600_000] as [Int64])
  func `legs are newer than their parent although the clock was set back`(by milliseconds: Int64)
    throws
  {
    let id = OrderID(
      milliseconds: start.microseconds / 1_000 + milliseconds, counter: 4_000, random: .max)
    var parent = Order(id: id, terms: bracket(), at: start)
    for event: OrderEvent in [.submitting, .accepted(nil)] { _ = parent.apply(event, at: start) }
    let desk = Desk.restarted([parent]).desk
    desk.connect()
    desk.tell(.openOrdersReported(binance, [report(id, .working, [fill("1", "2")])]))
    desk.record()
    #expect(try #require(desk.leg(.stopLoss)?.id) > id)
    #expect(try #require(desk.leg(.takeProfit)?.id) > id)
  }

  @Test func `a position that was closed by other means needs no legs any more`() throws {
    let desk = Desk()
    _ = desk.protected(filled: "2")
    let legs = [desk.leg(.stopLoss)?.id, desk.leg(.takeProfit)?.id]
    let close = desk.close().id
    desk.record()
    let done = report(close, .filled, [fill("C", "2")])
    let actions = desk.tell(.submitted(close, .accepted(done, position: nil)))
    #expect(actions.cancels.map { Optional($0) } == legs)
  }

  @Test func `a stop that the venue refuses is told of and tried again, and not at once`() throws {
    let desk = Desk()
    let id = desk.working(bracket(profit: nil))
    desk.tell(.reported(report(id, .filled, [fill("1", "2")])))
    let first = try #require(desk.record().sends.first)
    let refused = desk.tell(
      .submitted(first, .rejected(Rejection(code: "-2021", sentence: "Would trigger."))))
    #expect(refused.notices.contains(.unprotected(id, quantity: quantity("2"))))
    #expect(desk.record().sends.isEmpty)
    #expect(desk.engine.unprotectedOrders.map(\.id) == [id])
    desk.pass(milliseconds: 1_100)
    #expect(desk.record().sends.count == 1)
  }

  @Test func `a stop that the market has passed already is a market order`() {
    let desk = Desk()
    let id = desk.working(bracket())
    desk.quote("94")
    desk.tell(.reported(report(id, .filled, [fill("1", "2")])))
    #expect(desk.leg(.stopLoss)?.terms.type == .market)
  }

  @Test func `a caller who cancels the stop gives it up, and that is no alarm`() throws {
    let desk = Desk()
    let id = desk.protected(filled: "2")
    let stop = try #require(desk.leg(.stopLoss)?.id)
    desk.cancel(stop)
    desk.tell(.cancelAnswered(stop, .canceled(report(stop, .canceled(reason: nil)))))
    #expect(desk.record().sends.isEmpty)
    #expect(desk.order(id)?.waivedLegs == [.stopLoss])
    #expect(desk.engine.unprotectedOrders.isEmpty)
  }

  @Test func `a restart finds the legs, and places what was missing`() throws {
    let before = Desk()
    let id = before.protected(filled: "2")
    let parent = try #require(before.order(id))
    let stop = try #require(before.leg(.stopLoss))
    var position = Position(at: start)
    position.apply(fill("E", "2"), side: .buy, at: start)
    let desk = Desk.restarted([parent, stop], positions: [bitcoinOnBinance: position]).desk
    desk.connect()
    desk.tell(.openOrdersReported(binance, [report(stop.id, .working)]))
    desk.pass(milliseconds: 1_000)
    let sends = desk.record().sends
    #expect(sends.count == 1, "the stop is there")
    #expect(desk.leg(.takeProfit)?.id == sends.first)
  }

  @Test func `a halt keeps legs back, and the release places them`() {
    let desk = Desk()
    let id = desk.working(bracket())
    desk.set(.halted)
    desk.record()
    desk.tell(.reported(report(id, .filled, [fill("1", "2")])))
    #expect(desk.record().sends.isEmpty)
    #expect(desk.engine.unprotectedOrders.map(\.id) == [id])
    desk.set(.active)
    desk.record()
    desk.pass(milliseconds: 1_000)
    #expect(desk.record().sends.count == 2)
  }

  @Test func `the first order of a group that trades cancels the others`() {
    let desk = Desk()
    func member(_ side: Side, at text: String) -> OrderTerms {
      var instructions = OrderInstructions()
      instructions.group = label("breakout")
      return OrderTerms(
        account: binance, symbol: bitcoin, side: side, type: .limit, quantity: quantity("1"),
        limitPrice: price(text), instructions: instructions)
    }
    let first = desk.working(member(.buy, at: "98"))
    let second = desk.working(member(.sell, at: "102"))
    let third = desk.working(member(.sell, at: "103"))
    let actions = desk.tell(.reported(report(second, .working, [fill("1", "0.2")])))
    #expect(actions.cancels == [first, third])
  }

  @Test func `a bracket whose legs cross its entry is refused`() {
    let desk = Desk()
    #expect(desk.submit(bracket(stop: "100")).actions.refusalCode == "BRACKET_CROSSED")
    #expect(desk.submit(bracket(profit: "99")).actions.refusalCode == "BRACKET_CROSSED")
    #expect(desk.submit(bracket(side: .sell)).actions.refusalCode == "BRACKET_CROSSED")
  }

  @Test func `prices of legs are rounded to the tick, towards the entry`() {
    let desk = Desk()
    let id = desk.working(bracket(stop: "95.001", profit: "110.009"))
    desk.tell(.reported(report(id, .filled, [fill("1", "2")])))
    #expect(desk.leg(.stopLoss)?.terms.triggerPrice == price("95.01"))
    #expect(desk.leg(.takeProfit)?.terms.limitPrice == price("110"))
  }
}
