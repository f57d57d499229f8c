// How settings are read, which are refused and with which sentence, and that the shipped files
// agree with the table. With UPDATE_SETTINGS=1 the last suite rewrites those files instead.

import FoundationEssentials
import Glibc
import Storage
import Telemetry
import Testing

@testable import Service

private func load(_ environment: [String: String] = [:]) throws -> Settings {
  // The tests run in the project's folder, whose configuration file sets nothing.
  try Settings.load(
    environment: environment, knownPlugins: ["mock", "paper", "binance", "binance-futures"])
}

/// Loads with a configuration file of this text.
private func load(file text: String, _ environment: [String: String] = [:]) throws -> Settings {
  let path = "/tmp/settings-\(getpid())-\(UInt64.random(in: 0 ... .max)).json5"
  try Data(text.utf8).write(to: URL(filePath: path))
  defer { unlink(path) }
  return try load(environment.merging(["FKS_CONFIG": path]) { _, path in path })
}

private func refusal(_ environment: [String: String]) -> String {
  do {
    _ = try load(environment)
    return "(accepted)"
  } catch {
    return "\(error)"
  }
}

@Suite struct SettingsTests {
  @Test func `a secret may stand in a file, and what is wrong with it is said without it`() throws {
    let path = "/tmp/secret-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    let address = "postgresql://fks:planted-word@db/fks"
    try Data("\(address)\n".utf8).write(to: URL(filePath: path))
    let settings = try load(["DATABASE_URL_FILE": path])
    #expect(settings.store == StoreLocation(postgresqlURL: address))
    let origin = settings.effective.first { $0.name == "DATABASE_URL" }
    #expect(origin?.origin == .environment("DATABASE_URL_FILE"))
    #expect(origin?.shownValue.contains("planted-word") == false)
    let conflict = refusal(["DATABASE_URL_FILE": path, "DATABASE_URL": "sqlite:data/x.db"])
    #expect(conflict.contains("keep one of them") && !conflict.contains("planted-word"))
    #expect(refusal(["FKS_API_KEYS_FILE": path + "-none"]).contains("no file with one line"))
    try Data("planted\nword".utf8).write(to: URL(filePath: path))
    #expect(refusal(["FKS_API_KEYS_FILE": path]).contains("no file with one line"))
    #expect(refusal(["FKS_LOG_LEVEL_FILE": path]).contains("no setting"))
  }

