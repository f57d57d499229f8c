// The settings of the service, read and checked. They are read once, at the start. The rule to
// keep: a name, a default, a help sentence and a range stand once, in `Setting.table`; the initial
// values below are placeholders that `load` replaces, every one.

public import Storage
public import Telemetry

/// The settings of the service.
public struct Settings: Sendable {
  // Listening.

  /// The address to listen on: an IP address or a host name.
  public internal(set) var host = ""
  /// The TCP port to listen on.
  public internal(set) var port: UInt16 = 0
  /// The most connections that are open at once.
  public internal(set) var connectionsMax = 0
  /// The longest request body.
  public internal(set) var bodyBytesMax = 0
  /// How long a stop waits for answers that are still owed.
  public internal(set) var shutdownTimeoutSeconds = 0

  // Storing and telling.

  /// Where orders are stored.
  public internal(set) var store = StoreLocation.sqlite(path: "")
  /// Where others find this process, such as `http://10.0.0.5:8004`; nil if that is not told.
  public internal(set) var advertisedURL: String? = ""
  /// The lightest log lines that are written.
  public internal(set) var logLevel = LogLevel.info

  // Access.

  /// The callers' keys, or nil if there are none and every caller is `Principal.anonymous`.
  public internal(set) var apiKeys: APIKeyRing?
  /// What single keys may send, beside the limit of all together.
  public internal(set) var keyLimits: [KeyLimit] = []
  /// Whether the operator allows other machines in without keys.
  public internal(set) var allowsUnauthenticated = false

  // Reports.

  /// What the keys of subscriptions are derived from; empty for no reports.
  var reportSecret = Secret("")

  // Webhooks. Decimals are plain decimal texts.

  /// The secret of the plain address; empty for none.
  public internal(set) var webhookSecret = Secret("")
  /// Where alerts may come from; empty for everywhere.
  var webhookAddresses = AddressList()
  /// The proxies that are believed.
  var trustedProxies = AddressList()
  /// Alerts of one client within the window.
  public internal(set) var webhookRequestsMax = 0
  /// The window of that limit.
  public internal(set) var webhookWindowSeconds = 0
  /// The least confidence, from 0 to 1.
  public internal(set) var confidenceMin = ""
  /// The share of the balance that may be lost by one alert's order.
  public internal(set) var riskPerTrade = ""
  /// How old an alert may be.
  public internal(set) var webhookAgeMaxSeconds = 0
  /// How far in the future it may be.
  public internal(set) var webhookFutureMaxSeconds = 0
  /// How long an equal body is the same alert.
  public internal(set) var webhookDuplicateSeconds = 0
  /// How far a signed time may be from ours.
  public internal(set) var webhookToleranceSeconds = 0
  /// Where strategies are described.
  public internal(set) var strategiesFile = ""

  // Plugins.

  /// Whether orders may be executed on paper.
  public internal(set) var isPaperTradingEnabled = false
  /// Whether orders may reach real venues.
  public internal(set) var isLiveTradingEnabled = false
  /// The enabled plugin instances, at least one, in order of priority.
  public internal(set) var plugins: [String] = []
  /// The plugin of an order that names none; one of `plugins`.
  public internal(set) var defaultPlugin = ""
  /// The plugins of orders that name none, by what makes them theirs.
  public internal(set) var routes: [Route] = []
  /// Whether an order that names no plugin may go to another one than its own.
  public internal(set) var isFallbackEnabled = false
  /// The directory of files that describe a plugin each; it need not exist.
  public internal(set) var pluginsDirectory = ""

  // Risk. Decimals are plain decimal texts; nil means no limit.

  /// New orders a second, on average.
  public internal(set) var ordersPerSecondMax: Int?
  /// New orders at once, above the average.
  public internal(set) var ordersBurstMax = 0
  /// The largest notional of one order, in quote currency.
  public internal(set) var orderNotionalMax: String?
  /// The largest notional of one position, in quote currency.
  public internal(set) var positionNotionalMax: String?
  /// The loss since midnight UTC at which trading is reduced, in quote currency.
  public internal(set) var dailyLossMax: String? = ""
  /// The fall from the highest profit at which trading is reduced, in quote currency.
  public internal(set) var drawdownMax: String? = ""
  /// The most orders that are open at once.
  public internal(set) var openOrdersMax: Int?
  /// How far a limit price may be from the market, in percent.
  public internal(set) var priceCollarPercent: String?
  /// The symbols that may be traded; empty means all that the venue has.
  public internal(set) var symbolAllowList: [String] = []

  // Failures and waiting.

