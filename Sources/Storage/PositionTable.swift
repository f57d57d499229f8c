// The positions table: one row an account and instrument.

internal import SQL
internal import Trading

final class PositionTable {
  /// A row, with the last entry of the journal that it contains.
  struct Row {
    var position: Position
    var through: Int64
  }

  private let upsert: any DatabaseStatement
  private let all: any DatabaseStatement

  private static let columns =
    "account, symbol, quantity, open_cost, realized_pnl, fees, updated_at, last_sequence"

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    upsert = try connection.prepare(
      SQLText.upsert(into: "positions", PositionTable.columns, key: "account, symbol"))
    all = try connection.prepare("SELECT \(PositionTable.columns) FROM positions")
  }

  /// Writes a position as it is after the entry `through`.
  func write(
    _ position: Position, of key: PositionKey, through sequence: Int64
  ) throws(DatabaseError) {
    let fees = position.fees.map { "\($0.asset)=\($0.amount)" }.joined(separator: " ")
    upsert.bind(key.account.text).bind(key.symbol.text).bind(position.quantity.description)
      .bind(position.openCost.description).bind(position.realizedPnL.description).bind(fees)
      .bind(position.updatedAt.microseconds).bind(sequence)
    try upsert.run()
  }

  func readAll() throws(StoreError) -> [PositionKey: Row] {
    Dictionary(uniqueKeysWithValues: try all.rows(of: "positions") { read($0) })
  }

  private func read(_ row: any DatabaseStatement) -> (PositionKey, Row)? {
    guard let account = row.text(0).flatMap({ AccountID($0) }),
      let symbol = row.text(1).flatMap({ Symbol($0) }), let quantity = row.decimal(2),
      let openCost = row.decimal(3), let realizedPnL = row.decimal(4), let text = row.text(5)
    else { return nil }
    var fees: [Position.Fee] = []
    for part in text.split(separator: " ") {
      let pair = part.split(separator: "=")
      guard pair.count == 2, let asset = Asset(String(pair[0])),
        let amount = Decimal(storedText: String(pair[1]))
      else { return nil }
      fees.append(Position.Fee(asset: asset, amount: amount))
    }
    let position = Position(
      quantity: quantity, openCost: openCost, realizedPnL: realizedPnL, fees: fees,
      updatedAt: Timestamp(microseconds: row.integer(6)))
    return (
      PositionKey(account: account, symbol: symbol),
      Row(position: position, through: row.integer(7))
    )
  }
}
