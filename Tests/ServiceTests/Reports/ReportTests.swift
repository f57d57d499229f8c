// Reports to subscribers: nothing lost, in order, signed; after failures, refusals and restarts.

import Crypto
import Glibc
import Testing
import Wire

@Suite struct ReportTests {
  private static let settings = ["REPORT_SECRET": "a secret that nobody guesses"]

  private func market(_ id: String, _ symbol: String = "BTCUSDT") -> String {
    #"{"symbol":"\#(symbol)","side":"BUY","order_type":"MARKET","quantity":0.01,"#
      + #""client_order_id":"\#(id)"}"#
  }

  /// The ids of all events that the journal has for subscribers, by a stream from its beginning.
  private func journal(_ service: ServiceProcess) throws -> [String] {
    let orders = try service.get("/orders?limit=1000").json?["orders"]?.elements ?? []
    var ids: [(Int, Int, String)] = []
    for order in orders {
      let id = order["order_id"]?.string ?? ""
      for event in try service.get("/orders/\(id)/events").json?["events"]?.elements ?? [] {
        let sequence = event["sequence"]?.integer ?? 0
        let part = ids.count { $0.0 == sequence } + 1
        ids.append((sequence, part, "\(sequence).\(part)"))
      }
    }
    return ids.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  @discardableResult
  private func subscribe(
    _ service: ServiceProcess, _ receiver: ReportReceiver, _ rest: String = ""
  ) throws -> APIAnswer {
    var answer = try service.call("GET", "/api/v1/subscriptions")
    // They are read a moment after the start.
    #expect(
      try eventually {
        answer = try service.call(
          "POST", "/api/v1/subscriptions", #"{"url":"\#(receiver.url)"\#(rest)}"#)
        return answer.status != 503
      })
    #expect(answer.status == 201, "\(answer.text)")
    return answer
  }

  @Test func `every event is reported once, in order, numbered and signed`() async throws {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try ServiceProcess.start(Self.settings)
      let made = try subscribe(service, receiver)
      for number in 1...20 { _ = try service.order(market("a-\(number)")) }
      let expected = try journal(service)
      #expect(expected.count >= 60)
      #expect(eventually { receiver.ids.count >= expected.count })
      #expect(receiver.ids == expected)
      let key = try RequestSigner(made["secret"] ?? "")
      var next = 1
      for report in receiver.reports {
        #expect(report.signature == Hex.encode(key.sign(report.body)))
        #expect(report.json?["subscription_id"]?.string == made["subscription_id"])
        #expect(report.number == next)
        next += report.events.count
      }
      let fill = receiver.reports.flatMap(\.events).first { $0["type"]?.string == "fill" }
      #expect(fill?["price"] != nil && fill?["symbol"]?.string == "BTCUSDT")
    }
  }

