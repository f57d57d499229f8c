// The orders table: one row an order, every fact in it, so that an order continues from its row as
// if it had never left memory.

internal import SQL
internal import Trading

final class OrderTable {
  /// A row, with the last entry of the journal that it contains.
  struct Row {
    var order: Order
    let through: Int64
  }

  private let upsert: any DatabaseStatement
  private let byID: any DatabaseStatement
  private let byClientOrderID: any DatabaseStatement
  private let byIdempotencyKey: any DatabaseStatement
  private let lastSequence: any DatabaseStatement
  /// What a statement selects whose rows are read here.
  let selection: String

  private static let columns =
    "order_id, account, symbol, side, type, time_in_force, is_post_only, quantity, limit_price, "
    + "reference_price, client_order_id, idempotency_key, purpose, strategy_id, signal_id, "
    + "category, confidence, stop_loss, take_profit, created_at, updated_at, state, phase, "
    + "pending, unknown_since, unknown_reason, venue_order_id, filled_quantity, filled_notional, "
    + "fee, fee_asset, code, reason, denied_value, denied_limit, extras, parent_id, is_protecting"

  init(_ connection: any DatabaseConnection) throws(DatabaseError) {
    selection = OrderTable.selection(for: connection.dialect)
    let select = "SELECT \(selection) FROM orders WHERE "
    upsert = try connection.prepare(
      SQLText.upsert(into: "orders", "\(OrderTable.columns), last_sequence", key: "order_id"))
    byID = try connection.prepare(select + "order_id = ?")
    byClientOrderID = try connection.prepare(select + "client_order_id = ?")
    byIdempotencyKey = try connection.prepare(select + "idempotency_key = ?")
    lastSequence = try connection.prepare("SELECT last_sequence FROM orders WHERE order_id = ?")
  }

  /// The columns, and the ids of the order's trades with blanks between, of which they have none.
  static func selection(for dialect: Dialect) -> String {
    "\(columns), CASE WHEN filled_quantity = 0 THEN NULL ELSE (SELECT "
      + "\(dialect.joined("trade_id", orderedBy: "fill_id")) FROM fills "
      + "WHERE fills.order_id = orders.order_id) END"
  }

  /// Writes an order's row as it is after the entry `through`, whether or not there is one.
  func write(_ order: Order, through sequence: Int64) throws(DatabaseError) {
    let terms = order.terms
    upsert.bind(order.id.bytes).bind(terms.account.text).bind(terms.symbol.text)
      .bind(terms.side.rawValue).bind(terms.type.rawValue).bind(terms.timeInForce.rawValue)
      .bind(terms.isPostOnly ? 1 : 0).bind(terms.quantity.description)
      .bind(terms.limitPrice?.description).bind(terms.referencePrice?.description)
      .bind(terms.clientOrderID?.text).bind(terms.storedKey).bind(terms.purpose.rawValue)
    upsert.bind(terms.labels.strategyID?.text).bind(terms.labels.signalID?.text)
      .bind(terms.labels.category?.text).bind(terms.labels.confidence?.description)
      .bind(terms.stopLoss?.description).bind(terms.takeProfit?.description)
    upsert.bind(order.createdAt.microseconds).bind(order.updatedAt.microseconds)
      .bind(order.state.rawValue).bind(order.phase.name).bind(Int64(order.pending.rawValue))
      .bind(order.uncertainty?.since.microseconds).bind(order.uncertainty?.reason)
      .bind(order.venueOrderID?.text).bind(order.filledQuantity.description)
      .bind(order.filledNotional.description).bind(order.fee.description)
      .bind(order.feeAsset?.text)
    upsert.bind(order.explanation?.code).bind(order.explanation?.sentence)
      .bind(order.explanation?.value).bind(order.explanation?.limit)
      .bind(OrderExtras.text(of: order)).bind(terms.parent?.bytes)
      .bind(order.isProtecting ? 1 : 0).bind(sequence)
    try upsert.run()
  }

  func order(_ id: OrderID) throws(StoreError) -> Order? {
    try first(of: byID.bind(id.bytes))
  }

  /// An order's row.
  func row(_ id: OrderID) throws(StoreError) -> Row? {
    guard let order = try order(id) else { return nil }
    let sequences = try lastSequence.bind(id.bytes).rows(of: "orders") { $0.integer(0) }
    return Row(order: order, through: sequences.first ?? 0)
  }

  func order(_ reference: OrderReference) throws(StoreError) -> Order? {
    switch reference {
    case .id(let id): try order(id)
    case .client(let id): try first(of: byClientOrderID.bind(id.text))
    }
  }

