// Which account an order is executed on. The rule to keep: while live trading is off, nothing that
// trades leaves for a live plugin, whatever asked for it and however old it is; cancels and lookups
// do.

internal import Plugins
internal import Trading

extension Gateway {
  /// The account that executes an order of a caller, who named one or none. Throws if it may not be
  /// executed anywhere.
  func account(naming name: AccountID?) throws(APIError) -> AccountID {
    guard let name = name ?? registry.defaultName, let account = registry.account(executing: name)
    else { throw APIError(status: 422, code: "LIVE_TRADING_OFF", Gateway.liveTradingOff.sentence) }
    return account
  }

  /// Why a plugin gets no orders; nil if it does. Orders of a time in which live trading was on may
  /// still want to leave.
  func denial(of plugin: any ExecutionPlugin) -> Rejection? {
    registry.takesOrders(plugin) ? nil : Gateway.liveTradingOff
  }

  private static let liveTradingOff = Rejection(
    code: "LIVE_TRADING_OFF",
    sentence:
      "ENABLE_LIVE_TRADING is off, so nothing was sent to the venue. Name another plugin, or "
      + "let ENABLE_PAPER_TRADING execute the order on paper.")
}
