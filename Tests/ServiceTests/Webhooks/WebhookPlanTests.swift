// config/strategies.json5 in force: addresses with tokens, accounts, instruments, sizes, and
// strategies that have fallen silent.

import Testing
import Wire

private let token = "token-of-relay-0123456789"

private let plan = #"""
  {
    sources: {
      relay: {token: "\#(token)", addresses: ["127.0.0.1"]},
      careful: {token: "token-of-careful-012345", secret: "secret-of-careful-0123"},
      elsewhere: {token: "token-of-elsewhere-0123", addresses: ["192.0.2.0/24"]},
    },
    strategies: {
      fixed: {account: "mock-2", symbol: "BTCUSDT", size: {quantity: 0.25}},
      worth: {size: {notional: "1000"}},
      share: {size: {equity_percent: 2.5}},
      risk: {size: {risk_percent: 1}},
      relayed: {source: "relay"},
      quiet: {heartbeat_seconds: 1},
    },
    symbols: {
      "BINANCE:BTCUSDT.P": {account: "mock-2", symbol: "BTC/USDT"},
      "CME:ES1!": "ES",
    },
  }
  """#

private func start(_ settings: [String: String] = [:]) throws -> ServiceProcess {
  let directory = try TestDirectory()
  try directory.write("config/strategies.json5", Array(plan.utf8))
  return try ServiceProcess.start(
    ServiceProcess.alerting.merging(["PLUGINS": "mock,mock-2"]) { $1 }.merging(settings) { $1 },
    directory: directory)
}

@Suite struct WebhookPlanTests {
  private let service: ServiceProcess

  init() throws { service = try start() }

  private let order = #""symbol":"BTCUSDT","action":"buy","quantity":0.01"#

  @Test func `the token in the address is proof enough, unless there is a secret besides`() throws {
    let path = "/webhook/tradingview/"
    #expect(try service.alert("{\(order)}", to: path + token)["status"] == "executed")
    for wrong in ["token-of-nobody-0123456", String(token.dropLast()), token + "x"] {
      let answer = try service.alert("{\(order)}", to: path + wrong)
      #expect(answer.status == 401, "\(wrong)")
      #expect(answer["detail"] == "Invalid webhook signature")
    }
    let careful = path + "token-of-careful-012345"
    #expect(try service.alert("{\(order)}", to: careful).status == 401)
    // The secret of the plain address is not that of the others.
    let plain = #"{"secret":"\#(webhookSecret)",\#(order)}"#
    #expect(try service.alert(plain, to: careful).status == 401)
    let both = #"{"secret":"secret-of-careful-0123",\#(order)}"#
    #expect(try service.alert(both, to: careful)["status"] == "executed")
    let elsewhere = try service.alert("{\(order)}", to: path + "token-of-elsewhere-0123")
    #expect(elsewhere.status == 403)
    #expect(elsewhere.code == "IP_NOT_ALLOWED")
  }

  @Test func `the same text from two sources is two alerts`() throws {
    let first = try service.alert("{\(order)}", to: "/webhook/tradingview/" + token)
    let other = try service.alert(
      #"{"passphrase":"secret-of-careful-0123",\#(order)}"#,
      to: "/webhook/tradingview/token-of-careful-012345")
    #expect(first.orderID != other.orderID)
  }

  @Test func `a strategy has its account, its instrument and its size`() throws {
    let answer = try service.alert(fields: #""strategy":"fixed","action":"buy""#)
    #expect(answer["status"] == "executed", "\(answer.text)")
    #expect(answer["exchange"] == "mock-2")
    #expect(answer["symbol"] == "BTCUSDT")
    #expect(answer["quantity"] == "0.25")
    let explicit = try service.alert(fields: #""strategy":"fixed","action":"buy","quantity":0.5"#)
    #expect(explicit["quantity"] == "0.5")
    let other = try service.alert(
      fields: #""strategy":"fixed","action":"buy","symbol":"ETHUSDT""#)
    #expect(other.status == 422)
    #expect(other.code == "SYMBOL_MISMATCH")
    let unknown = try service.alert(fields: #""strategy":"fixd","action":"buy""#)
    #expect(unknown.status == 422)
    #expect(unknown.code == "UNKNOWN_STRATEGY")
    let relayed = #""strategy":"relayed",\#(order)"#
    #expect(try service.alert(fields: relayed).code == "UNKNOWN_STRATEGY")
    let answered = try service.alert("{\(relayed)}", to: "/webhook/tradingview/" + token)
    #expect(answered["status"] == "executed")
  }

  @Test func `instruments have the names and accounts of the file`() throws {
    let perpetual = try service.alert(
      fields: #""symbol":"binance:btcusdt.p","action":"buy","quantity":0.01"#)
    #expect(perpetual["exchange"] == "mock-2")
    #expect(perpetual["symbol"] == "BTCUSDT")
    let index = try service.alert(fields: #""ticker":"CME:ES1!","action":"buy","quantity":1"#)
    #expect(index["symbol"] == "ES")
    #expect(index["exchange"] == "mock")
  }

  @Test func `what is about a position goes where the position is`() throws {
    let btc = #""symbol":"BTCUSDT""#
    let opened = try service.alert(
      fields: #"\#(btc),"action":"buy","quantity":0.2,"exchange":"mock-2""#)
    #expect(opened["exchange"] == "mock-2")
    let part = try service.alert(fields: #"\#(btc),"action":"close","quantity":0.1"#)
    #expect(part["exchange"] == "mock-2", "\(part.text)")
    #expect(try service.alert(fields: #"\#(btc),"action":"reverse""#)["exchange"] == "mock-2")
    // The account that orders would go to comes first, and the one that is named before all.
    #expect(
      try service.alert(fields: #"\#(btc),"action":"buy","quantity":1"#)["exchange"] == "mock")
    #expect(try service.alert(fields: #"\#(btc),"action":"flat""#)["exchange"] == "mock")
    let named = try service.alert(fields: #"\#(btc),"action":"flat","exchange":"mock-2""#)
    #expect(named["exchange"] == "mock-2")
    #expect(named["quantity"] == "0.1")
  }

  /// The price is 67,500, and the account has 1,000,000.
  @Test(arguments: [
    (#""strategy":"worth""#, "0.01481"),
    (#""strategy":"share""#, "0.37037"),
    (#""strategy":"risk","stop_loss":57500"#, "1"),
    (#""strategy":"risk","stop_loss":57501"#, "1.0001"),
    // Without an entry: 2 % at risk with a stop-loss, a twentieth of the balance without.
    (#""stop_loss":57500"#, "2"),
    (#""a":1"#, "0.74074"),
    (#""order_type":"limit","price":50000,"stop_loss":45000"#, "4"),
  ])
  func `a size is worked out from the balance that there really is`(
    fields: String, quantity: String
  ) throws {
    let service = try start(["MOCK_FEE_BPS": "0"])
    let answer = try service.alert(fields: #""symbol":"BTCUSDT","action":"buy",\#(fields)"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer["quantity"] == quantity)
    let metrics = try service.get("/metrics").text
    #expect(metrics.contains("execution_position_size_pct_count") == !fields.contains("worth"))
  }

  @Test func `a size is cut to the limits, and one that is nothing is refused`() throws {
    let service = try start([
      "MAX_ORDER_NOTIONAL": "3000", "MAX_POSITION_NOTIONAL": "5000", "MOCK_SLIPPAGE_BPS": "0",
    ])
    let fields = #""symbol":"BTCUSDT","action":"buy""#
    let first = try service.alert(fields: fields + #","n":1"#)
    #expect(first["status"] == "executed", "\(first.text)")
    #expect(first["quantity"] == "0.04444")
    let second = try service.alert(fields: fields + #","n":2"#)
    #expect(second["quantity"] == "0.02963")
    let third = try service.alert(fields: fields + #","n":3"#)
    #expect(third.status == 422)
    #expect(third.code == "SIZE_TOO_SMALL" || third.code == "MIN_NOTIONAL", "\(third.text)")
    // The other way there is room for what is held and the limit besides, an order's worth at once.
    let sell = try service.alert(fields: #""symbol":"BTCUSDT","action":"sell""#)
    #expect(sell["quantity"] == "0.04444")
    let risk = try service.alert(fields: #""symbol":"ETHUSDT","action":"buy","strategy":"risk""#)
    #expect(risk.status == 422)
    #expect(risk["field"] == "stop_loss")
  }

  @Test func `a strategy that falls silent raises an alarm until it is heard again`() throws {
    let missed = #"execution_webhook_heartbeat_missed{strategy="quiet"}"#
    #expect(try eventually { try service.metric(missed) == 1 })
    let ready = try service.get("/ready")
    #expect(ready.status == 200)
    #expect(ready.json?["missed_heartbeats"]?.elements.first?.string?.contains("quiet") == true)
    #expect(service.output.contains("An alert that was due did not come."))
    let answer = try service.alert(fields: #""action":"heartbeat","strategy":"quiet""#)
    #expect(answer.status == 200)
    #expect(answer["status"] == "heartbeat")
    #expect(answer.json?["order_id"]?.kind == .null)
    #expect(try service.metric(missed) == 0)
    #expect(try service.get("/ready").json?["missed_heartbeats"]?.elements.count == 0)
    // One that nobody knows does not count.
    #expect(try service.alert(#"{"action":"heartbeat","strategy":"quiet"}"#).status == 401)
  }

  @Test(arguments: [
    ("{sources: {relay: {token: 'short'}}}", "sources.relay.token"),
    ("{sources: {relay: {}}}", "sources.relay needs a token"),
    ("{sources: {tradingview: {token: 'token-of-relay-0123456789'}}}", "sources.tradingview"),
    ("{sources: {r: {token: 'token-of-relay-0123456789', adresses: []}}}", "adresses"),
    (
      "{sources: {r: {token: 'token-of-relay-0123456789', addresses: ['10.0.0.1/8']}}}",
      "10.0.0.1/8"
    ),
    ("{strategies: {a: {size: {quantity: 1, notional: 2}}}}", "strategies.a.size"),
    ("{strategies: {a: {size: {risk_percent: 101}}}}", "100 at most"),
    ("{strategies: {a: {account: 'okx'}}}", "okx"),
    ("{strategies: {a: {source: 'nobody'}}}", "nobody"),
    ("{strategies: {a: {heartbeat_seconds: 0}}}", "heartbeat_seconds"),
    ("{strategies: ", "not valid JSON5"),
  ])
  func `a file with a mistake stops the start and says where it is`(
    text: String, word: String
  ) throws {
    let directory = try TestDirectory()
    try directory.write("config/strategies.json5", Array(text.utf8))
    let (status, output) = try ServiceProcess.refusedStart([:], directory: directory)
    #expect(status == 1)
    #expect(output.contains(word), "\(output)")
    #expect(output.contains("strategies.json5"))
    #expect(!output.contains("token-of-relay"))
  }

  @Test func `live trading does not start with a secret that everybody knows`() throws {
    let live = [
      "PLUGINS": "binance", "BINANCE_TESTNET": "false", "BINANCE_API_KEY": "k",
      "BINANCE_API_SECRET": "s", "ENABLE_LIVE_TRADING": "true",
      "FKS_API_KEYS": "desk:trade:desk-key-0123456789", "DATABASE_URL": "sqlite:/proc/none/a.db",
    ]
    let known = ["fks-tradingview-webhook-secret-dev-2025", "default-secret-change-me", "tiny-one"]
    for secret in known {
      let (status, output) = try ServiceProcess.refusedStart(
        live.merging(["WEBHOOK_SECRET": secret]) { $1 })
      #expect(status == 1)
      #expect(output.contains("WEBHOOK_SECRET"), "\(output)")
      #expect(!output.contains(secret))
    }
    // With none at all it starts as far as its database.
    #expect(!(try ServiceProcess.refusedStart(live).output.contains("WEBHOOK_SECRET")))
  }
}
