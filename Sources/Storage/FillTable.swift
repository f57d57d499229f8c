// The fills table: one row a trade that counts, in the order in which the trades were recorded.

internal import SQL
internal import Trading

final class FillTable {
  private let insert: any DatabaseStatement
  private let delete: any DatabaseStatement

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    insert = try connection.prepare(
      SQLText.upsert(
        into: "fills",
        "fill_id, order_id, account, symbol, side, trade_id, quantity, price, fee, fee_asset, "
          + "is_maker, traded_at", key: "fill_id"))
    delete = try connection.prepare("DELETE FROM fills WHERE order_id = ? AND trade_id = ?")
  }

  /// Removes the trades of an order that its venue took back.
  func remove(_ busts: Busts, of order: Order) throws(DatabaseError) {
    for trade in busts.tradeIDs {
      delete.bind(order.id.bytes).bind(trade.text)
      try delete.run()
    }
  }

  /// The fills among an entry's events, with their ids: the entry's sequence and their place in it.
  /// So they are in the journal's order, however often and in whatever order they are written.
  static func identified(_ events: [OrderEvent], sequence: Int64) -> [(id: Int64, fill: Fill)] {
    var fills: [(id: Int64, fill: Fill)] = []
    for case .filled(let fill) in events {
      fills.append((sequence << fillsPerEntryBits | Int64(fills.count), fill))
    }
    return fills
  }

  /// An entry has at most 65,536 fills: many times what any venue reports of one order at once.
  private static let fillsPerEntryBits: Int64 = 16

  func write(_ fill: Fill, id: Int64, of order: Order) throws(DatabaseError) {
    let terms = order.terms
    insert.bind(id).bind(order.id.bytes).bind(terms.account.text).bind(terms.symbol.text)
      .bind(terms.side.rawValue).bind(fill.tradeID.text).bind(fill.quantity.description)
      .bind(fill.price.description).bind(fill.fee.description).bind(fill.feeAsset.text)
      .bind(fill.isMaker ? 1 : 0).bind(fill.tradedAt.microseconds)
    try insert.run()
  }

  static let columns =
    "fill_id, order_id, symbol, side, account, trade_id, quantity, price, fee, fee_asset, "
    + "is_maker, traded_at"

  /// The rows of a statement that selects `columns`.
  static func rows(of statement: any DatabaseStatement) throws(StoreError) -> [RecordedFill] {
    try statement.rows(of: "fills") { read($0) }
  }

  private static func read(_ row: any DatabaseStatement) -> RecordedFill? {
    guard let orderID = OrderID(bytes: row.bytes(1)),
      let symbol = row.text(2).flatMap({ Symbol($0) }),
      let side = row.text(3).flatMap({ Side(rawValue: $0) }),
      let account = row.text(4).flatMap({ AccountID($0) }),
      let tradeID = row.text(5).flatMap({ TradeID($0) }),
      let quantity = row.decimal(6).flatMap({ Quantity($0) }), let price = row.price(7),
      let fee = row.decimal(8), let feeAsset = row.text(9).flatMap({ Asset($0) })
    else { return nil }
    return RecordedFill(
      number: row.integer(0), orderID: orderID, account: account, symbol: symbol, side: side,
      fill: Fill(
        tradeID: tradeID, quantity: quantity, price: price, fee: fee, feeAsset: feeAsset,
        isMaker: row.integer(10) == 1, tradedAt: Timestamp(microseconds: row.integer(11))))
  }
}
