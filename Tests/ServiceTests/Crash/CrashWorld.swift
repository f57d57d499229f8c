// A service in a directory of its own that is started, loaded, killed and started again. The
// simulated exchange's ledger is read with another program: it is the venue, and what the venue has
// is the truth.

import Glibc
import Trading
import Wire

final class CrashWorld {
  let seed: UInt64
  var random: SeededGenerator
  let promises = Promises()
  private let directory: TestDirectory
  private var running: ServiceProcess?
  private var lives: UInt64 = 0

  private static let settings = ServiceProcess.unlimited.merging(
    ["MOCK_BALANCES": "USDT=100000000000"]
  ) { $1 }

  init(seed: UInt64) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    directory = try TestDirectory()
  }

  /// A failure with what is needed to look into it.
  func failure(_ text: String) -> ProcessFailure {
    let log = running?.output.suffix(1_500) ?? ""
    return ProcessFailure(description: "seed \(seed): \(text)\n\(log)")
  }

  // MARK: Lives

  /// The service of now.
  var service: ServiceProcess {
    get throws {
      guard let running else { throw ProcessFailure(description: "The service was not started.") }
      return running
    }
  }

  /// Starts the service and waits until it takes orders.
  func start() throws {
    running = try ServiceProcess.start(CrashWorld.settings, directory: directory)
  }

  /// Kills the service as a power cut would, without a chance to write anything.
  func kill() throws { try end(SIGKILL, expecting: 128 + SIGKILL) }

  /// Asks the service to stop; it has to do so in order.
  func stop() throws { try end(SIGTERM, expecting: 0) }

  private func end(_ signal: Int32, expecting status: Int32) throws {
    let service = try service
    service.end(signal)
    guard service.exitStatus == status else {
      throw ProcessFailure(
        description: "It ended with \(service.exitStatus.map { "\($0)" } ?? "nothing").")
    }
  }

  /// Starts the service and kills it before or soon after it is ready.
  func killInStart() {
    let milliseconds = Int.random(in: 1...150, using: &random)
    let seconds = "0.\(String(milliseconds + 1_000).dropFirst())"
    _ = command("timeout -s KILL \(seconds) \(ServiceProcess.executable)", "start")
  }

  /// Puts load on the service and ends it somewhere in the middle.
  func load(then end: () throws -> Void) throws {
    lives += 1
    let before = promises.count
    let load = Load(port: try service.port, seed: seed &* 100 &+ lives, promises: promises)
    let orders = Int.random(in: 20...300, using: &random)
    guard eventually({ promises.count >= before + orders }) else {
      throw ProcessFailure(description: "Only \(promises.count - before) orders were answered.")
    }
    usleep(UInt32.random(in: 0...4_000, using: &random))
    try end()
    guard load.wait() else { throw ProcessFailure(description: "Callers still wait for answers.") }
  }

  // MARK: Questions

  /// A command of the executable while the service does not run: its status and what it printed.
  func tool(_ name: String) -> (status: Int32, output: String) {
    command("\(ServiceProcess.executable) \(name)", name)
  }

  private func command(_ line: String, _ name: String) -> (status: Int32, output: String) {
    let path = directory.path
    let settings = CrashWorld.settings.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    // Nothing is inherited that a setting could be taken for.
    let status = system(
      "cd \(path) && env -i PATH=\"$PATH\" LD_LIBRARY_PATH=\"$LD_LIBRARY_PATH\" \(settings) "
        + "LOG_LEVEL=warning FKS_CONFIG=config.json5 "
        + "DATABASE_URL=sqlite:data/execution.db \(line) > \(name) 2>&1")
    let output = String(decoding: directory.read(name), as: UTF8.self)
    return ((status >> 8) & 0xFF, output)
  }

  /// All members of a list that the service answers in pages.
  func list(_ name: String) throws -> [JSONValue] {
    let connection = try APIConnection(port: try service.port)
    var all: [JSONValue] = []
    var next: String?
    repeat {
      let target = "/\(name)?limit=1000" + (next.map { "&next=\($0)" } ?? "")
      connection.send("GET", target)
      let answer = try connection.receive()
      guard answer.status == 200, let page = answer.json?[name: name]?.elements else {
        throw ProcessFailure(description: "\(target) is answered with \(answer.status).")
      }
      all += page
      next = answer["next"]
    } while next != nil
    return all
  }

  /// The simulated exchange's own file, as another program reads it.
  func ledger() throws -> JSONValue {
    let script = """
      import json, sqlite3
      db = sqlite3.connect("data/mock.db")
      orders = [dict(json.loads(body), order_id=bytes(id).hex(), is_open=bool(is_open)) for id,
        is_open, body in db.execute("SELECT order_id, is_open, body FROM mock_orders")]
      positions = dict(db.execute("SELECT name, value FROM mock_values WHERE kind = 'position'"))
      print(json.dumps({"orders": orders, "positions": positions}))
      """
    try directory.write("ledger.py", Array(script.utf8))
    let (status, output) = command("python3 ledger.py", "ledger.json")
    guard status == 0, let document = try? JSONDocument(parsing: Array(output.utf8)) else {
      throw ProcessFailure(description: "The ledger cannot be read: \(output.prefix(1_000))")
    }
    return document.root
  }
}
