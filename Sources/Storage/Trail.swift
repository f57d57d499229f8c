// All that the journal has about one order, with what it takes to check it: each row's hash and the
// hash of the row before. The rule to keep: a trail says nothing that its rows do not say.

internal import Crypto
public import Trading

/// A row of the journal as evidence.
public struct TrailRow: Equatable, Sendable {
  /// Its place in the journal.
  public var sequence: Int64
  /// The order that it is about.
  public var orderID: OrderID
  /// When it was decided.
  public var recordedAt: Timestamp
  /// Its JSON, byte for byte.
  public var body: [UInt8]
  /// Its hash.
  public var hash: [UInt8]
  /// The hash of the row before it; zeros before the first.
  public var previousHash: [UInt8]

  /// A row from its parts.
  public init(
    sequence: Int64, orderID: OrderID, recordedAt: Timestamp, body: [UInt8], hash: [UInt8],
    previousHash: [UInt8]
  ) {
    self.sequence = sequence
    self.orderID = orderID
    self.recordedAt = recordedAt
    self.body = body
    self.hash = hash
    self.previousHash = previousHash
  }

  /// Whether the hash is that of the row after the row before it.
  public var isIntact: Bool {
    let row = JournalTable.Row(
      sequence: sequence, orderID: orderID.bytes, recordedAt: recordedAt.microseconds, body: body,
      hash: hash)
    return row.hash(after: previousHash, by: SHA256Hasher()) == hash
  }
}

/// The rows of one order, and the order that they make.
public struct Trail: Sendable {
  /// The order after its last row.
  public let order: Order
  /// Its rows, oldest first.
  public let rows: [TrailRow]
  /// The orders that protect what it filled.
  public let protective: [OrderID]

  /// A trail from its rows, at least one.
  /// - Throws: `StoreError` if they are not the rows of one order from its beginning.
  public init(rows: [TrailRow], protective: [OrderID]) throws(StoreError) {
    var order: Order?
    for row in rows {
      guard row.orderID == rows[0].orderID, let events = EventCodec.decode(row.body) else {
        throw StoreError.brokenRow("order_events", "sequence \(row.sequence)")
      }
      for event in events {
        if case .received(let terms) = event {
          order = Order(id: row.orderID, terms: terms, at: row.recordedAt)
        } else {
          _ = order?.apply(event, at: row.recordedAt)
        }
      }
    }
    guard let order else { throw StoreError.brokenRow("order_events", "no row begins the order") }
    self.order = order
    self.rows = rows
    self.protective = protective
  }

  /// Reads the trail of an order from a database, whether or not a service has it open; nil if
  /// there is no such order.
  public static func read(
    at location: StoreLocation, _ reference: OrderReference
  ) throws(StoreError) -> Trail? {
    try Verification.openToRead(location).trail(of: reference)
  }

  /// The sequences of rows that the journal of a database does not have as they are here.
  public func missingRows(in location: StoreLocation) throws(StoreError) -> [Int64] {
    let known = try Verification.openToRead(location).queries.trail(of: order.id)?.rows ?? []
    return rows.filter { !known.contains($0) }.map(\.sequence)
  }
}

extension Database {
  /// An order that the tables do not have yet is found by our id, since its rows are there.
  func trail(of reference: OrderReference) throws(StoreError) -> Trail? {
    let id: OrderID
    switch reference {
    case .id(let given): id = given
    case .client:
      guard let order = try orders.order(reference) else { return nil }
      id = order.id
    }
    if journal.anchor.sequence > 0, try !hasBeginning(of: id), try orders.order(id) != nil {
      throw StoreError.pruned(through: journal.anchor.sequence)
    }
    return try queries.trail(of: id)
  }

  private func hasBeginning(of id: OrderID) throws(StoreError) -> Bool {
    guard let first = try queries.firstEntry(of: id)?.body else { return false }
    if case .received? = EventCodec.decode(first)?.first { return true }
    return false
  }
}
