// How an account at MetaTrader 5 is reached, and the plugin that reaches it so.

internal import Network
internal import Trading

/// The way to an account at MetaTrader 5.
public enum MetaTraderSettings {
  /// The Expert Advisor of config/bridges/mt5 calls this service.
  case bridge(BridgeSettings)
  /// By way of fks_meta.
  case meta(MetaSettings)

  /// The plugin of an account.
  @LoopActor func plugin(_ name: AccountID) -> any ExecutionPlugin {
    switch self {
    case .bridge(let settings): BridgePlugin(name: name, settings: settings)
    case .meta(let settings): MetaPlugin(name: name, settings: settings)
    }
  }
}
