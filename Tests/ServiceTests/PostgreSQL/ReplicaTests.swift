// Several processes on one database: one writes, the others stand by, show what was written, send
// callers to the writer, and take over when it ends or falls silent.

import Glibc
import PostgreSQLServer
import Testing
import Wire

@Suite(.serialized) struct ReplicaTests {
  private static let resting = #"""
    {"symbol":"ETHUSDT","side":"SELL","type":"LIMIT","quantity":2,"price":3600}
    """#
  private static let market = #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01}"#

  /// A database, and the directory of a simulated exchange that outlives its process.
  private struct World {
    let directory: TestDirectory
    let settings: [String: String]

    init() throws {
      directory = try TestDirectory()
      let server = try PostgreSQLServer.shared.get()
      settings = ServiceProcess.unlimited.merging(
        ["DATABASE_URL": server.url(try server.makeDatabase())]) { $1 }
    }

    func writer(_ more: [String: String] = [:]) throws -> ServiceProcess {
      try ServiceProcess.start(settings.merging(more) { $1 }, directory: directory)
    }

    func standby() throws -> ServiceProcess {
      try ServiceProcess.start(settings, directory: directory, until: "/live")
    }
  }

  @Test func `one process writes, another shows what it wrote and sends callers to it`() throws {
    let world = try World()
    let writer = try world.writer(["ADVERTISED_URL": "http://writer.example:8004"])
    let standby = try world.standby()
    let filled = try writer.order(ReplicaTests.market)
    let resting = try writer.order(ReplicaTests.resting)
    #expect([filled.status, resting.status] == [201, 201])

    #expect(try writer.metric(#"execution_role{role="writer"}"#) == 1)
    #expect(try standby.metric(#"execution_role{role="standby"}"#) == 1)
    #expect(try standby.metric(#"execution_role{role="writer"}"#) == 0)
    let ready = try standby.get("/ready")
    #expect(ready.status == 503)
    #expect(ready.text.contains("stands by"), "\(ready.text)")
    #expect(try standby.get("/health").status == 200)
    #expect(try standby.order(filled.orderID, reaches: "SETTLED"))
    #expect(try standby.order(resting.orderID, reaches: "WORKING"))
    #expect(
      try eventually { try standby.get("/positions/BTCUSDT")["quantity"] == "0.01" })
    #expect(try standby.get("/orders").json?["orders"]?.elements.count == 2)
    #expect(try standby.get("/fills").json?["fills"]?.elements.count == 1)
    #expect(try standby.get("/orders/\(filled.orderID ?? "")/trail").status == 200)

    #expect(
      try eventually { try standby.order(ReplicaTests.market).status == 307 })
    let sent = try standby.call("POST", "/orders?x=1", ReplicaTests.market)
    #expect(sent.header("Location") == "http://writer.example:8004/orders?x=1")
    #expect(try standby.get("/balances").status == 307)
    // TradingView goes nowhere else, but comes again.
    let alert = try standby.call("POST", "/webhook/tradingview", #"{"action":"heartbeat"}"#)
    #expect(alert.status == 503)
    #expect(alert.code == "NOT_THE_WRITER")
    #expect(try writer.get("/orders").json?["orders"]?.elements.count == 2)
  }

  @Test func `a writer that does not say where it is leaves callers with a 503`() throws {
    let world = try World()
    let writer = try world.writer()
    let standby = try world.standby()
    let refused = try standby.order(ReplicaTests.market)
    #expect(refused.status == 503)
    #expect(refused.code == "NOT_THE_WRITER")
    #expect(refused.header("Retry-After") != nil)
    #expect(try writer.get("/ready").status == 200)
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func `another process takes over when the writer ends`(signal: Int32) throws {
    let world = try World()
    let first = try world.writer()
    let second = try world.standby()
    let resting = try first.order(ReplicaTests.resting)
    #expect(resting.status == 201)
    first.end(signal)
    #expect(try eventually { try second.get("/ready").status == 200 })
    #expect(try second.get("/orders/\(resting.orderID ?? "")")["state"] == "WORKING")
    #expect(try second.order(ReplicaTests.market).status == 201)
    #expect(try second.setPrice("ETHUSDT", "3601").status == 200)
    #expect(try second.order(resting.orderID, reaches: "SETTLED"))
    let third = try world.standby()
    #expect(try third.get("/ready").status == 503)
  }

  @Test func `another process takes over from a writer that is halted, which then stands by`()
    throws
  {
    let world = try World()
    let first = try world.writer()
    let second = try world.standby()
    let resting = try first.order(ReplicaTests.resting)
    first.signal(SIGSTOP)
    #expect(
      (0..<4).contains { _ in eventually { (try? second.get("/ready").status) == 200 } })
    #expect(try second.order(ReplicaTests.market).status == 201)
    first.signal(SIGCONT)
    // It begins anew, and a request on its way then has no answer.
    #expect(
      eventually {
        first.output.contains("not the writer any more")
          && (try? first.get("/ready").text.contains("stands by")) == true
      })
    #expect(try first.get("/live").status == 200)
    #expect(try first.order(ReplicaTests.market).status == 503)
    #expect(try first.order(resting.orderID, reaches: "WORKING"))
    #expect(try second.get("/ready").status == 200)
  }

  @Test func `processes that start together make one writer, and the tables once`() throws {
    let world = try World()
    let all = try (0..<3).map { _ in try world.standby() }
    #expect(
      try eventually { try all.filter { try $0.get("/ready").status == 200 }.count == 1 })
    #expect(try all.filter { try $0.get("/ready").text.contains("stands by") }.count == 2)
  }
}
