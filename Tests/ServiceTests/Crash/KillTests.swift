// The real process, killed without warning under load and started again. What was acknowledged must
// be there, what was traded must be counted once, and the journal must be whole.

import Dispatch
import Glibc
import Synchronization
import Testing
import Trading
import Wire

@Suite(.serialized) struct KillTests {
  private static let settings = ServiceProcess.unlimited.merging(
    ["MOCK_BALANCES": "USDT=100000000000"]
  ) { $1 }

  /// Rounds of a normal run; FKS_CRASH_ROUNDS asks for more.
  private static let seeds: Range<UInt64> = {
    let wanted = getenv("FKS_CRASH_ROUNDS").flatMap { UInt64(String(cString: $0)) }
    return 0..<(wanted ?? 8)
  }()

  @Test(arguments: seeds)
  func `a kill at any moment loses no acknowledged order and counts every trade once`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let directory = try TestDirectory()
    let load = Load()
    // Twice in a row: the second process dies while it deals with what the first left behind.
    for _ in 1...2 {
      let service = try ServiceProcess.start(Self.settings, directory: directory)
      load.begin(on: service.port, seed: random.next())
      usleep(UInt32.random(in: 20_000...250_000, using: &random))
      service.end(SIGKILL)
      load.waitForEnd()
    }
    try check(directory, load.acknowledged, seed: seed)
  }

  @Test func `a stop under load finishes what it acknowledged and exits with 0`() throws {
    let directory = try TestDirectory()
    let load = Load()
    let service = try ServiceProcess.start(Self.settings, directory: directory)
    load.begin(on: service.port, seed: 1)
    #expect(try eventually { try service.metric("execution_orders_total") > 100 })
    service.end(SIGTERM)
    load.waitForEnd()
    #expect(service.exitStatus == 0)
    try check(directory, load.acknowledged, seed: 1)
  }

  // MARK: What must hold

  private func check(
    _ directory: TestDirectory, _ acknowledged: [String], seed: UInt64
  ) throws {
    let service = try ServiceProcess.start(Self.settings, directory: directory)
    #expect(
      try eventually { try service.metric("execution_unknown_orders ") == 0 },
      "an outcome stays unknown, seed \(seed)")
    let orders = try pages(of: "orders", service)
    var known: [String: String] = [:]
    for order in orders {
      known[order["order_id"]?.string ?? ""] = order["status"]?.string
    }
    #expect(known.count == orders.count, "an order is listed twice, seed \(seed)")
    for id in acknowledged {
      let status = known[id]
      #expect(
        status != nil && status != "REJECTED", "order \(id) is \(status ?? "lost"), seed \(seed)")
    }
    try checkPosition(service, seed: seed)
    service.end(SIGTERM)
    #expect(service.exitStatus == 0, "seed \(seed)")
    #expect(run("verify", directory).contains("intact"), "seed \(seed)")
    #expect(run("rebuild", directory).contains("equal"), "seed \(seed)")
  }

  /// Ours, the sum of ours, and the venue's, which has its own file: the base asset began at 0.
  private func checkPosition(_ service: ServiceProcess, seed: UInt64) throws {
    let fills = try pages(of: "fills", service)
    let sum = fills.reduce(Decimal.zero) { sum, fill in
      let quantity = fill["quantity"]?.numberText.flatMap { Decimal(storedText: $0) } ?? .zero
      return fill["side"]?.string == "BUY" ? sum + quantity : sum - quantity
    }
    let trades = Set(fills.compactMap { $0["trade_id"]?.string })
    #expect(trades.count == fills.count, "a trade counts twice, seed \(seed)")
    func number(_ path: String, _ name: String) throws -> Decimal {
      let text = try service.get(path)[name]
      return text.flatMap { Decimal(storedText: $0) } ?? .zero
    }
    let ours = try number("/positions/BTCUSDT", "quantity")
    let venues = try number("/balances/BTC", "total")
    #expect(
      ours == sum && ours == venues, "ours \(ours), fills \(sum), venue \(venues), seed \(seed)")
  }

  private func pages(of name: String, _ service: ServiceProcess) throws -> [JSONValue] {
    let connection = try APIConnection(port: service.port)
    var rows: [JSONValue] = []
    var next: String? = ""
    while let cursor = next {
      connection.send("GET", "/\(name)?limit=1000" + (cursor.isEmpty ? "" : "&next=\(cursor)"))
      let answer = try connection.receive()
      rows += answer.json?[name: name]?.elements ?? []
      next = answer["next"]
    }
    return rows
  }

  private func run(_ command: String, _ directory: TestDirectory) -> String {
    let path = directory.path
    _ = system(
      "DATABASE_URL=sqlite:\(path)/data/execution.db FKS_CONFIG=\(path)/config.json5 "
        + "\(ServiceProcess.executable) \(command) > \(path)/\(command) 2>&1")
    return String(decoding: directory.read(command), as: UTF8.self)
  }
}

/// Clients that send orders until nobody answers any more.
private final class Load: Sendable {
  private static let clients = 4
  private let ids = Mutex<[String]>([])
  private let group = DispatchGroup()

  /// The ids of all orders that were answered with 2xx.
  var acknowledged: [String] { ids.withLock { $0 } }

  func begin(on port: UInt16, seed: UInt64) {
    for client in 0..<Load.clients {
      DispatchQueue.global().async(group: group) { [self] in
        send(to: port, seed: seed &+ UInt64(client))
      }
    }
  }

  func waitForEnd() { group.wait() }

  private func send(to port: UInt16, seed: UInt64) {
    guard let connection = try? APIConnection(port: port) else { return }
    var random = SeededGenerator(seed: seed)
    while true {
      let side = Bool.random(using: &random) ? "BUY" : "SELL"
      let id = random.next()
      let kind =
        random.next() % 4 == 0
        ? #""order_type":"LIMIT","price":\#(side == "BUY" ? 60_000 : 70_000)"#
        : #""order_type":"MARKET""#
      let key = id % 2 == 0 ? #","client_order_id":"kill-\#(id)""# : ""
      let body = #"{"symbol":"BTCUSDT","side":"\#(side)","quantity":0.001,\#(kind)\#(key)}"#
      connection.send("POST", "/orders", Array(body.utf8))
      guard let answer = try? connection.receive() else { return }
      if (200..<300).contains(answer.status), let id = answer.orderID {
        ids.withLock { $0.append(id) }
      }
    }
  }
}