  func order(_ key: IdempotencyKey) throws(StoreError) -> Order? {
    guard let clientOrderID = key.clientOrderID else {
      return try first(of: byIdempotencyKey.bind(key.text))
    }
    return try first(of: byClientOrderID.bind(clientOrderID))
  }

  private func first(of statement: any DatabaseStatement) throws(StoreError) -> Order? {
    try rows(of: statement, max: 1).first
  }

  /// The rows of a statement that selects `columns`.
  func rows(of statement: any DatabaseStatement, max: Int = .max) throws(StoreError) -> [Order] {
    try statement.rows(of: "orders", max: max) { read($0) }
  }

  private func read(_ row: any DatabaseStatement) -> Order? {
    guard let id = OrderID(bytes: row.bytes(0)), let extras = OrderExtras(text: row.text(35)),
      let terms = terms(of: row, extras),
      let phase = row.text(22).flatMap({ OrderPhase(name: $0) }),
      let filledQuantity = row.decimal(27).flatMap({ Quantity($0) }),
      let filledNotional = row.decimal(28), let fee = row.decimal(29)
    else { return nil }
    let uncertainty = row.text(25).map {
      Uncertainty(since: Timestamp(microseconds: row.integer(24)), reason: $0)
    }
    let explanation = row.text(31).map {
      Denial(
        code: $0, sentence: row.text(32) ?? "", value: row.text(33), limit: row.text(34))
    }
    let facts = RecordedFacts(
      updatedAt: Timestamp(microseconds: row.integer(20)), phase: phase,
      pending: PendingRequests(rawValue: UInt8(truncatingIfNeeded: row.integer(23))),
      uncertainty: uncertainty, isSettled: row.text(21) == OrderState.settled.rawValue,
      venueOrderID: row.text(26).flatMap { VenueOrderID($0) }, filledQuantity: filledQuantity,
      filledNotional: filledNotional, fee: fee, feeAsset: row.text(30).flatMap { Asset($0) },
      tradeIDs: trades(in: row.text(38)), explanation: explanation,
      isEmulated: extras.isEmulated, trailedPrice: extras.trailedPrice,
      requestedTerms: extras.requestedTerms, amendment: extras.amendment,
      successor: extras.successor, waivedLegs: extras.waivedLegs,
      isProtectionOver: extras.isProtectionOver, busts: extras.busts)
    let createdAt = Timestamp(microseconds: row.integer(19))
    return Order(id: id, terms: terms, createdAt: createdAt, recorded: facts)
  }

  private func trades(in text: String?) -> [TradeID] {
    text?.split(separator: " ").compactMap { TradeID(String($0)) } ?? []
  }

  private func terms(of row: any DatabaseStatement, _ extras: OrderExtras) -> OrderTerms? {
    guard let account = row.text(1).flatMap({ AccountID($0) }),
      let symbol = row.text(2).flatMap({ Symbol($0) }),
      let side = row.text(3).flatMap({ Side(rawValue: $0) }),
      let type = row.text(4).flatMap({ OrderType(rawValue: $0) }),
      let timeInForce = row.text(5).flatMap({ TimeInForce(rawValue: $0) }),
      let quantity = row.decimal(7).flatMap({ Quantity($0) }),
      let purpose = row.text(12).flatMap({ OrderPurpose(rawValue: $0) })
    else { return nil }
    let clientOrderID = row.text(10).flatMap { ClientOrderID($0) }
    let storedKey = row.text(11).map { IdempotencyKey(stored: $0) }
    return OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: quantity,
      timeInForce: timeInForce, isPostOnly: row.integer(6) == 1, limitPrice: row.price(8),
      referencePrice: row.price(9), clientOrderID: clientOrderID,
      idempotencyKey: storedKey ?? clientOrderID.map { IdempotencyKey(clientOrderID: $0) },
      purpose: purpose, instructions: extras.instructions,
      labels: OrderLabels(
        strategyID: row.text(13).flatMap { Label($0) },
        signalID: row.text(14).flatMap { Label($0) }, category: row.text(15).flatMap { Label($0) },
        confidence: row.decimal(16), signaledAt: extras.signaledAt))
  }
}

extension OrderTerms {
  /// The idempotency key as the database has it: a client order id has its own column.
  fileprivate var storedKey: String? {
    guard let idempotencyKey, idempotencyKey.clientOrderID == nil else { return nil }
    return idempotencyKey.text
  }
}