  @Test func `with nothing given every setting has its default`() throws {
    let settings = try load()
    #expect(settings.host == "127.0.0.1")
    #expect(settings.port == 8_004)
    #expect(settings.store == .sqlite(path: "data/execution.db"))
    #expect(settings.logLevel == .info)
    #expect(settings.apiKeys == nil)
    #expect(settings.isPaperTradingEnabled)
    #expect(!settings.isLiveTradingEnabled)
    #expect(settings.plugins == ["mock"])
    #expect(settings.defaultPlugin == "mock")
    #expect(settings.ordersPerSecondMax == 10)
    #expect(settings.orderNotionalMax == "10000")
    #expect(settings.symbolAllowList.isEmpty)
    #expect(
      settings.mockBalances == [
        SimulatedBalance(asset: "USDT", amount: "1000000"),
        SimulatedBalance(asset: "USD", amount: "1000000"),
      ])
    #expect(settings.effective.allSatisfy { $0.origin == .defaultValue })
  }

  @Test func `every placeholder is replaced by the table`() throws {
    let placeholders = properties(of: Settings())
    let loaded = properties(of: try load())
    #expect(Setting.table.count == loaded.count - 1, "one row a property, besides `effective`")
    // These defaults equal their placeholder, so that only the count above speaks for them.
    let same = [
      "logLevel", "apiKeys", "keyLimits", "allowsUnauthenticated", "isLiveTradingEnabled",
      "reportSecret", "routes", "isFallbackEnabled", "symbolAllowList", "mockLatencyMilliseconds",
      "mockFaults",
      "paperSource", "paperBookFile",
      "binanceIsTestnet", "binanceKeyName", "binanceSecret", "binanceSpotURL", "binanceFuturesURL",
      "binanceFuturesLeverage", "binanceFuturesMarginType", "binanceFuturesCountdownSeconds",
      "plaintextHosts", "httpPluginSecret", "httpPluginIsTestnet", "ccxtSecret", "ccxtIsTestnet",
      "webhookSecret", "webhookAddresses", "trustedProxies",
      "metaTraderToken", "metaTraderAccount", "metaTraderIsDemo", "metaTraderContracts",
      "ninjaTraderToken", "ninjaTraderAccount", "ninjaTraderIsDemo", "ninjaTraderContracts",
    ]
    for (before, after) in zip(placeholders, loaded) where !same.contains(before.label ?? "") {
      #expect("\(before.value)" != "\(after.value)", "\(before.label ?? "")")
    }
  }

  /// The properties of settings, with those of terminals in their place.
  private func properties(of settings: Settings) -> [Mirror.Child] {
    Mirror(reflecting: settings).children.flatMap { child in
      child.label == "terminals" ? Array(Mirror(reflecting: child.value).children) : [child]
    }
  }

  @Test func `no name is used twice`() {
    let names = Setting.table.flatMap(\.names)
    #expect(Set(names).count == names.count)
  }

  @Test func `the environment goes before the file and the file before the default`() throws {
    let text = "{ service_port: 9000, max_orders_burst: 7 }"
    let settings = try load(file: text, ["SERVICE_PORT": "9001"])
    #expect(settings.port == 9_001)
    #expect(settings.ordersBurstMax == 7)
    let origins = Dictionary(
      uniqueKeysWithValues: settings.effective.map { ($0.name, $0.origin) })
    #expect(origins["SERVICE_PORT"] == .environment("SERVICE_PORT"))
    #expect(origins["MAX_ORDERS_BURST"] == .file)
    #expect(origins["HOST"] == .defaultValue)
  }

  @Test func `the file may hold comments, numbers, truth values and texts, exactly`() throws {
    let settings = try load(
      file: """
        // A comment.
        { max_order_notional: 123456789012345.123456789012, /* another */
          price_collar_percent: 'off',
          allow_unauthenticated: true, mock_fee_bps: 0.1, }
        """)
    #expect(settings.orderNotionalMax == "123456789012345.123456789012")
    #expect(settings.priceCollarPercent == nil)
    #expect(settings.allowsUnauthenticated)
    #expect(settings.mockFeeBasisPoints == "0.1")
  }

  @Test(arguments: [
    "{ max_order_notionl: 1 }", "{ host: null }", "{ host: ['a'] }", "[]", "{ host: 'a'", "",
    "{ max_order_notional: NaN }", "{ max_order_notional: Infinity }", "{ HOST: '127.0.0.1' }",
    "{ service_port: 8004.5 }", "{ service_port: true }",
  ])
  func `a file that is not what it must be is refused`(text: String) {
    #expect(throws: ConfigurationError.self) { try load(file: text) }
  }

  @Test func `an unknown key of the file is named`() {
    #expect {
      try load(file: "{ max_order_notionl: 1 }")
    } throws: {
      "\($0)".contains("\"max_order_notionl\"")
    }
  }

  @Test func `a configuration file that is named must exist`() {
    #expect(
      refusal(["FKS_CONFIG": "/nowhere/x.json5"])
        == "FKS_CONFIG is \"/nowhere/x.json5\", but there is no such file; name an existing one, "
        + "or unset it.")
  }

  @Test(arguments: [
    ("SERVICE_PORT", "0"), ("SERVICE_PORT", "65536"), ("SERVICE_PORT", "+8004"),
    ("SERVICE_PORT", "8004x"), ("HOST", "no host"), ("ALLOW_UNAUTHENTICATED", "maybe"),
    ("MAX_ORDERS_PER_SECOND", "0"), ("MAX_ORDERS_PER_SECOND", "1000001"),
    ("MAX_ORDER_NOTIONAL", "0"), ("MAX_ORDER_NOTIONAL", "0.000"), ("MAX_ORDER_NOTIONAL", "-1"),
    ("MAX_ORDER_NOTIONAL", "1e3"), ("MAX_ORDER_NOTIONAL", "1."), ("MAX_ORDER_NOTIONAL", ".5"),
    ("MAX_ORDER_NOTIONAL", "1,000"), ("MAX_ORDER_NOTIONAL", "1.0.0"),
    ("MAX_ORDER_NOTIONAL", "1234567890123456"), ("MAX_ORDER_NOTIONAL", "0.1234567890123"),
    ("MAX_ORDERS_BURST", "off"), ("LOG_LEVEL", "loud"), ("RUST_LOG", "fks=debug"),
    ("DATABASE_URL", "data/execution.db"), ("DATABASE_URL", "sqlite:"),
    ("DATABASE_URL", "sqlite::memory:"), ("DATABASE_URL", "sqlite:file:x"),
    ("DATABASE_URL", "sqlite://data/x.db"), ("PLUGINS", "mock,"), ("PLUGINS", "mock,mock"),
    ("MOCK_BALANCES", "USDT"), ("MOCK_BALANCES", "USDT=1,USDT=2"), ("MOCK_BALANCES", "USDT=-1"),
    ("SYMBOL_ALLOW_LIST", "BTC/USDT,,ETH/USDT"), ("SUBMIT_WAIT_MS", "10001"),
  ])
  func `a value that cannot be used is refused, with the setting and its value in the sentence`(
    name: String, value: String
  ) {
    let sentence = refusal([name: value])
    #expect(sentence.hasPrefix(name), "\(sentence)")
    #expect(sentence.contains("must be"), "\(sentence)")
    if name != "DATABASE_URL" { #expect(sentence.contains("\"\(value)\""), "\(sentence)") }
  }

  @Test(arguments: [
    ("postgresql://fks:hunter2@db:5433/orders", "postgresql://fks@db:5433/orders"),
    (
      "postgres://fks:hunter2@a:5432,b:5433/orders?sslmode=verify-full&sslrootcert=/ca.pem",
      "postgresql://fks@a:5432,b:5433/orders"
    ),
    ("postgresql://fks@db/orders?password=hunter2", "postgresql://fks@db/orders"),
    ("postgresql://%68unter2:hunter2@db/orders", "postgresql://***@db/orders"),
  ])
  func `a PostgreSQL address is shown without its password`(
    address: String, shown: String
  ) throws {
    let settings = try load(["DATABASE_URL": address])
    #expect(settings.store.description == shown)
    #expect(settings.checkReport().contains(shown))
    #expect(!settings.checkReport().contains("hunter2"))
    #expect(!"\(settings)".contains("hunter2"))
  }

  @Test(arguments: [
    "postgresql://fks:hunter2@db/orders?sslmod=require", "postgresql://fks:hunter2@db:port:1/x",
    "postgresql://fks:hunter2@[db/orders", "Postgres://fks:hunter2@db/orders",
  ])
  func `a PostgreSQL address that cannot be used is refused without its password`(
    address: String
  ) {
    let sentence = refusal(["DATABASE_URL": address])
    #expect(sentence.contains("postgresql://USER:PASSWORD@HOST:PORT/DATABASE"))
    #expect(!sentence.contains("hunter2"))
  }

  @Test(arguments: [
    ("sqlite:a.db", "a.db"), ("sqlite:/data/a.db", "/data/a.db"),
    ("sqlite:///data/a.db", "///data/a.db"),
  ])
  func `a SQLite address holds the path of a file`(address: String, path: String) throws {
    #expect(try load(["DATABASE_URL": address]).store == .sqlite(path: path))
  }

  @Test(arguments: [
    ("FKS_EXECUTION_PORT", "9000"), ("PORT", "9000"), ("SERVICE_PORT", "9000"),
  ])
  func `every name of the port is read`(name: String, value: String) throws {
    #expect(try load([name: value]).port == 9_000)
  }

  @Test func `historical names of limits are read`() throws {
    let settings = try load([
      "MAX_ORDER_SIZE_USD": "5", "MAX_POSITION_SIZE_USD": "off", "CIRCUIT_BREAKER_TIMEOUT": "7",
      "SYMBOL_WHITELIST": "BTC/USDT, ETH/USDT",
    ])
    #expect(settings.orderNotionalMax == "5")
    #expect(settings.positionNotionalMax == nil)
    #expect(settings.circuitBreakerTimeoutSeconds == 7)
    #expect(settings.symbolAllowList == ["BTC/USDT", "ETH/USDT"])
  }

  @Test func `two names of one setting with different values are refused`() {
    #expect(
      refusal(["SERVICE_PORT": "8004", "PORT": "9000"])
        == "SERVICE_PORT is \"8004\", but PORT is \"9000\", and both name the same setting; "
        + "keep one of them.")
  }

  @Test func `two names of one setting that mean the same are fine`() throws {
    #expect(try load(["LOG_LEVEL": "debug", "RUST_LOG": "fks=trace,DEBUG"]).logLevel == .debug)
    #expect(try load(["SERVICE_PORT": "9000", "PORT": "9000"]).port == 9_000)
  }

  @Test func `two names in the file with different values are refused`() {
    #expect(throws: ConfigurationError.self) {
      try load(file: "{ max_order_notional: 1, max_order_size_usd: 2 }")
    }
  }

  @Test(arguments: [
    ("info,fks=debug", LogLevel.info), ("warn", .warning), ("fks=debug,Error", .error),
  ])
  func `the first level that stands alone is taken`(text: String, level: LogLevel) throws {
    #expect(try load(["RUST_LOG": text]).logLevel == level)
  }

  @Test func `an empty variable counts as not set`() throws {
    #expect(try load(["SERVICE_PORT": "", "FKS_API_KEYS": " "]).port == 8_004)
  }

  @Test func `an unknown FKS_ variable is refused as a slip of the pen`() {
    #expect(refusal(["FKS_API_KEY": "x"]).hasPrefix("The environment has FKS_API_KEY,"))
  }

  @Test func `other unknown variables are none of our business`() throws {
    _ = try load(["HOME": "/root", "MAX_ORDER_NOTIONL": "1"])
  }

  @Test func `variables that Kubernetes sets for services of the namespace are not ours`() throws {
    let settings = try load([
      "FKS_EXECUTION_PORT": "tcp://10.0.0.1:8004", "FKS_EXECUTION_SERVICE_HOST": "10.0.0.1",
      "FKS_EXECUTION_SERVICE_PORT": "8004", "FKS_EXECUTION_SERVICE_PORT_HTTP": "8004",
      "FKS_EXECUTION_PORT_8004_TCP": "tcp://10.0.0.1:8004",
      "FKS_EXECUTION_PORT_8004_TCP_ADDR": "10.0.0.1", "FKS_DATA_PORT": "tcp://10.0.0.2:8003",
    ])
    #expect(settings.port == 8_004)
    #expect(settings.host == "127.0.0.1")
  }
}

