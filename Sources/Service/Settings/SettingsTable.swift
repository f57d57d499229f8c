// The table of settings: each is declared here and nowhere else. After a change, run the settings
// tests with UPDATE_SETTINGS=1 to rewrite the shipped configuration file and the README's table.

internal import Storage

extension Setting {
  /// Every setting, in the order in which they are shown.
  static let table =
    listening + access + webhooks + reports + plugins + risk + failures
    + ofPlugins

  /// The settings of single kinds of plugin, which an instance can have of its own.
  static let ofPlugins = mock + paper + binance + processes + terminals

  private static let listening = [
    Setting(
      "HOST", aliases: ["FKS_EXECUTION_HOST"], default: "127.0.0.1", .host, \.host,
      "The address to listen on; one that other machines can reach, such as 0.0.0.0, needs keys."),
    Setting(
      "SERVICE_PORT", aliases: ["FKS_EXECUTION_PORT", "PORT"], default: "8004", .port, \.port,
      "The TCP port to listen on."),
    Setting(
      "MAX_CONNECTIONS", default: "10240", .integer(1...1_000_000), \.connectionsMax,
      "The most connections that are open at once."),
    Setting(
      "MAX_BODY_BYTES", default: "262144", .integer(1_024...8_388_608), \.bodyBytesMax,
      "The longest request body."),
    Setting(
      "SHUTDOWN_TIMEOUT_SECS", default: "8", .integer(1...600), \.shutdownTimeoutSeconds,
      "How long a stop waits for answers that are still owed."),
    Setting(
      "DATABASE_URL", default: "sqlite:data/execution.db", .store, \.store,
      "Where orders are stored: sqlite:PATH, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE with "
        + "libpq's parameters such as sslmode and sslrootcert, and several HOST:PORT with commas "
        + "between.", shown: { $0.store.description }),
    Setting(
      "ADVERTISED_URL", default: "", .baseURL, \.advertisedURL,
      "Where callers reach this process, such as http://10.0.0.5:8004: other processes on the same "
        + "PostgreSQL database send them there while this one is the writer; without it they "
        + "answer 503."),
    Setting(
      "LOG_LEVEL", aliases: ["RUST_LOG"], default: "info", .logLevel, \.logLevel,
      "The lightest log lines that are written: trace, debug, info, warning or error."),
  ]

  private static let access = [
    Setting(
      "FKS_API_KEYS", default: "", secret: true, .apiKeys, \.apiKeys,
      "The callers' keys: name:scopes:key with commas between; scopes are read, trade and admin "
        + "joined by +; a key stands in clear or as sha256= and 64 hexadecimal digits."),
    Setting(
      "KEY_LIMITS", default: "", .keyLimits, \.keyLimits,
      "New orders a second and at once for single keys, such as desk:5/10,bot:50/100; cancels, "
        + "closes and reads are never limited."),
    Setting(
      "ALLOW_UNAUTHENTICATED", default: "false", .flag, \.allowsUnauthenticated,
      "Whether other machines may call without a key; never with live trading."),
  ]

  private static let reports = [
    Setting(
      "REPORT_SECRET", default: "", secret: true, .secret, \.reportSecret,
      "What the keys of subscriptions to reports are derived from: a long random text, the same on "
        + "all processes; without it there are no reports.")
  ]

