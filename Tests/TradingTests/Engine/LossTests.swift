// The brake that works by itself: a day's loss and a drawdown, and what a restart makes of them.

import Testing
import Trading

@testable import Simulation

private func losing(_ limits: LossLimits) -> Desk {
  let desk = Desk(lossLimits: limits)
  desk.filled(terms(.buy, "10"))
  desk.pass(milliseconds: 1_000)
  return desk
}

extension Desk {
  /// The market is there, and a second goes by.
  @discardableResult
  fileprivate func price(at text: String) -> [Action] {
    tell(.priced(bitcoinOnBinance, Simulation.price(text)))
    return pass(milliseconds: 1_000)
  }

  fileprivate var service: TradingState {
    engine.tradingStateChanges.first { $0.scope == .service }?.state ?? .active
  }

  fileprivate var marks: [LossMark] { recordedMarks }
}

@Suite struct LossTests {
  @Test func `a day's loss at the limit reduces trading, and says why`() {
    let desk = losing(LossLimits(maxDailyLoss: decimal("50")))
    desk.price(at: "95.1")
    #expect(desk.service == .active)
    desk.price(at: "95")
    #expect(desk.service == .reducing)
    let change = desk.engine.tradingStateChanges.first
    #expect(change?.author == Engine.lossAuthor)
    #expect(change?.reason.contains("MAX_DAILY_LOSS") == true)
    #expect(desk.submit(terms(.buy, "1")).actions.refusalCode == "TRADING_REDUCING")
    #expect(desk.submit(terms(.sell, "1")).actions.entries.count == 1)
  }

  @Test func `an operator who lets trading go on is not overruled the same day`() {
    let desk = losing(LossLimits(maxDailyLoss: decimal("50")))
    desk.price(at: "90")
    desk.record()
    desk.set(.active)
    desk.record()
    desk.price(at: "80")
    #expect(desk.service == .active)
    desk.pass(milliseconds: 86_400_000)
    desk.price(at: "74")
    #expect(desk.service == .reducing)
  }

  @Test func `a fall from the highest profit reduces trading, though the day is won`() {
    let desk = losing(LossLimits(maxDrawdown: decimal("60")))
    desk.price(at: "120")
    desk.price(at: "114.1")
    #expect(desk.service == .active)
    desk.price(at: "114")
    #expect(desk.service == .reducing)
    desk.record()
    desk.set(.active)
    desk.record()
    desk.price(at: "108.1")
    #expect(desk.service == .active, "the fall is counted anew")
    desk.price(at: "108")
    #expect(desk.service == .reducing)
  }

  @Test func `a position without a price is no loss and no profit`() {
    let desk = Desk(lossLimits: LossLimits(maxDailyLoss: decimal("1")))
    desk.pass(milliseconds: 1_000)
    let key = PositionKey(account: binance, symbol: ether)
    desk.filled(terms(.buy, "1", symbol: ether))
    #expect(desk.engine.marketPrice(of: key) == nil)
    #expect(desk.engine.totalProfit == nil)
    desk.pass(milliseconds: 1_000)
    #expect(desk.service == .active)
  }

  @Test func `a restart goes on from the day's beginning and the highest profit`() throws {
    let before = losing(LossLimits(maxDailyLoss: decimal("50"), maxDrawdown: decimal("80")))
    before.price(at: "103")
    let mark = try #require(before.marks.last)
    #expect(mark.peakPnL == decimal("30"))
    var position = Position(at: start)
    position.apply(fill("E", "10"), side: .buy, at: start)
    let desk = Desk.restarted(
      [], positions: [bitcoinOnBinance: position],
      lossLimits: LossLimits(maxDailyLoss: decimal("50"), maxDrawdown: decimal("80")),
      lossMark: mark
    ).desk
    desk.now = before.now
    desk.connect()
    desk.price(at: "95.1")
    #expect(desk.service == .active)
    desk.price(at: "95")
    #expect(desk.service == .reducing)
  }

  @Test func `fees count as losses`() {
    let desk = Desk(lossLimits: LossLimits(maxDailyLoss: decimal("5")))
    desk.pass(milliseconds: 1_000)
    let id = desk.sent()
    let fill = fill("T", "1", at: "100", fee: "5")
    desk.tell(.submitted(id, .accepted(report(id, .filled, [fill]), position: nil)))
    desk.pass(milliseconds: 1_000)
    #expect(desk.service == .reducing)
  }
}
