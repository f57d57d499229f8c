// Lists: what filters let through, and pages that show every order once.

import Testing
import Wire

@Suite struct ListTests {
  private let service: ServiceProcess

  init() throws { service = try SharedService.unlimited }

  /// The ids of all pages together.
  private func ids(_ query: String, limit: Int = 100) throws -> [String] {
    var ids: [String] = []
    var next: String? = ""
    while let place = next {
      let page = try service.get(
        "/orders?limit=\(limit)&\(query)" + (place.isEmpty ? "" : "&next=\(place)"))
      #expect(page.status == 200)
      let orders = page.json?["orders"]?.elements ?? []
      #expect(orders.count <= limit)
      ids += orders.compactMap { $0["order_id"]?.string }
      next = page.json?["next"]?.string
    }
    return ids
  }

  private func submit(_ strategy: String, side: String = "BUY", price: String) throws -> String {
    let answer = try service.order(
      #"""
      {"symbol":"ETH-USD","side":"\#(side)","order_type":"LIMIT","quantity":0.01,
       "price":\#(price),"strategy_id":"\#(strategy)"}
      """#)
    #expect(answer.status == 201)
    return try #require(answer.orderID)
  }

  @Test(arguments: [1, 3, 7, 23, 100])
  func `walking the pages gives every order once, newest first`(limit: Int) throws {
    let strategy = "walk-\(limit)"
    let submitted = try (1...23).map { try submit(strategy, price: "\(1_000 + $0)") }
    #expect(try ids("strategy_id=\(strategy)", limit: limit) == submitted.reversed())
  }

  @Test func `filters let through what they name`() throws {
    let resting = try submit("filters", price: "1500")
    let selling = try submit("filters", side: "SELL", price: "9000")
    let ended = try submit("filters", price: "1600")
    _ = try service.call("DELETE", "/orders/\(ended)")
    let mine = "strategy_id=filters&"
    #expect(try ids(mine + "symbol=ETH%2FUSD") == [ended, selling, resting])
    #expect(try ids(mine + "symbol=BTCUSDT") == [])
    #expect(try ids(mine + "side=sell") == [selling])
    #expect(try ids(mine + "status=pending") == [selling, resting])
    #expect(try ids(mine + "status=CANCELLED") == [ended])
    #expect(try ids(mine + "status=canceled") == [ended])
    #expect(try ids(mine + "status=FILLED") == [])
    #expect(try ids(mine + "plugin=mock&exchange=other") == [ended, selling, resting])
    #expect(try ids(mine + "exchange=binance") == [])
  }

  @Test func `a span of time has its beginning and not its end`() throws {
    let first = try submit("span", price: "1000")
    let second = try submit("span", price: "1001")
    let time = try #require(try service.get("/orders/\(second)")["timestamp"])
    let early = "2020-01-01T00:00:00Z"
    #expect(try ids("strategy_id=span&since=\(early)") == [second, first])
    #expect(try ids("strategy_id=span&until=\(early)") == [])
    #expect(try ids("strategy_id=span&since=\(time)").contains(second))
    #expect(try ids("strategy_id=span&until=\(time)").contains(second) == false)
    #expect(try ids("strategy_id=span&since=4000000000") == [])
    #expect(try ids("strategy_id=span&since=4000000000000") == [])
  }

  @Test func `an order does not wait for the lists that were asked for before it`() throws {
    let own = try ServiceProcess.start(ServiceProcess.unlimited)
    let order = #"{"symbol":"ES","side":"BUY","order_type":"MARKET","quantity":1}"#
    let connection = try APIConnection(port: own.port)
    for _ in 1...100 {
      connection.send("POST", "/orders", Array(order.utf8))
      #expect(try connection.receive().status == 201)
    }
    let readers = try (1...8).map { _ in try APIConnection(port: own.port) }
    for reader in readers {
      for _ in 1...16 { reader.send("GET", "/orders?limit=100") }
    }
    connection.send("POST", "/orders", Array(order.utf8))
    #expect(try connection.receive().status == 201)
    let lists = #"http_requests_total{service="fks_execution",status="200",method="GET","#
    #expect(try own.metric(lists + #"handler="/orders"}"#) < 8 * 16 / 2)
    for reader in readers {
      for _ in 1...16 { #expect(try reader.receive().status == 200) }
    }
  }

  @Test func `fills are paged like orders`() throws {
    for _ in 1...5 {
      _ = try service.order(#"{"symbol":"ES","side":"BUY","order_type":"MARKET","quantity":1}"#)
    }
    var trades: [String] = []
    var path: String? = "/fills?symbol=ES&limit=2"
    while let page = path {
      let answer = try service.get(page)
      trades += answer.json?["fills"]?.elements.compactMap { $0["trade_id"]?.string } ?? []
      path = answer.json?["next"]?.string.map { "/fills?symbol=ES&limit=2&next=\($0)" }
    }
    #expect(trades.count == 5)
    #expect(Set(trades).count == 5)
  }
}
