// The thread of a simulated exchange's ledger and the tables it writes.

internal import Dispatch
internal import SQL
internal import SQLite
internal import Synchronization
internal import Trading
internal import Wire

final class SimulatedLedgerWriter: Sendable {
  private let queue: DispatchQueue
  private let tables: Mutex<SimulatedLedgerTables?>

  /// How long a full disk is left alone before the next attempt.
  private static let retry = DispatchTimeInterval.milliseconds(500)

  private init(queue: DispatchQueue, tables: consuming sending SimulatedLedgerTables) {
    self.queue = queue
    self.tables = Mutex(tables)
  }

  /// Opens the file and reads what the exchange remembers, on the ledger's thread. The names of the
  /// tables and the thread begin with `prefix`.
  static func open(
    path: String, prefix: StaticString,
    then done:
      @escaping @Sendable (Result<(SimulatedLedgerWriter, SimulatedLedgerState), any Error>) -> Void
  ) {
    let queue = DispatchQueue(label: "\(prefix)-ledger", qos: .userInitiated)
    queue.async {
      do {
        let tables = try SimulatedLedgerTables(path: path, prefix: prefix)
        let state = try tables.readState()
        done(.success((SimulatedLedgerWriter(queue: queue, tables: tables), state)))
      } catch {
        done(.failure(error))
      }
    }
  }

  /// Writes a change, however often that takes, and then calls `done`. Once another process has
  /// opened the ledger nothing is written any more, and nobody is told that it was.
  func write(_ change: SimulatedChange, then done: @escaping @Sendable () -> Void) {
    queue.async { [self] in attempt(change, then: done) }
  }

  private func attempt(_ change: SimulatedChange, then done: @escaping @Sendable () -> Void) {
    let failure = tables.withLock { tables -> DatabaseError? in
      do throws(DatabaseError) {
        try tables?.write(change)
        return nil
      } catch {
        return error
      }
    }
    guard let failure else { return done() }
    guard failure.kind != .superseded else { return }
    queue.asyncAfter(deadline: .now() + SimulatedLedgerWriter.retry) { [self] in
      attempt(change, then: done)
    }
  }

  /// Looks an order up in history. A failure must not be taken for "there is none".
  func read(
    _ id: OrderID, then done: @escaping @Sendable (Result<SimulatedOrder?, any Error>) -> Void
  ) {
    queue.async { [self] in
      done(tables.withLock { tables in Result { try tables?.order(id) } })
    }
  }

  /// Closes the file after everything that was asked for before.
  func close(then done: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      tables.withLock { $0 = nil }
      done()
    }
  }
}

/// The tables of the ledger.
private final class SimulatedLedgerTables {
  private let connection: Connection
  private let putOrder: any DatabaseStatement
  private let getOrder: any DatabaseStatement
  private let putValue: any DatabaseStatement
  private let getGeneration: any DatabaseStatement
  private let prefix: StaticString
  /// How often the ledger has been opened. Of two processes only the later one knows what is there.
  private var generation: Int64 = 0

  init(path: String, prefix: StaticString) throws(DatabaseError) {
    self.prefix = prefix
    connection = try Connection(path: path)
    try connection.execute(
      """
      CREATE TABLE IF NOT EXISTS \(prefix)_orders (
        order_id BLOB PRIMARY KEY, is_open INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS \(prefix)_open_orders ON \(prefix)_orders (order_id)
        WHERE is_open = 1;
      CREATE TABLE IF NOT EXISTS \(prefix)_values (
        kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, extra TEXT,
        PRIMARY KEY (kind, name)
      ) STRICT, WITHOUT ROWID;
      """)
    putOrder = try connection.prepare("INSERT OR REPLACE INTO \(prefix)_orders VALUES (?, ?, ?)")
    getOrder = try connection.prepare("SELECT body FROM \(prefix)_orders WHERE order_id = ?")
    putValue = try connection.prepare("INSERT OR REPLACE INTO \(prefix)_values VALUES (?, ?, ?, ?)")
    getGeneration = try connection.prepare(
      "SELECT CAST(value AS INTEGER) FROM \(prefix)_values WHERE kind = 'generation'")
    try connection.transaction { () throws(DatabaseError) in
      generation = try writtenGeneration() + 1
      try put("generation", "number", "\(generation)")
    }
  }

  private func writtenGeneration() throws(DatabaseError) -> Int64 {
    defer { getGeneration.reset() }
    return try getGeneration.step() ? getGeneration.integer(0) : 0
  }

  func write(_ change: SimulatedChange) throws(DatabaseError) {
    try connection.transaction { () throws(DatabaseError) in
      guard try writtenGeneration() == generation else {
        throw DatabaseError(
          .superseded, "another process has opened the ledger", advice: "That one goes on.")
      }
      for order in change.orders {
        putOrder.bind(order.id.bytes).bind(order.isOpen ? 1 : 0)
          .bind(text: SimulatedOrderCodec.encode(order))
        try putOrder.run()
      }
      for (asset, amount) in change.balances {
        try put("balance", asset.text, amount.description)
      }
      for (symbol, quantity) in change.positions {
        try put("position", symbol.text, quantity.description)
      }
      for (symbol, market) in change.markets {
        try put("market", symbol.text, market.price.description, market.available?.description)
      }
      try put("counter", "last_number", "\(change.lastNumber)")
    }
  }

  private func put(
    _ kind: String, _ name: String, _ value: String, _ extra: String? = nil
  ) throws(DatabaseError) {
    putValue.bind(kind).bind(name).bind(value).bind(extra)
    try putValue.run()
  }

  func order(_ id: OrderID) throws -> SimulatedOrder? {
    getOrder.bind(id.bytes)
    defer { getOrder.reset() }
    guard try getOrder.step() else { return nil }
    return try SimulatedLedgerTables.order(getOrder.bytes(0), id)
  }

  private static func order(_ body: [UInt8], _ id: OrderID?) throws -> SimulatedOrder {
    guard let id, let order = SimulatedOrderCodec.decode(body, id: id) else {
      throw PluginError("A row of its orders cannot be read\(id.map { " (\($0))" } ?? "").")
    }
    return order
  }

  func readState() throws -> SimulatedLedgerState {
    var state = SimulatedLedgerState()
    let open = try connection.prepare(
      "SELECT order_id, body FROM \(prefix)_orders WHERE is_open = 1")
    while try open.step() {
      let id = OrderID(bytes: open.bytes(0))
      state.openOrders.append(try SimulatedLedgerTables.order(open.bytes(1), id))
    }
    let values = try connection.prepare("SELECT kind, name, value, extra FROM \(prefix)_values")
    while try values.step() {
      guard let name = values.text(1),
        let value = values.text(2).flatMap({ Decimal(storedText: $0) })
      else { continue }
      switch values.text(0) {
      case "balance": if let asset = Asset(name) { state.balances[asset] = value }
      case "position": if let symbol = Symbol(name) { state.positions[symbol] = value }
      case "market":
        guard let symbol = Symbol(name), let price = Price(value) else { continue }
        let available = values.text(3).flatMap { Decimal(storedText: $0) }.flatMap { Quantity($0) }
        state.markets[symbol] = (price, available)
      case "counter": state.lastNumber = Int64(truncatingIfNeeded: value.units)
      default: continue
      }
    }
    return state
  }
}
