// What is handed over to a terminal, when, and how often; without sockets and without a clock.

import Testing
import Trading

@testable import Plugins

@Suite struct BridgeSessionTests {
  private let id = OrderID(value: 1)

  private func session() -> BridgeSession { BridgeSession(id: "s", terminalID: "t", at: 0) }

  private func submit(_ number: UInt64) -> BridgeCommand {
    let contract = valid(
      BridgeContract(
        name: "BTCUSDT", size: Decimal(1), tickSize: decimal("0.01"),
        lots: BridgeContract.Lots(step: decimal("0.001"), min: decimal("0.001"), max: Decimal(9)),
        base: btc, quote: usdt), "contract")
    return .submit(valid(BridgeOrder(order(number, .buy, "1"), of: contract), "order"))
  }

  private var cancel: BridgeCommand { .cancel(BridgeOrderName(id: id)) }

  @Test func `a command is handed over again under its number until it is handled`() {
    var session = session()
    _ = session.ask(submit(1), at: 0)
    let first = session.deliver(at: 0)
    #expect(first.map(\.number) == [1])
    #expect(session.deliver(at: 5).map(\.number) == [1])
    #expect(session.note(handled: 1) == true)
    #expect(session.deliver(at: 5) == [])
  }

  @Test func `what is handled goes on waiting for its answer`() {
    var session = session()
    let ticket = session.ask(submit(1), at: 0)
    _ = session.deliver(at: 0)
    _ = session.note(handled: 1)
    #expect(session.isHandedOver(ticket))
    #expect(session.answered(1) == ticket)
    #expect(session.answered(1) == nil)
  }

  @Test func `an answered command is not handed over again, whatever was noted`() {
    var session = session()
    _ = session.ask(submit(1), at: 0)
    _ = session.deliver(at: 0)
    _ = session.answered(1)
    #expect(session.deliver(at: 0) == [])
  }

  @Test func `a withdrawn command is never handed over, and it is known whether it was`() {
    var session = session()
    let early = session.ask(submit(1), at: 0)
    #expect(session.withdraw(early) == false)
    #expect(session.deliver(at: 0) == [])
    let late = session.ask(submit(2), at: 0)
    _ = session.deliver(at: 0)
    #expect(session.withdraw(late) == true)
    #expect(session.deliver(at: 0) == [])
  }

  @Test func `cancels and questions go before orders that came earlier`() {
    var session = session()
    for number in 1...20 as ClosedRange<UInt64> { _ = session.ask(submit(number), at: 0) }
    _ = session.ask(cancel, at: 0)
    _ = session.ask(.query(BridgeOrderName(id: id)), at: 0)
    let delivered = session.deliver(at: 0)
    #expect(delivered.count == BridgeSession.commandsPerPollMax)
    #expect(delivered.prefix(2).map(\.command) == [cancel, .query(BridgeOrderName(id: id))])
    #expect(delivered.map(\.number) == Array(1...BridgeSession.commandsPerPollMax))
  }

  @Test func `a late order is said to be valid for what is left, and never for less than nothing`()
  {
    var session = session()
    _ = session.ask(submit(1), at: 1_000)
    let valid = BridgeSession.submitValidMilliseconds
    #expect(session.deliver(at: 1_000).map(\.validMilliseconds) == [valid])
    #expect(session.deliver(at: 4_000).map(\.validMilliseconds) == [valid - 3_000])
    #expect(session.deliver(at: 60_000).map(\.validMilliseconds) == [0])
  }

  @Test func `a number that was never given cannot have been handled`() {
    var session = session()
    _ = session.ask(submit(1), at: 0)
    #expect(session.note(handled: 1) == false)
    #expect(session.note(handled: -1) == false)
    #expect(session.note(handled: 0) == true)
  }

  @Test func `repeated events are dropped, and a gap takes nothing`() {
    var session = session()
    #expect(session.countRepeated(first: 1, count: 3) == 0)
    #expect(session.nextEvent == 4)
    #expect(session.countRepeated(first: 1, count: 3) == 3)
    #expect(session.countRepeated(first: 3, count: 3) == 1)
    #expect(session.nextEvent == 6)
    #expect(session.gap(before: 7) == 6)
    #expect(session.gap(before: 6) == nil)
  }

  @Test func `a terminal may be silent for as long as it waits, and some more`() {
    var session = session()
    session.heard(at: 100, waitMilliseconds: 20_000)
    let end = 100 + 20_000 + BridgeSession.graceMilliseconds
    #expect(!session.isSilent(at: end - 1))
    #expect(session.isSilent(at: end))
  }

  @Test func `the mark of an order has 25 characters, and no other order has it`() {
    let marks = (0..<1_000).map { BridgeOrderName(id: OrderID(value: UInt128($0) << 60)).mark }
    #expect(marks.allSatisfy { $0.utf8.count == 25 && $0.hasPrefix("fks") })
    #expect(Set(marks).count == marks.count)
  }

  @Test(arguments: UInt64(0)..<200)
  func `no command is handed over under two numbers, or after its answer`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var session = session()
    var numberOf: [BridgeCommand: Int] = [:]
    var ended: Set<Int> = []
    var asked: UInt64 = 0
    for _ in 0..<300 {
      switch random.number(0...3) {
      case 0:
        asked += 1
        _ = session.ask(.query(BridgeOrderName(id: OrderID(value: UInt128(asked)))), at: 0)
      case 1:
        for delivery in session.deliver(at: 0) {
          let known = numberOf.updateValue(delivery.number, forKey: delivery.command)
          #expect(known == nil || known == delivery.number, "seed \(seed)")
          #expect(!ended.contains(delivery.number), "seed \(seed)")
        }
      case 2:
        guard let number = numberOf.values.randomElement(using: &random) else { continue }
        if session.answered(number) != nil { ended.insert(number) }
      default:
        let number = random.number(0...5)
        if session.note(handled: number) { ended.formUnion(number < 1 ? [] : Array(1...number)) }
      }
    }
  }
}

extension BridgeCommand: Hashable {
  /// Questions are told apart by what they ask for.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(word)
    if case .query(let name) = self { hasher.combine(name.id) }
  }
}
