// Changes of the trading state lie in the journal among the orders, and outlive every end.

import SQL
import Storage
import Testing
import Trading

@Suite struct TradingStateTests {
  private func change(
    _ state: TradingState, _ scope: TradingScope, _ reason: String
  ) -> TradingStateChange {
    TradingStateChange(scope: scope, state: state, reason: reason, author: "ops", at: start)
  }

  /// A store in which changes and orders follow one another.
  private func record(_ open: OpenStore) -> [TradingStateChange] {
    var stream = EntryStream(seed: 5)
    let changes = [
      change(.halted, .service, "first"), change(.reducing, .symbol(symbol("BTCUSDT")), "\"ß\""),
      change(.active, .service, "last"), change(.halted, .account(account("mock")), ""),
      change(.halted, .strategy(label("a:b")), "colon"),
    ]
    for (index, change) in changes.enumerated() {
      let number = UInt64(index + 1)
      open.store.append([.tradingState(change, number: number)])
      #expect(isTrueSoon { open.messages.recordedThrough == number })
    }
    open.store.append(stream.next(5))
    return Array(changes.dropFirst())
  }

  private func expect(_ state: RestoredState, _ expected: [TradingStateChange]) {
    #expect(
      state.tradingStates.sorted { $0.scope.text < $1.scope.text }
        == expected.sorted { $0.scope.text < $1.scope.text })
  }

  @Test(arguments: dialects)
  func `the last state of every scope is restored after a stop`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    let expected = record(open)
    open.close()
    expect(try place.open().state, expected)
  }

  @Test(arguments: dialects)
  func `the last state of every scope is restored after a crash`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    let expected = record(open)
    expect(try place.crashed().open().state, expected)
  }

  @Test(arguments: dialects)
  func `the journal with states in it is verified, and a rebuild gives them back`(dialect: Dialect)
    throws
  {
    let place = try Place(dialect)
    let open = try place.open()
    let expected = record(open)
    open.close()
    _ = try Verification.verify(at: place.location) { _, _ in }
    try place.tamper("DELETE FROM trading_states")
    #expect(try Verification.rebuild(at: place.location) { _, _ in }.changedRows == 4)
    expect(try place.open().state, expected)
  }
}
