// Pages of orders and fills against a filter over everything in memory, and the indexes behind
// them.

import SQL
import Testing
import Trading

@testable import Storage

@Suite struct PageTests {
  @Test(arguments: seeds(12))
  func `walking the pages gives every order once, newest first`(dialect: Dialect, seed: UInt64)
    throws
  {
    let place = try Place(dialect)
    let open = try place.open()
    let stream = EntryStream(seed: seed, entries: 350)
    #expect(open.record(stream.entries))
    var random = SeededGenerator(seed: seed ^ 0xF11E)
    for _ in 0..<25 {
      let filter = random.orderFilter(around: stream)
      let expected = stream.orders.values.filter { filter.takes($0) }.sorted { $1.id < $0.id }
      let walked = try walk(open, filter)
      // Bare truths: the difference of two lists of orders takes minutes to print.
      let isSame = walked == expected
      #expect(isSame, "seed \(seed): \(walked.count) of \(expected.count), \(filter)")
    }
  }

  private func walk(_ open: OpenStore, _ filter: OrderFilter) throws -> [Order] {
    var filter = filter
    var orders: [Order] = []
    while true {
      let page = try open.read { [filter] (reader) throws(StoreError) in try reader.orders(filter) }
      orders += page
      #expect(page.count <= filter.limit)
      guard page.count == filter.limit, let last = page.last else { return orders }
      // A page that does not go on would be walked for ever.
      if let before = filter.before, last.id >= before { return orders }
      filter.before = last.id
    }
  }

  @Test(arguments: seeds(12))
  func `walking the pages gives every fill once, newest first`(dialect: Dialect, seed: UInt64)
    throws
  {
    let place = try Place(dialect)
    let open = try place.open()
    let stream = EntryStream(seed: seed, entries: 350)
    #expect(open.record(stream.entries))
    var random = SeededGenerator(seed: seed ^ 0xF111)
    for _ in 0..<15 {
      var filter = FillFilter()
      if random.chance(40) { filter.orderID = random.pick(stream.orders.keys.sorted()) }
      filter.symbol = random.maybe { $0.pick(symbols) }
      filter.account = random.maybe { $0.pick(accounts) }
      filter.limit = random.number(1...40)
      let expected = stream.fills.reversed().filter { id, _ in
        guard let order = stream.orders[id] else { return false }
        let terms = order.terms
        return (filter.orderID ?? id) == id && (filter.symbol ?? terms.symbol) == terms.symbol
          && (filter.account ?? terms.account) == terms.account
      }
      // What a fee did to the position is the journal's; the list of fills shows the fee.
      let listed = expected.map { entry in
        var fill = entry.fill
        fill.isFeeHeldBack = false
        return fill
      }
      let walked = try walk(open, filter)
      let isSame =
        walked.map(\.fill) == listed
        && walked.map(\.orderID) == expected.map(\.order)
      #expect(isSame, "seed \(seed): \(walked.count) of \(expected.count), \(filter)")
    }
  }

  private func walk(_ open: OpenStore, _ filter: FillFilter) throws -> [RecordedFill] {
    var filter = filter
    var fills: [RecordedFill] = []
    while true {
      let page = try open.read { [filter] (reader) throws(StoreError) in try reader.fills(filter) }
      fills += page
      guard page.count == filter.limit, let last = page.last else { return fills }
      if let before = filter.before, last.number >= before { return fills }
      filter.before = last.number
    }
  }

  @Test(arguments: dialects)
  func `a page stays the same while orders arrive`(dialect: Dialect) throws {
    let place = try Place(dialect)
    let open = try place.open()
    var stream = EntryStream(seed: 1)
    #expect(open.record(stream.next(100)))
    var filter = OrderFilter()
    filter.before = stream.orders.keys.max()
    let before = try open.read { [filter] (reader) throws(StoreError) in
      try reader.orders(filter).map(\.id)
    }
    #expect(open.record((0..<50).map { _ in stream.begin() }))
    let after = try open.read { [filter] (reader) throws(StoreError) in
      try reader.orders(filter).map(\.id)
    }
    #expect(after == before)
  }
}

/// Rows of SQLite's plan for the page queries. A page must not cost more because there are more
/// orders that it does not show.
@Suite struct PagePlanTests {
  private func plan(_ query: PageQuery) throws -> [String] {
    let place = try Place()
    try place.open().close()
    let statement = try place.connect().prepare("EXPLAIN QUERY PLAN " + query.sql)
    var lines: [String] = []
    while try statement.step() { lines.append(statement.text(3) ?? "") }
    return lines
  }

