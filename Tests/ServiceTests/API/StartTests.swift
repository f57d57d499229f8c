// Starts that are refused: with exit status 1 and a sentence that says what to do.

import Glibc
import Testing
import Wire

@Suite struct StartTests {
  private func expectRefusal(
    _ settings: [String: String], directory: TestDirectory? = nil, naming words: [String]
  ) throws {
    let (status, output) = try ServiceProcess.refusedStart(settings, directory: directory)
    #expect(status == 1)
    for word in words { #expect(output.contains(word), "\(output)") }
    #expect(!output.contains("listens on"))
  }

  @Test func `an address that others reach needs keys`() throws {
    try expectRefusal(["HOST": "0.0.0.0"], naming: ["FKS_API_KEYS", "HOST=127.0.0.1"])
  }

  @Test func `a port in use is named`() throws {
    let port = try SharedService.unlimited.port
    try expectRefusal(["SERVICE_PORT": "\(port)"], naming: ["\(port)", "in use"])
  }

  @Test func `a data directory that cannot be made is named`() throws {
    try expectRefusal(
      ["DATABASE_URL": "sqlite:/proc/nowhere/execution.db"], naming: ["/proc/nowhere"])
  }

  @Test func `a damaged database is left as it is`() throws {
    let directory = try TestDirectory()
    let garbage = [UInt8](repeating: 0x5A, count: 8_192)
    try directory.write("data/execution.db", garbage)
    try expectRefusal([:], directory: directory, naming: ["damaged", "backup"])
    #expect(directory.read("data/execution.db") == garbage)
  }

  @Test func `a database of a newer version is refused`() throws {
    let directory = try TestDirectory()
    try ServiceProcess.start(directory: directory).end(SIGTERM)
    let script = """
      import sqlite3, sys
      base = sqlite3.connect(sys.argv[1])
      base.execute('INSERT INTO schema_migrations VALUES (99)')
      base.commit()
      """
    try directory.write("newer.py", Array(script.utf8))
    #expect(
      system("python3 '\(directory.path)/newer.py' '\(directory.path)/data/execution.db'") == 0)
    try directory.write("output", [])
    try expectRefusal([:], directory: directory, naming: ["version 99", "newer program"])
  }

  @Test func `a database in use by another process is refused`() throws {
    let first = try ServiceProcess.start()
    let path = "sqlite:\(first.directory.path)/data/execution.db"
    try expectRefusal(["DATABASE_URL": path], naming: ["another"])
    #expect(try first.get("/ready").status == 200)
  }

  @Test func `a setting that does not exist is named`() throws {
    let directory = try TestDirectory()
    try directory.write("config.json5", Array("{max_orders_per_minute: 5}".utf8))
    try expectRefusal([:], directory: directory, naming: ["max_orders_per_minute"])
    try expectRefusal(["FKS_API_KEY": "x"], naming: ["FKS_API_KEY"])
    try expectRefusal(["SUBMIT_WAIT_MS": "soon"], naming: ["SUBMIT_WAIT_MS", "soon"])
  }

  @Test func `a configuration file that is no UTF-8 is refused`() throws {
    let directory = try TestDirectory()
    let noise = [UInt8](repeating: 0xFF, count: 40)
    try directory.write("config.json5", Array("{a: 1,".utf8) + noise + Array(" b: 2}".utf8))
    try expectRefusal([:], directory: directory, naming: ["config.json5", "UTF-8"])
  }

  @Test func `live trading is refused`() throws {
    try expectRefusal(["ENABLE_LIVE_TRADING": "true"], naming: ["ENABLE_LIVE_TRADING"])
  }
}