  private static let webhooks = [
    Setting(
      "WEBHOOK_SECRET", default: "", secret: true, .secret, \.webhookSecret,
      "What alerts to /webhook/tradingview hold in the field secret, or are signed with; without "
        + "it that address is open to this machine only, and closed once FKS_API_KEYS or live "
        + "trading are there."),
    Setting(
      "IP_WHITELIST", default: "", .addresses, \.webhookAddresses,
      "The addresses that alerts may come from, such as tradingview,10.0.0.0/8; if empty, all."),
    Setting(
      "TRUSTED_PROXIES", default: "", .addresses, \.trustedProxies,
      "Proxies before this service whose X-Forwarded-For is believed, such as 127.0.0.1."),
    Setting(
      "RATE_LIMIT_REQUESTS", default: "100", .integer(1...100_000), \.webhookRequestsMax,
      "Alerts from one address within RATE_LIMIT_WINDOW; closes have as many besides."),
    Setting(
      "RATE_LIMIT_WINDOW", default: "60", .integer(1...3_600), \.webhookWindowSeconds,
      "The seconds that RATE_LIMIT_REQUESTS is for."),
    Setting(
      "MIN_CONFIDENCE", default: "0.6", .share, \.confidenceMin,
      "Alerts that are less sure than this are not traded; one that does not say counts as 0.7."),
    Setting(
      "RISK_PER_TRADE", default: "0.02", .share, \.riskPerTrade,
      "The share of the balance that the stop-loss of an alert without a quantity may cost."),
    Setting(
      "WEBHOOK_MAX_AGE_SECS", default: "300", .integer(1...86_400), \.webhookAgeMaxSeconds,
      "How old an alert that has a timestamp may be."),
    Setting(
      "WEBHOOK_MAX_FUTURE_SECS", default: "60", .integer(1...86_400), \.webhookFutureMaxSeconds,
      "How far in the future the timestamp of an alert may be."),
    Setting(
      "WEBHOOK_DUPLICATE_SECS", default: "30", .integer(1...3_600), \.webhookDuplicateSeconds,
      "How long an equal body counts as the same alert, if it has neither alert_id nor timestamp."),
    Setting(
      "WEBHOOK_SIGNATURE_TOLERANCE_SECS", default: "300", .integer(1...3_600),
      \.webhookToleranceSeconds,
      "How far X-Webhook-Timestamp of a signed alert may be from the clock."),
    Setting(
      "STRATEGIES_FILE", default: "config/strategies.json5", .text, \.strategiesFile,
      "The file that says what strategies trade, and from where alerts come; it need not exist."),
  ]

  private static let plugins = [
    Setting(
      "ENABLE_PAPER_TRADING", default: "true", .flag, \.isPaperTradingEnabled,
      "Whether orders for live plugins are executed on paper while live trading is off; without it "
        + "they are refused."),
    Setting(
      "ENABLE_LIVE_TRADING", default: "false", .flag, \.isLiveTradingEnabled,
      "Whether orders may reach real venues; needs FKS_API_KEYS."),
    Setting(
      "PLUGINS", default: "mock",
      .names("names of plugins with commas between, each once", mayBeEmpty: false), \.plugins,
      "The enabled plugins, in order of priority."),
    Setting(
      "DEFAULT_PLUGIN", default: "", .pluginName, \.defaultPlugin,
      "The plugin of an order that names none; if not given, the first of PLUGINS."),
    Setting(
      "ROUTES", default: "", .routes, \.routes,
      "The plugins of orders that name none, by symbol or by strategy, which goes first, such as "
        + "ETHUSDT=binance,strategy:trend=mock-2; all others go to DEFAULT_PLUGIN."),
    Setting(
      "PLUGIN_FALLBACK", default: "false", .flag, \.isFallbackEnabled,
      "Whether an order that names no plugin goes to the next one in order of priority while its "
        + "own takes none; never one whose symbol is held or on order there, and never one that "
        + "may have left."),
    Setting(
      "PLUGINS_DIRECTORY", default: "config/plugins.d", .text, \.pluginsDirectory,
      "The directory of files that describe a plugin each, looked at again every few seconds; see "
        + "docs/PLUGINS.md."),
    Setting(
      "ALLOW_PLAINTEXT_HOSTS", default: "",
      .names("names of hosts with commas between, each once", mayBeEmpty: true),
      \.plaintextHosts,
      "The hosts beside this machine that plugins' processes and subscribers may be reached at by "
        + "http instead of https, such as the names of containers next to it."),
  ]

  private static let risk = [
    Setting(
      "MAX_ORDERS_PER_SECOND", default: "10", .orOff(.integer(1...1_000_000)), \.ordersPerSecondMax,
      "New orders a second, on average; or off."),
    Setting(
      "MAX_ORDERS_BURST", default: "20", .integer(1...1_000_000), \.ordersBurstMax,
      "New orders at once, above the average."),
    Setting(
      "MAX_ORDER_NOTIONAL", aliases: ["MAX_ORDER_SIZE_USD"], default: "10000",
      .orOff(.positiveDecimal), \.orderNotionalMax,
      "The largest value of one order, in quote currency; or off."),
    Setting(
      "MAX_POSITION_NOTIONAL", aliases: ["MAX_POSITION_SIZE_USD"], default: "100000",
      .orOff(.positiveDecimal), \.positionNotionalMax,
      "The largest value of one position, in quote currency; or off."),
    Setting(
      "MAX_DAILY_LOSS", default: "off", .orOff(.positiveDecimal), \.dailyLossMax,
      "The loss since midnight UTC, in quote currency, at which trading is reduced; or off."),
    Setting(
      "MAX_DRAWDOWN", default: "off", .orOff(.positiveDecimal), \.drawdownMax,
      "The fall from the highest profit, in quote currency, at which trading is reduced; or off."),
    Setting(
      "MAX_OPEN_ORDERS", default: "200", .orOff(.integer(1...1_000_000)), \.openOrdersMax,
      "The most orders that are open at once; or off."),
    Setting(
      "PRICE_COLLAR_PERCENT", default: "5", .orOff(.positiveDecimal), \.priceCollarPercent,
      "How far a limit price may be from the market, in percent; or off."),
    Setting(
      "SYMBOL_ALLOW_LIST", aliases: ["SYMBOL_WHITELIST"], default: "",
      .names("symbols with commas between, each once", mayBeEmpty: true), \.symbolAllowList,
      "The symbols that may be traded; if empty, all that the venue has."),
  ]