  @Test func `a receiver that fails gets the same again, and what came meanwhile after it`()
    async throws
  {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try ServiceProcess.start(Self.settings)
      receiver.answer([500, 429])
      let id = try subscribe(service, receiver)["subscription_id"] ?? ""
      _ = try service.order(market("b-1"))
      #expect(
        try eventually {
          try service.get("/api/v1/subscriptions/\(id)")["problem"]?.contains("answered") == true
        })
      _ = try service.order(market("b-2"))
      let expected = try journal(service)
      #expect(eventually { receiver.ids.count >= expected.count })
      #expect(receiver.ids == expected)
      #expect(receiver.reports.prefix(3).map(\.number) == [1, 1, 1])
      #expect(try service.get("/api/v1/subscriptions/\(id)")["problem"] == nil)
    }
  }

  @Test func `what is refused for good is a dead letter, and all others arrive`() async throws {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try ServiceProcess.start(Self.settings)
      let id = try subscribe(service, receiver, #","types":["fill"]"#)["subscription_id"] ?? ""
      receiver.refuse("ETHUSDT")
      for (number, symbol) in ["BTCUSDT", "ETHUSDT", "BTCUSDT"].enumerated() {
        _ = try service.order(market("c-\(number)", symbol))
      }
      #expect(receiver.ids.count <= 3)
      let path = "/api/v1/subscriptions/\(id)"
      let clock = ContinuousClock()
      let deadline = clock.now + .seconds(60)
      while try service.get(path)["dead_letters_count"] != "1", clock.now < deadline {
        usleep(100_000)
      }
      let letters = try service.get(path).json?["dead_letters"]?.elements ?? []
      #expect(letters.map { $0["status"]?.integer } == [422])
      #expect(letters.map { $0["number"]?.integer } == [2])
      #expect(eventually { receiver.ids.count == 2 })
      #expect(receiver.taken.map(\.number).last == 3)
      receiver.refuse(nil)
      #expect(
        try service.call("POST", path + "/replay", #"{"dead_letters":true}"#).status == 202)
      #expect(try eventually { try service.get(path)["dead_letters_count"] == "0" })
      let replayed = receiver.taken.last
      #expect(replayed?.json?["replayed"]?.bool == true)
      #expect(replayed?.number == 2)
      #expect(replayed?.events.first?["symbol"]?.string == "ETHUSDT")
    }
  }

  @Test(.timeLimit(.minutes(5)), arguments: [SIGKILL, SIGTERM])
  func `nothing is lost over the end of the process`(signal: Int32) async throws {
    let receiver = try await ReportReceiver()
    try await apart {
      let first = try ServiceProcess.start(Self.settings)
      let key = try subscribe(first, receiver)["secret"] ?? ""
      _ = try first.order(market("d-1"))
      #expect(eventually { !receiver.ids.isEmpty })
      receiver.answer(Array(repeating: 503, count: 2))
      _ = try first.order(market("d-2"))
      first.end(signal)
      let second = try ServiceProcess.start(Self.settings, directory: first.directory)
      _ = try second.order(market("d-3"))
      // What is settled later has events later.
      #expect(try eventually { Set(receiver.ids) == Set(try journal(second)) })
      // What was reported twice has the same id and the same number.
      var numbers: [String: Int] = [:]
      for report in receiver.reports {
        for (offset, id) in report.ids.enumerated() {
          #expect(
            numbers.updateValue(report.number + offset, forKey: id) ?? report.number + offset
              == report.number + offset)
        }
        #expect(report.signature == Hex.encode(try RequestSigner(key).sign(report.body)))
      }
    }
  }

  @Test func `a subscription ends when it is deleted, and replays from where it is told`()
    async throws
  {
    let receiver = try await ReportReceiver()
    try await apart {
      let service = try ServiceProcess.start(Self.settings)
      _ = try service.order(market("e-1"))
      let expected = try journal(service)
      let id = try subscribe(service, receiver, #","after":"0""#)["subscription_id"] ?? ""
      #expect(eventually { receiver.ids == expected })
      let path = "/api/v1/subscriptions/\(id)"
      #expect(try service.call("POST", path + "/replay", #"{"after":"0"}"#).status == 202)
      #expect(eventually { receiver.ids == expected + expected })
      #expect(try service.call("DELETE", path).status == 204)
      #expect(try service.get(path).status == 404)
      _ = try service.order(market("e-2"))
      service.end(SIGTERM)
      let second = try ServiceProcess.start(Self.settings, directory: service.directory)
      #expect(
        try eventually {
          let list = try second.get("/api/v1/subscriptions").json?["subscriptions"]
          return list?.elements.isEmpty == true
        })
      #expect(receiver.ids == expected + expected)
    }
  }

  @Test(arguments: [
    (#"{}"#, "MISSING_FIELD"),
    (#"{"url":"ftp://127.0.0.1/x"}"#, "INVALID_URL"),
    (#"{"url":"http://example.com/x"}"#, "INVALID_URL"),
    (#"{"url":"https://user:word@example.com/x"}"#, "INVALID_URL"),
    (#"{"url":"https://example.com/x","types":["position"]}"#, "INVALID_TYPES"),
    (#"{"url":"https://example.com/x","types":[]}"#, "INVALID_TYPES"),
    (#"{"url":"https://example.com/x","plugin":"nobody"}"#, "UNKNOWN_PLUGIN"),
    (#"{"url":"https://example.com/x","after":"soon"}"#, "INVALID_EVENT_ID"),
    (#"{"url":"https://example.com/x","after":"99999"}"#, "UNKNOWN_EVENT_ID"),
  ])
  func `a subscription that is not clear is refused`(body: String, code: String) throws {
    let service = try ServiceProcess.start(Self.settings)
    var answer = try service.call("POST", "/api/v1/subscriptions", body)
    #expect(
      try eventually {
        answer = try service.call("POST", "/api/v1/subscriptions", body)
        return answer.status != 503
      })
    #expect(answer.status == 422)
    #expect(answer.code == code)
  }

  @Test func `without REPORT_SECRET there are no reports`() throws {
    let service = try ServiceProcess.start()
    let answer = try service.call(
      "POST", "/api/v1/subscriptions", #"{"url":"https://example.com/x"}"#)
    #expect(answer.status == 501)
    #expect(answer.code == "REPORTS_OFF")
  }
}
