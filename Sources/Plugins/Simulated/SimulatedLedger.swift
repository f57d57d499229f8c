// A simulated exchange's memory: a SQLite file of its own, written by a thread of its own, so
// that the exchange survives crashes independently of the service, as a real venue does. Answers go
// out only after the ledger has them. Changes of one turn of the loop share a commit.

internal import Dispatch
internal import Network
internal import SQLite
internal import Trading

/// What the exchange remembers.
struct SimulatedLedgerState: Sendable {
  var openOrders: [SimulatedOrder] = []
  var balances: [Asset: Decimal] = [:]
  var positions: [Symbol: Decimal] = [:]
  var markets: [Symbol: (price: Price, available: Quantity?)] = [:]
  var lastNumber: Int64 = 0
}

/// What one or more operations changed.
struct SimulatedChange: Sendable {
  var orders: [SimulatedOrder] = []
  var balances: [Asset: Decimal] = [:]
  var positions: [Symbol: Decimal] = [:]
  var markets: [Symbol: (price: Price, available: Quantity?)] = [:]
  var lastNumber: Int64 = 0

  /// Adds a later change.
  mutating func merge(_ later: SimulatedChange) {
    orders += later.orders
    balances.merge(later.balances) { $1 }
    positions.merge(later.positions) { $1 }
    markets.merge(later.markets) { $1 }
    lastNumber = later.lastNumber
  }
}

@LoopActor final class SimulatedLedger {
  private let writer: SimulatedLedgerWriter
  private var pending = SimulatedChange()
  private var hasPending = false
  /// Who waits for `pending`.
  private var waiters: [CheckedContinuation<Void, Never>] = []
  /// Who waits for what is being written.
  private var writeWaiters: [CheckedContinuation<Void, Never>] = []
  private var isWriting = false
  private var isFlushDue = false

  /// Takes a writer whose file is open.
  init(_ writer: SimulatedLedgerWriter) { self.writer = writer }

  /// Takes a change, to be written with others. It is not async because changes must be taken in
  /// the order in which they happened: each holds positions and the counter as they were then, and
  /// a call that may suspend lets a later change overtake.
  func take(_ change: SimulatedChange) {
    pending.merge(change)
    hasPending = true
    scheduleFlush()
  }

  /// Returns when all changes that were taken before are durable.
  func settle() async {
    if hasPending {
      await withCheckedContinuation { waiters.append($0) }
    } else if isWriting {
      await withCheckedContinuation { writeWaiters.append($0) }
    }
  }

  private func scheduleFlush() {
    guard !isWriting, !isFlushDue else { return }
    isFlushDue = true
    EventLoop.shared.atEndOfTurn { [self] in flush() }
  }

  private func flush() {
    isFlushDue = false
    isWriting = true
    let change = pending
    pending = SimulatedChange()
    hasPending = false
    writeWaiters = waiters
    waiters = []
    writer.write(change) {
      EventLoop.shared.post { [self] in
        isWriting = false
        let done = writeWaiters
        writeWaiters = []
        for waiter in done { waiter.resume() }
        if hasPending { scheduleFlush() }
      }
    }
  }

  /// An order that is not open, from history.
  func order(_ id: OrderID) async throws -> SimulatedOrder? {
    try await withCheckedThrowingContinuation { continuation in
      writer.read(id) { continuation.resume(with: $0) }
    }
  }

  /// What the exchange says when it is asked for an order of its account.
  func query(_ id: OrderID, in account: SimulatedAccount) async -> QueryOutcome {
    // What is told must not be undone by a crash, so changes that are being written come first.
    await settle()
    if let open = account.openOrders[id] { return .found(open.report) }
    do {
      return try await order(id).map { .found($0.report) } ?? .notFound
    } catch {
      return .unavailable(reason: "The exchange cannot read its ledger: \(error)")
    }
  }

  /// Writes what is left and closes the file.
  func close() async {
    await withCheckedContinuation { continuation in writer.close { continuation.resume() } }
  }
}
