// Stopping and starting again: what is under way is finished, and nothing is forgotten.

import Glibc
import Testing
import Wire

@Suite struct RestartTests {
  @Test func `SIGTERM lets an order in flight get its answer and exits with 0`() throws {
    let service = try ServiceProcess.start(["MOCK_LATENCY_MS": "500"])
    let connection = try APIConnection(port: service.port)
    connection.send(
      "POST", "/orders",
      Array(#"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.01}"#.utf8))
    let isSent = try eventually {
      try service.metric(#"execution_order_events_total{event="submitting"}"#) == 1
    }
    #expect(isSent)
    service.signal(SIGTERM)
    let answer = try connection.receive()
    #expect(answer.status == 201)
    #expect(answer["status"] == "FILLED")
    #expect(eventually { service.hasEnded })
    #expect(service.exitStatus == 0)
  }

  @Test func `SIGTERM ends a service whose clients only hold connections`() throws {
    let service = try ServiceProcess.start()
    let idle = try APIConnection(port: service.port)
    idle.send("GET", "/live")
    #expect(try idle.receive().status == 200)
    service.end(SIGTERM)
    #expect(service.exitStatus == 0)
  }

  @Test(arguments: [SIGTERM, SIGKILL])
  func `orders, positions, keys and resting orders survive`(signal: Int32) throws {
    let directory = try TestDirectory()
    let settings = ServiceProcess.unlimited
    let first = try ServiceProcess.start(settings, directory: directory)
    let filled = try first.order(
      #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,"signal_id":"s-1"}"#)
    let resting = try first.order(
      #"""
      {"symbol":"ETHUSDT","side":"SELL","type":"LIMIT","quantity":2,"price":3600,
       "client_order_id":"rests"}
      """#)
    #expect([filled.status, resting.status] == [201, 201])
    first.end(signal)

    let second = try ServiceProcess.start(settings, directory: directory)
    #expect(try second.order(filled.orderID, reaches: "SETTLED"))
    #expect(try second.get("/positions/BTCUSDT")["quantity"] == "0.01")
    #expect(try second.get("/orders/rests")["state"] == "WORKING")
    #expect(try second.get("/orders").json?["orders"]?.elements.count == 2)

    let again = try second.order(
      #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,"signal_id":"s-1"}"#)
    #expect(again.status == 200)
    #expect(again.orderID == filled.orderID)
    let other = try second.order(
      #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.02,"signal_id":"s-1"}"#)
    #expect(other.status == 409)

    #expect(try second.setPrice("ETHUSDT", "3601").status == 200)
    #expect(try second.order(resting.orderID, reaches: "SETTLED"))
    #expect(try second.get("/positions/ETHUSDT")["quantity"] == "-2")
    #expect(try second.get("/fills").json?["fills"]?.elements.count == 2)
  }

  @Test func `an order that was being sent when the process died is asked for, not sent again`()
    throws
  {
    let directory = try TestDirectory()
    let first = try ServiceProcess.start(["MOCK_LATENCY_MS": "600000"], directory: directory)
    let connection = try APIConnection(port: first.port)
    connection.send(
      "POST", "/orders",
      Array(
        #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.1,"signal_id":"e"}"#.utf8))
    let id = try first.submittingOrder()
    first.end(SIGKILL)

    let second = try ServiceProcess.start(directory: directory)
    #expect(try second.order(id, reaches: "NOT_FOUND"))
    let order = try second.get("/orders/\(id)")
    #expect(order["status"] == "REJECTED")
    #expect(order.json?["certainty"]?["reason"]?.string?.isEmpty == false)
    #expect(try second.get("/fills").json?["fills"]?.elements.count == 0)
    #expect(try second.get("/positions").json?["positions"]?.elements.count == 0)
  }
}

extension ServiceProcess {
  /// The id of the first order that is being sent.
  func submittingOrder() throws -> String {
    var id: String?
    _ = try eventually {
      let orders = try get("/orders").json?["orders"]?.elements ?? []
      id = orders.first { $0["state"]?.string == "SUBMITTING" }?["order_id"]?.string
      return id != nil
    }
    guard let id else { throw ProcessFailure(description: "No order is being sent.") }
    return id
  }
}
