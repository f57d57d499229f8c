// The whole service on Binance's stand-in, as its callers see it: accidents, kills and trades while
// it was away. Nothing is sent twice, lost or invented.

import Dispatch
import Glibc
import StandIn
import Synchronization
import Testing
import Trading
import Wire

@Suite struct BinanceServiceTests {
  private func market(_ id: String, _ quantity: String = "0.01") -> String {
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":\#(quantity),"#
      + #""client_order_id":"\#(id)"}"#
  }

  private func bid(_ id: String, at price: Int = 60_000) -> String {
    #"{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.01,"price":\#(price),"#
      + #""client_order_id":"\#(id)"}"#
  }

  @Test func `a lost answer is looked up, and the order was placed once`() async throws {
    let binance = try await Binance()
    try await apart {
      binance.with { $0.clockOffsetMilliseconds = 90_000 }
      let service = try ServiceProcess.start(binance.settings)
      let offset = try service.metric("execution_exchange_clock_offset_seconds")
      #expect(offset > 85 && offset < 95)
      binance.add(.lostAnswer)
      let answer = try service.order(market("lost-1"))
      #expect(try service.order(answer.orderID, reaches: "SETTLED"))
      #expect(binance.placements == 1)
      #expect(binance.orderCount == 1)
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.00999")
    }
  }

  @Test func `what rests is filled by what the venue tells`() async throws {
    let binance = try await Binance()
    try await apart {
      let service = try ServiceProcess.start(binance.settings)
      let answer = try service.order(bid("rests-1"))
      #expect(answer["state"] == "WORKING")
      binance.setPrice(60_000)
      #expect(try service.order(answer.orderID, reaches: "SETTLED"))
      #expect(try service.get("/fills").json?["fills"]?.elements.count == 1)
    }
  }

  @Test func `what traded while the service was away is there when it is back`() async throws {
    let binance = try await Binance()
    try await apart {
      var service = try ServiceProcess.start(binance.settings)
      let answer = try service.order(bid("away-1"))
      service.end(SIGKILL)
      binance.setPrice(59_000)
      service = try ServiceProcess.start(binance.settings, directory: service.directory)
      #expect(try service.order(answer.orderID, reaches: "SETTLED"))
      #expect(binance.placements == 1)
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == "0.00999")
    }
  }

  @Test func `a kill before the answer is there places nothing twice`() async throws {
    let binance = try await Binance()
    try await apart {
      var service = try ServiceProcess.start(binance.settings)
      binance.add(.late(milliseconds: 5_000))
      let killed = service
      let body = market("killed-1")
      DispatchQueue.global().async { _ = try? killed.order(body) }
      #expect(eventually { binance.orderCount == 1 })
      service.end(SIGKILL)
      service = try ServiceProcess.start(binance.settings, directory: service.directory)
      let again = try service.order(body)
      #expect(try service.order(again.orderID, reaches: "SETTLED"))
      #expect(binance.placements == 1)
      #expect(binance.orderCount == 1)
    }
  }

  @Test func `a stream that is lost closes the gate for orders and not for cancels`() async throws {
    let binance = try await Binance()
    try await apart {
      let service = try ServiceProcess.start(binance.settings)
      let resting = try service.order(bid("gate-1"))
      // The account cannot be listed, so the gate stays closed once the stream is lost.
      for _ in 0..<50 {
        binance.with { $0.add(.lostRequest, to: "GET", "/api/v3/openOrders") }
      }
      binance.with { $0.dropStreams() }
      #expect(eventually { (try? service.get("/ready").status) == 503 })
      let refused = try service.order(market("gate-2"))
      #expect(refused.status == 503)
      #expect(try service.call("DELETE", "/orders/\(resting.orderID ?? "")").status == 200)
      #expect(binance.placements == 1)
    }
  }

  @Test func `neither key nor secret is shown anywhere`() async throws {
    let binance = try await Binance()
    try await apart {
      let service = try ServiceProcess.start(
        binance.settings.merging(["LOG_LEVEL": "trace"]) { $1 })
      binance.add(.answer(status: 500, body: "", isCarriedOut: false))
      _ = try service.order(market("secret-1"))
      let order = try service.order(market("secret-2"))
      let preview = try service.call("POST", "/orders/preview", market("secret-3"))
      #expect(preview.text.contains("/api/v3/order?symbol=BTCUSDT"))
      let shown = [
        preview.text, order.text, try service.get("/metrics").text, service.output,
        try service.get("/orders/\(order.orderID ?? "")/trail").text,
        try service.get("/api/v1/plugins/binance").text,
      ]
      for text in shown {
        #expect(!text.contains(StandIn.secret))
        #expect(!text.contains("signature="))
      }
    }
  }

  @Test func `while live trading is off an order for a live account stays here`() async throws {
    let binance = try await Binance()
    try await apart {
      let service = try ServiceProcess.start(
        binance.settings.merging(["BINANCE_TESTNET": "false"]) { $1 })
      // The paper account takes orders once it has heard of the market.
      var tries = 0
      var answer = try service.order(market("paper-0"))
      #expect(
        try eventually {
          tries += 1
          answer = try service.order(market("paper-\(tries)"))
          return answer["state"] == "SETTLED"
        })
      #expect(answer["exchange"] == "paper-binance")
      #expect(answer["mode"] == "paper")
      #expect(binance.placements == 0)
    }
  }

  @Test func `kills at any moment lose nothing, and place nothing twice`() async throws {
    let binance = try await Binance()
    try await apart {
      var random = SeededGenerator(seed: 20_261_121)
      var directory: TestDirectory?
      let acknowledged = Mutex<[String]>([])
      for life in 0..<6 {
        let service = try ServiceProcess.start(binance.settings, directory: directory)
        directory = service.directory
        DispatchQueue.global().async {
          for number in 0..<1_000 {
            let id = "kill-\(life)-\(number)"
            let body = number.isMultiple(of: 2) ? market(id) : bid(id)
            guard let answer = try? service.order(body) else { return }
            if answer.status < 300, let id = answer.orderID {
              acknowledged.withLock { $0.append(id) }
            }
          }
        }
        usleep(UInt32.random(in: 20_000...400_000, using: &random))
        service.end(SIGKILL)
      }
      let service = try ServiceProcess.start(binance.settings, directory: directory)
      // What was recorded and never left is "not found" once the venue can be believed.
      for _ in 0..<120 where try service.metric("execution_unknown_orders") > 0 { sleep(1) }
      let placed = binance.clientIDs
      #expect(Set(placed).count == placed.count)
      #expect(!placed.isEmpty)
      for id in placed {
        let order = try service.get("/orders/\(id)")
        #expect(order.status == 200, "\(id)")
        #expect(["WORKING", "FILLED", "SETTLED"].contains(order["state"]), "\(order.text)")
      }
      for id in acknowledged.withLock({ $0 }) {
        #expect(placed.contains(id), "\(id) was acknowledged and is not at the venue.")
      }
      let held = binance.with { $0.holding(of: "BTC") } - Decimal(10)
      #expect(try service.get("/positions/BTCUSDT")["quantity"] == held.description)
    }
  }
}
