// The requests of USD-M Futures about the account: what it has, how it trades, and its stream.

import Trading

/// What only Futures have of an account.
struct StandInFuturesAccount {
  /// What names the account's stream; nil if there is none, or it has expired.
  var listenKey: String?
  /// How many listen keys there were.
  var listenKeyCount = 0
  /// Whether long and short positions of a symbol stand side by side.
  var isHedged = false
  /// The leverage, by symbol.
  var leverage: [String: Int] = [:]
  /// The margin type, by symbol; crossed where none stands here.
  var marginTypes: [String: String] = [:]
  /// After how many milliseconds the open orders of a symbol are cancelled.
  var countdowns: [String: Int] = [:]
}

extension StandIn {
  func accountBody(
    of route: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    switch route {
    case "GET /fapi/v3/account": return object([("assets", array(balances))])
    case "GET /fapi/v3/balance": return array(balances)
    case "GET /fapi/v3/positionRisk": return array(positions)
    case "GET /fapi/v1/positionSide/dual":
      return object([("dualSidePosition", "\(futuresAccount.isHedged)")])
    case "POST /fapi/v1/listenKey": return newListenKey()
    case "PUT /fapi/v1/listenKey":
      guard let key = futuresAccount.listenKey else {
        throw StandInRefusal(code: -1125, message: "This listenKey does not exist.")
      }
      return object([("listenKey", quoted(key))])
    case "POST /fapi/v1/leverage": return try setLeverage(&parameters)
    case "POST /fapi/v1/marginType": return try setMarginType(&parameters)
    default: return try setCountdown(&parameters)
    }
  }

  private var balances: [String] {
    futures.account.balances.sorted { $0.key < $1.key }.map { asset, balance in
      object([
        ("accountAlias", quoted("SgsR")), ("asset", quoted(asset)),
        ("balance", quoted(balance.free + balance.locked)),
        ("crossWalletBalance", quoted(balance.free + balance.locked)),
        ("crossUnPnl", quoted(Decimal.zero)), ("availableBalance", quoted(balance.free)),
        ("maxWithdrawAmount", quoted(balance.free)), ("marginAvailable", "true"),
        ("updateTime", "\(milliseconds)"),
      ])
    }
  }

  private var positions: [String] {
    futures.account.positions.filter { !$0.value.isZero }.sorted { $0.key < $1.key }
      .map { symbol, quantity in
        object([
          ("symbol", quoted(symbol)), ("positionSide", quoted("BOTH")),
          ("positionAmt", quoted(quantity)), ("marginAsset", quoted("USDT")),
          ("markPrice", quoted(futures.markets[symbol]?.price)),
          ("updateTime", "\(milliseconds)"),
        ])
      }
  }

  private func newListenKey() -> String {
    let key = futuresAccount.listenKey ?? "listen\(futuresAccount.listenKeyCount + 1)"
    if futuresAccount.listenKey == nil { futuresAccount.listenKeyCount += 1 }
    futuresAccount.listenKey = key
    return object([("listenKey", quoted(key))])
  }

  private func tradedSymbol(
    _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    let symbol = try parameters.required("symbol")
    guard futures.markets[symbol] != nil else {
      throw StandInRefusal(code: -1121, message: "Invalid symbol.")
    }
    return symbol
  }

  private func setLeverage(_ parameters: inout StandInParameters) throws(StandInRefusal) -> String {
    let symbol = try tradedSymbol(&parameters)
    guard let leverage = Int(try parameters.required("leverage")), (1...125).contains(leverage)
    else {
      throw StandInRefusal(code: -4028, message: "Leverage is not valid")
    }
    try parameters.finish()
    futuresAccount.leverage[symbol] = leverage
    return object([
      ("leverage", "\(leverage)"), ("maxNotionalValue", quoted("1000000")),
      ("symbol", quoted(symbol)),
    ])
  }

  private func setMarginType(
    _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    let symbol = try tradedSymbol(&parameters)
    let type = try parameters.required("marginType")
    try parameters.finish()
    guard type == "ISOLATED" || type == "CROSSED" else {
      throw StandInRefusal(
        code: -1130, message: "Data sent for parameter 'marginType' is not valid.")
    }
    guard futuresAccount.marginTypes[symbol, default: "CROSSED"] != type else {
      throw StandInRefusal(code: -4046, message: "No need to change margin type.")
    }
    futuresAccount.marginTypes[symbol] = type
    return object([("code", "200"), ("msg", quoted("success"))])
  }

  private func setCountdown(
    _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    let symbol = try tradedSymbol(&parameters)
    guard let milliseconds = Int(try parameters.required("countdownTime")), milliseconds >= 0 else {
      throw StandInRefusal(
        code: -1130, message: "Data sent for parameter 'countdownTime' is not valid.")
    }
    try parameters.finish()
    futuresAccount.countdowns[symbol] = milliseconds == 0 ? nil : milliseconds
    return object([("symbol", quoted(symbol)), ("countdownTime", quoted("\(milliseconds)"))])
  }

  /// Puts the account of Futures into hedge mode, or back into one-way mode.
  public func setHedged(_ isHedged: Bool) { futuresAccount.isHedged = isHedged }

  /// The leverage that was set for a symbol of Futures.
  public func leverage(_ symbol: String) -> Int? { futuresAccount.leverage[symbol] }

  /// The margin type of a symbol of Futures.
  public func marginType(_ symbol: String) -> String {
    futuresAccount.marginTypes[symbol] ?? "CROSSED"
  }

  /// After how many milliseconds the open orders of a symbol of Futures are cancelled; nil if
  /// they are not.
  public func countdown(_ symbol: String) -> Int? { futuresAccount.countdowns[symbol] }

  /// How many listen keys of Futures there were.
  public var listenKeyCount: Int { futuresAccount.listenKeyCount }

  /// Lets the listen key expire, and tells it.
  public func expireListenKey() {
    futuresAccount.listenKey = nil
    tellAccount(#"{"e":"listenKeyExpired","E":\#(milliseconds)}"#)
  }
}
