// docs/WEBHOOKS.md held to the service: what is there to be copied is understood.

import FoundationEssentials
import Testing
import Trading
import Wire

@testable import Service

@Suite struct WebhookDocumentTests {
  private let guide: String
  private let shipped: String

  init() throws {
    let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    func text(_ path: String) throws -> String {
      String(
        decoding: try #require(FileManager.default.contents(atPath: root + path)), as: UTF8.self)
    }
    guide = try text("/docs/WEBHOOKS.md")
    shipped = try text("/config/strategies.json5")
  }

  private func blocks(_ language: String) -> [String] {
    guide.split(separator: "```\(language)\n").dropFirst().compactMap {
      $0.split(separator: "```").first.map { String($0) }
    }
  }

  /// What TradingView puts in place of the placeholders of the messages.
  private let filled = [
    ("{{exchange}}", "BINANCE"), ("{{ticker}}", "BTCUSDT.P"), ("{{close}}", "67500.1"),
    ("{{timenow}}", "2026-11-22T02:00:00Z"), ("{{strategy.order.action}}", "sell"),
    ("{{strategy.order.contracts}}", "0.25"), ("{{strategy.position_size}}", "-0.25"),
  ]

  @Test func `every message to copy is an alert once it is filled in`() throws {
    let messages = blocks("json")
    #expect(messages.count >= 6)
    var actions: [Alert.Action] = []
    for message in messages {
      #expect(message.contains("{{") == (AlertPlaceholder.first(in: Array(message.utf8)) != nil))
      let body = filled.reduce(message) { $0.replacing($1.0, with: $1.1) }
      #expect(AlertPlaceholder.first(in: Array(body.utf8)) == nil, "\(body)")
      let fields = try BodyFields(Array(body.utf8))
      #expect(fields.root["secret"]?.string == "your-secret")
      actions.append(try Alert(fields).action)
    }
    #expect(actions.contains(.heartbeat) && actions.contains(.close) && actions.contains(.sell))
    #expect(actions.contains(.reach(Decimal(units: -25, scale: 2))))
  }

  @Test func `the example of the file, and the shipped one without its slashes, can be used`()
    throws
  {
    let uncommented = shipped.split(separator: "\n").map { $0.replacing("  // ", with: "  ") }
    for text in blocks("json5") + [uncommented.joined(separator: "\n")] {
      let inClear = text.replacing(/(token|secret)_file: "[^"]*"/) {
        #"\#($0.1): "0123456789abcdef""#
      }
      let plan = try WebhookPlan(PlanNode(json5: Data(inClear.utf8)))
      #expect(plan.sources.map(\.name) == ["relay-1"])
      #expect(plan.strategies.count == 1)
      #expect(plan.strategies.values.first?.heartbeatSeconds == 3_600)
      #expect(plan.instruments["BINANCE:BTCUSDT.P"]?.symbol.text == "BTCUSDT")
    }
    let plan = try WebhookPlan(PlanNode(json5: Data(shipped.utf8)))
    #expect(plan.sources.isEmpty && plan.strategies.isEmpty && plan.instruments.isEmpty)
  }
}
