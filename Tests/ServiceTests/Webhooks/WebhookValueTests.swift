// The values that webhooks are made of, on their own.

import Testing
import Trading
import Wire

@testable import Service

private func decimal(_ text: String) throws -> Decimal { try Decimal(text: text) }

private func moment(_ milliseconds: Int64) -> Timestamp {
  Timestamp(microseconds: milliseconds * 1_000)
}

@Suite struct WebhookValueTests {
  // MARK: Addresses

  @Test func `TradingView's four addresses are let in by its name`() throws {
    let list = try AddressList(["TradingView", "2001:db8::/33"])
    for text in ["52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7"] {
      #expect(list.network(of: try #require(IPAddress(text))) != nil)
    }
    for text in ["52.89.214.239", "52.32.178.6", "2001:db8:8000::1", "127.0.0.1"] {
      #expect(list.network(of: try #require(IPAddress(text))) == nil, "\(text)")
    }
    #expect(list.network(of: try #require(IPAddress("2001:db8:7fff::1"))) != nil)
  }

  @Test func `the client is the nearest address that no trusted proxy has`() throws {
    let proxies = try AddressList(["10.0.0.0/8", "::1"])
    let proxy = try #require(IPAddress("10.0.0.1"))
    let far = try #require(IPAddress("198.51.100.7"))
    #expect(proxies.client(behind: far, forwardedFor: ["1.2.3.4"]) == far)
    #expect(proxies.client(behind: proxy, forwardedFor: []) == proxy)
    #expect(proxies.client(behind: proxy, forwardedFor: ["1.2.3.4, 198.51.100.7"]) == far)
    #expect(proxies.client(behind: proxy, forwardedFor: ["198.51.100.7", "10.2.3.4,::1"]) == far)
    #expect(proxies.client(behind: proxy, forwardedFor: ["198.51.100.7:80"]) == nil)
    #expect(proxies.client(behind: proxy, forwardedFor: ["x, 198.51.100.7"]) == far)
  }

  // MARK: Rate

