// What happens to the account, by a request that waits for it. After anything that could have been
// missed, the plugin counts as not heard, and everything is compared anew once it is heard again.

internal import Network
internal import Trading
internal import Wire

/// What a plugin process has told.
struct HTTPPluginNews {
  /// Where the next news begin.
  let cursor: String
  /// Whether the process reaches its venue.
  let isHealthy: Bool
  /// A sentence about that.
  let detail: String
  /// What happened to orders, in order.
  let orders: [OrderReport]
  /// The markets that moved.
  let markets: [MarketData]

  /// The longest cursor.
  private static let cursorBytesMax = 200

  /// Reads an answer; nil if anything of it cannot be read.
  init?(_ answer: JSONValue) {
    guard let cursor = answer.text("cursor"), !cursor.isEmpty,
      cursor.utf8.count <= HTTPPluginNews.cursorBytesMax, let isHealthy = answer["healthy"]?.bool,
      let events = answer["events"], events.kind == .array
    else { return nil }
    self.cursor = cursor
    self.isHealthy = isHealthy
    detail = answer.text("detail") ?? ""
    var orders: [OrderReport] = []
    var markets: [MarketData] = []
    for event in events.elements {
      switch event.text("type") {
      case "order":
        guard let report = event["order"].flatMap({ OrderReport(plugin: $0) }) else { return nil }
        orders.append(report)
      case "price":
        guard let data = event["market"].flatMap({ MarketData(plugin: $0) }) else { return nil }
        markets.append(data)
      // A later contract may tell more; what it must not do is tell less of these.
      case .some: break
      case nil: return nil
      }
    }
    (self.orders, self.markets) = (orders, markets)
  }
}

extension HTTPPlugin {
  /// How long a request may wait for news: less than the time after which no answer is expected.
  private static let waitMilliseconds = 10_000
  /// How long to wait after news that came at once and were none: a process that does not wait must
  /// not be asked without end.
  private static let idleMilliseconds = 250
  /// How long to wait before a process that was lost is tried again.
  private static let retry = RetrySchedule(firstMilliseconds: 500, longestMilliseconds: 30_000)

  /// Learns where news begin, and whether the venue is reached.
  func beginNews() async throws(PluginError) {
    let answer = try await ask("/events", for: "say where its events begin")
    guard let news = HTTPPluginNews(answer) else { throw unreadable("where its events begin") }
    guard news.isHealthy else {
      throw PluginError("It says that it does not reach its venue: \(news.detail)")
    }
    cursor = news.cursor
    setHealth(isHealthy: true, "Connected.")
  }

  /// Waits for news once, and where they are lost, until they can be heard again.
  func follow() async {
    let run = self.run
    guard let reason = await hear(run), run == self.run else { return }
    setHealth(isHealthy: false, reason)
    tell(.disconnected(reason: reason))
    await reconnect(run)
  }

  /// Waits for news once; why they are lost, if they are.
  private func hear(_ run: Int) async -> String? {
    let after = PercentCoding.encode(cursor)
    let path = "/events?after=\(after)&wait_ms=\(HTTPPlugin.waitMilliseconds)"
    let result = await connection.send(.get, path)
    guard run == self.run else { return nil }
    guard case .answer(let answer) = result else {
      return "The plugin process does not tell what happens: \(result.reason)"
    }
    guard let news = HTTPPluginNews(answer) else {
      return "The plugin process told something that cannot be read."
    }
    for report in news.orders { tell(.order(report)) }
    let now = Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds)
    for data in news.markets { note(data, askedAt: now) }
    guard news.isHealthy else { return "The plugin does not reach its venue: \(news.detail)" }
    if news.cursor == cursor {
      await EventLoop.shared.pause(milliseconds: HTTPPlugin.idleMilliseconds)
    }
    cursor = news.cursor
    return nil
  }

  private func reconnect(_ run: Int) async {
    for attempt in 0... {
      let wait = HTTPPlugin.retry.delayMilliseconds(
        attempt: attempt, random: UInt64.random(in: 0...UInt64.max))
      await EventLoop.shared.pause(milliseconds: Int(wait))
      guard run == self.run else { return }
      guard (try? await connect()) != nil else { continue }
      guard run == self.run else { return }
      return tell(.connected)
    }
  }
}
