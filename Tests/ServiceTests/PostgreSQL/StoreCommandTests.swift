// `migrate`, `import` and `export` of the built executable, between a file and a real server: what
// they say, what they end with, and that the service goes on with what they made.

import Glibc
import PostgreSQLServer
import Testing
import Wire

@Suite struct StoreCommandTests {
  private static let resting = #"""
    {"symbol":"ETHUSDT","side":"SELL","type":"LIMIT","quantity":2,"price":3600}
    """#
  private static let market = #"""
    {"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01,"client_order_id":"first-1"}
    """#

  private let directory: TestDirectory
  private let url: String

  init() throws {
    directory = try TestDirectory()
    let server = try PostgreSQLServer.shared.get()
    url = server.url(try server.makeDatabase())
  }

  private func service(_ more: [String: String]) throws -> ServiceProcess {
    // The simulated exchange's file stays where it is, whatever the store is.
    try ServiceProcess.start(
      ServiceProcess.unlimited.merging(more) { $1 }, directory: directory)
  }

  @Test func `a service goes on in PostgreSQL after an export, and in a file after the next`()
    throws
  {
    let home = "sqlite:\(directory.path)/data/execution.db"
    let first = try service(["DATABASE_URL": home])
    let order = try first.order(Self.market)
    let resting = try first.order(Self.resting)
    #expect([order.status, resting.status] == [201, 201])
    #expect(try first.order(order.orderID, reaches: "SETTLED"))
    let busy = try first.run("export '\(url)'")
    #expect(busy.status == 1)
    #expect(busy.text.contains("open for writing: process "), "\(busy.text)")
    first.end(SIGTERM)

    let exported = try first.run("export '\(url)'")
    #expect(exported.status == 0, "\(exported.text)")
    #expect(exported.text.contains("copied ") && exported.text.contains("(100 %)"))
    #expect(exported.text.contains("its journal was verified"))
    #expect(!exported.text.contains(PostgreSQLServer.password))
    let second = try service(["DATABASE_URL": url])
    #expect(try second.order(Self.market).status == 200)
    #expect(try second.order(resting.orderID, reaches: "WORKING"))
    #expect(try second.setPrice("ETHUSDT", "3601").status == 200)
    #expect(try second.order(resting.orderID, reaches: "SETTLED"))
    second.end(SIGTERM)

    let other = "sqlite:\(directory.path)/data/other.db"
    let imported = try second.run("import '\(url)'", ["DATABASE_URL": other])
    #expect(imported.status == 0, "\(imported.text)")
    let third = try service(["DATABASE_URL": other])
    #expect(try third.order(Self.market).status == 200)
    #expect(try third.get("/orders").json?["orders"]?.elements.count == 2)
    #expect(try third.get("/positions/BTCUSDT")["quantity"] == "0.01")
    third.end(SIGTERM)
    #expect(try third.run("verify", ["DATABASE_URL": other]).status == 0)
  }

  @Test func `a copy that is killed leaves nothing, and can be made again`() throws {
    let home = "sqlite:\(directory.path)/data/execution.db"
    let first = try service(["DATABASE_URL": home])
    for _ in 0..<40 { #expect(try first.order(Self.resting).status == 201) }
    first.end(SIGTERM)
    for delay in ["0.02", "0.05", "0.1", "0.2"] {
      _ = system(
        "DATABASE_URL='\(home)' FKS_CONFIG='\(directory.path)/config.json5' "
          + "timeout --signal KILL \(delay) '\(ServiceProcess.executable)' export '\(url)' "
          + "> /dev/null 2>&1")
    }
    // The last one may have come to its end; then there is nothing left to do.
    var result = try first.run("export '\(url)'")
    for _ in 0..<50 where result.text.contains("STORE_LOCKED") || result.text.contains("open for") {
      usleep(100_000)
      result = try first.run("export '\(url)'")
    }
    #expect(result.status == 0 || result.text.contains("has rows already"), "\(result.text)")
    let second = try service(["DATABASE_URL": url])
    #expect(try second.get("/orders?limit=100").json?["orders"]?.elements.count == 40)
  }

  @Test func `migrate makes the tables and stops, and says what it found`() throws {
    try directory.write("config.json5", Array("{}".utf8))
    let service = try service([:])
    let made = try service.run("migrate", ["DATABASE_URL": url])
    #expect(made.status == 0 && made.text.contains("had schema version 0"), "\(made.text)")
    let again = try service.run("migrate", ["DATABASE_URL": url])
    #expect(again.status == 0 && again.text.contains("already"), "\(again.text)")
    for command in ["import", "export mysql:x y", "import nowhere", "prune 2026-9 sqlite:x"] {
      #expect(try service.run(command).status == 2, "\(command)")
    }
    #expect(try service.run("import 'sqlite:/no/such/file'", ["DATABASE_URL": url]).status == 1)
  }
  @Test(arguments: [true, false])
  func `a service whose old months were pruned knows its orders and says what went`(
    isFile: Bool
  ) throws {
    let place = isFile ? "sqlite:\(directory.path)/data/execution.db" : url
    let first = try service(["DATABASE_URL": place])
    let old = try first.order(Self.market)
    #expect(try first.order(old.orderID, reaches: "SETTLED"))
    #expect(try first.order(Self.resting).status == 201)
    first.end(SIGTERM)
    // Nobody waits for a month here: the rows of the first order are those of an old one.
    if isFile {
      let file = "\(directory.path)/data/execution.db"
      #expect(
        system(
          "python3 -c \"import sqlite3; c = sqlite3.connect('\(file)'); "
            + "c.executescript('UPDATE journal_months SET first_sequence = 3; "
            + "INSERT INTO journal_months VALUES (200001, 1)')\"") == 0)
    } else {
      try PostgreSQLServer.shared.get().execute(
        "SELECT open_journal_month(200001); UPDATE journal_months SET first_sequence = 3; "
          + "INSERT INTO journal_months VALUES (200001, 1); "
          + "UPDATE order_events SET month = 200001 WHERE sequence < 3",
        in: String(url.split(separator: "/").last ?? ""))
    }

    let archive = "sqlite:\(directory.path)/old.db"
    let pruned = try first.run("prune 2001-01 '\(archive)'", ["DATABASE_URL": place])
    #expect(pruned.status == 0, "\(pruned.text)")
    #expect(pruned.text.contains("2 rows through 2000-01 are in"), "\(pruned.text)")
    #expect(try first.run("verify", ["DATABASE_URL": place]).text.contains("after row 2"))
    #expect(try first.run("verify", ["DATABASE_URL": archive]).status == 0)
    let again = try first.run("prune 2001-01 '\(archive)'", ["DATABASE_URL": place])
    #expect(again.status == 0 && again.text.contains("nothing to prune"), "\(again.text)")

    let second = try service(["DATABASE_URL": place])
    #expect(try second.order(Self.market).status == 200)
    let trail = try second.get("/orders/\(old.orderID ?? "")/trail")
    #expect([trail.status, trail.code == "JOURNAL_PRUNED" ? 1 : 0] == [410, 1])
    #expect(try second.get("/fills").json?["fills"]?.elements.count == 1)
    let gone = try second.call(
      "GET", "/events", nil, headers: [(name: "Last-Event-ID", value: "1")])
    #expect(gone.code == "UNKNOWN_EVENT_ID")
    let exported = try second.run("export \(old.orderID ?? "")", ["DATABASE_URL": archive])
    #expect(exported.status == 0, "\(exported.text)")
  }
}
