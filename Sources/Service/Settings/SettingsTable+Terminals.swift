// The rows of the table of settings that are about MetaTrader 5 and NinjaTrader 8.

extension Setting {
  static let terminals = metaTrader + ninjaTrader

  private static let metaTrader = [
    Setting(
      "MT5_TRANSPORT", default: "bridge", .metaTraderTransport, \.terminals.metaTraderTransport,
      "How mt5 reaches MetaTrader 5: bridge (the Expert Advisor of config/bridges/mt5 calls this "
        + "service) or meta (fks_meta's HTTP interface, which can answer much less)."),
    Setting(
      "MT5_BRIDGE_TOKEN", default: "", secret: true, .secret, \.terminals.metaTraderToken,
      "What the Expert Advisor has to show: at least 16 characters, such as `openssl rand -hex 24` "
        + "makes."),
    Setting(
      "MT5_ACCOUNT_NUMBER", default: "", .text, \.terminals.metaTraderAccount,
      "The one account that the Expert Advisor may trade; any if empty."),
    Setting(
      "MT5_DEMO", default: "false", .flag, \.terminals.metaTraderIsDemo,
      "Whether mt5 trades a demo account, which needs no live trading. The Expert Advisor is "
        + "refused with a real account then; fks_meta cannot say which it has."),
    Setting(
      "META_URL", default: "http://fks-meta:8005", .baseURL, \.terminals.metaURL,
      "Where fks_meta is, for MT5_TRANSPORT=meta."),
    Setting(
      "MT5_INSTRUMENTS", default: "", .contracts, \.terminals.metaTraderContracts,
      "What is traded by way of fks_meta, such as EURUSD:0.00001:100000:0.01:USD: name, tick size, "
        + "what one lot is, step of lots, currency. The Expert Advisor tells it by itself."),
    Setting(
      "MT5_ACCOUNT_CURRENCY", default: "USD", .currency, \.terminals.metaTraderCurrency,
      "The currency of the account behind fks_meta, in which commissions are taken."),
  ]

  private static let ninjaTrader = [
    Setting(
      "NINJATRADER_TRANSPORT", default: "bridge", .ninjaTraderTransport,
      \.terminals.ninjaTraderTransport,
      "How ninjatrader reaches NinjaTrader 8: bridge (the add-on of config/bridges/ninjatrader "
        + "calls this service), ninja (fks_ninja's HTTP interface) or socket (a strategy's TCP "
        + "socket); the last two never tell what became of an order."),
    Setting(
      "NINJATRADER_BRIDGE_TOKEN", default: "", secret: true, .secret,
      \.terminals.ninjaTraderToken,
      "What the add-on has to show: at least 16 characters, such as `openssl rand -hex 24` makes."),
    Setting(
      "NINJATRADER_ACCOUNT_NAME", default: "", .text, \.terminals.ninjaTraderAccount,
      "The one account that the add-on may trade, such as Sim101; any if empty."),
    Setting(
      "NINJATRADER_DEMO", default: "false", .flag, \.terminals.ninjaTraderIsDemo,
      "Whether ninjatrader trades a simulated account, which needs no live trading. The add-on is "
        + "refused with another one then; the other transports cannot say which they have."),
    Setting(
      "NINJA_SERVICE_URL", default: "http://fks-ninja:8006", .baseURL,
      \.terminals.ninjaServiceURL, "Where fks_ninja is, for NINJATRADER_TRANSPORT=ninja."),
    Setting(
      "NINJA_SIGNAL_PATH", default: "/api/v1/signals", .path, \.terminals.ninjaSignalPath,
      "The path there that takes signals. Where it is not known, /api/v1/signals and "
        + "/api/v1/signals/send are tried."),
    Setting(
      "NINJATRADER_HOST", default: "127.0.0.1", .host, \.terminals.ninjaTraderHost,
      "Where the socket of the strategy is, for NINJATRADER_TRANSPORT=socket."),
    Setting(
      "NINJATRADER_PORT", default: "8080", .port, \.terminals.ninjaTraderPort,
      "The TCP port of that socket; each account has one of its own."),
    Setting(
      "NINJATRADER_TIMEOUT", default: "5", .integer(1...60), \.terminals.ninjaTraderTimeoutSeconds,
      "How many seconds connecting and sending may take there."),
    Setting(
      "NINJATRADER_INSTRUMENTS", default: "", .contracts, \.terminals.ninjaTraderContracts,
      "What is traded by way of fks_ninja or the socket, such as ES 03-25:0.25:50: name, tick "
        + "size, what one contract is. The add-on tells it by itself."),
  ]
}