@Suite struct SettingsRuleTests {
  private let key = "desk:trade:0123456789abcdef"

  @Test(arguments: ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
  func `loopback needs no keys`(host: String) throws {
    #expect(try load(["HOST": host]).host == host)
  }

  @Test(arguments: ["0.0.0.0", "::", "10.0.0.1", "127.evil.example", "127.0.0.1.evil.example"])
  func `what other machines can reach needs keys`(host: String) throws {
    #expect(
      refusal(["HOST": host]).hasPrefix("HOST is \"\(host)\", which other machines can reach"))
    #expect(try load(["HOST": host, "FKS_API_KEYS": key]).host == host)
    #expect(try load(["HOST": host, "ALLOW_UNAUTHENTICATED": "true"]).host == host)
  }

  @Test func `live trading needs keys, and a plugin that can`() {
    #expect(refusal(["ENABLE_LIVE_TRADING": "true"]).contains("FKS_API_KEYS is not set"))
    #expect(
      refusal(["ENABLE_LIVE_TRADING": "true", "ALLOW_UNAUTHENTICATED": "true", "HOST": "0.0.0.0"])
        .contains("FKS_API_KEYS is not set"))
    #expect(
      refusal(["ENABLE_LIVE_TRADING": "true", "FKS_API_KEYS": key]).contains("no plugin"))
    let testnet = ["ENABLE_LIVE_TRADING": "true", "FKS_API_KEYS": key, "PLUGINS": "binance"]
    #expect(refusal(testnet).contains("BINANCE_TESTNET=false"))
  }

  @Test func `live trading needs a key at the venue and every limit`() throws {
    var live = [
      "ENABLE_LIVE_TRADING": "true", "FKS_API_KEYS": key, "PLUGINS": "binance",
      "BINANCE_TESTNET": "false", "BINANCE_API_KEY": "name",
    ]
    #expect(refusal(live).contains("BINANCE_API_SECRET"))
    live["BINANCE_SECRET_KEY"] = "hush"
    #expect(try load(live).isLiveTradingEnabled)
    for limit in [
      "MAX_ORDER_NOTIONAL", "MAX_POSITION_NOTIONAL", "MAX_OPEN_ORDERS", "MAX_ORDERS_PER_SECOND",
    ] {
      let sentence = refusal(live.merging([limit: "off"]) { $1 })
      #expect(sentence.contains("\(limit) is off"))
      #expect(!sentence.contains("hush"))
    }
  }

  @Test func `leverage, margin type and countdown of Futures have the values of the venue`() throws
  {
    let settings = try load([
      "BINANCE_FUTURES_LEVERAGE": "BTCUSDT=5, ETHUSDT=125",
      "BINANCE_FUTURES_MARGIN_TYPE": "ISOLATED", "BINANCE_FUTURES_COUNTDOWN_SECS": "30",
    ])
    #expect(settings.binanceFuturesLeverage == ["BTCUSDT": 5, "ETHUSDT": 125])
    #expect(settings.binanceFuturesMarginType == "ISOLATED")
    #expect(settings.binanceFuturesCountdownSeconds == 30)
    for (name, text) in [
      ("BINANCE_FUTURES_LEVERAGE", "BTCUSDT=126"), ("BINANCE_FUTURES_LEVERAGE", "BTCUSDT=0"),
      ("BINANCE_FUTURES_LEVERAGE", "BTCUSDT"), ("BINANCE_FUTURES_MARGIN_TYPE", "isolated"),
      ("BINANCE_FUTURES_COUNTDOWN_SECS", "29"), ("BINANCE_FUTURES_COUNTDOWN_SECS", "3601"),
    ] {
      #expect(refusal([name: text]).hasPrefix(name))
    }
    #expect(
      refusal(["BINANCE_FUTURES_MARGIN_TYPE": "CROSSED"]).contains("name them there"))
  }

  @Test func `plugins must be known, and the default one of them`() throws {
    #expect(
      refusal(["PLUGINS": "mock,binanc"])
        == "PLUGINS names \"binanc\", but the plugins are mock, paper, binance, "
        + "binance-futures.")
    #expect(refusal(["DEFAULT_PLUGIN": "paper"]).hasPrefix("DEFAULT_PLUGIN is \"paper\""))
    let settings = try load(["PLUGINS": "paper, mock"])
    #expect(settings.plugins == ["paper", "mock"])
    #expect(settings.defaultPlugin == "paper")
  }

  @Test func `a bad key is refused without being quoted`() {
    let sentence = refusal(["FKS_API_KEYS": "\(key),web:reed:fedcba9876543210"])
    #expect(sentence.contains("entry 2 (web)"))
    #expect(!sentence.contains("fedcba9876543210"))
    #expect(!sentence.contains("0123456789abcdef"))
  }
}