  private static let failures = [
    Setting(
      "CIRCUIT_BREAKER_THRESHOLD", default: "5", .integer(1...1_000), \.circuitBreakerThreshold,
      "Consecutive failures of a venue that open its circuit breaker."),
    Setting(
      "CIRCUIT_BREAKER_TIMEOUT_SECS", aliases: ["CIRCUIT_BREAKER_TIMEOUT"], default: "60",
      .integer(1...86_400), \.circuitBreakerTimeoutSeconds,
      "How long an open breaker keeps new orders back."),
    Setting(
      "CIRCUIT_BREAKER_PROBES", default: "3", .integer(1...1_000), \.circuitBreakerProbes,
      "Successful probes that close a breaker again."),
    Setting(
      "SUBMIT_WAIT_MS", default: "2000", .integer(1...10_000), \.submitWaitMilliseconds,
      "How long an order's answer waits for the venue before it is 202."),
    Setting(
      "OUTCOME_TIMEOUT_MS", default: "30000", .integer(1...600_000), \.outcomeTimeoutMilliseconds,
      "How long a venue may be silent before an order's outcome is unknown and it is asked."),
    Setting(
      "RECONCILE_INTERVAL_SECS", default: "300", .integer(1...86_400), \.reconcileIntervalSeconds,
      "How often orders and positions are compared with the venue's."),
    Setting(
      "EMULATE_TRIGGERS", default: "true", .flag, \.emulatesTriggers,
      "Whether the gateway watches the triggers of stop and take-profit orders, and sends icebergs "
        + "in slices, where the venue does neither."),
    Setting(
      "MAX_QUOTE_AGE_MS", default: "5000", .integer(1...3_600_000), \.quoteAgeMaxMilliseconds,
      "How old a quote may be to trigger an order that the gateway watches."),
  ]

  private static let mock = [
    Setting(
      "MOCK_BALANCES", default: "USDT=1000000,USD=1000000", .balances, \.mockBalances,
      "What the mock venue's account holds at the start."),
    Setting(
      "MOCK_FEE_BPS", default: "10", .decimal, \.mockFeeBasisPoints,
      "The mock venue's fee, in hundredths of a percent."),
    Setting(
      "MOCK_SLIPPAGE_BPS", default: "1", .decimal, \.mockSlippageBasisPoints,
      "The mock venue's slippage, in hundredths of a percent."),
    Setting(
      "MOCK_LATENCY_MS", default: "0", .integer(0...600_000), \.mockLatencyMilliseconds,
      "How long the mock venue takes to answer."),
    Setting(
      "MOCK_ABILITIES", default: "triggers,reduce_only,amend,icebergs",
      .orOff(.names("names of abilities with commas between, each once", mayBeEmpty: false)),
      \.mockAbilities,
      "What the mock venue can do besides MARKET and LIMIT orders: triggers, reduce_only, amend, "
        + "icebergs; or off."),
    Setting(
      "MOCK_FAULTS", default: "", .counts, \.mockFaults,
      "What goes wrong at the mock venue from the start on, such as lost_answers=1,rejects=2; the "
        + "names are those of PUT /api/v1/mock/faults."),
  ]
  private static let paper = [
    Setting(
      "PAPER_SOURCE", default: "", .pluginName, \.paperSource,
      "The plugin in whose market the plugin paper trades; if not given, the first mock. An "
        + "instance paper-NAME trades in the market of NAME."),
    Setting(
      "PAPER_BOOK_FILE", default: "", .text, \.paperBookFile,
      "A recorded book to trade in on paper instead of the market's own; JSON lines with symbol, "
        + "at, bids and asks."),
    Setting(
      "PAPER_BALANCES", default: "USDT=1000000,USD=1000000", .balances, \.paperBalances,
      "What a paper account holds at the start."),
    Setting(
      "PAPER_FEE_BPS", default: "10", .decimal, \.paperFeeBasisPoints,
      "The fee of a trade on paper, in hundredths of a percent."),
    Setting(
      "PAPER_LATENCY_MS", default: "50", .integer(0...600_000), \.paperLatencyMilliseconds,
      "How long an order takes to the market on paper."),
  ]

