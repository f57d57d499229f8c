// How an account at NinjaTrader 8 is reached, and the plugin that reaches it so.

internal import Network
internal import Trading

/// The way to an account at NinjaTrader 8.
public enum NinjaTraderSettings {
  /// The add-on of config/bridges/ninjatrader calls this service.
  case bridge(BridgeSettings)
  /// Signals are sent, and nothing comes back.
  case signals(NinjaSettings)

  /// The plugin of an account.
  @LoopActor func plugin(_ name: AccountID) -> any ExecutionPlugin {
    switch self {
    case .bridge(let settings): BridgePlugin(name: name, settings: settings)
    case .signals(let settings): NinjaPlugin(name: name, settings: settings)
    }
  }
}
