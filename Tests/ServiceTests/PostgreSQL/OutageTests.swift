// The service while its PostgreSQL server is gone, and when it is there again: nothing that was
// promised is lost, nothing is sent that was not recorded, and the brakes work.

import Dispatch
import Glibc
import PostgreSQLServer
import Synchronization
import Testing
import Wire

@Suite(.serialized) struct OutageTests {
  private static let resting = #"""
    {"symbol":"ETHUSDT","side":"SELL","type":"LIMIT","quantity":2,"price":3600}
    """#
  private static let market = #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01}"#

  @Test func `orders are refused, cancels leave and fills are kept while the server is killed`()
    throws
  {
    let server = try PostgreSQLServer()
    let url = server.url(try server.makeDatabase())
    let settings = ServiceProcess.unlimited.merging(["DATABASE_URL": url]) { $1 }
    let service = try ServiceProcess.start(settings)
    let canceled = try service.order(OutageTests.resting)
    let filled = try service.order(
      #"{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":1,"price":60000}"#)
    #expect([canceled.status, filled.status] == [201, 201])
    server.killServer()

    #expect(try eventually { try service.get("/ready").status == 503 })
    #expect(try service.get("/live").status == 200)
    let refused = try service.order(OutageTests.market)
    #expect(refused.status == 503)
    #expect(refused.code == "STORE_UNAVAILABLE")
    #expect(refused.header("Retry-After") != nil)
    #expect(try service.call("PUT", "/orders/\(canceled.orderID ?? "")/cancel").status < 300)
    #expect(try service.setPrice("BTCUSDT", "59000").status == 200)

    try server.start()
    #expect(try eventually { try service.get("/ready").status == 200 })
    #expect(try service.order(canceled.orderID, reaches: "CANCELED"))
    #expect(try service.order(filled.orderID, reaches: "SETTLED"))
    #expect(try service.get("/orders").json?["orders"]?.elements.count == 2)
    #expect(try service.order(OutageTests.market).status == 201)
    service.end(SIGTERM)
    #expect(service.exitStatus == 0)
    #expect(!service.output.contains(PostgreSQLServer.password))
  }

  @Test func `what could not be read to be reported is reported when the server is back`()
    async throws
  {
    let receiver = try await ReportReceiver()
    try await apart {
      let server = try PostgreSQLServer()
      let service = try ServiceProcess.start(
        ServiceProcess.unlimited.merging([
          "DATABASE_URL": server.url(try server.makeDatabase()), "REPORT_SECRET": "never guessed",
        ]) { $1 })
      receiver.refuseForNow(true)
      #expect(
        try eventually {
          try service.call("POST", "/api/v1/subscriptions", #"{"url":"\#(receiver.url)"}"#).status
            == 201
        })
      _ = try service.order(OutageTests.market)
      #expect(eventually { !receiver.reports.isEmpty })
      let second = try service.order(OutageTests.market)
      #expect(try service.order(second.orderID, reaches: "SETTLED"))
      server.killServer()
      #expect(try eventually { try service.get("/ready").status == 503 })
      receiver.refuseForNow(false)
      #expect(eventually { !receiver.taken.isEmpty })
      // What was tried and failed is not to be left at that.
      #expect(try eventually { try service.metric("execution_subscriptions_failing") == 1 })
      try server.start()
      let id = second.orderID ?? ""
      #expect(
        eventually {
          receiver.taken.flatMap(\.events).contains { $0["order_id"]?.string == id }
        })
      #expect(try eventually { try service.metric("execution_subscriptions_failing") == 0 })
    }
  }

  @Test func `an order whose intent was confirmed too late is not sent, and says so`() throws {
    let server = try PostgreSQLServer()
    let url = server.url(try server.makeDatabase())
    let settings = ServiceProcess.unlimited.merging(["DATABASE_URL": url]) { $1 }
    let service = try ServiceProcess.start(settings)
    let answer = Mutex<APIAnswer?>(nil)
    server.signalAll(SIGSTOP)
    DispatchQueue(label: "caller").async {
      let late = try? service.order(OutageTests.market)
      answer.withLock { $0 = late }
    }
    #expect(try eventually { try service.metric("execution_lag_seconds") > 0 })
    service.signal(SIGSTOP)
    server.signalAll(SIGCONT)
    // By then another process may be the writer; and nobody says that there is none.
    usleep(6_500_000)
    server.signalAll(SIGSTOP)
    service.signal(SIGCONT)
    #expect(try eventually { try service.metric("execution_lag_seconds") < 1 })
    server.signalAll(SIGCONT)
    #expect(eventually { answer.withLock { $0 != nil } })
    let late = try #require(answer.withLock { $0 })
    #expect(late.status == 422)
    #expect(late.code == "WRITER_UNCERTAIN")
    #expect(try service.order(late.orderID, reaches: "REJECTED"))
    #expect(try service.get("/fills").json?["fills"]?.elements.isEmpty == true)
    #expect(try eventually { try service.order(OutageTests.market).status == 201 })
  }

  @Test func `a service goes on with the server that another address has`() throws {
    let primary = try PostgreSQLServer()
    let database = try primary.makeDatabase()
    let replica = try primary.makeReplica()
    let url = primary.url(
      database, hosts: "127.0.0.1:\(primary.port),127.0.0.1:\(replica.port)")
    let settings = ServiceProcess.unlimited.merging(["DATABASE_URL": url]) { $1 }
    let service = try ServiceProcess.start(settings)
    let order = try service.order(OutageTests.resting)
    #expect(order.status == 201)
    primary.killServer()
    #expect(try eventually { try service.get("/ready").status == 503 })
    try replica.promote()
    #expect(try eventually { try service.get("/ready").status == 200 })
    #expect(try service.get("/orders/\(order.orderID ?? "")")["state"] == "WORKING")
    #expect(try service.order(OutageTests.market).status == 201)
  }

  @Test func `a start that PostgreSQL prevents says what to do, and no password`() throws {
    let server = try PostgreSQLServer.shared.get()
    let database = try server.makeDatabase()
    let newer = try server.makeDatabase()
    try server.execute(
      "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY); "
        + "INSERT INTO schema_migrations VALUES (99)", in: newer)
    let foreign = try server.makeDatabase()
    try server.execute("CREATE TABLE orders (id INTEGER)", in: foreign)
    let cases: [(url: String, words: [String])] = [
      (server.url(database, hosts: "no-such-host.invalid:5432"), ["Check the host"]),
      (server.url(database, hosts: "127.0.0.1:1"), ["Check that PostgreSQL runs"]),
      (server.url(database, password: "wr0ng-but-secret"), ["Check user and password"]),
      (server.url("nothing_here"), ["nothing_here", "createdb"]),
      (server.url(newer), ["version 99", "newer program"]),
      (server.url(foreign), ["another program", "another DATABASE_URL"]),
      (server.url(database) + "?sslmode=require", ["sslmode"]),
      (
        server.url(database) + "?options=-c%20default_transaction_read_only%3Don",
        ["replica", "primary"]
      ),
    ]
    for (url, words) in cases {
      let (status, output) = try ServiceProcess.refusedStart(["DATABASE_URL": url])
      #expect(status == 1)
      for word in words { #expect(output.contains(word), "\(output)") }
      #expect(output.split(separator: "\n").count == 1, "\(output)")
      #expect(!output.contains(PostgreSQLServer.password) && !output.contains("wr0ng"))
    }
  }
}