  private static let rare = OrderState.allCases.filter { $0 != .settled }

  @Test(arguments: [nil, OrderID(value: 1)] as [OrderID?])
  func `a page of a symbol is found by an index`(before: OrderID?) throws {
    var filter = OrderFilter()
    filter.symbol = symbols[0]
    filter.before = before
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(plan.contains { $0.contains("orders_by_symbol") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test(arguments: [nil, OrderID(value: 1)] as [OrderID?])
  func `a page of a strategy is found by an index`(before: OrderID?) throws {
    var filter = OrderFilter()
    filter.strategyID = strategies[0]
    filter.before = before
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(plan.contains { $0.contains("orders_by_strategy") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test(arguments: rare) func `a page of a rare state is found by an index`(
    state: OrderState
  ) throws {
    var filter = OrderFilter()
    filter.states = [state]
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(plan.contains { $0.contains("orders_by_rare_state") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test(arguments: ["PENDING", "CANCELLED", "REJECTED", "EXPIRED", "PARTIALLY_FILLED"])
  func `a page of a status is found by an index`(status: String) throws {
    var filter = OrderFilter()
    filter.states = OrderState.allCases.filter { $0.status == status }
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(plan.contains { $0.contains("orders_by_rare_state") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN orders") }, "\(plan)")
  }

  @Test func `a page of all orders is read backwards from its place`() throws {
    var filter = OrderFilter()
    #expect(try !plan(PageQuery(filter, for: .sqlite)).contains { $0.contains("TEMP B-TREE") })
    filter.before = OrderID(value: 1)
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test func `a page of an account is found by an index`() throws {
    var filter = OrderFilter()
    filter.account = accounts[0]
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(plan.contains { $0.contains("orders_by_account") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test func `the open orders of a symbol are found by an index, state by state`() throws {
    var filter = OrderFilter()
    filter.states = OrderState.allCases.filter { $0.status == "PENDING" }
    filter.symbol = symbols[0]
    let plan = try plan(PageQuery(filter, for: .sqlite))
    let searches = plan.filter { $0.contains("orders_by_rare_state_of_symbol") }
    #expect(searches.count == filter.states.count, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN orders") }, "\(plan)")
  }

  @Test(arguments: ["symbol", "account"])
  func `the fills of a symbol and of an account are found by an index`(column: String) throws {
    var filter = FillFilter()
    if column == "symbol" { filter.symbol = symbols[0] } else { filter.account = accounts[0] }
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(plan.contains { $0.contains("fills_by_\(column)") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test func `the fills of an order are found by an index`() throws {
    var filter = FillFilter()
    filter.orderID = OrderID(value: 1)
    let plan = try plan(PageQuery(filter, for: .sqlite))
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }
}

extension OrderFilter {
  /// What the filter means, without any index.
  fileprivate func takes(_ order: Order) -> Bool {
    let terms = order.terms
    let milliseconds = order.id.milliseconds
    return (states.isEmpty || states.contains(order.state))
      && (symbol ?? terms.symbol) == terms.symbol && (side ?? terms.side) == terms.side
      && (strategyID == nil || strategyID == terms.labels.strategyID)
      && (account ?? terms.account) == terms.account
      && since.map { milliseconds >= $0.microseconds / 1_000 } ?? true
      && until.map { milliseconds < $0.microseconds / 1_000 } ?? true
      && before.map { order.id < $0 } ?? true
  }
}

extension SeededGenerator {
  fileprivate mutating func orderFilter(around stream: EntryStream) -> OrderFilter {
    var filter = OrderFilter()
    let ids = stream.orders.keys.sorted()
    if chance(40) { filter.states = (0..<number(1...4)).map { _ in pick(OrderState.allCases) } }
    if chance(30) { filter.symbol = pick(symbols) }
    if chance(20) { filter.side = pick(Side.allCases) }
    if chance(30) { filter.strategyID = pick(strategies) }
    if chance(20) { filter.account = pick(accounts) }
    if chance(30) { filter.since = Timestamp(microseconds: pick(ids).milliseconds * 1_000) }
    if chance(30) { filter.until = Timestamp(microseconds: pick(ids).milliseconds * 1_000) }
    if chance(20) { filter.before = pick(ids) }
    filter.limit = chance(80) ? number(1...20) : 1_000
    return filter
  }
}