  @Test func `within any window no client gets more than its limit`() throws {
    let client = try #require(IPAddress("192.0.2.1"))
    for seed in 0..<20 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var window = SlidingWindow(limit: 5, milliseconds: 1_000)
      var passed: [Int64] = []
      var now: Int64 = 0
      for _ in 0..<400 {
        now += Int64(random.next() % 150)
        let recent = passed.count { $0 > now - 1_000 }
        let wait = window.take(client, at: moment(now))
        #expect((wait == nil) == (recent < 5), "seed \(seed), \(now)")
        guard let wait else {
          passed.append(now)
          continue
        }
        // Exactly then there is room again.
        var later = window
        #expect(later.take(client, at: moment(now + wait - 1)) != nil, "seed \(seed)")
        #expect(later.take(client, at: moment(now + wait)) == nil, "seed \(seed)")
      }
    }
  }

  @Test func `a flood of clients is turned away, and forgotten when it is over`() throws {
    var window = SlidingWindow(limit: 1, milliseconds: 1_000)
    func client(_ number: Int) throws -> IPAddress {
      try #require(IPAddress("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"))
    }
    for number in 0..<10_000 {
      #expect(window.take(try client(number), at: moment(1_000)) == nil)
    }
    #expect(window.take(try client(10_000), at: moment(1_500)) != nil)
    #expect(window.take(try client(10_000), at: moment(2_001)) == nil)
  }

  // MARK: Instruments

  @Test(arguments: [
    ("BINANCE:BTCUSDT.P", "BTCUSDT", true), ("btc/usdt", "BTCUSDT", false),
    ("COINBASE:BTC-USD", "BTCUSD", false), ("CME:ES1!", "ES1!", false),
    ("ETHUSDT.P", "ETHUSDT", true),
  ])
  func `a ticker is an instrument, and says whether it is a perpetual`(
    text: String, symbol: String, isPerpetual: Bool
  ) {
    let ticker = AlertTicker(text)
    #expect(ticker?.symbol.text == symbol)
    #expect(ticker?.isPerpetual == isPerpetual)
  }

  @Test func `what can be no instrument is none`() {
    for text in ["", "BINANCE:", ".P", "BTC USDT", "ÄÖ"] { #expect(AlertTicker(text) == nil) }
  }

  // MARK: Placeholders

  @Test func `a placeholder is found wherever it is, and braces of JSON are none`() {
    func first(_ text: String) -> String? { AlertPlaceholder.first(in: Array(text.utf8)) }
    #expect(first(#"{"a":{{close}},"b":"{{open}}"}"#) == "{{close}}")
    #expect(first(#"{"a":"{{plot("X")}}"}"#) == #"{{plot("X")}}"#)
    #expect(first(#"{"a":{"b":{"c":1}}}"#) == nil)
    #expect(first("") == nil)
    #expect(first("{") == nil)
    #expect(first("{{")?.hasPrefix("{{") == true)
  }

  // MARK: Keys

  @Test func `what names its moment is the same alert for ever, what does not for a while`() throws
  {
    func keys(_ body: String, at second: Int64, signedAt: String? = nil) throws -> AlertKeys {
      let bytes = Array(body.utf8)
      return AlertKeys(
        source: "s", try Alert(BodyFields(bytes)), body: bytes, signedAt: signedAt,
        now: moment(second * 1_000), windowSeconds: 30)
    }
    let plain = #"{"action":"buy","symbol":"A"}"#
    let dated = #"{"action":"buy","symbol":"A","timestamp":1700000000}"#
    let named = #"{"action":"buy","symbol":"A","alert_id":"x"}"#
    #expect(try keys(plain, at: 100).previousSince == moment(70_000))
    #expect(try keys(dated, at: 0).own == keys(dated, at: 9_999).own)
    #expect(try keys(dated, at: 0).previous == nil)
    #expect(try keys(named, at: 0).own == keys(named + " ", at: 9_999).own)
    #expect(try keys(plain, at: 0, signedAt: "5").own == keys(plain, at: 9, signedAt: "5").own)
    #expect(try keys(plain, at: 0, signedAt: "5").own != keys(plain, at: 0, signedAt: "6").own)
    #expect(try keys(plain, at: 30).own == keys(plain, at: 59).own)
    #expect(try keys(plain, at: 30).own == keys(plain, at: 61).previous)
    #expect(try keys(plain, at: 30).own != keys(plain, at: 61).own)
    let all = try [keys(plain, at: 0), keys(dated, at: 0), keys(named, at: 0)].map(\.own.text)
    #expect(Set(all).count == 3)
    #expect(all.allSatisfy { $0.hasPrefix("alert:") && $0.utf8.count == 70 })
  }

  // MARK: Sizes

  @Test func `what is a hair below a step is not rounded up to it`() throws {
    // Twelve digits are worked with, and the thirteenth would round to a whole one.
    let sizing = AlertSizing(
      size: .notional(try decimal("0.9999999999999")), balance: .zero, riskPercent: .zero,
      price: try #require(Price(Decimal(1))), stopLoss: nil, notionalMax: nil,
      lotStep: Decimal(1), minQuantity: Decimal(1))
    #expect(throws: APIError.self) { try sizing.quantity() }
  }

  @Test func `a size never passes its limit, whatever the numbers are`() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      func number(_ most: UInt64, _ scale: UInt8) -> Decimal {
        Decimal(units: Int128(random.next() % most + 1), scale: scale)
      }
      let price = try #require(Price(number(10_000_000, 3)))
      let most = number(1_000_000, 2)
      let step = Decimal(units: 1, scale: UInt8(random.next() % 6))
      let sizing = AlertSizing(
        size: [nil, .equityPercent(number(10_000, 2)), .notional(number(100_000_000, 2))][
          Int(random.next() % 3)],
        balance: number(100_000_000, 2), riskPercent: number(100, 0), price: price,
        stopLoss: random.next() % 2 == 0 ? Price(number(10_000_000, 3)) : nil, notionalMax: most,
        lotStep: step, minQuantity: step)
      guard let quantity = try? sizing.quantity() else { continue }
      #expect(quantity * price <= most, "seed \(seed)")
      #expect(quantity.amount.isMultiple(of: step), "seed \(seed)")
      #expect(quantity.amount >= step, "seed \(seed)")
    }
  }
}
