// Settings of plugins that are processes of their own, as the values that those take.

internal import Crypto
internal import Network
internal import Plugins
internal import Telemetry
internal import Trading
internal import Wire

extension HTTPPluginSettings {
  /// The process of the plugin `http`.
  @LoopActor init(_ settings: Settings) throws(StartError) {
    try self.init(
      settings, url: ("HTTP_PLUGIN_URL", settings.httpPluginURL),
      secret: ("HTTP_PLUGIN_SECRET", settings.httpPluginSecret),
      isTestnet: settings.httpPluginIsTestnet)
  }

  /// A process that some settings name. Makes the client that it is reached with.
  @LoopActor fileprivate init(
    _ settings: Settings, url: (name: String, value: String?), secret: (name: String, Secret),
    isTestnet: Bool
  ) throws(StartError) {
    guard let address = url.value else {
      throw StartError(description: "\(url.name) is not set. Say where the plugin's process is.")
    }
    let text = secret.1.reveal()
    guard !text.isEmpty else {
      throw StartError(
        description: "\(secret.name) is not set. Give this program and the plugin's process the "
          + "same long random text.")
    }
    do {
      let origin = try HTTPOrigin(address)
      guard origin.isSecure || settings.mayBePlain(origin.host) else {
        throw StartError(
          description: "\(url.name) begins with http:// and \(origin.host) is another machine: "
            + "orders would travel unencrypted. Use https://, or name it in ALLOW_PLAINTEXT_HOSTS "
            + "if nobody else is on the network between.")
      }
      self.init(
        client: try HTTPClient(
          limits: HTTPPluginSettings.clientLimits,
          proxy: try HTTPProxy(environment: Settings.processEnvironment)),
        origin: origin, signer: try RequestSigner(text), isTestnet: isTestnet)
    } catch let error as StartError {
      throw error
    } catch {
      throw StartError(description: "\(url.name) cannot be used. \(error)")
    }
  }
}

extension CCXTSettings {
  /// The CCXT service that the settings name.
  @LoopActor init(_ settings: Settings) throws(StartError) {
    var pairs: [CCXTPair] = []
    for text in settings.ccxtPairs {
      guard let pair = CCXTPair(text) else {
        throw StartError(
          description: "CCXT_SYMBOLS names \(text), which is no pair such as BTC/USDT.")
      }
      pairs.append(pair)
    }
    self.init(
      service: try HTTPPluginSettings(
        settings, url: ("CCXT_BASE_URL", settings.ccxtURL),
        secret: ("CCXT_WEBHOOK_SECRET", settings.ccxtSecret), isTestnet: settings.ccxtIsTestnet),
      exchange: settings.ccxtExchange, pairs: pairs)
  }
}
