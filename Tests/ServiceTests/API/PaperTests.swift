// Trading on paper from outside: the book is walked, resting orders wait for the market to go
// through them, the model says what it assumes, and a restart forgets nothing.

import Testing
import Wire

@Suite struct PaperTests {
  private let settings = ServiceProcess.unlimited.merging(
    ["PLUGINS": "mock,paper", "PAPER_FEE_BPS": "5", "PAPER_LATENCY_MS": "0"]) { $1 }

  private func order(
    _ fields: String, on plugin: String = "paper", _ symbol: String = "BTCUSDT"
  ) -> String {
    #"{"symbol":"\#(symbol)","exchange":"\#(plugin)",\#(fields)}"#
  }

  private let market = #""side":"BUY","order_type":"MARKET","quantity":0.1"#

  @Test func `orders say where they were executed`() throws {
    let service = try ServiceProcess.start(settings)
    #expect(try service.order(order(market))["mode"] == "paper")
    let mock = try service.order(order(market, on: "mock"))
    #expect(mock["mode"] == "mock")
    #expect(try service.get("/orders/\(mock.orderID ?? "")")["mode"] == "mock")
    let listed = try service.get("/orders").json?["orders"]?.elements ?? []
    #expect(listed.compactMap { $0["mode"]?.string } == ["mock", "paper"])
  }

  @Test func `a market order walks the book that the source shows`() throws {
    let service = try ServiceProcess.start(settings)
    let answer = try service.order(order(market))
    #expect(answer.status == 201)
    #expect(answer["exchange_order_id"] == "PAPER-1")
    let fills = try service.get("/fills").json?["fills"]?.elements ?? []
    #expect(fills.compactMap { $0["price"]?.numberText } == ["67500.03", "67500.02", "67500.01"])
    let walked = fills.compactMap { $0["quantity"]?.numberText }
    #expect(walked == ["0.01111", "0.05926", "0.02963"])
    #expect(try service.order(answer.orderID, reaches: "SETTLED"))
    #expect(try service.get("/positions/BTCUSDT?plugin=mock")["quantity"] == "0.1")
  }

  @Test func `a resting order waits until the market has gone through its price`() throws {
    let service = try ServiceProcess.start(settings)
    let resting = try service.order(
      order(#""side":"BUY","order_type":"LIMIT","quantity":0.2,"price":60000"#))
    #expect(resting["state"] == "WORKING")
    _ = try service.setPrice("BTCUSDT", "59999")
    // The ten levels above 59,999 are all beyond the price; a tenth of them is 0.1833.
    let id = resting.orderID ?? ""
    #expect(try service.order(id, reaches: "PARTIALLY_FILLED"))
    #expect(try service.get("/orders/\(id)")["filled_quantity"]?.hasPrefix("0.1833") == true)
    #expect(try service.get("/orders/\(id)")["average_price"] == "60000")
    _ = try service.setPrice("BTCUSDT", "59998")
    #expect(try service.order(id, reaches: "SETTLED"))
  }

  @Test func `a plugin shows what it assumes, and one that is not there is not found`() throws {
    let service = try ServiceProcess.start(settings)
    let paper = try service.get("/api/v1/plugins/paper")
    #expect(paper.status == 200)
    #expect(paper["takes_orders"] == "true")
    let model = paper.json?["model"]?.elements.compactMap(\.string) ?? []
    #expect(model.contains { $0.hasPrefix("Every trade costs 5 hundredths of a percent") })
    #expect(model.allSatisfy { $0.hasSuffix(".") })
    #expect(try service.get("/api/v1/plugins/MOCK").json?["model"] == nil)
    #expect(try service.get("/api/v1/plugins/nothing").status == 404)
  }

  @Test func `a kill loses nothing of what a paper account has`() throws {
    let service = try ServiceProcess.start(settings)
    _ = try service.order(order(market))
    let resting = try service.order(
      order(#""side":"SELL","order_type":"LIMIT","quantity":0.2,"price":70000"#))
    service.end(9)
    let again = try ServiceProcess.start(settings, directory: service.directory)
    #expect(try again.get("/orders/\(resting.orderID ?? "")")["state"] == "WORKING")
    #expect(try again.get("/positions/BTCUSDT")["quantity"] == "0.1")
    let balances = try again.get("/balances/BTC").json?["accounts"]?.elements ?? []
    #expect(balances.compactMap { $0["total"]?.numberText } == ["0.1"])
    #expect(
      try again.call("DELETE", "/orders/\(resting.orderID ?? "")")["status"] == "CANCELLED")
  }

  @Test func `a recorded book is what paper trades in`() throws {
    let directory = try TestDirectory()
    let line =
      #"{"symbol":"BTCUSDT","at":1769860800,"bids":[[99,1]],"asks":[[101,0.25],[102,1]]}"#
    try directory.write("book.jsonl", Array(line.utf8))
    let file = ["PAPER_BOOK_FILE": "\(directory.path)/book.jsonl"]
    let service = try ServiceProcess.start(
      settings.merging(file) { $1 }, directory: directory)
    let answer = try service.order(order(#""side":"BUY","order_type":"MARKET","quantity":0.5"#))
    #expect(answer["average_price"] == "101.5")
    #expect(try service.order(order(market, "ETHUSDT")).code == "UNKNOWN_SYMBOL")
  }

  @Test func `paper accounts without a market, or that are switched off, stop the start`() throws {
    for (more, words) in [
      (["PLUGINS": "paper"], "no plugin in whose market"),
      (["ENABLE_PAPER_TRADING": "false"], "ENABLE_PAPER_TRADING is false"),
      (["PAPER_BOOK_FILE": "nowhere.jsonl"], "PAPER_BOOK_FILE cannot be used"),
    ] {
      let refused = try ServiceProcess.refusedStart(settings.merging(more) { $1 })
      #expect(refused.status != 0)
      #expect(refused.output.contains(words))
    }
  }

  private func order(_ fields: String, _ symbol: String) -> String {
    order(fields, on: "paper", symbol)
  }
}
