// Settings as the values that the engine and the plugins take.

internal import Crypto
internal import Network
internal import Plugins
internal import Telemetry
internal import Trading
internal import Wire

extension EngineConfiguration {
  init(_ settings: Settings) throws(StartError) {
    var symbols: Set<Symbol> = []
    for text in settings.symbolAllowList {
      guard let symbol = Symbol(anySpelling: text) else {
        throw StartError(description: "SYMBOL_ALLOW_LIST names \(text), which is no symbol.")
      }
      symbols.insert(symbol)
    }
    self.init(
      limits: RiskLimits(
        maxOrderNotional: try Decimal(limit: settings.orderNotionalMax),
        maxPositionNotional: try Decimal(limit: settings.positionNotionalMax),
        maxOpenOrders: settings.openOrdersMax,
        priceCollarPercent: try Decimal(limit: settings.priceCollarPercent),
        allowedSymbols: symbols),
      lossLimits: LossLimits(
        maxDailyLoss: try Decimal(limit: settings.dailyLossMax),
        maxDrawdown: try Decimal(limit: settings.drawdownMax)),
      submitRate: settings.ordersPerSecondMax.map {
        SubmitRate(perSecond: $0, burst: settings.ordersBurstMax)
      },
      breaker: CircuitBreaker.Configuration(
        threshold: settings.circuitBreakerThreshold,
        openMilliseconds: Int64(settings.circuitBreakerTimeoutSeconds) * 1_000,
        probesMax: settings.circuitBreakerProbes),
      submitWaitMilliseconds: Int64(settings.submitWaitMilliseconds),
      outcomeTimeoutMilliseconds: Int64(settings.outcomeTimeoutMilliseconds),
      emulatesTriggers: settings.emulatesTriggers,
      maxQuoteAgeMilliseconds: Int64(settings.quoteAgeMaxMilliseconds))
  }
}

extension MockSettings {
  init(_ settings: Settings) throws(StartError) {
    var abilities: Set<MockAbility> = []
    for name in settings.mockAbilities ?? [] {
      guard let ability = MockAbility(rawValue: name) else {
        let known = MockAbility.allCases.map(\.rawValue).joined(separator: ", ")
        throw StartError(
          description: "MOCK_ABILITIES names \(name), which is none of \(known).")
      }
      abilities.insert(ability)
    }
    self.init(
      balances: try [Asset: Decimal](settings.mockBalances, of: "MOCK_BALANCES"),
      feeBasisPoints: try Decimal(setting: settings.mockFeeBasisPoints),
      slippageBasisPoints: try Decimal(setting: settings.mockSlippageBasisPoints),
      latencyMilliseconds: settings.mockLatencyMilliseconds, abilities: abilities,
      faults: try MockFaults(settings.mockFaults))
  }
}

extension PaperSettings {
  init(_ settings: Settings) throws(StartError) {
    let source = AccountID(settings.paperSource)
    guard settings.paperSource.isEmpty || source != nil else {
      throw StartError(
        description: "PAPER_SOURCE names \(settings.paperSource), which is no plugin's name.")
    }
    var book: RecordedBook?
    if !settings.paperBookFile.isEmpty {
      do throws(PluginError) {
        book = try RecordedBook(path: settings.paperBookFile)
      } catch {
        throw StartError(description: "PAPER_BOOK_FILE cannot be used. \(error)")
      }
    }
    self.init(
      balances: try [Asset: Decimal](settings.paperBalances, of: "PAPER_BALANCES"),
      feeBasisPoints: try Decimal(setting: settings.paperFeeBasisPoints),
      latencyMilliseconds: settings.paperLatencyMilliseconds,
      source: source, book: book)
  }
}

extension BinanceSettings {
  /// The account that the settings name. Makes the client that it is reached with.
  @LoopActor init(_ settings: Settings) throws(StartError) {
    let signer: RequestSigner?
    do throws(SigningKeyError) {
      // In an environment variable the lines of a private key may be parted by \n.
      let key = settings.binanceSecret.reveal().replacing("\\n", with: "\n")
      signer = key.isEmpty ? nil : try RequestSigner(key)
    } catch {
      throw StartError(description: "BINANCE_API_SECRET cannot be used. \(error)")
    }
    guard signer == nil || !settings.binanceKeyName.isEmpty else {
      throw StartError(
        description: "BINANCE_API_SECRET is set and BINANCE_API_KEY is not. Set both.")
    }
    let isTestnet = settings.binanceIsTestnet
    func address(
      _ venue: BinanceVenue, _ url: String?
    ) throws(HTTPOrigin.Fault) -> BinanceAddress {
      guard let url else { return try BinanceAddress(usual: venue, isTestnet: isTestnet) }
      return BinanceAddress(all: try HTTPOrigin(url))
    }
    do {
      self.init(
        client: try HTTPClient(
          limits: BinanceSettings.clientLimits,
          proxy: try HTTPProxy(environment: Settings.processEnvironment)),
        spot: try address(.spot, settings.binanceSpotURL),
        futures: try address(.futures, settings.binanceFuturesURL),
        keyName: settings.binanceKeyName, signer: signer, isTestnet: isTestnet,
        takerFeeBasisPoints: try Decimal(setting: settings.binanceTakerFeeBasisPoints))
    } catch {
      throw StartError(description: "Binance cannot be reached. \(error)")
    }
    for (name, leverage) in settings.binanceFuturesLeverage {
      guard let symbol = Symbol(anySpelling: name) else {
        throw StartError(
          description: "BINANCE_FUTURES_LEVERAGE names \(name), which is no symbol.")
      }
      self.leverage[symbol] = leverage
    }
    marginType = BinanceMarginType(rawValue: settings.binanceFuturesMarginType)
    countdownSeconds = settings.binanceFuturesCountdownSeconds
  }
}

extension [Asset: Decimal] {
  fileprivate init(_ balances: [SimulatedBalance], of setting: String) throws(StartError) {
    self.init()
    for balance in balances {
      guard let asset = Asset(balance.asset) else {
        throw StartError(description: "\(setting) names \(balance.asset), which is no asset.")
      }
      self[asset] = try Decimal(setting: balance.amount)
    }
  }
}

extension MockFaults {
  init(_ counts: [String: Int]) throws(StartError) {
    self.init()
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
      switch (MockFault(rawValue: name), name) {
      case (let fault?, _): self[fault] = count
      case (nil, "late_ms"): lateMilliseconds = count
      case (nil, "disconnect_ms"): disconnectMilliseconds = count
      case (nil, _):
        let known = MockFault.allCases.map(\.rawValue) + ["late_ms", "disconnect_ms"]
        throw StartError(
          description:
            "MOCK_FAULTS names \(name), which is none of \(known.joined(separator: ", ")).")
      }
    }
  }
}

extension Decimal {
  /// A limit of the settings; nil where it is off.
  fileprivate init?(limit text: String?) throws(StartError) {
    guard let text else { return nil }
    try self.init(setting: text)
  }

  /// A number that the settings have checked before.
  init(setting text: String) throws(StartError) {
    do throws(Decimal.TextError) {
      try self.init(text: text)
    } catch {
      throw StartError(description: "The setting \(text) is no number that can be used: \(error).")
    }
  }
}
