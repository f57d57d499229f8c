// The trading states table: the last change of every scope.

internal import SQL
internal import Trading

final class TradingStateTable {
  private let upsert: any DatabaseStatement
  private let all: any DatabaseStatement

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    upsert = try connection.prepare(
      SQLText.upsert(
        into: "trading_states", "scope, state, reason, author, changed_at", key: "scope"))
    all = try connection.prepare(
      "SELECT scope, state, reason, author, changed_at FROM trading_states")
  }

  func write(_ change: TradingStateChange) throws(DatabaseError) {
    upsert.bind(change.scope.text).bind(change.state.rawValue).bind(change.reason)
      .bind(change.author).bind(change.at.microseconds)
    try upsert.run()
  }

  func readAll() throws(StoreError) -> [TradingStateChange] {
    try all.rows(of: "trading_states") { row in
      guard let scope = row.text(0).flatMap({ TradingScope(text: $0) }),
        let state = row.text(1).flatMap({ TradingState(rawValue: $0) })
      else { return nil }
      return TradingStateChange(
        scope: scope, state: state, reason: row.text(2) ?? "", author: row.text(3) ?? "",
        at: Timestamp(microseconds: row.integer(4)))
    }
  }
}
