// A new process takes over what the store has, and asks the venue for the rest.

import Testing
import Trading

@testable import Simulation

private func submitting(_ id: OrderID, cancelRequested: Bool = false) -> Order {
  var order = Order(id: id, terms: terms(), at: start)
  _ = order.apply(.submitting, at: start)
  if cancelRequested { _ = order.apply(.cancelRequested, at: start) }
  return order
}

private func working(_ id: OrderID, cancelRequested: Bool = false) -> Order {
  var order = submitting(id)
  _ = order.apply(.accepted(nil), at: start)
  if cancelRequested { _ = order.apply(.cancelRequested, at: start) }
  return order
}

@Suite struct RestartTests {
  @Test func `an order that was being sent has an unknown outcome and is not sent again`() {
    let (desk, actions) = Desk.restarted([submitting(orderID(1))])
    #expect(actions.sends.isEmpty)
    #expect(actions.entries.map(\.order.state) == [.unknown])
    #expect(desk.state(orderID(1)) == .unknown)
    #expect(desk.unknownCount == 1)
    #expect(desk.record().sends.isEmpty)
  }

  @Test func `an unknown order is asked for after the connect and resolved by what is found`() {
    let (desk, _) = Desk.restarted([submitting(orderID(1)), submitting(orderID(2))])
    desk.connect()
    desk.tell(.openOrdersReported(binance, []))
    #expect(desk.pass(milliseconds: 0).queries == [orderID(1), orderID(2)])
    desk.tell(.queryAnswered(orderID(1), .found(report(orderID(1), .filled, [fill("1")]))))
    #expect(desk.state(orderID(1)) == .filled)
    desk.tell(.queryAnswered(orderID(2), .notFound))
    for _ in 0..<2 { desk.answerNextQuery(.notFound, of: orderID(2)) }
    #expect(desk.state(orderID(2)) == .notFound)
    #expect(desk.position() == decimal("1"))
  }

  @Test(arguments: [-3_600_000, 3_600_000] as [Int64])
  func `the venue's window begins anew with a restart, whoever set the clock`(
    millisecondsAhead: Int64
  ) {
    let at = start.adding(milliseconds: millisecondsAhead)
    var order = Order(id: orderID(7), terms: terms(), at: at)
    _ = order.apply(.submitting, at: at)
    _ = order.apply(.becameUnknown(reason: "HTTP 502"), at: at)
    let desk = Desk.restarted([order]).desk
    desk.connect(windowMilliseconds: 20_000)
    let answers = desk.tell(.openOrdersReported(binance, [])).queries
    for id in answers { desk.tell(.queryAnswered(id, .notFound)) }
    var lookups = 1
    while desk.state(order.id) == .unknown, lookups < 40 {
      #expect(desk.answerNextQuery(.notFound, of: order.id))
      lookups += 1
    }
    #expect(desk.state(order.id) == .notFound)
    #expect(desk.now.milliseconds(since: start) >= 20_000)
  }

  @Test func `an order that the venue lists works on`() {
    let (desk, _) = Desk.restarted([submitting(orderID(1))])
    desk.connect()
    desk.tell(.openOrdersReported(binance, [report(orderID(1), .working)]))
    #expect(desk.state(orderID(1)) == .working)
    #expect(desk.isGateOpen)
  }

  @Test func `fills that happened while nobody was looking count once`() {
    var position = Position(at: start)
    position.apply(fill("1", "0.4"), side: .buy, at: start)
    var order = working(orderID(1))
    _ = order.apply(.filled(fill("1", "0.4")), at: start)
    let (desk, _) = Desk.restarted([order], positions: [bitcoinOnBinance: position])
    desk.connect()
    let both = report(orderID(1), .working, [fill("1", "0.4"), fill("2", "0.2")])
    desk.tell(.openOrdersReported(binance, [both]))
    #expect(desk.position() == decimal("0.6"))
  }

  @Test func `a cancel that was outstanding goes out again`() {
    for order in [
      working(orderID(1), cancelRequested: true), submitting(orderID(1), cancelRequested: true),
    ] {
      let (desk, _) = Desk.restarted([order])
      desk.connect()
      let actions = desk.tell(.openOrdersReported(binance, [report(orderID(1), .working)]))
      #expect(actions.cancels == [orderID(1)])
    }
  }

  @Test func `open orders and exposure are counted again`() {
    let (desk, _) = Desk.restarted([working(orderID(1)), submitting(orderID(2))])
    desk.connect()
    #expect(desk.liveCount == 2)
    let limited = Desk(limits: RiskLimits(maxOpenOrders: 1))
    _ = limited.working()
    #expect(limited.submit().actions.entries.map(\.order.state) == [.denied])
  }

  @Test func `a filled order settles after a restart`() {
    var order = submitting(orderID(1))
    _ = order.apply(.filled(fill("1")), at: start)
    var position = Position(at: start)
    position.apply(fill("1"), side: .buy, at: start)
    let (desk, _) = Desk.restarted([order], positions: [bitcoinOnBinance: position])
    desk.tell(
      .positionsReported(binance, [PositionReport(symbol: bitcoin, quantity: decimal("1"))]))
    desk.record()
    #expect(desk.order(orderID(1)) == nil)
  }

  @Test func `an order of an account that is gone stays in the store as it is`() {
    let nowhere = valid(AccountID("nowhere"), "account")
    let order = Order(id: orderID(1), terms: terms(on: nowhere), at: start)
    let (desk, actions) = Desk.restarted([order])
    #expect(actions.isEmpty)
    #expect(desk.order(orderID(1)) == nil)
  }

  @Test func `a key that was used before the restart is looked up`() {
    let key = IdempotencyKey(header: label("k"))
    let (desk, _) = Desk.restarted([], usedKeys: [key.fingerprint])
    #expect(desk.submit(terms(header: "k")).actions.lookUps.count == 1)
    #expect(desk.submit(terms(header: "other")).actions.lookUps.isEmpty)
  }
}