  /// Consecutive failures that open a circuit breaker.
  public internal(set) var circuitBreakerThreshold = 0
  /// How long a breaker stays open.
  public internal(set) var circuitBreakerTimeoutSeconds = 0
  /// Successful probes that close a breaker.
  public internal(set) var circuitBreakerProbes = 0
  /// How long a submit waits for its outcome before it is answered with 202.
  public internal(set) var submitWaitMilliseconds = 0
  /// How long a venue may be silent before an order's outcome is unknown.
  public internal(set) var outcomeTimeoutMilliseconds = 0
  /// How often orders and positions are compared with the venue's.
  public internal(set) var reconcileIntervalSeconds = 0

  /// Whether the gateway watches triggers that a venue does not.
  public internal(set) var emulatesTriggers = false
  /// How old a quote may be to trigger an order.
  public internal(set) var quoteAgeMaxMilliseconds = 0

  // The mock venue.

  /// What the mock venue's account holds at the start.
  public internal(set) var mockBalances: [SimulatedBalance] = []
  /// The mock venue's fee in hundredths of a percent; a plain decimal text.
  public internal(set) var mockFeeBasisPoints = ""
  /// The mock venue's slippage in hundredths of a percent; a plain decimal text.
  public internal(set) var mockSlippageBasisPoints = ""
  /// How long the mock venue takes to answer.
  public internal(set) var mockLatencyMilliseconds = 0
  /// What the mock venue can do besides MARKET and LIMIT orders.
  public internal(set) var mockAbilities: [String]?
  /// What goes wrong at the mock venue from the start on: names of faults and how often.
  public internal(set) var mockFaults: [String: Int] = [:]

  // Binance.

  /// Whether orders go to Binance's test network.
  public internal(set) var binanceIsTestnet = true
  /// The name of the API key at Binance.
  public internal(set) var binanceKeyName = ""
  /// The secret of that key, or a private key in PEM.
  var binanceSecret = Secret("")
  /// Where Binance Spot is; empty for where it is usually.
  public internal(set) var binanceSpotURL: String?
  /// Where Binance's USD-M Futures are; empty for where they are usually.
  public internal(set) var binanceFuturesURL: String?
  /// What a trade that takes liquidity costs at Binance in hundredths of a percent.
  public internal(set) var binanceTakerFeeBasisPoints = ""
  /// The leverage to set at Binance's USD-M Futures, by symbol.
  public internal(set) var binanceFuturesLeverage: [String: Int] = [:]
  /// The margin type to set there for those symbols; empty to leave it.
  public internal(set) var binanceFuturesMarginType = ""
  /// After how many seconds without a word open orders there are cancelled; 0 for never.
  public internal(set) var binanceFuturesCountdownSeconds = 0

  // Plugins that are processes of their own.

  /// Hosts beside this machine that may be reached without encryption.
  public internal(set) var plaintextHosts: [String] = []
  /// Where the process of the plugin `http` is; nil if that is not told.
  public internal(set) var httpPluginURL: String? = ""
  /// What requests to it are signed with.
  var httpPluginSecret = Secret("")
  /// Whether nothing there is worth money.
  public internal(set) var httpPluginIsTestnet = true
  /// Where the CCXT service is.
  public internal(set) var ccxtURL: String?
  /// What requests to it are signed with.
  var ccxtSecret = Secret("")
  /// The exchange that it trades on.
  public internal(set) var ccxtExchange = ""
  /// Whether it trades on a test network.
  public internal(set) var ccxtIsTestnet = true
  /// What may be traded there where it does not say so itself.
  public internal(set) var ccxtPairs: [String] = []

  // MetaTrader 5 and NinjaTrader 8.

  /// How terminals are reached.
  public internal(set) var terminals = TerminalSettings()

  // Paper accounts.

  /// The plugin in whose market `paper` trades; empty for the first simulated exchange.
  public internal(set) var paperSource = ""
  /// A file with a recorded book to trade in; empty for the book of the source.
  public internal(set) var paperBookFile = ""
  /// What a paper account holds at the start.
  public internal(set) var paperBalances: [SimulatedBalance] = []
  /// The fee of a trade on paper in hundredths of a percent; a plain decimal text.
  public internal(set) var paperFeeBasisPoints = ""
  /// How long an order takes to the market on paper.
  public internal(set) var paperLatencyMilliseconds = 0

  /// Every setting with its value and where that came from, in the order of the table.
  public internal(set) var effective: [EffectiveSetting] = []

  init() {}
}

extension Settings {
  /// An order that goes to a plugin without naming it.
  public struct Route: Sendable, Equatable {
    /// What makes an order the plugin's: a symbol, or the name of a strategy.
    public let name: String
    /// Whether that is a strategy.
    public let isStrategy: Bool
    /// The plugin.
    public let plugin: String
  }
}

/// What a simulated account holds of one asset.
public struct SimulatedBalance: Sendable, Equatable {
  /// The asset, for example `USDT`.
  public let asset: String
  /// The amount, zero or more; a plain decimal text.
  public let amount: String
}
