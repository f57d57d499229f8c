// Callers of a service that will be killed under them: several threads that submit and cancel
// orders and remember what they were promised.

import Dispatch
import Synchronization
import Trading

/// What callers were told, over all lives of a service.
final class Promises: Sendable {
  struct Content: Sendable {
    /// The outward status that an order was answered with, by its id.
    var acknowledged: [String: String] = [:]
    /// Orders whose cancel was answered with "cancelled".
    var canceled: Set<String> = []
    /// The id that an order got, by its client's id.
    var named: [String: String] = [:]
    /// The bodies of requests that were not answered, by their client's id.
    var unanswered: [String: String] = [:]
    /// Answers that say that the service has failed: none is expected at any time.
    var surprises: [String] = []
  }

  private let content = Mutex(Content())

  var all: Content { content.withLock { $0 } }
  var count: Int { content.withLock { $0.acknowledged.count } }

  func change(_ change: @Sendable (inout Content) -> Void) { content.withLock { change(&$0) } }
}

/// One caller's stream of requests.
struct Caller {
  private var random: SeededGenerator
  private let name: String
  private var number = 0
  private var resting: [String] = []
  private let promises: Promises

  init(name: String, seed: UInt64, promises: Promises) {
    self.name = name
    self.promises = promises
    random = SeededGenerator(seed: seed)
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  /// Sends requests until the connection breaks, or the service says that it is stopping.
  mutating func run(port: UInt16) {
    guard let connection = try? APIConnection(port: port) else { return }
    while chance(15) && !resting.isEmpty ? cancel(connection) : submit(connection) {}
  }

  private mutating func submit(_ connection: APIConnection) -> Bool {
    number += 1
    let clientID = chance(50) ? "\(name)-\(number)" : nil
    let side = chance(50) ? "BUY" : "SELL"
    let symbol = chance(70) ? "BTCUSDT" : "ETHUSDT"
    var body = "{\"symbol\":\"\(symbol)\",\"side\":\"\(side)\",\"quantity\":0.00\(number(2...9))"
    if chance(60) {
      body += ",\"order_type\":\"MARKET\""
    } else {
      // Some trade at once, the others rest.
      let market = symbol == "BTCUSDT" ? 67_500 : 3_500
      let price = market + number(-40...40) * market / 1_000
      body += ",\"order_type\":\"LIMIT\",\"price\":\(price)"
    }
    if let clientID { body += ",\"client_order_id\":\"\(clientID)\"" }
    body += "}"
    connection.send("POST", "/orders", Array(body.utf8))
    guard let answer = try? connection.receive() else {
      if let clientID { promises.change { [body] in $0.unanswered[clientID] = body } }
      return false
    }
    return note(answer, clientID: clientID, body: body)
  }

  private mutating func note(
    _ answer: APIAnswer, clientID: String?, body: String
  ) -> Bool {
    guard (200...202).contains(answer.status), let id = answer.orderID,
      let status = answer["status"]
    else {
      // While it stops or catches up, a service may turn callers away, but not reject their orders.
      if answer.status == 503 { return false }
      promises.change { $0.surprises.append("\(answer.status) \(answer.text) to \(body)") }
      return false
    }
    promises.change { promises in
      promises.acknowledged[id] = status
      if let clientID { promises.named[clientID] = id }
    }
    if status == "PENDING" { resting.append(id) }
    return true
  }

  private mutating func cancel(_ connection: APIConnection) -> Bool {
    let id = resting.remove(at: number(0...(resting.count - 1)))
    connection.send("PUT", "/orders/\(id)/cancel")
    guard let answer = try? connection.receive() else { return false }
    if answer.status == 200, answer["status"] == "CANCELLED" {
      promises.change { $0.canceled.insert(id) }
    }
    return true
  }
}

/// Several callers at once.
final class Load {
  private let group = DispatchGroup()

  /// Starts callers; they end by themselves when the service does.
  init(port: UInt16, seed: UInt64, promises: Promises, callers: Int = 4) {
    for number in 0..<callers {
      let seed = seed &* 1_000 &+ UInt64(number)
      DispatchQueue(label: "caller").async(group: group) {
        var caller = Caller(name: "c\(seed)", seed: seed, promises: promises)
        caller.run(port: port)
      }
    }
  }

  /// Waits until all callers have ended.
  func wait() -> Bool { group.wait(timeout: .now() + .seconds(60)) == .success }
}
