// The rules between settings. Each is checked once all settings are read. The rule to keep: what is
// not clearly safe is refused, with a sentence that says what to do.

internal import Telemetry

extension Settings {
  mutating func checkPlugins(known: [String]) throws(ConfigurationError) {
    // An instance is called like its kind, or its kind and a suffix, such as mock-2.
    let unknown = plugins.first { name in
      !known.contains { name == $0 || name.hasPrefix($0 + "-") }
    }
    if let unknown {
      throw ConfigurationError(
        "PLUGINS names \"\(unknown)\", but the plugins are \(known.joined(separator: ", ")).")
    }
    if defaultPlugin.isEmpty, let first = plugins.first { defaultPlugin = first }
    let hasFiles = !PluginFile.contents(of: pluginsDirectory).isEmpty
    guard plugins.contains(defaultPlugin) || hasFiles else {
      throw ConfigurationError(
        "DEFAULT_PLUGIN is \"\(defaultPlugin)\", but it must be one of PLUGINS, which are "
          + "\(plugins.joined(separator: ", ")).")
    }
    let lost = routes.first { !plugins.contains($0.plugin) }
    if let lost, !hasFiles {
      throw ConfigurationError(
        "ROUTES sends \(lost.name) to \"\(lost.plugin)\", but it must be one of PLUGINS, which are "
          + "\(plugins.joined(separator: ", ")).")
    }
    effective = effective.map { setting in
      guard setting.name == "DEFAULT_PLUGIN" else { return setting }
      return EffectiveSetting(
        name: setting.name, shownValue: defaultPlugin, origin: setting.origin)
    }
  }

  func checkAccess() throws(ConfigurationError) {
    if !isPaperTradingEnabled, let paper = plugins.first(where: { $0.hasPrefix("paper") }) {
      throw ConfigurationError(
        "ENABLE_PAPER_TRADING is false, but PLUGINS names \(paper); set it to true, or leave that "
          + "plugin out.")
    }
    if isLiveTradingEnabled {
      guard apiKeys != nil else {
        throw ConfigurationError(
          "ENABLE_LIVE_TRADING is true, but FKS_API_KEYS is not set: live trading needs a key for "
            + "every caller. Set FKS_API_KEYS, or leave live trading off.")
      }
      try checkLiveTrading()
    }
    let names = apiKeys?.names ?? []
    if let unknown = keyLimits.first(where: { !names.contains($0.name) }) {
      throw ConfigurationError(
        "KEY_LIMITS names \"\(unknown.name)\", but FKS_API_KEYS has no key of this name; correct "
          + "one of them.")
    }
    if !binanceFuturesMarginType.isEmpty, binanceFuturesLeverage.isEmpty {
      throw ConfigurationError(
        "BINANCE_FUTURES_MARGIN_TYPE is set for the symbols of BINANCE_FUTURES_LEVERAGE, which is "
          + "empty; name them there with their leverage, or leave it out.")
    }
    guard apiKeys == nil, !allowsUnauthenticated, !isLoopback(host) else { return }
    throw ConfigurationError(
      "HOST is \"\(host)\", which other machines can reach, but FKS_API_KEYS is not set. Set "
        + "FKS_API_KEYS, or HOST=127.0.0.1, or ALLOW_UNAUTHENTICATED=true if the network keeps "
        + "strangers out.")
  }

  /// Live trading needs something to trade on, and limits on what a mistake may cost.
  private func checkLiveTrading() throws(ConfigurationError) {
    let isBinanceLive = !binanceIsTestnet && plugins.contains { $0.hasPrefix("binance") }
    let kinds = [
      "mock": false, "paper": false, "binance": isBinanceLive, "http": !httpPluginIsTestnet,
      "ccxt": !ccxtIsTestnet, "mt5": !terminals.metaTraderIsDemo,
      "ninjatrader": !terminals.ninjaTraderIsDemo,
    ]
    let isLive = plugins.contains { name in kinds.first { name.hasPrefix($0.key) }?.value ?? true }
    guard isLive || !PluginFile.contents(of: pluginsDirectory).isEmpty else {
      throw ConfigurationError(
        "ENABLE_LIVE_TRADING is true, but no plugin of PLUGINS trades live; name binance there and "
          + "set BINANCE_TESTNET=false, or another one and its setting of that kind, or set "
          + "ENABLE_LIVE_TRADING=false.")
    }
    guard !isBinanceLive || (!binanceKeyName.isEmpty && !binanceSecret.reveal().isEmpty) else {
      throw ConfigurationError(
        "ENABLE_LIVE_TRADING is true, but BINANCE_API_KEY and BINANCE_API_SECRET are not both set.")
    }
    let secret = webhookSecret.reveal()
    guard
      secret.isEmpty
        || secret.utf8.count >= WebhookSource.shortestSecretCharacters
          && !WebhookSource.publicSecrets.contains(secret)
    else {
      throw ConfigurationError(
        "ENABLE_LIVE_TRADING is true, but WEBHOOK_SECRET is one that everybody knows, or shorter "
          + "than \(WebhookSource.shortestSecretCharacters) characters. Set a random one, or leave "
          + "it out and webhooks stay closed.")
    }
    let limits = [
      ("MAX_ORDER_NOTIONAL", orderNotionalMax != nil),
      ("MAX_POSITION_NOTIONAL", positionNotionalMax != nil),
      ("MAX_OPEN_ORDERS", openOrdersMax != nil),
      ("MAX_ORDERS_PER_SECOND", ordersPerSecondMax != nil),
    ]
    if let missing = limits.first(where: { !$0.1 }) {
      throw ConfigurationError(
        "ENABLE_LIVE_TRADING is true, but \(missing.0) is off: live trading needs every limit. Set "
          + "it to what a mistake may cost.")
    }
  }

  /// Whether a host may be reached without encryption.
  func mayBePlain(_ host: String) -> Bool {
    isLoopback(host) || plaintextHosts.contains { $0.lowercased() == host }
  }

  private func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