@Suite struct SettingsTextTests {
  @Test func `the report shows names, values and origins in columns, and no secret`() throws {
    let report = try load([
      "FKS_API_KEYS": "desk:trade:0123456789abcdef", "MAX_ORDER_SIZE_USD": "5",
    ]).checkReport()
    let lines = report.split(separator: "\n")
    #expect(lines.count == Setting.table.count)
    #expect(Set(lines.map { $0.prefix { $0 != "=" }.count }).count == 1)
    #expect(!report.contains("0123456789abcdef"))
    #expect(report.contains(/FKS_API_KEYS +=  ?\*\*\* +\(environment FKS_API_KEYS\)/))
    #expect(report.contains(/MAX_ORDER_NOTIONAL +=  ?5 +\(environment MAX_ORDER_SIZE_USD\)/))
    #expect(report.contains(/DEFAULT_PLUGIN +=  ?mock +\(default\)/))
  }

  @Test func `the shipped configuration file is the table's, and sets nothing`() throws {
    try hold(root + "/config/execution.json5", to: Settings.settingsFileText())
    let settings = try load(["FKS_CONFIG": root + "/config/execution.json5"])
    #expect(settings.effective.allSatisfy { $0.origin == .defaultValue })
  }

  @Test func `the shipped configuration file can be used once its settings count`() throws {
    let text = Settings.settingsFileText().split(separator: "\n").map { line in
      line.contains(#/^  // [a-z0-9_]+:\s/#) ? String(line.dropFirst(5)) : String(line)
    }.joined(separator: "\n")
    let settings = try load(file: text)
    #expect(settings.effective.allSatisfy { $0.origin == .file })
    let values = settings.effective.filter { $0.name != "DEFAULT_PLUGIN" }.map(\.shownValue)
    let defaults = try load().effective.filter { $0.name != "DEFAULT_PLUGIN" }.map(\.shownValue)
    #expect(values == defaults)
  }

  @Test func `the README's table is the table's`() throws {
    let path = root + "/README.md"
    guard let data = FileManager.default.contents(atPath: path) else { return }
    let text = String(decoding: data, as: UTF8.self)
    guard let start = text.firstRange(of: "<!-- settings -->\n"),
      let end = text.firstRange(of: "<!-- /settings -->")
    else { return }
    let expected =
      text[..<start.upperBound] + Settings.settingsMarkdown() + text[end.lowerBound...]
    try hold(path, to: String(expected))
  }

  /// The project's folder: this file is Tests/ServiceTests/SettingsTests.swift in it.
  private var root: String {
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
  }

  /// Expects the file to hold the text; with UPDATE_SETTINGS=1, makes it so.
  private func hold(_ path: String, to expected: String) throws {
    if ProcessInfo.processInfo.environment["UPDATE_SETTINGS"] == "1" {
      try Data(expected.utf8).write(to: URL(filePath: path))
    }
    let found = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(
      found == expected,
      "\(path) differs from the table of settings; UPDATE_SETTINGS=1 swift test rewrites it.")
  }
}
