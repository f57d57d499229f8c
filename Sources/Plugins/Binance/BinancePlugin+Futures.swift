// What only an account at USD-M Futures needs: the mode that its positions are kept in.

internal import Network
internal import Trading
internal import Wire

extension BinancePlugin {
  /// Whether the account keeps a long and a short position of an instrument side by side. The
  /// gateway keeps one.
  func isHedged() async throws(PluginError) -> Bool {
    let request = BinanceRequest(.get, "/fapi/v1/positionSide/dual", weight: 30)
    let answer = try await ask(request, .routine, doing: "tell the position mode")
    guard let isHedged = answer["dualSidePosition"]?.bool else {
      throw unreadable("the position mode")
    }
    return isHedged
  }

  /// Refuses an account on which orders of the gateway would be refused.
  func prepareFutures() async throws(PluginError) {
    guard try await isHedged() else { return }
    throw PluginError("\(name) cannot trade: \(Self.hedgedSentence)")
  }

  /// What is wrong with an account in hedge mode, and what to do.
  static let hedgedSentence =
    "the account is in hedge mode, with a long and a short position of an instrument side by side, "
    + "and the gateway keeps one. Close the positions and switch to one-way mode at Binance."
}
