// Settings as what the plugins of MetaTrader 5 and NinjaTrader 8 take.

internal import Network
internal import Plugins
internal import Telemetry
internal import Trading
internal import Wire

extension MetaTraderSettings {
  /// The way that the settings name.
  @LoopActor init(_ settings: Settings) throws(StartError) {
    let given = settings.terminals
    guard given.metaTraderTransport == "bridge" else {
      guard let currency = Asset(given.metaTraderCurrency) else {
        throw StartError(description: "MT5_ACCOUNT_CURRENCY is no currency.")
      }
      self = .meta(
        MetaSettings(
          client: try HTTPClient.usual(), origin: try HTTPOrigin(given.metaURL, named: "META_URL"),
          contracts: try [BridgeContract](given.metaTraderContracts, named: "MT5_INSTRUMENTS"),
          currency: currency, isDemo: given.metaTraderIsDemo))
      return
    }
    self = .bridge(
      try BridgeSettings(
        token: given.metaTraderToken, named: "MT5_BRIDGE_TOKEN",
        account: given.metaTraderAccount, isDemo: given.metaTraderIsDemo))
  }
}

extension NinjaTraderSettings {
  /// The way that the settings name.
  @LoopActor init(_ settings: Settings) throws(StartError) {
    let given = settings.terminals
    if let way = try NinjaWay(given) {
      self = .signals(
        NinjaSettings(
          way: way,
          contracts: try [BridgeContract](
            given.ninjaTraderContracts, named: "NINJATRADER_INSTRUMENTS"),
          isDemo: given.ninjaTraderIsDemo))
      return
    }
    self = .bridge(
      try BridgeSettings(
        token: given.ninjaTraderToken, named: "NINJATRADER_BRIDGE_TOKEN",
        account: given.ninjaTraderAccount, isDemo: given.ninjaTraderIsDemo))
  }
}

extension NinjaWay {
  /// Where signals go; nil if they do not.
  @LoopActor fileprivate init?(_ given: TerminalSettings) throws(StartError) {
    switch given.ninjaTraderTransport {
    case "ninja":
      self = .service(
        try HTTPClient.usual(),
        try HTTPOrigin(given.ninjaServiceURL, named: "NINJA_SERVICE_URL"),
        path: given.ninjaSignalPath)
    case "socket":
      let sender: MessageSender
      do throws(NetworkError) {
        sender = try MessageSender(
          timeoutMilliseconds: given.ninjaTraderTimeoutSeconds * 1_000)
      } catch {
        throw StartError(description: "NinjaTrader cannot be reached. \(error)")
      }
      let isIPv6 = given.ninjaTraderHost.contains(":")
      let host = isIPv6 ? "[\(given.ninjaTraderHost)]" : given.ninjaTraderHost
      self = .socket(
        sender,
        try HTTPOrigin("http://\(host):\(given.ninjaTraderPort)", named: "NINJATRADER_HOST"))
    default: return nil
    }
  }
}

extension HTTPClient {
  /// A client with the usual limits, and the proxy of the environment.
  fileprivate static func usual() throws(StartError) -> HTTPClient {
    do {
      return try HTTPClient(proxy: try HTTPProxy(environment: Settings.processEnvironment))
    } catch {
      throw StartError(description: "A client for terminals cannot be made. \(error)")
    }
  }
}

extension HTTPOrigin {
  fileprivate init(_ text: String?, named name: String) throws(StartError) {
    do throws(Fault) {
      try self.init(text ?? "")
    } catch {
      throw StartError(description: "\(name) cannot be used. \(error)")
    }
  }
}

extension [BridgeContract] {
  fileprivate init(_ given: [TerminalContract], named name: String) throws(StartError) {
    self.init()
    for contract in given { append(try BridgeContract(contract, named: name)) }
    guard isEmpty else { return }
    throw StartError(
      description: "\(name) names nothing that could be traded; the far side cannot tell it.")
  }
}

extension BridgeContract {
  /// The most lots of an order where the far side tells no limit of its own.
  private static let lotsMax = Decimal(1_000)

  fileprivate init(_ given: TerminalContract, named name: String) throws(StartError) {
    // What stands before the currency, or before a blank: EUR of EURUSD, ES of ES 03-25.
    let word = given.name.prefix { $0 != " " }
    let isPair = word.hasSuffix(given.quote) && word.count > given.quote.count
    let base = Asset(String(isPair ? word.dropLast(given.quote.count) : word))
    guard let tick = try? Decimal(text: given.tickSize), let size = try? Decimal(text: given.size),
      let step = try? Decimal(text: given.lotStep), let base, let quote = Asset(given.quote),
      let contract = BridgeContract(
        name: given.name, size: size, tickSize: tick,
        lots: Lots(step: step, min: step, max: BridgeContract.lotsMax), base: base, quote: quote)
    else {
      throw StartError(description: "\(name) names \(given.name), which cannot be used.")
    }
    self = contract
  }
}

extension BridgeSettings {
  fileprivate init(
    token: Secret, named name: String, account: String, isDemo: Bool
  ) throws(StartError) {
    let bytes = Array(token.reveal().utf8)
    guard bytes.count >= BridgeSettings.tokenBytesMin else {
      throw StartError(
        description: "\(name) has fewer than \(BridgeSettings.tokenBytesMin) characters: whoever "
          + "guesses it can invent fills. Make one with `openssl rand -hex 24`, and give it to the "
          + "terminal too.")
    }
    self.init(token: bytes, account: account, isDemo: isDemo)
  }
}
