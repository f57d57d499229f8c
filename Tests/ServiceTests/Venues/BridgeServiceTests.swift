// The whole service with a terminal that calls it, as its callers see it: accidents, kills and
// trades while it was away. Nothing is executed twice, lost or invented.

import Dispatch
import FakeTerminal
import Glibc
import Synchronization
import Testing
import Trading
import Wire

@Suite struct BridgeServiceTests {
  private func order(
    _ id: String, _ symbol: String = "BTCUSDT", _ quantity: String = "0.01", at price: Int? = nil
  ) -> String {
    let limit = price.map { #""order_type":"LIMIT","price":\#($0),"# } ?? #""order_type":"MARKET","#
    return #"{"symbol":"\#(symbol)","side":"BUY",\#(limit)"quantity":\#(quantity),"#
      + #""client_order_id":"\#(id)"}"#
  }

  @Test func `an order is executed in lots and counted in what is traded`() async throws {
    let terminal = Terminal()
    try await apart {
      let service = try terminal.start()
      let euros = try service.order(order("lots-1", "EURUSD", "30000"))
      #expect(try service.order(euros.orderID, reaches: "SETTLED"))
      #expect(terminal.with { $0.account.position("EURUSD") } == Decimal(units: 3, scale: 1))
      #expect(try service.get("/positions/EURUSD")["quantity"] == "30000")
      // A contract of ES is 50 times its price, and a space is no part of a symbol.
      let future = try service.order(order("lots-2", "ES-03-25", "100"))
      #expect(try service.order(future.orderID, reaches: "SETTLED"))
      #expect(terminal.with { $0.account.position("ES 03-25") } == Decimal(2))
      let odd = try service.order(order("lots-3", "ES0325", "1"))
      #expect(odd.status == 422)
      #expect(odd["code"] == "LOT_STEP")
    }
  }

  @Test func `what rests is filled by what the terminal tells, and can be cancelled`() async throws
  {
    let terminal = Terminal()
    try await apart {
      let service = try terminal.start()
      let first = try service.order(order("rests-1", at: 60_000))
      let second = try service.order(order("rests-2", at: 50_000))
      #expect(try service.order(first.orderID, reaches: "WORKING"))
      terminal.with { $0.setPrice("BTCUSDT", Decimal(60_000)) }
      #expect(try service.order(first.orderID, reaches: "SETTLED"))
      #expect(try service.call("DELETE", "/orders/\(second.orderID ?? "")").status == 200)
      #expect(try service.order(second.orderID, reaches: "CANCELED"))
    }
  }

  @Test(arguments: [FakeFault.crashAfterTrade, .lostCommands, .gap, .repeatedEvents])
  func `an accident between order and answer executes nothing twice`(
    fault: FakeFault
  ) async throws {
    let terminal = Terminal()
    try await apart {
      let service = try terminal.start()
      terminal.with { $0.faults = [fault] }
      let answer = try service.order(order("accident-1"))
      #expect(try service.order(answer.orderID, reaches: "SETTLED"), "\(fault)")
      #expect(terminal.with { $0.account.orderCount } == 1)
      #expect(try service.get("/fills").json?["fills"]?.elements.count == 1)
    }
  }

  @Test func `without a terminal orders are refused, and nothing comes later`() async throws {
    let terminal = Terminal()
    try await apart {
      let service = try ServiceProcess.start(Terminal.settings, until: "/live")
      let refused = try service.order(order("gate-1"))
      #expect(refused.status == 503)
      let detail = try service.get("/api/v1/plugins/mt5")["detail"] ?? ""
      #expect(detail.contains("No terminal"))
      terminal.call(service)
      #expect(Terminal.isLetIn(service))
      #expect(terminal.with { $0.account.orderCount } == 0)
    }
  }

  @Test func `what traded while the service was away is there when it is back`() async throws {
    let terminal = Terminal()
    try await apart {
      var service = try terminal.start()
      let answer = try service.order(order("away-1", at: 60_000))
      service.end(SIGKILL)
      terminal.with { $0.setPrice("BTCUSDT", Decimal(59_000)) }
      service = try terminal.start(directory: service.directory)
      #expect(try service.order(answer.orderID, reaches: "SETTLED"))
      #expect(terminal.with { $0.account.orderCount } == 1)
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.01")
    }
  }

  @Test func `a terminal that waits for commands holds no stop up`() async throws {
    let terminal = Terminal()
    try await apart {
      let service = try terminal.start()
      service.end(SIGTERM)
      #expect(service.exitStatus == 0)
    }
  }

  @Test func `the token is shown nowhere, and polls are no commands of callers`() async throws {
    let terminal = Terminal()
    try await apart {
      let service = try terminal.start(["LOG_LEVEL": "trace"])
      let sent = try service.order(order("secret-1"))
      let shown = [
        sent.text, try service.get("/metrics").text, try service.get("/audit").text,
        try service.get("/api/v1/plugins/mt5").text, service.output,
        try service.call("POST", "/orders/preview", order("secret-2")).text,
      ]
      for text in shown { #expect(!text.contains(Terminal.token)) }
      #expect(shown[5].contains("lots"))
      #expect(!shown[2].contains("/bridge/"))
    }
  }

  @Test func `kills at any moment lose nothing, and execute nothing twice`() async throws {
    let terminal = Terminal()
    try await apart {
      var random = SeededGenerator(seed: 20_261_122)
      var directory: TestDirectory?
      let acknowledged = Mutex<[String]>([])
      for life in 0..<5 {
        let service = try terminal.start(directory: directory)
        directory = service.directory
        DispatchQueue.global().async {
          for number in 0..<1_000 {
            let id = "kill-\(life)-\(number)"
            let body = order(id, at: number.isMultiple(of: 2) ? nil : 60_000)
            guard let answer = try? service.order(body) else { return }
            if answer.status < 300, let id = answer.orderID {
              acknowledged.withLock { $0.append(id) }
            }
          }
        }
        usleep(UInt32.random(in: 20_000...400_000, using: &random))
        service.end(SIGKILL)
      }
      let service = try terminal.start(directory: directory)
      // What was recorded and never left is "not found" once the terminal can be believed.
      for _ in 0..<150 where try service.metric("execution_unknown_orders") > 0 { sleep(1) }
      let placed = terminal.with { $0.account.orderIDs }
      #expect(Set(placed).count == placed.count)
      #expect(!placed.isEmpty)
      for id in placed {
        let order = try service.get("/orders/\(id)")
        #expect(order.status == 200, "\(id)")
        #expect(["WORKING", "FILLED", "SETTLED"].contains(order["state"]), "\(order.text)")
      }
      for id in acknowledged.withLock({ $0 }) {
        #expect(placed.contains(id), "\(id) was acknowledged and is not at the terminal.")
      }
      let held = terminal.with { $0.account.position("BTCUSDT") }
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == held.description)
    }
  }
}
