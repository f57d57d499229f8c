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
    self = .bridge(
      try BridgeSettings(
        token: given.ninjaTraderToken, named: "NINJATRADER_BRIDGE_TOKEN",
        account: given.ninjaTraderAccount, isDemo: given.ninjaTraderIsDemo))
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
          + "guesses it can invent fills. Make one with `fks-execution keygen`, and give it to the "
          + "terminal too.")
    }
    self.init(token: bytes, account: account, isDemo: isDemo)
  }
}
