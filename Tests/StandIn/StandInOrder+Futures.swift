// Orders and trades in the shapes of Binance's USD-M Futures.

import Trading

extension StandInOrder {
  private var averagePrice: Decimal {
    executed.isZero ? .zero : Decimal.quotient(quoteExecuted, over: executed, scale: 8)
  }

  /// The answer to a new order, to a question for it and to its cancel; never with trades.
  var futuresJSON: String {
    object([
      ("orderId", "\(id)"), ("symbol", quoted(symbol)), ("status", quoted(status)),
      ("clientOrderId", quoted(clientID)), ("price", quoted(price)),
      ("avgPrice", quoted(averagePrice)), ("origQty", quoted(quantity)),
      ("executedQty", quoted(executed)), ("cumQuote", quoted(quoteExecuted)),
      ("timeInForce", quoted(timeInForce)), ("type", quoted(type)), ("origType", quoted(type)),
      ("reduceOnly", "\(isReduceOnly)"), ("closePosition", "false"), ("side", quoted(side)),
      ("positionSide", quoted("BOTH")), ("stopPrice", quoted("0")),
      ("workingType", quoted("CONTRACT_PRICE")), ("priceProtect", "false"),
      ("priceMatch", quoted("NONE")), ("selfTradePreventionMode", quoted("NONE")),
      ("goodTillDate", "\(goodTillMilliseconds ?? 0)"), ("time", "\(createdMilliseconds)"),
      ("updateTime", "\(updatedMilliseconds)"),
    ])
  }

  /// The trades as the account's list has them.
  var futuresTradeListJSON: [String] {
    trades.map { trade in
      object([
        ("buyer", "\(isBuy)"), ("commission", quoted(trade.fee)),
        ("commissionAsset", quoted(trade.feeAsset)), ("id", "\(trade.id)"),
        ("maker", "\(trade.isMaker)"), ("orderId", "\(id)"), ("price", quoted(trade.price)),
        ("qty", quoted(trade.quantity)), ("quoteQty", quoted(trade.price * trade.quantity)),
        ("marginAsset", quoted(trade.feeAsset)), ("realizedPnl", quoted("0")),
        ("side", quoted(side)), ("positionSide", quoted("BOTH")), ("symbol", quoted(symbol)),
        ("time", "\(trade.milliseconds)"),
      ])
    }
  }

  /// What the stream tells, about the last trade if `kind` is `TRADE`.
  func orderTradeUpdate(_ kind: String) -> String {
    let trade = kind == "TRADE" ? trades.last : nil
    var order = [
      ("s", quoted(symbol)), ("c", quoted(clientID)), ("S", quoted(side)), ("o", quoted(type)),
      ("f", quoted(timeInForce)), ("q", quoted(quantity)), ("p", quoted(price)),
      ("ap", quoted(averagePrice)), ("sp", quoted("0")), ("x", quoted(kind)),
      ("X", quoted(status)), ("i", "\(id)"), ("l", quoted(trade?.quantity)),
      ("z", quoted(executed)), ("L", quoted(trade?.price)), ("T", "\(updatedMilliseconds)"),
      ("t", "\(trade?.id ?? 0)"), ("m", "\(trade?.isMaker ?? false)"),
      ("R", "\(isReduceOnly)"), ("wt", quoted("CONTRACT_PRICE")), ("ot", quoted(type)),
      ("ps", quoted("BOTH")), ("cp", "false"), ("rp", quoted("0")),
    ]
    if let trade { order += [("N", quoted(trade.feeAsset)), ("n", quoted(trade.fee))] }
    return object([
      ("e", quoted("ORDER_TRADE_UPDATE")), ("E", "\(updatedMilliseconds)"),
      ("T", "\(updatedMilliseconds)"), ("o", object(order)),
    ])
  }
}
