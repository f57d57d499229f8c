// What only an account at USD-M Futures needs: how its positions are kept, its leverage, and what
// becomes of open orders when nobody looks after them any more.

internal import Network
public import Trading
internal import Wire

extension BinancePlugin {
  /// Whether the account keeps a long and a short position of an instrument side by side. The
  /// gateway keeps one.
  func isHedged() async throws(PluginError) -> Bool {
    let request = BinanceRequest(.get, "/fapi/v1/positionSide/dual", weight: 30)
    let answer = try await ask(request, comparing, doing: "tell the position mode")
    guard let isHedged = answer["dualSidePosition"]?.bool else {
      throw unreadable("the position mode")
    }
    return isHedged
  }

  /// Refuses an account that refuses the gateway's orders, and sets what is to be set.
  func prepareFutures() async throws(PluginError) {
    if try await isHedged() { throw PluginError("\(name) cannot trade: \(Self.hedgedSentence)") }
    for (symbol, leverage) in settings.leverage.sorted(by: { $0.key.text < $1.key.text }) {
      // The margin type first: with open orders or a position it cannot be changed, and then the
      // leverage should not be either.
      if let type = settings.marginType { try await set(type, of: symbol) }
      try await set(leverage, of: symbol, remedy: remedy(by: "BINANCE_FUTURES_LEVERAGE"))
    }
  }

  /// What to do where a setting was not taken.
  private func remedy(by setting: String) -> String {
    "Correct \(setting), or set it at Binance by hand and leave it out."
  }

  /// Sets the leverage of an instrument (POST /fapi/v1/leverage).
  public func setLeverage(_ leverage: Int, of symbol: Symbol) async throws(PluginError) {
    guard venue == .futures else { throw PluginError("\(name) trades without leverage.") }
    try await set(leverage, of: symbol, remedy: "It is as it was.")
  }

  private func set(
    _ leverage: Int, of symbol: Symbol, remedy: String
  ) async throws(PluginError) {
    let request = BinanceRequest(.post, "/fapi/v1/leverage", weight: 1)
      .with("symbol", symbol).with("leverage", leverage)
    try await set(request, "the leverage of \(symbol) to \(leverage)", remedy: remedy)
  }

  private func set(_ type: BinanceMarginType, of symbol: Symbol) async throws(PluginError) {
    let request = BinanceRequest(.post, "/fapi/v1/marginType", weight: 1)
      .with("symbol", symbol).with("marginType", type.rawValue)
    try await set(
      request, "the margin type of \(symbol) to \(type.rawValue)",
      remedy: remedy(by: "BINANCE_FUTURES_MARGIN_TYPE"))
  }

  private func set(
    _ request: BinanceRequest, _ what: String, remedy: String
  ) async throws(PluginError) {
    let result = await connection.send(request, comparing)
    switch result {
    case .answer: return
    case .error(let error) where venue.verdict(on: error) == .isSoAlready: return
    default:
      throw PluginError(
        "Binance did not set \(what) for \(name): \(result.reason) \(remedy)")
    }
  }

  /// Begins to renew the countdowns, if there are to be any.
  func startCountdown() async {
    guard countdown == nil, settings.countdownSeconds > 0 else { return }
    let countdown = BinanceCountdown(
      connection, milliseconds: settings.countdownSeconds * 1_000,
      openSymbols: { [weak self] in await self?.openSymbols() },
      onFailure: { [weak self] reason in
        guard let self, isAccountHeard else { return }
        setHealth(isHealthy: true, "Connected. \(reason)")
      })
    self.countdown = countdown
    await countdown.run()
  }

  /// What is wrong with an account in hedge mode, and what to do.
  static let hedgedSentence =
    "the account is in hedge mode, with a long and a short position of an instrument side by side, "
    + "and the gateway keeps one. Close the positions and switch to one-way mode at Binance."
}