  private static let binance = [
    Setting(
      "BINANCE_TESTNET", aliases: ["USE_BINANCE_TESTNET"], default: "true", .flag,
      \.binanceIsTestnet,
      "Whether binance and binance-futures trade on the test networks, where nothing is worth "
        + "money."),
    Setting(
      "BINANCE_API_KEY", aliases: ["EXCHANGE_API_KEY"], default: "", .text, \.binanceKeyName,
      "The API key at Binance."),
    Setting(
      "BINANCE_API_SECRET", aliases: ["BINANCE_SECRET_KEY", "EXCHANGE_API_SECRET"], default: "",
      secret: true, .secret, \.binanceSecret,
      "The secret of the API key, or the private key in PEM if it is an RSA or Ed25519 key."),
    Setting(
      "BINANCE_SPOT_URL", default: "", .baseURL, \.binanceSpotURL,
      "Where Binance Spot is, if not where it is usually; for tests."),
    Setting(
      "BINANCE_FUTURES_URL", default: "", .baseURL, \.binanceFuturesURL,
      "Where Binance's USD-M Futures are, if not where they are usually; for tests."),
    Setting(
      "BINANCE_TAKER_FEE_BPS", default: "10", .decimal, \.binanceTakerFeeBasisPoints,
      "What a trade that takes liquidity costs at Binance, in hundredths of a percent; smart order "
        + "routing compares by it."),
    Setting(
      "BINANCE_FUTURES_LEVERAGE", default: "", .leverages, \.binanceFuturesLeverage,
      "The leverage that binance-futures sets at its start, such as BTCUSDT=5,ETHUSDT=3; other "
        + "symbols are left as they are."),
    Setting(
      "BINANCE_FUTURES_MARGIN_TYPE", default: "", .marginType, \.binanceFuturesMarginType,
      "The margin type that binance-futures sets for the symbols of BINANCE_FUTURES_LEVERAGE: "
        + "ISOLATED or CROSSED; left as it is if not given."),
    Setting(
      "BINANCE_FUTURES_COUNTDOWN_SECS", default: "0", .countdown,
      \.binanceFuturesCountdownSeconds,
      "After how many seconds without a word from this service Binance cancels the open orders of "
        + "binance-futures on a symbol, those of others too; 0 for never."),
  ]

  /// Plugins that are processes of their own.
  private static let processes = [
    Setting(
      "HTTP_PLUGIN_URL", default: "", .baseURL, \.httpPluginURL,
      "Where the process of the plugin http listens, such as http://127.0.0.1:9100."),
    Setting(
      "HTTP_PLUGIN_SECRET", default: "", secret: true, .secret, \.httpPluginSecret,
      "The secret that requests to that process are signed with."),
    Setting(
      "HTTP_PLUGIN_TESTNET", default: "true", .flag, \.httpPluginIsTestnet,
      "Whether nothing is worth money there; the process has to say the same."),
    Setting(
      "CCXT_BASE_URL", default: "http://localhost:8000", .baseURL, \.ccxtURL,
      "Where the CCXT service listens: the bridge of config/bridges/ccxt, or the service before "
        + "it that takes webhooks only."),
    Setting(
      "CCXT_WEBHOOK_SECRET", default: "", secret: true, .secret, \.ccxtSecret,
      "The secret that requests to the CCXT service are signed with."),
    Setting(
      "CCXT_EXCHANGE", aliases: ["EXCHANGE", "DEFAULT_EXCHANGE"], default: "binance", .text,
      \.ccxtExchange,
      "The exchange that the CCXT service trades on; it has to say the same."),
    Setting(
      "CCXT_TESTNET", aliases: ["TESTNET"], default: "true", .flag, \.ccxtIsTestnet,
      "Whether the CCXT service trades on a test network; it has to say the same."),
    Setting(
      "CCXT_SYMBOLS", default: "BTC/USDT,ETH/USDT",
      .names("pairs such as BTC/USDT with commas between, each once", mayBeEmpty: false),
      \.ccxtPairs,
      "The pairs that may be traded at a CCXT service that takes webhooks only and lists none."),
  ]
}
