// Which account an order is executed on. The rule to keep: while live trading is off, nothing that
// trades leaves for a live plugin, whatever asked for it and however old it is; cancels and lookups
// do.

internal import Plugins
internal import Trading

/// What an order says of where it is to be executed.
struct Destination {
  /// The plugin that it names; nil if it names none.
  var named: AccountID?
  var symbol: Symbol
  var strategy: Label?
  /// Whether it may only make a position smaller, which is on one account.
  var isReduceOnly: Bool
}

extension Gateway {
  /// The account that executes an order. Throws if it may not be executed anywhere.
  func account(for order: Destination) throws(APIError) -> AccountID {
    if let named = order.named { return try account(naming: named) }
    guard let name = registry.preferred(for: order.symbol, of: order.strategy) else {
      throw APIError(status: 422, code: "LIVE_TRADING_OFF", Gateway.liveTradingOff.sentence)
    }
    let account = try account(naming: name)
    let key = PositionKey(account: account, symbol: order.symbol)
    guard !order.isReduceOnly, !engine.takesOrders(key), !engine.isEngaged(key) else {
      return account
    }
    return registry.substitutes(for: name).lazy.compactMap { [self] in
      registry.account(executing: $0)
    }.first { [self] in
      engine.takesOrders(PositionKey(account: $0, symbol: order.symbol))
    } ?? account
  }

  /// The account that executes what a caller wants of the plugin `name`. Throws if it gets no
  /// orders.
  func account(naming name: AccountID) throws(APIError) -> AccountID {
    let account = try account(closingOn: name)
    guard registry.placements[name]?.isEnabled != false else {
      throw APIError(
        status: 422, code: "PLUGIN_DISABLED",
        "\(name) is disabled by its file, so it gets no new orders. Name another plugin, or enable "
          + "it there.")
    }
    return account
  }

  /// The account on which a position of the plugin `name` is closed: a disabled one lets that pass.
  /// Throws while live trading is off, and paper trading too.
  func account(closingOn name: AccountID) throws(APIError) -> AccountID {
    guard let account = registry.account(executing: name) else {
      throw APIError(status: 422, code: "LIVE_TRADING_OFF", Gateway.liveTradingOff.sentence)
    }
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
