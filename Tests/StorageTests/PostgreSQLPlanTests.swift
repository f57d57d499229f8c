// PostgreSQL's plans for the page queries. A page must not cost more because there are more orders
// that it does not show.

import SQL
import Testing
import Trading

@testable import Storage

@Suite struct PostgreSQLPlanTests {
  /// The plan where no table is so small that an index would not be worth it.
  private func plan(_ query: PageQuery) throws -> [String] {
    let place = try Place(.postgresql)
    try place.open().close()
    let connection = try place.connect()
    try connection.execute(
      """
      INSERT INTO orders
      SELECT gen_random_uuid(), 'mock', 'S' || i % 5, 'BUY', 'MARKET', 'GTC', 0, 1, NULL, NULL,
        NULL, NULL, 'TRADE', 's' || i % 5, NULL, NULL, NULL, NULL, NULL, 1, 1,
        CASE i % 200 WHEN 0 THEN 'WORKING' ELSE 'SETTLED' END, 'x', 0, NULL, NULL, NULL, 1, 1, 0,
        NULL, NULL, NULL, NULL, NULL, i, NULL, NULL, 0
      FROM generate_series(1, 20000) AS i;
      INSERT INTO fills
      SELECT i, gen_random_uuid(), 'mock', 'S', 'BUY', 'T' || i, 1, 1, 0, 'USDT', 0, 1
      FROM generate_series(1, 20000) AS i;
      ANALYZE;
      """)
    let explain = try connection.prepare("EXPLAIN " + query.sql)
    query.bind(to: explain)
    var lines: [String] = []
    while try explain.step() { lines.append(explain.text(0) ?? "") }
    return lines
  }

  private func expectIndex(_ name: String, _ query: PageQuery) throws {
    let plan = try plan(query)
    #expect(plan.contains { $0.contains(name) }, "\(plan)")
    #expect(!plan.contains { $0.contains("Seq Scan") || $0.contains("Sort") }, "\(plan)")
  }

  @Test func `a page of a symbol is found by an index`() throws {
    var filter = OrderFilter()
    filter.symbol = symbol("S1")
    filter.before = OrderID(value: .max)
    try expectIndex("orders_by_symbol", PageQuery(filter, for: .postgresql))
  }

  @Test func `a page of a strategy is found by an index`() throws {
    var filter = OrderFilter()
    filter.strategyID = label("s1")
    try expectIndex("orders_by_strategy", PageQuery(filter, for: .postgresql))
  }

  @Test func `a page of a rare state is found by an index`() throws {
    var filter = OrderFilter()
    filter.states = [.unknown]
    try expectIndex("orders_by_rare_state", PageQuery(filter, for: .postgresql))
  }

  @Test func `a page of all orders is read backwards from its place`() throws {
    var filter = OrderFilter()
    filter.before = OrderID(value: .max)
    try expectIndex("orders_pkey", PageQuery(filter, for: .postgresql))
  }

  @Test func `a page of an account is found by an index`() throws {
    var filter = OrderFilter()
    filter.account = account("mock-2")
    try expectIndex("orders_by_account", PageQuery(filter, for: .postgresql))
  }

  @Test func `pages of several states take the newest of each from its index`() throws {
    var filter = OrderFilter()
    filter.states = [.working, .unknown]
    let plan = try plan(PageQuery(filter, for: .postgresql))
    let searches = plan.filter { $0.contains("orders_by_rare_state") }
    #expect(searches.count == 2, "\(plan)")
    #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
  }

  @Test func `the fills of a symbol and of an account are found by an index`() throws {
    var filter = FillFilter()
    filter.symbol = symbol("S1")
    try expectIndex("fills_by_symbol", PageQuery(filter, for: .postgresql))
    filter = FillFilter()
    filter.account = account("mock-2")
    try expectIndex("fills_by_account", PageQuery(filter, for: .postgresql))
  }

  @Test func `the fills of an order are found by an index`() throws {
    var filter = FillFilter()
    filter.orderID = OrderID(value: 1)
    try expectIndex("fills_by_order", PageQuery(filter, for: .postgresql))
  }
}
