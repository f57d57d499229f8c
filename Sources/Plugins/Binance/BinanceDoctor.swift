// What is wrong with an account at Binance, in plain words: what a user who just made a key needs
// to know. It only asks, and changes nothing.

internal import Network
public import Trading
internal import Wire

/// What one check found.
public struct Finding: Equatable, Sendable {
  /// Whether all is as it should be.
  public let isFine: Bool
  /// What was found, and what to do if it is not fine.
  public let sentence: String

  init(_ isFine: Bool, _ sentence: String) {
    self.isFine = isFine
    self.sentence = sentence
  }
}

extension BinancePlugin {
  /// Checks everything that trading needs, in the order in which it fails; after what stops all
  /// that follows, nothing more is checked.
  ///
  /// - Parameter symbols: The instruments that are to be traded.
  public func examine(_ symbols: [Symbol]) async -> [Finding] {
    var findings: [Finding] = []
    guard await examineClock(into: &findings) else { return findings }
    guard await examineRules(symbols, into: &findings) else { return findings }
    guard await examineKey(into: &findings) else { return findings }
    await examineOrders(into: &findings)
    if venue == .futures { await examinePositionMode(into: &findings) }
    let reason = await openAccountStream()
    findings.append(
      Finding(
        reason == nil,
        reason.map { "The account's stream does not come about: \($0)" }
          ?? "The account's stream is there."))
    await stop()
    return findings
  }

  /// How far clocks may be apart before somebody should hear of it: the gateway makes up for it.
  private static let clockMillisecondsMax: Int64 = 1_000

  private func examineClock(into findings: inout [Finding]) async -> Bool {
    if let failure = await connection.setClock() {
      findings.append(
        Finding(
          false,
          "Binance does not answer: \(failure.reason) Check the network, HTTPS_PROXY and the "
            + "BINANCE_…_URL settings."))
      return false
    }
    let clock = connection.clock
    let offset = clock.offsetMicroseconds / 1_000
    let isClose =
      abs(offset) <= Self.clockMillisecondsMax + clock.uncertaintyMicroseconds / 1_000
    findings.append(
      Finding(
        isClose,
        "This machine's clock is \(abs(offset)) ms \(offset > 0 ? "behind" : "ahead of") Binance's."
          + (isClose ? "" : " The gateway makes up for it; set the clock by NTP all the same.")))
    return true
  }

  private func examineRules(_ symbols: [Symbol], into findings: inout [Finding]) async -> Bool {
    do throws(PluginError) {
      try await loadRules()
    } catch {
      findings.append(Finding(false, error.description))
      return false
    }
    let list = (try? await instruments()) ?? []
    findings.append(Finding(!list.isEmpty, "\(list.count) instruments are traded."))
    for symbol in symbols {
      guard let instrument = list.first(where: { $0.symbol == symbol }) else {
        findings.append(Finding(false, "\(symbol) is not traded there. Check its spelling."))
        continue
      }
      findings.append(
        Finding(
          true,
          "\(symbol): prices in steps of \(instrument.tickSize), quantities of "
            + "\(instrument.lotStep), orders from \(instrument.minNotional) "
            + "\(instrument.quoteAsset)."))
    }
    return true
  }

  private func examineKey(into findings: inout [Finding]) async -> Bool {
    let request =
      venue == .spot
      ? BinanceRequest(.get, "/api/v3/account", weight: 20)
      : BinanceRequest(.get, "/fapi/v3/account", weight: 5)
    let result = await connection.send(request, .routine)
    guard case .answer(let account) = result else {
      findings.append(Finding(false, Self.remedy(for: result)))
      return false
    }
    let mayTrade = account["canTrade"]?.bool ?? true
    findings.append(
      Finding(
        mayTrade,
        mayTrade
          ? "The key is accepted, and the account may trade."
          : "The key is accepted, but the account may not trade. Ask Binance why."))
    return true
  }

  /// What to do about a key that is refused.
  static func remedy(for result: BinanceResult) -> String {
    guard case .error(let error) = result else { return result.reason }
    let advice =
      switch error.code {
      case -2014: "BINANCE_API_KEY is not a key of Binance's: copy it again, whole."
      case -2015:
        "Either the key is of another network (BINANCE_TESTNET), or this machine's address is not "
          + "on the key's list, or the key lacks a permission: Spot and Margin Trading for "
          + "binance, Futures for binance-futures. It needs no permission to withdraw, and should "
          + "have none."
      case -1022: "BINANCE_API_SECRET does not belong to BINANCE_API_KEY: copy both again."
      case -1021: "The clock could not be set by Binance's. Set this machine's clock by NTP."
      default: "Look the code up in Binance's documentation."
      }
    return "Binance refuses the key: \(error.sentence) \(advice)"
  }

  private func examineOrders(into findings: inout [Finding]) async {
    let result = await connection.send(venue.openOrders, .routine)
    guard case .answer(let list) = result, list.kind == .array else {
      findings.append(Finding(false, "Open orders cannot be listed: \(result.reason)"))
      return
    }
    let all = list.elements.count
    let own = list.elements.count { BinanceOrderAnswer($0) != nil }
    findings.append(
      Finding(
        true,
        "\(all) orders are open, \(all - own) of them not sent by this service, which leaves them "
          + "alone."))
  }

  private func examinePositionMode(into findings: inout [Finding]) async {
    do throws(PluginError) {
      let isHedged = try await isHedged()
      findings.append(
        Finding(
          !isHedged,
          isHedged
            ? "It cannot trade: \(Self.hedgedSentence)" : "The account is in one-way mode."))
    } catch {
      findings.append(Finding(false, error.description))
    }
  }
}
