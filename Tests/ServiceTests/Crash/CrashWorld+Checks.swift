// What has to be true after a restart, however the service ended before.

import Testing
import Trading
import Wire

extension CrashWorld {
  /// An order as the service shows it.
  private struct Shown {
    var status: String
    var state: String
    var clientID: String?
    var filled: Decimal
  }

  /// Checks everything against a running service, stops it, and checks its files.
  func checkAll() throws {
    try waitForOutcomes()
    try repeatUnanswered()
    let orders = try shownOrders()
    checkPromises(orders)
    let fills = try list("fills")
    let positions = try checkPositions(fills)
    try stop()
    try checkLedger(orders, fills: fills, positions: positions)
    checkJournal()
  }

  /// No order may stay without an outcome: the venue is there and can be asked.
  private func waitForOutcomes() throws {
    let service = try service
    let isClear = try eventually {
      try ["UNKNOWN", "SUBMITTING", "RECEIVED"].allSatisfy { state in
        try service.get("/orders?status=\(state)").json?["orders"]?.elements.isEmpty == true
      }
    }
    guard isClear else {
      throw ProcessFailure(description: "Orders are without an outcome for too long.")
    }
  }

  /// Callers send again what was not answered, and must not get a second order for it.
  private func repeatUnanswered() throws {
    let service = try service
    for (clientID, body) in promises.all.unanswered {
      let answer = try service.order(body)
      // An order that was recorded and never reached the venue has ended as rejected.
      #expect([200, 201, 202, 422].contains(answer.status), "seed \(seed): \(answer.status)")
      if let id = answer.orderID, (200...202).contains(answer.status) {
        promises.change { promises in
          promises.named[clientID] = id
          promises.unanswered[clientID] = nil
        }
      }
    }
    try waitForOutcomes()
  }

  private func shownOrders() throws -> [String: Shown] {
    var orders: [String: Shown] = [:]
    for order in try list("orders") {
      guard let id = order["order_id"]?.string, let status = order["status"]?.string,
        let state = order["state"]?.string, let filled = decimal(order["filled_quantity"])
      else { throw ProcessFailure(description: "An order is shown without what it is.") }
      let earlier = orders.updateValue(
        Shown(
          status: status, state: state, clientID: order["client_order_id"]?.string,
          filled: filled), forKey: id)
      #expect(earlier == nil, "seed \(seed): \(id) is listed twice.")
    }
    return orders
  }

  private func checkPromises(_ orders: [String: Shown]) {
    let promised = promises.all
    #expect(promised.surprises == [], "seed \(seed)")
    for (id, told) in promised.acknowledged {
      guard let order = orders[id] else {
        Issue.record("seed \(seed): \(id) was answered with \(told) and is forgotten.")
        continue
      }
      #expect(order.status != "REJECTED", "seed \(seed): \(id), told \(told)")
      if told == "FILLED" {
        #expect(["FILLED", "SETTLED"].contains(order.status), "seed \(seed): \(id)")
      }
    }
    for id in promised.canceled {
      #expect(orders[id]?.status == "CANCELLED", "seed \(seed): \(id)")
    }
    for (clientID, id) in promised.named {
      #expect(orders[id]?.clientID == clientID, "seed \(seed): \(id)")
    }
    let named = orders.values.compactMap(\.clientID)
    #expect(Set(named).count == named.count, "seed \(seed): A client's id has two orders.")
  }

  /// The service's positions, which have to be the sum of its fills.
  private func checkPositions(_ fills: [JSONValue]) throws -> [String: Decimal] {
    var sums: [String: Decimal] = [:]
    var trades: Set<String> = []
    for fill in fills {
      guard let symbol = fill["symbol"]?.string, let quantity = decimal(fill["quantity"]),
        let trade = fill["trade_id"]?.string
      else { throw ProcessFailure(description: "A fill is shown without what it is.") }
      #expect(trades.insert(trade).inserted, "seed \(seed): \(trade) counts twice.")
      sums[symbol, default: .zero] += fill["side"]?.string == "BUY" ? quantity : -quantity
    }
    var positions: [String: Decimal] = [:]
    for position in try list("positions") {
      guard let symbol = position["symbol"]?.string, let quantity = decimal(position["quantity"])
      else { throw ProcessFailure(description: "A position is shown without what it is.") }
      positions[symbol] = quantity
    }
    #expect(positions == sums, "seed \(seed)")
    return positions
  }

  /// The venue has no order that the service does not know, and no other trades or positions.
  private func checkLedger(
    _ orders: [String: Shown], fills: [JSONValue], positions: [String: Decimal]
  ) throws {
    let ledger = try ledger()
    var trades = 0
    var venueIDs: Set<String> = []
    var seen: Set<String> = []
    for order in ledger["orders"]?.elements ?? [] {
      guard let digits = order["order_id"]?.string, let value = UInt128(digits, radix: 16),
        let venueID = order["venue_order_id"]?.string, let isOpen = order["is_open"]?.bool
      else { throw ProcessFailure(description: "The ledger has an order without what it is.") }
      let id = OrderID(value: value).description
      #expect(seen.insert(id).inserted, "seed \(seed)")
      #expect(venueIDs.insert(venueID).inserted, "seed \(seed)")
      trades += order["fills"]?.elements.count ?? 0
      guard let shown = orders[id] else {
        Issue.record("seed \(seed): The venue has order \(id), which nobody recorded.")
        continue
      }
      let isShownOpen = ["WORKING", "PARTIALLY_FILLED", "PENDING_CANCEL"].contains(shown.state)
      #expect(isOpen == isShownOpen, "seed \(seed): \(id) is \(shown.state)")
    }
    for (id, order) in orders where !seen.contains(id) {
      // What never arrived has no fills, and is not said to be at the venue.
      let hasEnded = ["REJECTED", "CANCELLED"].contains(order.status) && order.filled.isZero
      #expect(hasEnded, "seed \(seed): \(id) is \(order.state) and not at the venue.")
    }
    #expect(trades == fills.count, "seed \(seed)")
    var held: [String: Decimal] = [:]
    for (symbol, quantity) in ledger["positions"]?.members ?? [] {
      held[symbol] = quantity.string.flatMap { Decimal(storedText: $0) }
    }
    #expect(held == positions, "seed \(seed)")
  }

  /// The journal is whole and the tables are what follows from it.
  private func checkJournal() {
    let verified = tool("verify")
    #expect(verified.status == 0, "seed \(seed): \(verified.output)")
    let rebuilt = tool("rebuild")
    #expect(rebuilt.status == 0, "seed \(seed): \(rebuilt.output)")
    #expect(rebuilt.output.contains("They equal the tables"), "seed \(seed): \(rebuilt.output)")
  }

  private func decimal(_ value: JSONValue?) -> Decimal? {
    value?.numberText.flatMap { try? Decimal(text: $0) }
  }
}
